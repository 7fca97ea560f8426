import type { CancelWake, Clock } from "../base/index.ts";
import type { HealthBook } from "./healthBook.ts";

/**
 * Wakes when a vantage falls silent: its vote is then gone, which may change what all vantages say
 * together although nobody reported anything.
 */
export class SilenceWatch {
  readonly #clock: Clock;
  readonly #book: HealthBook;
  readonly #onSilence: () => void;
  #cancel: CancelWake | undefined;

  constructor(clock: Clock, book: HealthBook, onSilence: () => void) {
    this.#clock = clock;
    this.#book = book;
    this.#onSilence = onSilence;
  }

  /** To be called after every report; harmless while a wake is already due. */
  arm(): void {
    const afterMs = this.#book.silentAfterMs;
    if (this.#cancel !== undefined || afterMs === undefined) return;
    this.#cancel = this.#clock.wakeAfter(afterMs, () => {
      this.#cancel = undefined;
      this.#onSilence();
      this.arm();
    });
  }

  close(): void {
    this.#cancel?.();
    this.#cancel = undefined;
  }
}
