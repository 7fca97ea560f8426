import type { Chance } from "../../base/index.ts";

/**
 * Chance for the choice among records that are all right answers: a few nanoseconds for each
 * draw. xoshiro128** (Blackman and Vigna, 2018); not for anything that must not be foreseen.
 */
export class FastChance implements Chance {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  /** Seeded from real chance, so that no two threads draw the same. */
  constructor(seed: Chance) {
    this.#a = seed.below(2 ** 32) | 1; // not all zero
    this.#b = seed.below(2 ** 32) | 0;
    this.#c = seed.below(2 ** 32) | 0;
    this.#d = seed.below(2 ** 32) | 0;
  }

  /** The next 32 bits. */
  next(): number {
    const times = Math.imul(this.#b, 5);
    const result = Math.imul((times << 7) | (times >>> 25), 9);
    const shifted = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= shifted;
    this.#d = (this.#d << 11) | (this.#d >>> 21);
    return result >>> 0;
  }

  /** A bound below 2^21 is met exactly as often as its neighbours but for one part in 2^11. */
  below(bound: number): number {
    return Math.floor(this.next() * 2 ** -32 * bound);
  }

  fork(_purpose: string): Chance {
    return new FastChance(this);
  }
}
