/** Undoes one {@link Clock.wakeAfter}; harmless after the task ran. */
export type CancelWake = () => void;

/** Time, as the system is allowed to see it. The only real reader is in src/net. */
export interface Clock {
  /** Milliseconds since an arbitrary origin; never goes back. For time-outs and ageing. */
  monotonicMs(): number;
  /** Milliseconds since the Unix epoch; may jump either way. Never the ground of a safety rule. */
  wallMs(): number;
  /**
   * Runs `task` once, no sooner than `afterMs` from now, and behind pending socket reads: after a
   * stall, answers that have arrived are seen before a deadline is declared missed.
   */
  wakeAfter(afterMs: number, task: () => void): CancelWake;
}

/** Resolves after `afterMs` on this clock. */
export function sleep(clock: Clock, afterMs: number): Promise<void> {
  return new Promise((resolve) => {
    clock.wakeAfter(afterMs, resolve);
  });
}
