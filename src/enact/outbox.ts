import {
  assert,
  BoundedQueue,
  type Chance,
  type Clock,
  errorText,
  type Log,
} from "../base/index.ts";
import type { Journal, NewEvent } from "../journal/index.ts";
import { backoff } from "./backoff.ts";

/** Events kept while the journal cannot be reached: a whole region enacted, with room to spare. */
export const OUTBOX_EVENTS_MAX = 20_000;
/** Events handed over at once. */
const EVENTS_PER_RECORD_MAX = 500;

/** Hands events to the journal in order; loses the newest, counted, rather than block anyone. */
export class Outbox {
  readonly #journal: Journal;
  readonly #actor: string;
  readonly #clock: Clock;
  readonly #chance: Chance;
  readonly #log: Log;
  readonly #events = new BoundedQueue<NewEvent>(OUTBOX_EVENTS_MAX);
  #lost = 0;
  #isSending = false;
  #isClosed = false;
  #endPause: () => void = () => {};

  constructor(journal: Journal, actor: string, clock: Clock, chance: Chance, log: Log) {
    this.#journal = journal;
    this.#actor = actor;
    this.#clock = clock;
    this.#chance = chance;
    this.#log = log;
  }

  /** Events that wait. */
  get waiting(): number {
    return this.#events.size;
  }

  put(event: NewEvent): void {
    if (this.#events.push(event) === "full") this.#lost += 1;
    this.#start();
  }

  /** The journal may answer again: what waits for another try is tried at once. */
  retry(): void {
    this.#endPause();
  }

  /** Stops; what waits is dropped. */
  close(): void {
    this.#isClosed = true;
  }

  #start(): void {
    if (this.#isSending || this.#isClosed) return;
    this.#isSending = true;
    void this.#send().finally(() => {
      this.#isSending = false;
      if (this.#events.size > 0 || this.#lost > 0) this.#start();
    });
  }

  async #send(): Promise<void> {
    await Promise.resolve(); // lets what happens in this turn go together
    for (let batch = this.#take(); batch.length > 0; batch = this.#take()) {
      if (!(await this.#record(batch))) return;
    }
  }

  /** Tries until the journal takes the batch; false where the outbox was closed meanwhile. */
  async #record(batch: readonly NewEvent[]): Promise<boolean> {
    for (let attempt = 1; !this.#isClosed; attempt += 1) {
      try {
        await this.#journal.record(batch);
        return true;
      } catch (error) {
        if (attempt === 1) this.#log.warn("journal not reachable", { problem: errorText(error) });
        const { afterMs, jitterMs } = backoff(attempt);
        await this.#pause(afterMs + this.#chance.below(Math.ceil(jitterMs) + 1));
      }
    }
    return false;
  }

  #pause(afterMs: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#clock.wakeAfter(afterMs, resolve);
      this.#endPause = () => {
        cancel();
        resolve();
      };
    });
  }

  #take(): readonly NewEvent[] {
    const batch: NewEvent[] = [];
    while (batch.length < EVENTS_PER_RECORD_MAX) {
      const event = this.#events.shift();
      if (event === undefined) break;
      batch.push(event);
    }
    if (this.#lost > 0 && batch.length < EVENTS_PER_RECORD_MAX) batch.push(this.#lostEvent());
    assert(batch.length <= EVENTS_PER_RECORD_MAX, "a batch is bounded");
    return batch;
  }

  #lostEvent(): NewEvent {
    const lost = this.#lost;
    this.#lost = 0;
    return {
      atMs: this.#clock.wallMs(),
      kind: "events-lost",
      actor: this.#actor,
      subject: this.#actor,
      text: `${lost} events were lost while the journal could not be reached`,
      facts: { lost },
    };
  }
}
