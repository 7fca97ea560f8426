import { randomInt } from "node:crypto";
import { assert, type Chance } from "../base/index.ts";

/** Widest draw that {@link Chance} promises. */
const BOUND_MAX = 2 ** 32;

/** Unpredictable chance from the operating system: fit for query ids and back-off alike. */
export class RealChance implements Chance {
  below(bound: number): number {
    const fits = Number.isInteger(bound) && bound >= 1 && bound <= BOUND_MAX;
    assert(fits, `bound ${bound} is a whole number in 1..2^32`);
    return randomInt(bound);
  }

  /** Itself: nothing drawn here can be foretold from another draw. */
  fork(_purpose: string): Chance {
    return this;
  }
}
