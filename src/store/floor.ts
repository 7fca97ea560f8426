import { isFarAhead, type PlanHead, type Position } from "../plan/index.ts";

/**
 * The floor after a fence was seen at a position, or undefined where it stays as it is: not higher,
 * or so far above the newest plan that it is not believed (one bad fence must never use up the
 * generations of a region).
 */
export function raisedFloor(head: PlanHead, seen: Position): number | undefined {
  const { generation } = seen;
  if (!Number.isSafeInteger(generation) || generation <= head.floorGeneration) return undefined;
  return isFarAhead(generation, head.generation) ? undefined : generation;
}
