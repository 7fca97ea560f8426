import { assert } from "../base/index.ts";
import type { Name } from "../dns/index.ts";
import type { EndpointWrite, Reading, WriteOutcome, ZoneStore } from "../plan/index.ts";
import { type Urgency, WorkQueue } from "./workQueue.ts";

/** Endpoints asked about in one reading. */
export const ENDPOINTS_PER_READ_MAX = 32;
/** Readings and commits under way at once: keeps a connection busy, and bounds what one may owe. */
const READS_IN_FLIGHT_MAX = 8;
const COMMITS_IN_FLIGHT_MAX = 8;

/** Where the answers go. */
export interface TrafficSink {
  onReading(reading: Reading): void;
  onOutcome(endpoint: Name, outcome: WriteOutcome): void;
}

/** Carries readings and writes to one zone store in batches, bounded, urgent ones first. */
export class Traffic {
  readonly #store: ZoneStore;
  readonly #sink: TrafficSink;
  readonly #reads = new WorkQueue<Name>();
  readonly #writes = new WorkQueue<EndpointWrite>();
  #readsInFlight = 0;
  #commitsInFlight = 0;
  #isPumpAsked = false;
  #contact = 0;
  #isClosed = false;

  constructor(store: ZoneStore, sink: TrafficSink) {
    this.#store = store;
    this.#sink = sink;
  }

  /** Whether background readings find the way clear. */
  get hasRoom(): boolean {
    return this.#reads.waiting("background") < ENDPOINTS_PER_READ_MAX;
  }

  read(zone: Name, endpoint: Name, urgency: Urgency): void {
    this.#reads.push(zone, endpoint, urgency);
    this.#pumpSoon();
  }

  write(zone: Name, write: EndpointWrite): void {
    this.#writes.push(zone, write, "urgent");
    this.#pumpSoon();
  }

  /** Contact was lost and is back: what was asked before says nothing of what is there now. */
  renewContact(): void {
    this.#contact += 1;
  }

  /** What arrives from now on is nobody's any more. */
  close(): void {
    this.#isClosed = true;
  }

  #pumpSoon(): void {
    if (this.#isPumpAsked) return;
    this.#isPumpAsked = true;
    // At the end of this turn, so that what is asked for together travels together.
    void Promise.resolve().then(() => {
      this.#isPumpAsked = false;
      this.#pump();
    });
  }

  #pump(): void {
    while (!this.#isClosed && this.#commitsInFlight < COMMITS_IN_FLIGHT_MAX) {
      const batch = this.#writes.take(this.#store.abilities.writesPerCommitMax);
      if (batch === undefined) break;
      void this.#commit(batch.zone, batch.items);
    }
    while (!this.#isClosed && this.#readsInFlight < READS_IN_FLIGHT_MAX) {
      const batch = this.#reads.take(ENDPOINTS_PER_READ_MAX);
      if (batch === undefined) break;
      void this.#readBatch(batch.zone, batch.items);
    }
  }

  async #readBatch(zone: Name, endpoints: readonly Name[]): Promise<void> {
    this.#readsInFlight += 1;
    const contact = this.#contact;
    const readings = await this.#store.read(zone, endpoints);
    this.#readsInFlight -= 1;
    if (this.#isClosed) return;
    assert(readings.length === endpoints.length, "a store answers for every endpoint asked about");
    const isOld = contact !== this.#contact;
    const problem = "contact was lost meanwhile";
    for (const reading of readings) {
      const { endpoint } = reading;
      this.#sink.onReading(isOld ? { kind: "unreadable", endpoint, problem } : reading);
    }
    this.#pumpSoon();
  }

  async #commit(zone: Name, writes: readonly EndpointWrite[]): Promise<void> {
    this.#commitsInFlight += 1;
    const outcomes = await this.#store.commit(zone, writes);
    this.#commitsInFlight -= 1;
    if (this.#isClosed) return;
    assert(outcomes.length === writes.length, "a store answers for every write");
    for (const [index, { endpoint }] of writes.entries()) {
      const outcome = outcomes[index];
      if (outcome !== undefined) this.#sink.onOutcome(endpoint, outcome);
    }
    this.#pumpSoon();
  }
}
