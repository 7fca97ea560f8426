import { assert, type Chance, EXEMPT_NETWORKS_MAX } from "../../base/index.ts";
import type { IpNetwork } from "../../dns/index.ts";

/** How much one network may be answered. */
export interface RateLimit {
  /** Responses of one kind about one name to one network (/24, /56); 0: no limit. */
  readonly responsesPerSecond: number;
  /** Of so many that are limited, one is answered "use TCP"; 0: none is. */
  readonly slip: number;
  /** Networks without a limit, at most {@link EXEMPT_NETWORKS_MAX}. */
  readonly exempt: readonly IpNetwork[];
}

/** No limit at all. */
export const NO_RATE_LIMIT: RateLimit = { responsesPerSecond: 0, slip: 0, exempt: [] };

/** Highest rate that the arithmetic of a bucket takes. */
const RATE_MAX = 1_000_000;

// Words in front of the buckets.
export const LIMIT_RATE = 0;
export const LIMIT_SLIP = 1;
export const LIMIT_SEED = 2;
export const LIMIT_EXEMPT_COUNT = 3;
export const LIMIT_EXEMPT = 4;
/** Of an exempt network: words of its address (1 or 4), address, mask. */
export const EXEMPT_WORDS = 9;
export const BUCKETS_AT = LIMIT_EXEMPT + EXEMPT_NETWORKS_MAX * EXEMPT_WORDS;
/** [tag, balance in thousandths of a response, milliseconds when it was so, limited in a row]. */
export const BUCKET_WORDS = 4;
/** A bucket's number is the upper bits of a hash of 32. */
export const BUCKET_SHIFT = 16;
const BUCKETS = 2 ** (32 - BUCKET_SHIFT);

/**
 * The rate limits in memory that all serving threads share: settings, and one bucket of tokens for
 * each of 65,536 hashes of network, kind and name. Its size is fixed, whoever attacks.
 */
export class RateLimitTable {
  readonly share = new SharedArrayBuffer((BUCKETS_AT + BUCKETS * BUCKET_WORDS) * 4);
  readonly #words = new Int32Array(this.share);

  constructor(limit: RateLimit, chance: Chance) {
    this.#words[LIMIT_SEED] = chance.below(2 ** 32);
    this.set(limit);
  }

  /** Takes new settings; threads follow with their next batch. */
  set({ responsesPerSecond, slip, exempt }: RateLimit): void {
    const words = this.#words;
    const count = exempt.length;
    assert(count <= EXEMPT_NETWORKS_MAX, `there is room for ${count} exempt networks`);
    words[LIMIT_EXEMPT_COUNT] = 0;
    for (const [index, network] of exempt.entries()) {
      putNetwork(words, LIMIT_EXEMPT + index * EXEMPT_WORDS, network);
    }
    words[LIMIT_EXEMPT_COUNT] = count;
    words[LIMIT_SLIP] = slip;
    words[LIMIT_RATE] = Math.min(responsesPerSecond, RATE_MAX);
  }
}

function putNetwork(words: Int32Array, at: number, { octets, prefixLength }: IpNetwork): void {
  const count = octets.length / 4;
  const view = new DataView(octets.buffer, octets.byteOffset, octets.length);
  const mask = new DataView(new ArrayBuffer(octets.length));
  for (let bit = 0; bit < prefixLength; bit += 1) {
    mask.setUint8(bit >> 3, mask.getUint8(bit >> 3) | (0x80 >> (bit & 7)));
  }
  words[at] = count;
  for (let index = 0; index < count; index += 1) {
    words[at + 1 + index] = view.getInt32(index * 4, true);
    words[at + 5 + index] = mask.getInt32(index * 4, true);
  }
}
