import type { Name } from "../dns/index.ts";
import {
  comparePositions,
  type PlanEntry,
  type PlanHead,
  type ServingEntry,
} from "../plan/index.ts";
import { REMEMBERED_MAX } from "./limits.ts";

/**
 * The head once enactors told of entries that no plan of the line has; undefined where it stays as
 * it is. Of several of one endpoint the newest counts. What is over the bound comes again, once
 * those before it are planned.
 *
 * @param isPlanned whether the newest plan has the endpoint.
 */
export function headAfterRemembered(
  head: PlanHead,
  more: readonly ServingEntry[],
  isPlanned: (endpoint: Name) => boolean,
): PlanHead | undefined {
  const held = new Map(head.remembered?.map((entry) => [entry.endpoint, entry]));
  let isNew = false;
  for (const entry of more) {
    const before = held.get(entry.endpoint);
    if (before === undefined ? held.size >= REMEMBERED_MAX : comparePositions(entry, before) <= 0) {
      continue;
    }
    if (isPlanned(entry.endpoint)) continue;
    held.set(entry.endpoint, entry);
    isNew = true;
  }
  return isNew ? { ...head, remembered: [...held.values()] } : undefined;
}

/** The head after a plan: what it has need not be remembered. */
export function headWithoutPlanned(head: PlanHead, changed: readonly PlanEntry[]): PlanHead {
  if (head.remembered === undefined) return head;
  const planned = new Set(changed.map(({ endpoint }) => endpoint));
  const { remembered, ...others } = head;
  const left = remembered.filter(({ endpoint }) => !planned.has(endpoint));
  return left.length === 0 ? others : { ...others, remembered: left };
}
