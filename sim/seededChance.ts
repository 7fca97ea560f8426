import { assert, type Chance, crc32, utf8 } from "../src/base/index.ts";

/** Chance that repeats: one seed and one purpose give one stream (mulberry32). */
export class SeededChance implements Chance {
  readonly #seed: number;
  #state: number;

  /** `seed`: a whole number; its lower 32 bits count. */
  constructor(seed: number) {
    this.#seed = seed >>> 0;
    this.#state = this.#seed;
  }

  below(bound: number): number {
    assert(Number.isInteger(bound) && bound >= 1 && bound <= 2 ** 32, `bound ${bound} is valid`);
    // Draws beyond the last whole multiple of `bound` would favour the low numbers.
    const limit = 2 ** 32 - (2 ** 32 % bound);
    for (;;) {
      const drawn = this.#next();
      if (drawn < limit) return drawn % bound;
    }
  }

  fork(purpose: string): SeededChance {
    return new SeededChance(crc32(utf8(`${this.#seed} ${purpose}`)));
  }

  #next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }
}
