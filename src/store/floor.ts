import { FAR_AHEAD_MAX, FLOOR_MAX, type PlanHead, type Position } from "../plan/index.ts";

/**
 * The floor after a fence was seen at a position, or undefined where it stays as it is.
 *
 * Whether a fence is to be believed is the enactor's to judge, whose own disk remembers the line
 * when the store does not: it reports none that is implausibly far ahead of all it knows. Seen from
 * a store that was lost, or is an old copy, the truth itself is far ahead. So the store refuses
 * nothing for ever, but climbs by plausible steps: at most FAR_AHEAD_MAX above the newest of plan
 * and floor with each report. A store two million plans behind is level after two of them.
 */
export function raisedFloor(head: PlanHead, seen: Position): number | undefined {
  if (!Number.isSafeInteger(seen.generation)) return undefined;
  const plausibleMax = Math.max(head.generation, head.floorGeneration) + FAR_AHEAD_MAX;
  const raised = Math.min(seen.generation, plausibleMax, FLOOR_MAX);
  return raised > head.floorGeneration ? raised : undefined;
}

/** Whether a floor proves that plans were made which this store does not have. */
export function provesOldCopy(head: PlanHead): boolean {
  return head.floorGeneration > head.generation;
}
