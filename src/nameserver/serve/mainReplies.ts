import type { Clock, SocketAddress } from "../../base/index.ts";
import { RateLimiter, SEND, WITHHOLD } from "./rateLimiter.ts";
import { bareReply, kindOf, subjectOf } from "./replyOctets.ts";
import { addressWords } from "./replyOptions.ts";
import { SERVE_THREADS_MAX, type ServePlan } from "./servePlan.ts";
import { COUNT, ThreadCounters } from "./threadCounters.ts";

/**
 * Limits what the main thread replies to datagrams that nobody has signed, from the buckets that
 * serving threads take from: a refusal to a forged address is a flood like any other.
 */
export class MainReplies {
  readonly #v4: RateLimiter;
  readonly #v6: RateLimiter;
  readonly #counters: ThreadCounters;
  readonly #clock: Clock;

  constructor(plan: ServePlan, clock: Clock) {
    this.#v4 = new RateLimiter(plan.rateLimit, 1);
    this.#v6 = new RateLimiter(plan.rateLimit, 4);
    this.#counters = new ThreadCounters(plan.counters, SERVE_THREADS_MAX - 1);
    this.#clock = clock;
  }

  /** What of a reply may go to an address that may be forged; undefined: nothing. */
  allowed(reply: Uint8Array, to: SocketAddress): Uint8Array | undefined {
    const address = addressWords(to.address);
    const limiter = address.length === 1 ? this.#v4 : this.#v6;
    limiter.begin(this.#clock.monotonicMs());
    const kind = kindOf(reply);
    const verdict = limiter.judge(address, 0, kind, subjectOf(reply, kind));
    if (verdict === SEND) return reply;
    this.#counters.add(verdict === WITHHOLD ? COUNT.limited : COUNT.slipped);
    return verdict === WITHHOLD ? undefined : bareReply(reply);
  }
}
