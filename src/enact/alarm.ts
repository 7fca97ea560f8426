import type { CancelWake, Clock } from "../base/index.ts";
import { DueQueue } from "./dueQueue.ts";

/** Wakes for many keys with one wake of the clock at a time. */
export class Alarm<Key> {
  readonly #clock: Clock;
  readonly #onDue: (key: Key) => void;
  readonly #due = new DueQueue<Key>();
  #wake: { readonly atMs: number; readonly cancel: CancelWake } | undefined;
  #isClosed = false;

  constructor(clock: Clock, onDue: (key: Key) => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  /** Calls back for `key` after this long, and no more at the time set before. */
  set(key: Key, afterMs: number): void {
    this.#due.set(key, this.#clock.monotonicMs() + afterMs);
    this.#schedule();
  }

  clear(key: Key): void {
    this.#due.delete(key);
  }

  close(): void {
    this.#isClosed = true;
    this.#wake?.cancel();
  }

  #schedule(): void {
    const atMs = this.#due.nextDueMs();
    if (atMs === undefined || this.#isClosed) return;
    if (this.#wake !== undefined && this.#wake.atMs <= atMs) return;
    this.#wake?.cancel();
    const afterMs = Math.max(0, atMs - this.#clock.monotonicMs());
    this.#wake = { atMs, cancel: this.#clock.wakeAfter(afterMs, () => this.#onWake()) };
  }

  #onWake(): void {
    this.#wake = undefined;
    const nowMs = this.#clock.monotonicMs();
    for (let key = this.#due.takeDue(nowMs); key !== undefined; key = this.#due.takeDue(nowMs)) {
      if (!this.#isClosed) this.#onDue(key);
    }
    this.#schedule();
  }
}
