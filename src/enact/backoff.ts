import { assert } from "../base/index.ts";

/** First wait after a failure. */
const RETRY_MS_MIN = 100;
/** Longest wait: a store that is back is met again within it, audits aside. */
export const RETRY_MS_MAX = 10_000;
/** A server that refuses will refuse again: look less often, but do look (people repair things). */
export const REFUSED_RETRY_MS = 10_000;

assert(RETRY_MS_MIN > 0 && RETRY_MS_MAX >= REFUSED_RETRY_MS, "waits are ordered");

/** Waits at least `afterMs` and at most `jitterMs` more: enactors must not march in step. */
export interface Wait {
  readonly afterMs: number;
  readonly jitterMs: number;
}

/** The wait after the `attempt`-th failure in a row (from 1): doubled each time, bounded. */
export function backoff(attempt: number): Wait {
  assert(attempt >= 1, "a back-off follows a failure");
  const wholeMs = Math.min(RETRY_MS_MIN * 2 ** Math.min(attempt - 1, 20), RETRY_MS_MAX);
  return { afterMs: wholeMs / 2, jitterMs: wholeMs / 2 };
}
