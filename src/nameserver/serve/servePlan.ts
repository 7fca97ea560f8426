import { assert, type Chance, NSID_OCTETS_MAX, UDP_THREADS_MAX } from "../../base/index.ts";
import { newCounts } from "../../packet/index.ts";
import { newAskedTable } from "./askedTable.ts";
import { CookieSecrets } from "./cookieSecrets.ts";
import { type RateLimit, RateLimitTable } from "./rateLimitTable.ts";
import { type ServeCounts, sumCounters } from "./threadCounters.ts";

/**
 * Everything that serving threads share, as they are given it: shared memory, and what does not
 * change. It passes from thread to thread by structured clone.
 */
export interface ServePlan {
  /** The arena that zones live in. */
  readonly arena: SharedArrayBuffer;
  readonly cookies: SharedArrayBuffer;
  readonly rateLimit: SharedArrayBuffer;
  readonly counters: SharedArrayBuffer;
  /** When names were last asked for: see AskedTable. */
  readonly asked: SharedArrayBuffer;
  /** Wall clock at which serving began. */
  readonly startedMs: number;
  /** The server's identifier (RFC 5001), at most NSID_OCTETS_MAX octets; empty: none is told. */
  readonly nsid: Uint8Array;
}

/** Threads with counters and a reader's place of their own; the last place is the main thread's. */
export const SERVE_THREADS_MAX = UDP_THREADS_MAX + 1;

/** The owner's side of what serving threads share. */
export class ServeShare {
  readonly plan: ServePlan;
  readonly secrets: CookieSecrets;
  readonly limits: RateLimitTable;

  /**
   * `nsid` has at most {@link NSID_OCTETS_MAX} octets; `chance` must be unpredictable: cookies rest
   * on it. `startedMs`: wall clock.
   */
  constructor(
    arena: SharedArrayBuffer,
    nsid: Uint8Array,
    limit: RateLimit,
    chance: Chance,
    startedMs: number,
  ) {
    assert(nsid.length <= NSID_OCTETS_MAX, `an NSID of ${nsid.length} octets fits a response`);
    this.secrets = new CookieSecrets(chance);
    this.limits = new RateLimitTable(limit, chance);
    this.plan = {
      arena,
      cookies: this.secrets.share,
      rateLimit: this.limits.share,
      counters: newCounts(SERVE_THREADS_MAX),
      asked: newAskedTable(),
      startedMs,
      nsid,
    };
  }

  /** What all threads have done so far. */
  counts(): ServeCounts {
    return sumCounters(this.plan.counters);
  }
}
