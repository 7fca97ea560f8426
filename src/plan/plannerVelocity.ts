import type { Name } from "../dns/index.ts";
import type { Member } from "./plannerMember.ts";
import type { Velocity } from "./policy.ts";
import { RECORDS_PER_TYPE_MAX } from "./weights.ts";

/** What an endpoint served from one moment on. */
export interface ServedSince {
  /** Monotonic clock. */
  readonly atMs: number;
  /** In order of id. */
  readonly targetIds: readonly string[];
  /**
   * The part (0..1) of their capacity that counts as served. Under 1 only where failed targets
   * were held: the level they were held at is what sinks from window to window, so that a target
   * bigger than the limit leaves too, one window later.
   */
  readonly share: number;
}

/** What endpoints served lately, oldest first; an endpoint without an item is where its plan is. */
export type CapacityLedger = ReadonlyMap<Name, readonly ServedSince[]>;

/** Bounds an endpoint's part of the ledger; beyond it, old items are merged to the higher one. */
export const LEDGER_ITEMS_MAX = 64;

// Shares are fractions of sums: without this much room (relative), rounding would hold a target.
const ROUNDING = 1e-9;

/** Capacity of a target that may leave by checks; 0 where an operator or the policy took it out. */
export type CapacityOf = (targetId: string) => number;

/** The highest capacity served at any moment of the window that ends now. */
export function peakCapacity(
  items: readonly ServedSince[],
  capacityOf: CapacityOf,
  nowMs: number,
  windowMs: number,
): number {
  let peak = 0;
  for (const [place, item] of items.entries()) {
    const next = items[place + 1];
    if (next !== undefined && next.atMs <= nowMs - windowMs) continue;
    peak = Math.max(peak, itemCapacity(item, capacityOf));
  }
  return peak;
}

/** What {@link holdCapacity} kept. */
export interface Held {
  readonly held: readonly Member[];
  /** See {@link ServedSince}. */
  readonly share: number;
}

/**
 * Which of the targets about to leave because of checks must stay for now, so that the capacity
 * served does not sink faster than the limit. Usable ones stay first, then the most recently
 * failed, which are the likeliest to be well. Keeps, and never adds: candidates are served now.
 */
export function holdCapacity(
  chosen: readonly Member[],
  candidates: readonly Member[],
  peak: number,
  velocity: Velocity,
): Held {
  const required = (1 - velocity.fractionMax) * peak;
  let served = capacityOfAll(chosen);
  const held: Member[] = [];
  if (served >= required * (1 - ROUNDING)) return { held, share: 1 };
  for (const candidate of [...candidates].sort(byClaimToStay)) {
    if (served >= required * (1 - ROUNDING)) break;
    if (chosen.length + held.length === RECORDS_PER_TYPE_MAX) break;
    held.push(candidate);
    served += candidate.target.target.capacity;
  }
  return { held, share: Math.min(1, required / served) };
}

/** The ledger of an endpoint with what it serves from now on; bounded, and without what is over. */
export function addServed(
  items: readonly ServedSince[],
  now: ServedSince,
  capacityOf: CapacityOf,
  windowMs: number,
): readonly ServedSince[] {
  const last = items.at(-1);
  const unchanged = last !== undefined && sameServed(last, now);
  const kept = (unchanged ? items : [...items, now]).filter((_, place, all) => {
    const next = all[place + 1];
    return next === undefined || next.atMs > now.atMs - windowMs;
  });
  return kept.length <= LEDGER_ITEMS_MAX ? kept : mergeOldest(kept, capacityOf);
}

function mergeOldest(
  items: readonly ServedSince[],
  capacityOf: CapacityOf,
): readonly ServedSince[] {
  const surplus = items.slice(0, items.length - LEDGER_ITEMS_MAX + 1);
  const kept = items.slice(surplus.length);
  const [first, ...others] = surplus;
  if (first === undefined) return kept;
  const highest = others.reduce((high, item) => {
    return itemCapacity(item, capacityOf) > itemCapacity(high, capacityOf) ? item : high;
  }, first);
  return [{ ...highest, atMs: first.atMs }, ...kept];
}

/** When the earliest item but the last leaves the window, which is when more may go. */
export function nextReleaseMs(items: readonly ServedSince[], windowMs: number): number | undefined {
  const second = items[1];
  return second === undefined ? undefined : second.atMs + windowMs;
}

/** Whether both say the same of what is served. */
function sameServed(left: ServedSince, right: ServedSince): boolean {
  return Math.abs(left.share - right.share) <= ROUNDING && sameIds(left.targetIds, right.targetIds);
}

/** Whether both lists hold the same ids in the same order. */
function sameIds(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((id, place) => id === right[place]);
}

/** Sum of the capacities of these targets. */
export function capacityOfAll(members: readonly Member[]): number {
  return members.reduce((sum, member) => sum + member.target.target.capacity, 0);
}

function itemCapacity(item: ServedSince, capacityOf: CapacityOf): number {
  return item.share * item.targetIds.reduce((sum, id) => sum + capacityOf(id), 0);
}

function byClaimToStay(left: Member, right: Member): number {
  if (left.standing !== right.standing) return left.standing === "usable" ? -1 : 1;
  const later = (right.sinceMs ?? 0) - (left.sinceMs ?? 0);
  if (later !== 0) return later;
  return left.target.target.id < right.target.target.id ? -1 : 1;
}
