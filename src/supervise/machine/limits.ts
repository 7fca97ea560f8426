import { assert } from "../../base/index.ts";

/** How often the machine is told of time passing and of who is stopped, in milliseconds. */
export const TICK_MS = 500;
/** Ticks without a report before a process is called silent: reports come once a second. */
export const QUIET_TICKS_MAX = 12;
/** The same until it is ready: it loads what it held, beside eight others on two cores. */
export const QUIET_TICKS_START_MAX = 60;
/** Ticks that a stage is waited for: then the next begins, as no part may hold up the others. */
export const STAGE_TICKS_MAX = 40;
/** First and longest wait before what ended is started again, in milliseconds. */
export const BACK_OFF_MS_MIN = 250;
export const BACK_OFF_MS_MAX = 10_000;
/** A process that ran this long has recovered: its next end is a first one. */
export const STEADY_MS = 30_000;
/** Ends in a row of a nameserver or store that was never ready, before the start is given up. */
export const FIRST_TRIES_MAX = 3;
/** From the request to end until whatever is left is killed, in milliseconds. */
export const SHUTDOWN_MS = 3_000;
/** The nameserver answers while the others end, but not for longer than this, in milliseconds. */
export const NAMESERVER_LAST_MS = 1_500;

assert(NAMESERVER_LAST_MS < SHUTDOWN_MS, "the nameserver is asked to end before it is killed");
assert(BACK_OFF_MS_MIN <= BACK_OFF_MS_MAX, "the first wait is the shortest");

/**
 * How long to wait before start number `failures + 1`, in milliseconds: doubled with each failure,
 * and drawn from the upper half, so that processes that fell together do not rise together.
 * `draw` is in 0..999.
 */
export function backOffMs(failures: number, draw: number): number {
  assert(failures >= 1, "a wait follows a failure");
  assert(draw >= 0 && draw < 1_000, "a draw is in 0..999");
  const whole = Math.min(BACK_OFF_MS_MIN * 2 ** Math.min(failures - 1, 20), BACK_OFF_MS_MAX);
  return Math.round(whole / 2 + (whole / 2) * (draw / 1_000));
}
