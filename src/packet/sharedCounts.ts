const WORDS = 64; // whole cache lines: no two threads write to the same one

/**
 * Counts of one thread, in memory that others may read at any time. Only that thread writes: plain
 * additions of whole numbers below 2^53. Places 0..63.
 */
export class SharedCounts {
  readonly #counts: Float64Array;

  /** `share` as of {@link newCounts}; `thread` from 0 on. */
  constructor(share: SharedArrayBuffer, thread: number) {
    this.#counts = new Float64Array(share, thread * WORDS * 8, WORDS);
  }

  add(place: number, by = 1): void {
    this.#counts[place] = (this.#counts[place] as number) + by;
  }
}

/** Memory for the counts of so many threads. */
export function newCounts(threads: number): SharedArrayBuffer {
  return new SharedArrayBuffer(threads * WORDS * 8);
}

/** What all threads counted at one place. */
export function sumOfCounts(share: SharedArrayBuffer, place: number): number {
  const counts = new Float64Array(share);
  let total = 0;
  for (let at = place; at < counts.length; at += WORDS) total += counts[at] as number;
  return total;
}
