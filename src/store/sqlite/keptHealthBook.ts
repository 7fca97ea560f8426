import { type Clock, errorText, type Log } from "../../base/index.ts";
import type { HealthReport, Inventory } from "../../plan/index.ts";
import { HealthBook, type HealthChange } from "../healthBook.ts";
import { SilenceWatch } from "../silenceWatch.ts";
import { HealthTables } from "./healthTables.ts";
import type { SqliteFile } from "./sqliteFile.ts";

/** What vantages say of targets, merged, and kept on disk as it moves. */
export class KeptHealthBook {
  readonly #log: Log;
  readonly #tables: HealthTables;
  readonly #book: HealthBook;
  readonly #silence: SilenceWatch;
  readonly #moved: () => void;

  /** @param moved called where merged health is another than before. */
  constructor(file: SqliteFile, { clock, log }: { clock: Clock; log: Log }, moved: () => void) {
    this.#log = log;
    this.#tables = new HealthTables(file);
    this.#book = new HealthBook(clock, this.#tables.kept());
    this.#silence = new SilenceWatch(clock, this.#book, () => this.#noticeSilence());
    this.#moved = moved;
  }

  /** Throws StoreError where it cannot be kept: nothing was changed then. */
  take(report: HealthReport): void {
    this.#keep(this.#book.changeByReport(report));
    this.#silence.arm();
  }

  inventory(): Inventory {
    this.#noticeSilence();
    return this.#book.inventory();
  }

  close(): void {
    this.#silence.close();
  }

  #noticeSilence(): void {
    const change = this.#book.changeByTime();
    if (change === undefined) return;
    try {
      this.#keep(change);
    } catch (error) {
      // Only time has passed: after a restart the same silence leads to the same states.
      this.#log.warn("cannot keep merged health on disk", { problem: errorText(error) });
      this.#show(change);
    }
  }

  #keep(change: HealthChange): void {
    this.#tables.write(change);
    this.#show(change);
  }

  #show(change: HealthChange): void {
    this.#book.commit(change);
    if (change.merged.length > 0) this.#moved();
  }
}
