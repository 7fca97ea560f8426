import {
  type Chance,
  type Clock,
  type Disk,
  errorText,
  type Log,
  RecordLog,
  RecordLogError,
  sleep,
} from "../base/index.ts";
import type { Name } from "../dns/index.ts";
import {
  comparePositions,
  type EpochSeen,
  type Fence,
  type Gate,
  gateText,
  type PlanEntry,
  type PlannedContent,
  type Position,
} from "../plan/index.ts";
import { backoff } from "./backoff.ts";
import { EnactError } from "./enactError.ts";
import { type HighWaterMark, raiseMark, sameMark } from "./highWaterMark.ts";
import type { PlanNews } from "./planFollower.ts";
import { sameEntry } from "./sameEntry.ts";
import {
  type Cursor,
  decodeStateRecord,
  encodeStateRecord,
  type StateRecord,
} from "./stateRecord.ts";

const FILE = "state.log";
/** Since 2: gates, what overrides pin, and entries of orders; 1 is read. */
const FORMAT = { magic: "holdfast-enact", version: 2 } as const;

/** Gates kept in mind of a zone: who slept through more changes than these was away for long. */
const GATES_MAX = 8;

/** How long changes are gathered before they are written: marks are lower bounds, not promises. */
const GATHER_MS = 50;
/** Growth after which the file is written anew from what counts. */
const COMPACT_OCTETS_MIN = 8 * 1024 * 1024;

/**
 * What an enactor keeps on its own disk, so that it works with planner and plan store gone: the
 * newest entry of each endpoint, its high-water marks, and how far it has followed the plan store.
 * Memory counts; the disk follows it, and being behind only weakens the marks, never a fence.
 */
export class EnactorState {
  readonly entries = new Map<Name, PlanEntry>();
  readonly #marks = new Map<string, Map<Name, HighWaterMark>>();
  // The gates last seen of each store's zones, oldest first.
  readonly #gates = new Map<string, Map<Name, readonly Gate[]>>();
  // Highest epoch known of an endpoint, where it is not 0: a person raised it.
  readonly #epochs = new Map<Name, number>();
  // Epochs that the plan store's line has, where it has an older entry than is held here.
  readonly #lineEpochs = new Map<Name, number>();
  #cursor: Cursor = { generation: 0, digest: "" };
  #highest: Position | undefined;
  // Positions held of endpoints for which the line has an older entry of the same epoch.
  readonly #aheadOfLine = new Map<Name, Position>();
  // The same, where the line's older entry is a tombstone.
  readonly #aheadOfTombstone = new Map<Name, Position>();
  // Endpoints held that the line does not have at all.
  readonly #unknownToLine = new Set<Name>();
  // Entries that the plan store's line does not have: it went back in time, or is another one.
  readonly #offLine = new Set<Name>();
  readonly #log: RecordLog;
  readonly #clock: Clock;
  readonly #chance: Chance;
  readonly #report: Log;
  // What is not durable yet, by what it is about: bounded by endpoints and stores.
  #unsaved = new Map<string, StateRecord>();
  #isSaving = false;
  #isClosed = false;
  #compactedOctets: number;
  // The file is of an older version: what is new may only be in one that says so.
  #isOldFormat = false;

  private constructor(log: RecordLog, clock: Clock, chance: Chance, report: Log) {
    this.#log = log;
    this.#clock = clock;
    this.#chance = chance;
    this.#report = report;
    this.#compactedOctets = log.octets;
  }

  /**
   * Reads what an earlier run left. A damaged file is put aside, told, and done without: it holds
   * lower bounds and copies.
   *
   * @throws RecordLogError `log-too-new`; or the disk's own error.
   */
  static async open(disk: Disk, clock: Clock, chance: Chance, report: Log): Promise<EnactorState> {
    try {
      return await EnactorState.#load(disk, clock, chance, report);
    } catch (error) {
      if (!isDamage(error)) throw error;
      report.error("enactor state damaged, put aside", { problem: errorText(error) });
      const bytes = await disk.read(FILE);
      if (bytes !== undefined) await disk.replace(`${FILE}.damaged`, bytes);
      await disk.remove(FILE);
      return EnactorState.#load(disk, clock, chance, report);
    }
  }

  static async #load(disk: Disk, clock: Clock, chance: Chance, report: Log): Promise<EnactorState> {
    const { log, records, version } = await RecordLog.open(disk, FILE, FORMAT);
    const state = new EnactorState(log, clock, chance, report);
    state.#isOldFormat = version < FORMAT.version;
    for (const octets of records) state.#restore(decodeStateRecord(octets));
    return state;
  }

  get cursor(): Cursor {
    return this.#cursor;
  }

  /** The highest generation of any plausible fence seen or written, and of any entry held. */
  get highest(): Position | undefined {
    return this.#highest;
  }

  /** Whether the plan store's line, as last followed, has this entry as its endpoint's newest. */
  isOnLine(entry: PlanEntry): boolean {
    const held = this.entries.get(entry.endpoint);
    return held !== undefined && sameEntry(held, entry) && !this.#offLine.has(entry.endpoint);
  }

  mark(storeId: string, endpoint: Name): HighWaterMark | undefined {
    return this.#marks.get(storeId)?.get(endpoint);
  }

  /**
   * The highest position held of an endpoint for which the line, as it was last heard of, has an
   * older entry of the same epoch; undefined where there is none.
   */
  get aheadOfLine(): Position | undefined {
    let highest: Position | undefined;
    for (const held of this.#aheadOfLine.values()) {
      if (held.generation > (highest?.generation ?? 0)) highest = held;
    }
    return highest;
  }

  /**
   * Positions held above tombstones of the line, as it was last heard of: it is an old copy, and
   * the names were revived in what it lost.
   */
  get aheadOfTombstones(): readonly Position[] {
    return [...this.#aheadOfTombstone.values()];
  }

  /**
   * Entries held of endpoints that the line, as it was last heard of, does not have: it is not the
   * first line, and cannot know all that zones should hold.
   */
  get unknownToLine(): readonly PlanEntry[] {
    return [...this.#unknownToLine].flatMap((endpoint) => this.entries.get(endpoint) ?? []);
  }

  /** Takes what the plan store says; the answer is what is new here. Nothing goes back. */
  follow({ entries, head, isWholeLine }: PlanNews): readonly PlanEntry[] {
    if (isWholeLine) {
      this.#lineEpochs.clear();
      this.#aheadOfLine.clear();
      this.#aheadOfTombstone.clear();
      for (const endpoint of this.entries.keys()) {
        this.#offLine.add(endpoint);
        this.#unknownToLine.add(endpoint);
      }
    }
    const fresh: PlanEntry[] = [];
    for (const entry of entries) {
      const held = this.entries.get(entry.endpoint);
      this.#compareWithLine(held, entry);
      this.#unknownToLine.delete(entry.endpoint);
      const order = held === undefined ? 1 : comparePositions(entry, held);
      if (order >= 0) this.#offLine.delete(entry.endpoint);
      this.#lineEpochs.delete(entry.endpoint);
      if (order < 0 && entry.epoch > 0) this.#lineEpochs.set(entry.endpoint, entry.epoch);
      if (held === undefined || order > 0 || (order === 0 && !sameEntry(held, entry))) {
        fresh.push(entry);
      }
    }
    for (const entry of fresh) {
      this.#setEntry(entry);
      this.#unsaved.set(`entry ${entry.endpoint}`, { kind: "entry", entry });
    }
    const cursor: Cursor = { generation: head.generation, digest: head.digest };
    if (cursor.generation !== this.#cursor.generation || cursor.digest !== this.#cursor.digest) {
      this.#cursor = cursor;
      this.#unsaved.set("cursor", { kind: "cursor", cursor });
    }
    this.#save();
    return fresh;
  }

  /**
   * Epochs of plausible fences, and of entries held, that are above what the plan store's line has:
   * people raised them, and the store does not know yet, or not any more.
   */
  epochsAhead(): readonly EpochSeen[] {
    return [...this.#epochs]
      .filter(([endpoint, epoch]) => epoch > this.#lineEpoch(endpoint))
      .map(([endpoint, epoch]) => ({ endpoint, epoch }));
  }

  #lineEpoch(endpoint: Name): number {
    if (this.#offLine.has(endpoint)) return this.#lineEpochs.get(endpoint) ?? 0;
    return this.entries.get(endpoint)?.epoch ?? 0;
  }

  /** The newest gate seen of a zone. */
  gate(storeId: string, zone: Name): Gate | undefined {
    return this.#gates.get(storeId)?.get(zone)?.at(-1);
  }

  /**
   * Whether this gate was seen before, and another one after it. Not where that one's edition is
   * lower: an enactor that had slept put it there, and whoever came next counted on from it.
   */
  isOldGate(storeId: string, zone: Name, gate: Gate): boolean {
    const held = this.#gates.get(storeId)?.get(zone) ?? [];
    const newest = held.at(-1);
    if (newest === undefined || newest.edition <= gate.edition) return false;
    return held.some((seen) => gateText(seen) === gateText(gate));
  }

  /** A zone's gate was read: an old one that came back is no newer for that. */
  seeGate(storeId: string, zone: Name, gate: Gate): void {
    const held = this.#gates.get(storeId)?.get(zone) ?? [];
    const newest = held.at(-1);
    if (newest !== undefined && gateText(newest) === gateText(gate)) return;
    if (this.isOldGate(storeId, zone, gate)) return;
    const others = held.filter((seen) => gateText(seen) !== gateText(gate));
    const gates = [...others, gate].slice(-GATES_MAX);
    this.#setGates(storeId, zone, gates);
    this.#unsaved.set(`gate ${storeId} ${zone}`, { kind: "gates", storeId, zone, gates });
    this.#save();
  }

  /** A plausible fence was seen in a store, or written there, perhaps with all that it pins. */
  see(storeId: string, endpoint: Name, fence: Fence, pinned?: PlannedContent): void {
    const held = this.mark(storeId, endpoint);
    const mark = raiseMark(held, fence, pinned);
    if (sameMark(held, mark)) return;
    this.#setMark(storeId, endpoint, mark);
    this.#unsaved.set(`mark ${storeId} ${endpoint}`, { kind: "mark", storeId, endpoint, mark });
    this.#save();
  }

  /** Saves what is left, once, and stops. */
  async close(): Promise<void> {
    this.#isClosed = true;
    const records = this.#takeUnsaved();
    try {
      await this.#write(records);
    } catch (error) {
      this.#report.error("enactor state not saved", { problem: errorText(error) });
    }
  }

  #restore(held: StateRecord): void {
    if (held.kind === "entry") this.#setEntry(held.entry);
    if (held.kind === "mark") this.#setMark(held.storeId, held.endpoint, held.mark);
    if (held.kind === "gates") this.#setGates(held.storeId, held.zone, held.gates);
    if (held.kind === "cursor") this.#cursor = held.cursor;
  }

  #setMark(storeId: string, endpoint: Name, mark: HighWaterMark): void {
    const marks = this.#marks.get(storeId) ?? new Map<Name, HighWaterMark>();
    this.#marks.set(storeId, marks.set(endpoint, mark));
    this.#rise(mark);
    this.#riseEpoch(endpoint, mark.epoch);
  }

  #setGates(storeId: string, zone: Name, gates: readonly Gate[]): void {
    const byZone = this.#gates.get(storeId) ?? new Map<Name, readonly Gate[]>();
    this.#gates.set(storeId, byZone.set(zone, gates));
  }

  #setEntry(entry: PlanEntry): void {
    this.entries.set(entry.endpoint, entry);
    this.#rise(entry);
    this.#riseEpoch(entry.endpoint, entry.epoch);
  }

  #riseEpoch(endpoint: Name, epoch: number): void {
    if (epoch > (this.#epochs.get(endpoint) ?? 0)) this.#epochs.set(endpoint, epoch);
  }

  #compareWithLine(held: PlanEntry | undefined, line: PlanEntry): void {
    this.#aheadOfLine.delete(line.endpoint);
    this.#aheadOfTombstone.delete(line.endpoint);
    if (held?.epoch !== line.epoch || held.generation <= line.generation) return;
    const { epoch, generation } = held;
    // No plan makes a tombstone anew for its position alone.
    const ahead = line.kind === "tombstone" ? this.#aheadOfTombstone : this.#aheadOfLine;
    ahead.set(line.endpoint, { epoch, generation });
  }

  #rise({ epoch, generation }: Position): void {
    if (generation > (this.#highest?.generation ?? 0)) this.#highest = { epoch, generation };
  }

  #takeUnsaved(): readonly StateRecord[] {
    const records = [...this.#unsaved.values()];
    this.#unsaved = new Map();
    return records;
  }

  #save(): void {
    if (this.#isSaving || this.#isClosed) return;
    this.#isSaving = true;
    void this.#saveAll().finally(() => {
      this.#isSaving = false;
      if (this.#unsaved.size > 0) this.#save();
    });
  }

  async #saveAll(): Promise<void> {
    for (let attempt = 1; this.#unsaved.size > 0; ) {
      await sleep(this.#clock, attempt === 1 ? GATHER_MS : this.#retryMs(attempt));
      if (this.#isClosed) return;
      const taken = this.#unsaved;
      this.#unsaved = new Map();
      try {
        await this.#write([...taken.values()]);
        attempt = 1;
      } catch (error) {
        // Newer facts about the same thing win over those that could not be written.
        this.#unsaved = new Map([...taken, ...this.#unsaved]);
        if (attempt === 1) {
          this.#report.error("enactor state not saved", { problem: errorText(error) });
        }
        attempt += 1;
      }
    }
  }

  async #write(records: readonly StateRecord[]): Promise<void> {
    const growth = this.#log.octets - this.#compactedOctets;
    const isSmall = growth < Math.max(COMPACT_OCTETS_MIN, this.#compactedOctets);
    if (isSmall && !this.#isOldFormat) {
      await this.#log.append(records.map(encodeStateRecord));
      return;
    }
    if (records.length === 0) return;
    await this.#log.rewrite([...this.#all()].map(encodeStateRecord));
    this.#compactedOctets = this.#log.octets;
    this.#isOldFormat = false;
  }

  *#all(): Iterable<StateRecord> {
    for (const entry of this.entries.values()) yield { kind: "entry", entry };
    for (const [storeId, marks] of this.#marks) {
      for (const [endpoint, mark] of marks) yield { kind: "mark", storeId, endpoint, mark };
    }
    for (const [storeId, byZone] of this.#gates) {
      for (const [zone, gates] of byZone) yield { kind: "gates", storeId, zone, gates };
    }
    yield { kind: "cursor", cursor: this.#cursor };
  }

  #retryMs(attempt: number): number {
    const { afterMs, jitterMs } = backoff(attempt);
    return afterMs + this.#chance.below(Math.ceil(jitterMs) + 1);
  }
}

function isDamage(error: unknown): boolean {
  if (error instanceof EnactError) return error.fault.code === "state-malformed";
  if (!(error instanceof RecordLogError)) return false;
  return error.fault.code === "log-corrupt" || error.fault.code === "log-not-ours";
}
