import type { Clock } from "../../../base/index.ts";

/** The wall clock may be set right by so much; more is a machine that slept, or might have. */
const STEP_MS_MAX = 2000;

/**
 * Notices that a machine slept: the monotonic clock stands still meanwhile, and what was to end by
 * it is older than it looks.
 */
export class SleepWatch {
  readonly #clock: Clock;
  /** Of the wall clock before the monotonic one. */
  #aheadMs: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#aheadMs = clock.wallMs() - clock.monotonicMs();
  }

  /** Whether it slept since this was last asked; `nowMs`: monotonic. */
  hasSlept(nowMs: number): boolean {
    const aheadMs = this.#clock.wallMs() - nowMs;
    const isSlept = aheadMs - this.#aheadMs > STEP_MS_MAX;
    this.#aheadMs = aheadMs;
    return isSlept;
  }
}
