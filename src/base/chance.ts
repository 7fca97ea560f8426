/** Chance, as the system is allowed to see it. */
export interface Chance {
  /** A whole number in 0..bound-1. Throws AssertionError unless 1 <= bound <= 2^32. */
  below(bound: number): number;
  /** A stream of its own for one purpose, so that a draw added there moves nothing elsewhere. */
  fork(purpose: string): Chance;
}
