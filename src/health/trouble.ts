import { forgetFailures } from "./pairHealth.ts";
import type { Pair } from "./pairs.ts";

/** Above this share of all pairs, failing together while we are in trouble, the trouble is ours. */
const MASS_FAILURE_FRACTION = 0.5;
/** With fewer pairs, half of them failing is too few to tell a bad day of theirs from ours. */
const MASS_PAIRS_MIN = 10;
/** Verdicts are never put off longer than this, however long the checks' intervals. */
const WINDOW_MS_MAX = 10_000;

/** A time of doubt: until it ends, failures are counted but nothing is called down. */
export interface Trouble {
  readonly startMs: number;
  readonly untilMs: number;
}

/** A time of doubt of one round of probes: the slowest check must have had its turn. */
export function beginTrouble(nowMs: number, pairs: Iterable<Pair>): Trouble {
  let windowMs = 0;
  for (const { check } of pairs) {
    windowMs = Math.max(windowMs, check.intervalMs + check.jitterMs + check.timeoutMs);
  }
  return { startMs: nowMs, untilMs: nowMs + Math.min(windowMs, WINDOW_MS_MAX) };
}

/**
 * What a time of doubt ended with: the pairs whose failures are to be forgotten, which is everyone
 * who began to fail around it if that is most of them, and nobody otherwise.
 */
export function disbelieved(trouble: Trouble, pairs: ReadonlyMap<string, Pair>): readonly Pair[] {
  const fromMs = trouble.startMs - (trouble.untilMs - trouble.startMs);
  const failing: Pair[] = [];
  for (const pair of pairs.values()) {
    const { state, failures, failingSinceMs } = pair.health;
    if (state !== "down" && failures > 0 && failingSinceMs >= fromMs) failing.push(pair);
  }
  const isMass = failing.length > pairs.size * MASS_FAILURE_FRACTION;
  if (pairs.size < MASS_PAIRS_MIN || !isMass) return [];
  return failing.map((pair) => ({ ...pair, health: forgetFailures(pair.health) }));
}
