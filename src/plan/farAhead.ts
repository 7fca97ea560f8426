/**
 * A generation further than this above the newest plan is implausible: a typing error or an attack,
 * not a lost store. At one plan a second it is eleven days of planning.
 */
export const FAR_AHEAD_MAX = 1_000_000;

/**
 * No plan is ever made above this, whatever was seen: a fence's generation has room for a thousand
 * times as many, so that not even a broken enactor can use up the numbers of a region.
 */
export const FLOOR_MAX = 1_000_000_000_000;

/** Whether a generation is implausibly far above the newest one known: it is never believed. */
export function isFarAhead(generation: number, newestGeneration: number): boolean {
  return generation > newestGeneration + FAR_AHEAD_MAX;
}
