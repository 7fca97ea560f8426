import { networkHash } from "../../packet/index.ts";
import {
  BUCKET_SHIFT,
  BUCKET_WORDS,
  BUCKETS_AT,
  EXEMPT_WORDS,
  LIMIT_EXEMPT,
  LIMIT_EXEMPT_COUNT,
  LIMIT_RATE,
  LIMIT_SEED,
  LIMIT_SLIP,
} from "./rateLimitTable.ts";

/** What becomes of a reply. */
export const SEND = 0;
/** Say less, in as few octets as the question had: "use TCP", or "use a cookie". */
export const SLIP = 1;
export const WITHHOLD = 2;
export type RateVerdict = typeof SEND | typeof SLIP | typeof WITHHOLD;

const RESPONSE = 1000; // a bucket counts thousandths
/** A bucket is full after a second without responses: what may come in one burst. */
const FULL_MS = 1000;

/**
 * Limits how often one network is told the same (response rate limiting): an answer of ours sent to
 * a forged address then is no flood. Threads share the buckets without locks; what two of them
 * write at once is counted once, which lets through a little more.
 */
export class RateLimiter {
  readonly #words: Int32Array;
  readonly #addressWords: number;
  #nowMs = 0;

  /** `share` as of RateLimitTable; addresses have one word, or four for IPv6. */
  constructor(share: SharedArrayBuffer, addressWords: 1 | 4) {
    this.#words = new Int32Array(share);
    this.#addressWords = addressWords;
  }

  /** Sets the time of what follows, from a clock that all threads share. */
  begin(monotonicMs: number): void {
    this.#nowMs = monotonicMs | 0;
  }

  /** Takes one response from the bucket of an address, a kind and a subject. */
  judge(address: Int32Array, at: number, kind: number, subject: number): RateVerdict {
    const words = this.#words;
    const rate = words[LIMIT_RATE] as number;
    if (rate === 0 || this.#isExempt(address, at)) return SEND;
    const tag = this.#tagOf(address, at, kind, subject);
    const bucket = BUCKETS_AT + (Math.imul(tag, 0x9e3779b1) >>> BUCKET_SHIFT) * BUCKET_WORDS;
    const full = rate * RESPONSE;
    let balance = full;
    if (words[bucket] === tag) {
      // Another thread's batch may have begun a little later: then no time has passed.
      const passedMs = (this.#nowMs - (words[bucket + 2] as number)) | 0;
      const isEarlier = passedMs <= 0 && passedMs > -FULL_MS;
      balance = words[bucket + 1] as number;
      if (!isEarlier) {
        balance = Math.min(full, balance + Math.min(passedMs >>> 0, FULL_MS) * rate);
        words[bucket + 2] = this.#nowMs;
      }
    } else {
      words[bucket] = tag;
      words[bucket + 2] = this.#nowMs;
      words[bucket + 3] = 0;
    }
    if (balance >= RESPONSE) {
      words[bucket + 1] = balance - RESPONSE;
      return SEND;
    }
    words[bucket + 1] = balance;
    const limited = ((words[bucket + 3] as number) + 1) & 0xffff;
    words[bucket + 3] = limited;
    const slip = words[LIMIT_SLIP] as number;
    return slip > 0 && limited % slip === 0 ? SLIP : WITHHOLD;
  }

  #tagOf(address: Int32Array, at: number, kind: number, subject: number): number {
    const seed =
      (this.#words[LIMIT_SEED] as number) ^ Math.imul(subject ^ (kind << 28), 0x85ebca6b);
    const tag = networkHash(seed, address, at, this.#addressWords);
    return tag === 0 ? 1 : tag;
  }

  #isExempt(address: Int32Array, at: number): boolean {
    const words = this.#words;
    const count = words[LIMIT_EXEMPT_COUNT] as number;
    for (let left = count, from = LIMIT_EXEMPT; left > 0; left -= 1, from += EXEMPT_WORDS) {
      if (words[from] !== this.#addressWords) continue;
      let difference = 0;
      for (let index = 0; index < this.#addressWords; index += 1) {
        const differs = (address[at + index] as number) ^ (words[from + 1 + index] as number);
        difference |= differs & (words[from + 5 + index] as number);
      }
      if (difference === 0) return true;
    }
    return false;
  }
}
