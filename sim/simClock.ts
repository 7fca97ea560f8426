import { assert, type CancelWake, type Clock } from "../src/base/index.ts";

interface Wake {
  readonly atMs: number;
  readonly order: number;
  readonly task: () => void;
}

/** 2025-10-19T23:48:00Z: the evening of the event. */
const WALL_START_MS = 1_760_917_680_000;

/** A clock that stands still until told otherwise, so that tests never wait. */
export class SimClock implements Clock {
  #nowMs = 0;
  #wallOffsetMs: number;
  #order = 0;
  #wakes: Wake[] = [];

  constructor(wallStartMs = WALL_START_MS) {
    this.#wallOffsetMs = wallStartMs;
  }

  monotonicMs(): number {
    return this.#nowMs;
  }

  wallMs(): number {
    return this.#wallOffsetMs + this.#nowMs;
  }

  wakeAfter(afterMs: number, task: () => void): CancelWake {
    assert(afterMs >= 0, `a wake ${afterMs} ms away is not in the past`);
    const wake: Wake = { atMs: this.#nowMs + afterMs, order: this.#order, task };
    this.#order += 1;
    this.#wakes.push(wake);
    return () => {
      this.#wakes = this.#wakes.filter((other) => other !== wake);
    };
  }

  /** Tasks that wait to be run. */
  get pendingWakes(): number {
    return this.#wakes.length;
  }

  /** Moves the wall clock only, either way: what a wrong or corrected clock does. */
  jumpWall(byMs: number): void {
    this.#wallOffsetMs += byMs;
  }

  /**
   * Lets `byMs` pass: runs every task that gets due, in the order of their times, and lets the
   * promises that each one settles run on before the next.
   */
  async advance(byMs: number): Promise<void> {
    const untilMs = this.#nowMs + byMs;
    await settle();
    for (let wake = this.#takeDue(untilMs); wake; wake = this.#takeDue(untilMs)) {
      this.#nowMs = Math.max(this.#nowMs, wake.atMs);
      wake.task();
      await settle();
    }
    this.#nowMs = untilMs;
  }

  #takeDue(untilMs: number): Wake | undefined {
    let first: Wake | undefined;
    for (const wake of this.#wakes) {
      if (wake.atMs > untilMs) continue;
      if (first === undefined || wake.atMs < first.atMs) first = wake;
    }
    this.#wakes = this.#wakes.filter((wake) => wake !== first);
    return first;
  }
}

/** Lets every promise that can settle without a clock or a socket do so. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
