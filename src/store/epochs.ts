import type { Name } from "../dns/index.ts";
import type { EpochSeen, PlanEntry } from "../plan/index.ts";
import { EPOCHS_SEEN_MAX } from "./limits.ts";

/**
 * An epoch further than this above an entry's is implausible: each one is a person's act by hand.
 * The same bound is the enactors' (docs/fence-protocol.md).
 */
export const EPOCHS_AHEAD_MAX = 100;

/** No epoch is ever above this, whoever says so: a fence has room for a thousand times as many. */
const EPOCH_MAX = 1_000_000_000_000;

/** What is known of an endpoint's epoch. */
export interface KnownEpochs {
  /** Seen in fences, in order of endpoint. */
  readonly seen: readonly EpochSeen[];
  /** Of the newest entry; undefined where there is none. */
  newest(endpoint: Name): number | undefined;
}

/**
 * The epochs seen once more were, in order of endpoint; undefined where nothing is new. What is not
 * above the newest entry's, is implausibly far ahead of it, or is over the bound, is left out: the
 * last of these comes again with the enactors' next report.
 *
 * @param confirmedBy `person`: it says so itself, and is believed however far ahead it is.
 */
export function raisedEpochs(
  known: KnownEpochs,
  more: readonly EpochSeen[],
  confirmedBy: "person" | "nobody",
): readonly EpochSeen[] | undefined {
  const seen = new Map(known.seen.map(({ endpoint, epoch }) => [endpoint, epoch]));
  let isNew = false;
  for (const { endpoint, epoch } of more) {
    const newest = known.newest(endpoint) ?? 0;
    const isPlausible = confirmedBy === "person" || epoch <= newest + EPOCHS_AHEAD_MAX;
    if (!Number.isSafeInteger(epoch) || epoch > EPOCH_MAX || !isPlausible) continue;
    if (epoch <= Math.max(newest, seen.get(endpoint) ?? 0)) continue;
    if (!seen.has(endpoint) && seen.size >= EPOCHS_SEEN_MAX) continue;
    seen.set(endpoint, epoch);
    isNew = true;
  }
  return isNew ? inOrder(seen) : undefined;
}

/** The epochs seen that are still above the newest entries' after a plan. */
export function epochsAfter(
  seen: readonly EpochSeen[],
  changed: readonly PlanEntry[],
): readonly EpochSeen[] {
  if (seen.length === 0) return seen;
  const taken = new Map(changed.map(({ endpoint, epoch }) => [endpoint, epoch]));
  return seen.filter(({ endpoint, epoch }) => epoch > (taken.get(endpoint) ?? 0));
}

function inOrder(seen: ReadonlyMap<Name, number>): readonly EpochSeen[] {
  return [...seen]
    .map(([endpoint, epoch]) => ({ endpoint, epoch }))
    .sort((left, right) => (left.endpoint < right.endpoint ? -1 : 1));
}
