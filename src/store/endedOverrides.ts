import type { Name } from "../dns/index.ts";
import type { NewEvent } from "../journal/index.ts";
import {
  CARRIED_IDS_MAX,
  type EndedOverrides,
  type Order,
  type Override,
  type PlanEntry,
  type PlanHead,
} from "../plan/index.ts";
import { ENDED_OVERRIDES_MAX } from "./limits.ts";
import { isOrderId } from "./orderCheck.ts";
import { refused } from "./storeError.ts";

/** An override that shall no longer hold, and may stand in a fence. */
export type EndedOverride = Pick<Override, "endpoint" | "id">;

/** What a step ends and tells. */
export interface Ending {
  readonly ended: readonly EndedOverride[];
  readonly events: readonly NewEvent[];
  /** What fences were seen to hold, taken in by the same step. */
  readonly head?: PlanHead | undefined;
}

/** The orders among these that fences may hold after they ended: overrides whose time is left. */
export function overridesCutShort(
  orders: Iterable<Order>,
  nowMs: number,
): readonly EndedOverride[] {
  return [...orders].filter((order) => order.kind === "override" && order.untilMs > nowMs);
}

/**
 * The head once overrides ended; undefined where it stays as it is. Where there are too many, those
 * that ended longest ago are forgotten: their fences say when their time is over.
 *
 * @param endsOf what the newest entry of an endpoint ends already.
 */
export function headAfterEnded(
  head: PlanHead,
  more: readonly EndedOverride[],
  endsOf: (endpoint: Name) => readonly string[],
): PlanHead | undefined {
  const lists = new Map(head.endedOverrides?.map(({ endpoint, ids }) => [endpoint, ids]));
  let isNew = false;
  for (const { endpoint, id } of more) {
    const ids = lists.get(endpoint) ?? [];
    if (ids.includes(id) || endsOf(endpoint).includes(id)) continue;
    lists.delete(endpoint); // to be the newest
    lists.set(endpoint, [...ids, id].slice(-CARRIED_IDS_MAX));
    isNew = true;
  }
  return isNew ? withLists(head, [...lists].slice(-ENDED_OVERRIDES_MAX)) : undefined;
}

/** The head after a plan: what its entries end is in the line now, and needs no list. */
export function headWithoutCarried(head: PlanHead, changed: readonly PlanEntry[]): PlanHead {
  if (head.endedOverrides === undefined) return head;
  const carried = new Map(changed.map(({ endpoint, ends }) => [endpoint, ends ?? []]));
  const lists = head.endedOverrides.map(({ endpoint, ids }) => {
    return [endpoint, ids.filter((id) => !carried.get(endpoint)?.includes(id))] as const;
  });
  return withLists(head, lists);
}

function withLists(
  { endedOverrides: _, ...head }: PlanHead,
  lists: readonly (readonly [endpoint: Name, ids: readonly string[]])[],
): PlanHead {
  const endedOverrides: readonly EndedOverrides[] = lists
    .filter(([, ids]) => ids.length > 0)
    .map(([endpoint, ids]) => ({ endpoint, ids }));
  return endedOverrides.length === 0 ? head : { ...head, endedOverrides };
}

/** Throws StoreError `refused` where these cannot be ids that fences hold. */
export function checkOverrideIds(ids: readonly string[]): void {
  if (ids.length >= 1 && ids.length <= CARRIED_IDS_MAX && ids.every(isOrderId)) return;
  throw refused(
    `Cannot end overrides as their ids must be 1..${CARRIED_IDS_MAX}, each as a fence holds it: ` +
      `they are ${ids.slice(0, CARRIED_IDS_MAX).join(", ").slice(0, 400)}`,
  );
}
