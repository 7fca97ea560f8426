/** Seconds that a rate looks back on: smooth enough to read, short enough to follow. */
const WINDOW_SECONDS = 10;

/** Counts events of the last seconds, at a fixed cost. */
export class Rate {
  readonly #startMs: number;
  /** One count for each second of the window, and which second it is for. */
  readonly #counts = new Float64Array(WINDOW_SECONDS);
  readonly #seconds = new Float64Array(WINDOW_SECONDS).fill(-1);

  constructor(startMs: number) {
    this.#startMs = startMs;
  }

  count(nowMs: number): void {
    const second = this.#secondOf(nowMs);
    const slot = second % WINDOW_SECONDS;
    if (this.#seconds[slot] !== second) {
      this.#seconds[slot] = second;
      this.#counts[slot] = 0;
    }
    this.#counts[slot] = (this.#counts[slot] ?? 0) + 1;
  }

  /** Events a second over the whole seconds of the window that have passed; 0 in the first. */
  perSecond(nowMs: number): number {
    const now = this.#secondOf(nowMs);
    const whole = Math.min(now, WINDOW_SECONDS - 1);
    if (whole === 0) return 0;
    let sum = 0;
    for (const [slot, second] of this.#seconds.entries()) {
      if (second >= now - whole && second < now) sum += this.#counts[slot] ?? 0;
    }
    return sum / whole;
  }

  #secondOf(nowMs: number): number {
    return Math.floor(Math.max(0, nowMs - this.#startMs) / 1_000);
  }
}
