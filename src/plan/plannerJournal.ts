import { BoundedQueue, type Clock, errorText, type Log } from "../base/index.ts";

/** An event that the planner journals; a `NewEvent` of src/journal, which is a floor above. */
export interface PlannerEvent {
  readonly atMs: number;
  readonly kind:
    | "plan-accepted"
    | "plan-refused"
    | "endpoint-failed-open"
    | "endpoint-recovered"
    | "capacity-held"
    | "events-lost";
  readonly actor: string;
  readonly subject: string;
  readonly text: string;
  readonly facts: Readonly<Record<string, string | number | boolean>>;
}

/** The part of the journal that the planner needs; `Journal` of src/journal is one. */
export interface PlannerJournal {
  record(events: readonly PlannerEvent[]): Promise<void>;
}

/** Events kept while the journal is away: minutes of a bad day, a few hundred kilobytes. */
const EVENTS_WAITING_MAX = 1000;
/** Events recorded at once: keeps one message small. */
const EVENTS_PER_RECORD_MAX = 100;
const RETRY_MS = 500;

/** Journals in the background: planning never waits for it. Bounded, and counts what it lost. */
export class PlannerJournalBuffer {
  readonly #journal: PlannerJournal;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #actor: string;
  readonly #waiting = new BoundedQueue<PlannerEvent>(EVENTS_WAITING_MAX);
  #lost = 0;
  #batch: readonly PlannerEvent[] = [];
  #flushing = false;
  #closed = false;

  constructor(journal: PlannerJournal, clock: Clock, log: Log, actor: string) {
    this.#journal = journal;
    this.#clock = clock;
    this.#log = log;
    this.#actor = actor;
  }

  /** Queues an event with the actor and the time added. */
  add(event: Omit<PlannerEvent, "atMs" | "actor">): void {
    const whole = { ...event, atMs: this.#clock.wallMs(), actor: this.#actor };
    if (this.#waiting.push(whole) === "full") this.#lost += 1;
    if (!this.#flushing) void this.#flush();
  }

  close(): void {
    this.#closed = true;
  }

  async #flush(): Promise<void> {
    this.#flushing = true;
    while (!this.#closed && this.#fillBatch()) {
      try {
        await this.#journal.record(this.#batch);
        this.#batch = [];
      } catch (error) {
        this.#log.warn("journal is away, events wait", { problem: errorText(error) });
        this.#clock.wakeAfter(RETRY_MS, () => void this.#flush());
        return; // still flushing: the wake goes on
      }
    }
    this.#flushing = false;
  }

  /** Whether there is something to record; a batch that failed stays as it was. */
  #fillBatch(): boolean {
    if (this.#batch.length > 0) return true;
    const batch: PlannerEvent[] = [];
    if (this.#lost > 0) batch.push(this.#lostEvent());
    while (batch.length < EVENTS_PER_RECORD_MAX) {
      const event = this.#waiting.shift();
      if (event === undefined) break;
      batch.push(event);
    }
    this.#batch = batch;
    return batch.length > 0;
  }

  #lostEvent(): PlannerEvent {
    const lost = this.#lost;
    this.#lost = 0;
    return {
      atMs: this.#clock.wallMs(),
      kind: "events-lost",
      actor: this.#actor,
      subject: this.#actor,
      text: `${lost} events of the planner were lost while the journal was away`,
      facts: { lost },
    };
  }
}
