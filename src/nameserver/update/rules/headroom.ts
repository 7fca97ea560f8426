/** Below it a number may be anything: what the clock says in milliseconds, too. */
const NUMBER_FREE_MAX = 10 ** 12;
/** Above it, only so much higher than what is held: fifteen digits last for a billion writes. */
const NUMBER_STEP_MAX = 1_000_000;

/** Whether an epoch or edition that follows `held` leaves room for those that will follow it. */
export function canStillRise(next: number, held: number): boolean {
  return next <= NUMBER_FREE_MAX || next <= held + NUMBER_STEP_MAX;
}
