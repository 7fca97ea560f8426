import { chainEvent, type JournalEvent, type NewEvent } from "../../journal/index.ts";
import { jsonIn } from "./rows.ts";
import type { SqliteFile } from "./sqliteFile.ts";

/** Rows over the bound before the oldest are deleted: deleting in bulk costs less per event. */
const DROP_BATCH = 1_000;

/** The journal as a table: the newest events, chained, and a note of where the chain begins. */
export class JournalTable {
  readonly #file: SqliteFile;
  readonly #eventsMax: number;
  #newest: JournalEvent | undefined;
  #oldestSeq: number;

  constructor(file: SqliteFile, eventsMax: number) {
    this.#file = file;
    this.#eventsMax = eventsMax;
    this.#newest = this.#edge("DESC");
    this.#oldestSeq = this.#edge("ASC")?.seq ?? 1;
  }

  get newestSeq(): number {
    return this.#newest?.seq ?? 0;
  }

  /**
   * Adds events inside the caller's step. The caller tells {@link settle} once the step is on disk:
   * until then what this class remembers is unchanged.
   */
  add(events: readonly NewEvent[]): JournalEvent | undefined {
    let newest = this.#newest;
    const insert = this.#file.statement(
      "INSERT INTO journal (seq, subject, json) VALUES (?, ?, ?)",
    );
    for (const event of events) {
      newest = chainEvent(event, newest);
      insert.run(newest.seq, newest.subject, JSON.stringify(newest));
    }
    return newest;
  }

  /** Takes note of what {@link add} returned, and drops what is over the bound. */
  settle(newest: JournalEvent | undefined): void {
    this.#newest = newest;
    if (this.newestSeq - this.#oldestSeq + 1 < this.#eventsMax + DROP_BATCH) return;
    const firstKept = this.#firstKept();
    this.#file.write("drop old events", () => {
      const start = JSON.stringify(this.#bySeq(firstKept));
      this.#file
        .statement("INSERT OR REPLACE INTO meta (key, value) VALUES ('journal-start', ?)")
        .run(start);
      this.#file.statement("DELETE FROM journal WHERE seq < ?").run(firstKept);
    });
    this.#oldestSeq = firstKept;
  }

  after(seq: number, limit: number): readonly JournalEvent[] {
    const from = Math.max(seq + 1, this.#firstKept());
    return this.#file.read("read events", () =>
      this.#file
        .statement("SELECT json FROM journal WHERE seq >= ? ORDER BY seq LIMIT ?")
        .all(from, limit)
        .map((row) => jsonIn<JournalEvent>(row, "json")),
    );
  }

  newest(limit: number, subject: string | undefined): readonly JournalEvent[] {
    const from = this.#firstKept();
    const newestFirst = this.#file.read("read events", () =>
      subject === undefined
        ? this.#file
            .statement("SELECT json FROM journal WHERE seq >= ? ORDER BY seq DESC LIMIT ?")
            .all(from, limit)
        : this.#file
            .statement(
              `SELECT json FROM journal WHERE subject = ? AND seq >= ?
               ORDER BY seq DESC LIMIT ?`,
            )
            .all(subject, from, limit),
    );
    return newestFirst.reverse().map((row) => jsonIn<JournalEvent>(row, "json"));
  }

  #firstKept(): number {
    return Math.max(1, this.newestSeq - this.#eventsMax + 1);
  }

  #bySeq(seq: number): JournalEvent | undefined {
    const row = this.#file.statement("SELECT json FROM journal WHERE seq = ?").get(seq);
    return row === undefined ? undefined : jsonIn<JournalEvent>(row, "json");
  }

  #edge(direction: "ASC" | "DESC"): JournalEvent | undefined {
    return this.#file.read("read the journal's ends", () => {
      const row = this.#file
        .statement(`SELECT json FROM journal ORDER BY seq ${direction} LIMIT 1`)
        .get();
      return row === undefined ? undefined : jsonIn<JournalEvent>(row, "json");
    });
  }
}
