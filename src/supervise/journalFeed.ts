import type { CancelWake, Clock } from "../base/index.ts";
import type { Journal, JournalEvent, NewEvent } from "../journal/index.ts";

/** Our own events that wait while the store is away; the newest are lost above it, and counted. */
const WAITING_MAX = 500;
/** Events asked for at once. */
const PAGE = 500;
/** Wait before the store is tried again, in milliseconds. */
const RETRY_MS = 500;

/** What a feed needs. */
export interface FeedPorts {
  readonly journal: Journal;
  readonly clock: Clock;
  /** Events since this wall clock are shown; what is older was shown by an earlier instance. */
  readonly sinceMs: number;
  /** Called with events in order, some at a time. */
  readonly onEvents: (events: readonly JournalEvent[]) => void;
}

/** Follows the journal for the terminal, and brings the supervisor's own events into it. */
export class JournalFeed {
  readonly #ports: FeedPorts;
  #waiting: readonly NewEvent[] = [];
  readonly #unwatch: () => void;
  #lost = 0;
  #after: number | undefined;
  #isBusy = false;
  #isWanted = false;
  #isClosed = false;
  #cancelRetry: CancelWake = () => {};

  constructor(ports: FeedPorts) {
    this.#ports = ports;
    this.#unwatch = ports.journal.watchJournal(() => this.#pump());
    this.#pump();
  }

  /** Brings an event into the journal, as soon as the store can be reached. */
  record(event: NewEvent): void {
    if (this.#waiting.length === WAITING_MAX) this.#lost += 1;
    else this.#waiting = [...this.#waiting, event];
    this.#pump();
  }

  /** Stops following. What is still waiting is given up: the process ends. */
  close(): void {
    this.#isClosed = true;
    this.#unwatch();
    this.#cancelRetry();
  }

  #pump(): void {
    this.#isWanted = true;
    if (this.#isBusy || this.#isClosed) return;
    this.#isBusy = true;
    this.#cancelRetry();
    void this.#work();
  }

  async #work(): Promise<void> {
    try {
      while (this.#isWanted && !this.#isClosed) {
        this.#isWanted = false;
        await this.#flush();
        await this.#pull();
      }
    } catch {
      // Not there, or away: the feed is for people, and people see the store's state elsewhere.
      if (!this.#isClosed) {
        this.#cancelRetry = this.#ports.clock.wakeAfter(RETRY_MS, () => this.#pump());
      }
    }
    this.#isBusy = false;
  }

  async #flush(): Promise<void> {
    const { journal, clock } = this.#ports;
    const events = this.#waiting;
    if (events.length > 0) await journal.record(events);
    this.#waiting = this.#waiting.slice(events.length);
    if (this.#lost === 0) return;
    const count = this.#lost;
    const text = `${count} events of the supervisor were lost while the store was away`;
    const about = { actor: "supervisor", subject: "supervisor", facts: { count } };
    await journal.record([{ atMs: clock.wallMs(), kind: "events-lost", text, ...about }]);
    this.#lost -= count;
  }

  async #pull(): Promise<void> {
    const { journal, sinceMs, onEvents } = this.#ports;
    if (this.#after === undefined) {
      const newest = await journal.newestEvents(PAGE);
      const shown = newest.filter((event) => event.atMs >= sinceMs);
      this.#after = newest.at(-1)?.seq ?? 0;
      if (shown.length > 0 && !this.#isClosed) onEvents(shown);
    }
    for (;;) {
      const events = await journal.eventsAfter(this.#after, PAGE);
      if (this.#isClosed) return;
      this.#after = events.at(-1)?.seq ?? this.#after;
      if (events.length > 0) onEvents(events);
      if (events.length < PAGE) return;
    }
  }
}
