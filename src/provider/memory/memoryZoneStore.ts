import { assert, type Chance, type Clock, sleep } from "../../base/index.ts";
import { type Name, Rcode, type RRset, RRType, type Update } from "../../dns/index.ts";
import {
  type EndpointWrite,
  fenceName,
  type Gate,
  type GateFound,
  gateName,
  type Reading,
  SEED_TEXT,
  seedName,
  type WriteOutcome,
  weightsName,
  type ZoneStore,
  type ZoneStoreAbilities,
} from "../../plan/index.ts";
import { controlRRset, readControlText } from "../controlText.ts";
import { gateFound, readingOf } from "../readingOf.ts";
import { endpointUpdate, gateUpdate, seedUpdate } from "../updateOf.ts";
import { RecordMap } from "./recordMap.ts";

/** What may go wrong between a caller and the store, drawn for each request by itself. */
export interface MemoryFaults {
  readonly clock: Clock;
  readonly chance: Chance;
  /** Each way of a request takes 0..this many milliseconds. */
  readonly delayMsMax: number;
  /** Of a thousand writes: lost before, lost after, or delayed past the caller's patience. */
  readonly lossPerMille: number;
}

/** How a memory zone store is made. */
export interface MemoryZoneStoreOptions {
  readonly id?: string;
  readonly abilities?: Partial<ZoneStoreAbilities>;
  readonly faults?: MemoryFaults;
  /** For the proof that it matters: `false` applies every write, whatever its condition says. */
  readonly checksConditions?: boolean;
}

/** How long a caller waits for a lost reply, and how late a delayed write may still arrive. */
const PATIENCE_MS = 1_000;

const ABILITIES: ZoneStoreAbilities = {
  fencing: "fenced multi-record",
  weightedAnswers: true,
  gateIsCondition: true,
  needsSeed: false,
  writesPerCommitMax: 64,
};

/**
 * A zone store in memory with the semantics of DNS UPDATE: condition and write are one step. For
 * tests and simulations, with hands that reach in from outside and a network that loses things.
 */
export class MemoryZoneStore implements ZoneStore {
  readonly id: string;
  readonly abilities: ZoneStoreAbilities;
  /** Every zone's records, for hands from outside. Zones come into being when first touched. */
  readonly records = new RecordMap();
  /** Called after each applied endpoint write. */
  onApplied: (write: EndpointWrite) => void = () => {};
  /** While true, nothing can be read or written: no answer at all. */
  isCutOff = false;
  /** Refuses writes for which this gives a reason, as a server with rules of its own would. */
  refusalOf: (write: EndpointWrite) => string | undefined = () => undefined;
  readonly #faults: MemoryFaults | undefined;
  readonly #checksConditions: boolean;
  readonly #listeners: (() => void)[] = [];
  #repliesToLose = 0;
  #contact = 0;
  /** The contact in which each seed mark was last read: it may only be written in the same. */
  readonly #seedReadIn = new Map<Name, number>();

  constructor(options: MemoryZoneStoreOptions = {}) {
    this.id = options.id ?? "memory";
    this.abilities = { ...ABILITIES, ...options.abilities };
    this.#faults = options.faults;
    this.#checksConditions = options.checksConditions ?? true;
  }

  async read(_zone: Name, endpoints: readonly Name[]): Promise<readonly Reading[]> {
    await this.#travel();
    const readings = endpoints.map((endpoint) => this.#read(endpoint));
    await this.#travel();
    return readings;
  }

  async commit(zone: Name, writes: readonly EndpointWrite[]): Promise<readonly WriteOutcome[]> {
    assert(writes.length <= this.abilities.writesPerCommitMax, "a commit is not over its limit");
    return Promise.all(writes.map((write) => this.#commitOne(zone, write)));
  }

  async readGate(zone: Name): Promise<GateFound> {
    await this.#travel();
    if (this.isCutOff) return { kind: "unreadable", problem: "cut off" };
    return gateFound(this.records.rrset(gateName(zone), RRType.TXT));
  }

  async writeGate(zone: Name, expected: string | undefined, gate: Gate): Promise<WriteOutcome> {
    return this.#update(gateUpdate(zone, expected, gate));
  }

  async readSeed(zone: Name): Promise<"seeded" | "unseeded" | "unknown"> {
    await this.#travel();
    if (this.isCutOff) return "unknown";
    this.#seedReadIn.set(zone, this.#contact);
    const found = readControlText(this.records.rrset(seedName(zone), RRType.TXT), "one");
    return found.kind === "text" && found.text === SEED_TEXT ? "seeded" : "unseeded";
  }

  async writeSeed(zone: Name, unfenced: readonly Name[]): Promise<WriteOutcome> {
    await this.#travel();
    if (this.#seedReadIn.get(zone) !== this.#contact) return { kind: "condition-failed" };
    return this.#update(seedUpdate(zone, unfenced));
  }

  onReconnect(listener: () => void): void {
    this.#listeners.push(listener);
  }

  close(): void {
    this.#listeners.length = 0;
  }

  /** Contact was lost and is back. */
  reconnect(): void {
    this.isCutOff = false;
    this.#contact += 1;
    for (const listener of this.#listeners) listener();
  }

  /** The next `count` writes are applied, and nobody is told. */
  loseReplies(count: number): void {
    this.#repliesToLose = count;
  }

  /** By hand: the endpoint's own records, all of them or one type. */
  deleteRecords(endpoint: Name, type?: number): void {
    this.records.remove(endpoint, type);
  }

  /** By hand: the fence, and nothing else. */
  deleteFence(endpoint: Name): void {
    this.records.remove(fenceName(endpoint));
  }

  /** By hand: any fence text, well-formed or not. */
  putFenceText(endpoint: Name, text: string): void {
    this.records.put(controlRRset(fenceName(endpoint), text));
  }

  /** By hand: any RRset. */
  putRRset(rrset: RRset): void {
    this.records.put(rrset);
  }

  #read(endpoint: Name): Reading {
    if (this.isCutOff) return { kind: "unreadable", endpoint, problem: "cut off" };
    return readingOf(endpoint, {
      fence: this.records.rrset(fenceName(endpoint), RRType.TXT),
      weights: this.records.rrset(weightsName(endpoint), RRType.TXT),
      records: this.records.rrsetsAt(endpoint),
    });
  }

  async #commitOne(zone: Name, write: EndpointWrite): Promise<WriteOutcome> {
    const faults = this.#faults;
    if (faults !== undefined && faults.chance.below(1_000) < faults.lossPerMille) {
      return this.#loseOne(zone, write, faults);
    }
    await this.#travel();
    const outcome = this.#apply(zone, write);
    await this.#travel();
    if (this.#repliesToLose === 0) return outcome;
    this.#repliesToLose -= 1;
    return { kind: "unknown", problem: "the reply was lost" };
  }

  /** The caller gives up; the write was never there, was applied, or is applied much later. */
  async #loseOne(zone: Name, write: EndpointWrite, faults: MemoryFaults): Promise<WriteOutcome> {
    const fate = faults.chance.below(3);
    if (fate === 1) this.#apply(zone, write);
    if (fate === 2) {
      const lateMs = faults.chance.below(4 * PATIENCE_MS);
      faults.clock.wakeAfter(lateMs, () => void this.#apply(zone, write));
    }
    await sleep(faults.clock, PATIENCE_MS);
    return { kind: "unknown", problem: "no reply in time" };
  }

  #apply(zone: Name, write: EndpointWrite): WriteOutcome {
    const refusal = this.refusalOf(write);
    if (!this.isCutOff && refusal !== undefined) return { kind: "refused", problem: refusal };
    const outcome = this.#update(endpointUpdate(zone, write));
    if (outcome.kind === "applied") this.onApplied(write);
    return outcome;
  }

  #update(update: Update): WriteOutcome {
    if (this.isCutOff) return { kind: "unknown", problem: "cut off" };
    const ignorePrerequisites = !this.#checksConditions;
    const rcode = this.records.update(update, { ignorePrerequisites });
    return rcode === Rcode.NOERROR ? { kind: "applied" } : { kind: "condition-failed" };
  }

  async #travel(): Promise<void> {
    const faults = this.#faults;
    if (faults === undefined) return;
    await sleep(faults.clock, faults.chance.below(faults.delayMsMax + 1));
  }
}
