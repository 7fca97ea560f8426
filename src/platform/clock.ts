import { assert, type CancelWake, type Clock } from "../base/index.ts";

/** setTimeout() takes at most 2^31-1 ms and fires at once above it: longer waits are walked. */
const TIMEOUT_MS_MAX = 2 ** 31 - 1;

/** The machine's own clocks. */
export class RealClock implements Clock {
  readonly #keepsProcess: boolean;

  /** Whether pending wakes keep the process alive: for a library they must not. */
  constructor(wakes: "keep-process" | "let-process-end" = "keep-process") {
    this.#keepsProcess = wakes === "keep-process";
  }

  monotonicMs(): number {
    return performance.now();
  }

  wallMs(): number {
    return Date.now();
  }

  wakeAfter(afterMs: number, task: () => void): CancelWake {
    assert(afterMs >= 0, `a wait of ${afterMs} ms is not negative`);
    const held = <Timer extends NodeJS.RefCounted>(timer: Timer): Timer => {
      if (!this.#keepsProcess) timer.unref();
      return timer;
    };
    if (afterMs === 0) {
      // "Let others go first", not a wait: a timer would cost a millisecond each time.
      const next = held(setImmediate(task));
      return () => clearImmediate(next);
    }
    const dueMs = performance.now() + afterMs;
    let immediate: NodeJS.Immediate | undefined;
    let timeout = held(setTimeout(arrive, delayTill(dueMs)));
    function arrive(): void {
      // Timers may fire a fraction early, and long waits come in several parts.
      if (performance.now() < dueMs) {
        timeout = held(setTimeout(arrive, delayTill(dueMs)));
        return;
      }
      // After a stall Node runs timers before it reads sockets: this moves the task behind them.
      immediate = held(setImmediate(task));
    }
    return () => {
      clearTimeout(timeout);
      clearImmediate(immediate);
    };
  }
}

function delayTill(dueMs: number): number {
  const left = Math.ceil(dueMs - performance.now());
  return Math.min(Math.max(left, 0), TIMEOUT_MS_MAX);
}
