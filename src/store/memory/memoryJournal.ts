import { chainEvent, type JournalEvent, type NewEvent } from "../../journal/index.ts";

/** The journal in memory: the newest events, chained. */
export class MemoryJournal {
  #events: JournalEvent[] = [];
  readonly #eventsMax: number;

  constructor(eventsMax: number) {
    this.#eventsMax = eventsMax;
  }

  /** Number of the newest event; 0 before the first. */
  get newestSeq(): number {
    return this.#events.at(-1)?.seq ?? 0;
  }

  record(events: readonly NewEvent[]): void {
    for (const event of events) this.#events.push(chainEvent(event, this.#events.at(-1)));
    // Cut at twice the size, so that dropping costs little per event.
    if (this.#events.length > this.#eventsMax * 2) this.#events = this.#kept();
  }

  after(seq: number, limit: number): readonly JournalEvent[] {
    return this.#kept()
      .filter((event) => event.seq > seq)
      .slice(0, limit);
  }

  newest(limit: number, subject: string | undefined): readonly JournalEvent[] {
    const about = this.#kept().filter(
      (event) => subject === undefined || event.subject === subject,
    );
    return about.slice(-limit);
  }

  #kept(): JournalEvent[] {
    return this.#events.slice(-this.#eventsMax);
  }
}
