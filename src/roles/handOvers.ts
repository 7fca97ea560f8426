/** More than the main thread takes in the time of a few commits: what is above is dropped. */
export const HANDED_OVER_MAX = 256;
/** Of one network (/24, /56): a flood from one leaves room for seven like it, and all others. */
export const HANDED_OVER_PER_NETWORK_MAX = 32;

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

  /** In `words` from word `at` on. */
  constructor(words: Int32Array, at: number) {
    this.#words = words;
    this.#total = at;
  }

  /**
   * Counts a message of a network with this hash as under way. Answers the number by which its
   * arrival is to be told; undefined where too many are under way, of all or of this network.
   */
  take(hash: number): number | undefined {
    const share = hash & (SHARES - 1);
    const at = this.#total + 1 + share;
    if (Atomics.load(this.#words, this.#total) >= HANDED_OVER_MAX) return undefined;
    if (Atomics.load(this.#words, at) >= HANDED_OVER_PER_NETWORK_MAX) return undefined;
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
