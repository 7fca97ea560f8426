import type { Generation, PlanRetention, PlanSummary } from "../plan/index.ts";
import { refused } from "./storeError.ts";

/**
 * Plans, and entries in them, that one step drops at most (one plan at least): the owner of the
 * store answers nobody meanwhile, and this many take it some tens of milliseconds.
 */
export const STEP_PLANS_MAX = 500;
const STEP_ENTRIES_MAX = 20_000;

/**
 * Entries of all plans that can be read, past which a store is crowded: at some 600 octets each,
 * and as much again for indexes, about 2 GB. Twenty thousand plans of 100 changes are as many.
 */
export const ENTRIES_CROWDED = 2_000_000;
/**
 * Plans kept where the store is crowded, whatever a retention says: enough to see what happened
 * last, and to take it back. A store without room takes no plan at all.
 */
export const CROWDED_PLANS_MIN = 10;

/** What a clean-up looks at of a plan. */
export type AgedPlan = Pick<PlanSummary, "generation" | "madeAtMs" | "changedCount">;

/** What one step of a clean-up drops. */
export interface Cut {
  /** Plans that can no longer be read. */
  readonly plans: number;
  /** The oldest plan that still can; all that it needs is kept. */
  readonly oldestGeneration: Generation;
}

/** What there is to clean up. */
export interface Stock {
  /** How many readable plans there are; 1 or more. */
  readonly plans: number;
  /** Entries that they changed, all together. */
  readonly entries: number;
  /** Whether the file is past the share of its limit that plans may take. */
  readonly isFileCrowded: boolean;
}

/**
 * How far one step cuts the line at its old end: up to the first plan that is to be kept. The
 * newest plan is never cut off, whatever clocks and retention say.
 *
 * @param oldestFirst the readable plans from the oldest on: all, or STEP_PLANS_MAX + 1 of them.
 *   A crowded store is cut until it is that no more, or few plans are left.
 */
export function cutOf(
  oldestFirst: readonly AgedPlan[],
  stock: Stock,
  { plansMin, plansMax, madeAfterMs }: PlanRetention,
): Cut {
  let plans = 0;
  let entries = 0;
  for (const { madeAtMs, changedCount } of oldestFirst) {
    const left = stock.plans - plans;
    const isCrowded = stock.isFileCrowded || stock.entries - entries > ENTRIES_CROWDED;
    const isWanted = left <= plansMin || (left <= plansMax && madeAtMs > madeAfterMs);
    const isKept = isWanted && (left <= CROWDED_PLANS_MIN || !isCrowded);
    entries += changedCount;
    const isStepFull = plans >= STEP_PLANS_MAX || (plans > 0 && entries > STEP_ENTRIES_MAX);
    if (isKept || isStepFull || plans + 1 >= oldestFirst.length) break;
    plans += 1;
  }
  return { plans, oldestGeneration: oldestFirst[plans]?.generation ?? 0 };
}

/** Throws StoreError `refused` where a retention could not be meant. */
export function checkRetention({ plansMin, plansMax, madeAfterMs }: PlanRetention): void {
  const isSound =
    Number.isSafeInteger(plansMin) &&
    Number.isSafeInteger(plansMax) &&
    plansMin >= 1 &&
    plansMax >= plansMin &&
    !Number.isNaN(madeAfterMs);
  if (isSound) return;
  throw refused(
    "Cannot clean up as plansMin must be >= 1 and plansMax >= plansMin: " +
      `they are ${plansMin} and ${plansMax}, made after ${madeAfterMs}`,
  );
}
