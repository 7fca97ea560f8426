/** Messages that may be on their way from one thread at once: what is above is dropped. */
export interface HandOverLimits {
  readonly all: number;
  /** Of one network (/24, /56). */
  readonly perNetwork: number;
}

/**
 * More than the main thread takes in the time of a few commits; a flood from one network leaves
 * room for seven like it, and all others.
 */
export const HAND_OVER_LIMITS: HandOverLimits = { all: 256, perNetwork: 32 };

/** Networks are told apart by so many bits of their hash: what shares a number shares its room. */
const SHARES = 1024;
/** Words that a {@link HandOvers} takes. */
export const HAND_OVER_WORDS = 1 + SHARES;

/**
 * Counts the messages on their way from one serving thread to the main thread, in memory that both
 * see: all of them, and those of each network.
 */
export class HandOvers {
  readonly #words: Int32Array;
  readonly #total: number;
  readonly #limits: HandOverLimits;

  /** In `words` from word `at` on. */
  constructor(words: Int32Array, at: number, limits: HandOverLimits = HAND_OVER_LIMITS) {
    this.#words = words;
    this.#total = at;
    this.#limits = limits;
  }

  /**
   * Counts a message of a network with this hash as under way. Answers the number by which its
   * arrival is to be told; undefined where too many are under way, of all or of this network.
   */
  take(hash: number): number | undefined {
    const share = hash & (SHARES - 1);
    const at = this.#total + 1 + share;
    if (Atomics.load(this.#words, this.#total) >= this.#limits.all) return undefined;
    if (Atomics.load(this.#words, at) >= this.#limits.perNetwork) return undefined;
    Atomics.add(this.#words, this.#total, 1);
    Atomics.add(this.#words, at, 1);
    return share;
  }

  /** Counts a message as arrived. */
  arrived(share: number): void {
    Atomics.sub(this.#words, this.#total, 1);
    Atomics.sub(this.#words, this.#total + 1 + share, 1);
  }

  /** Forgets what was under way: the thread that sent it has ended. */
  clear(): void {
    for (let index = 0; index < HAND_OVER_WORDS; index += 1) {
      Atomics.store(this.#words, this.#total + index, 0);
    }
  }
}
