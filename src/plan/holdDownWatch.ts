import type { Retirement } from "./order.ts";

/**
 * How much of a hold-down a planner must have watched itself at least, on its monotonic clock. A
 * planner that starts anew knows what is left of the wait by the wall clock alone: this much is
 * waited for again, whatever that one says.
 */
export const WATCHED_MS_MAX = 3_600_000;

/** The moments of both clocks. */
interface Moments {
  readonly nowMs: number;
  readonly wallMs: number;
}

/**
 * Counts how long this planner has seen retirements wait: what was left of each when it was first
 * seen must pass on the monotonic clock, so that no wall clock that jumps later cuts it.
 */
export class HoldDownWatch {
  /** When each retirement's wait is over, by the monotonic clock. */
  readonly #overAtMs = new Map<string, number>();

  /** Takes in the retirements that wait now; forgets all others. */
  see(retirements: readonly Retirement[], moments: Moments): void {
    const waiting = new Set(retirements.map(({ id }) => id));
    for (const id of this.#overAtMs.keys()) if (!waiting.has(id)) this.#overAtMs.delete(id);
    for (const retirement of retirements) {
      if (this.#overAtMs.has(retirement.id)) continue;
      this.#overAtMs.set(retirement.id, overAtMs(retirement, moments));
    }
  }

  /** Counts from the beginning again: in an old copy are orders that were taken back since. */
  startOver(): void {
    this.#overAtMs.clear();
  }

  /** How long the retirement still waits by both clocks; 0 or less where its time has come. */
  leftMs(retirement: Retirement, moments: Moments): number {
    const { id, atMs, holdDownMs } = retirement;
    const { nowMs, wallMs } = moments;
    const watchedLeftMs = (this.#overAtMs.get(id) ?? overAtMs(retirement, moments)) - nowMs;
    return Math.max(watchedLeftMs, atMs + holdDownMs - wallMs);
  }
}

function overAtMs({ atMs, holdDownMs }: Retirement, { nowMs, wallMs }: Moments): number {
  const leftMs = Math.min(holdDownMs, Math.max(0, atMs + holdDownMs - wallMs));
  return nowMs + Math.max(leftMs, Math.min(holdDownMs, WATCHED_MS_MAX));
}
