import { uptime } from "node:os";
import type { CancelWake, Clock } from "../base/index.ts";

/** How often it is looked whether the machine slept: each look costs some microseconds. */
const LOOK_MS = 1000;
/** Less than this is no sleep: some systems tell their uptime in whole seconds. */
const SLEEP_MS_MIN = 2000;

/**
 * A clock whose monotonic time goes on while the machine sleeps (CLOCK_BOOTTIME), for ages that are
 * to grow meanwhile: `performance.now()` stands still. It is the same in all threads but for some
 * milliseconds. Wakes are those of the other clock: they come later for a sleep.
 */
export class BootClock implements Clock {
  readonly #clock: Clock;
  readonly #uptimeMs: () => number;
  #aheadMs: number;
  #lookedMs: number;

  /** `clock` stands still while the machine sleeps, `uptimeMs` does not. */
  constructor(clock: Clock, uptimeMs: () => number = () => uptime() * 1000) {
    this.#clock = clock;
    this.#uptimeMs = uptimeMs;
    this.#lookedMs = clock.monotonicMs();
    this.#aheadMs = uptimeMs() - this.#lookedMs;
  }

  monotonicMs(): number {
    const nowMs = this.#clock.monotonicMs();
    if (nowMs - this.#lookedMs >= LOOK_MS) {
      this.#lookedMs = nowMs;
      const aheadMs = this.#uptimeMs() - nowMs;
      if (aheadMs - this.#aheadMs >= SLEEP_MS_MIN) this.#aheadMs = aheadMs;
    }
    return nowMs + this.#aheadMs;
  }

  wallMs(): number {
    return this.#clock.wallMs();
  }

  wakeAfter(afterMs: number, task: () => void): CancelWake {
    return this.#clock.wakeAfter(afterMs, task);
  }
}
