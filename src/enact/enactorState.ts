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
import { comparePositions, type Fence, type PlanEntry, type Position } from "../plan/index.ts";
import { backoff } from "./backoff.ts";
import { EnactError } from "./enactError.ts";
import { type HighWaterMark, raiseMark, sameMark } from "./highWaterMark.ts";
import type { PlanNews } from "./planFollower.ts";
import {
  type Cursor,
  decodeStateRecord,
  encodeStateRecord,
  type StateRecord,
} from "./stateRecord.ts";

const FILE = "state.log";
const FORMAT = { magic: "holdfast-enact", version: 1 } as const;

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
  #cursor: Cursor = { generation: 0, digest: "" };
  #highest: Position | undefined;
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
    const { log, records } = await RecordLog.open(disk, FILE, FORMAT);
    const state = new EnactorState(log, clock, chance, report);
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
    return (
      held !== undefined &&
      comparePositions(held, entry) === 0 &&
      held.digest === entry.digest &&
      !this.#offLine.has(entry.endpoint)
    );
  }

  mark(storeId: string, endpoint: Name): HighWaterMark | undefined {
    return this.#marks.get(storeId)?.get(endpoint);
  }

  /** Takes what the plan store says; the answer is what is new here. Nothing goes back. */
  follow({ entries, head, isWholeLine }: PlanNews): readonly PlanEntry[] {
    if (isWholeLine) for (const endpoint of this.entries.keys()) this.#offLine.add(endpoint);
    const fresh: PlanEntry[] = [];
    for (const entry of entries) {
      const held = this.entries.get(entry.endpoint);
      const order = held === undefined ? 1 : comparePositions(entry, held);
      if (order >= 0) this.#offLine.delete(entry.endpoint);
      if (order > 0 || (order === 0 && entry.digest !== held?.digest)) fresh.push(entry);
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

  /** A plausible fence was seen in a store, or written there. */
  see(storeId: string, endpoint: Name, fence: Fence): void {
    const held = this.mark(storeId, endpoint);
    const mark = raiseMark(held, fence);
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
      await this.#log.append(records.map(encodeStateRecord));
    } catch (error) {
      this.#report.error("enactor state not saved", { problem: errorText(error) });
    }
  }

  #restore(held: StateRecord): void {
    if (held.kind === "entry") this.#setEntry(held.entry);
    if (held.kind === "mark") this.#setMark(held.storeId, held.endpoint, held.mark);
    if (held.kind === "cursor") this.#cursor = held.cursor;
  }

  #setMark(storeId: string, endpoint: Name, mark: HighWaterMark): void {
    const marks = this.#marks.get(storeId) ?? new Map<Name, HighWaterMark>();
    this.#marks.set(storeId, marks.set(endpoint, mark));
    this.#rise(mark);
  }

  #setEntry(entry: PlanEntry): void {
    this.entries.set(entry.endpoint, entry);
    this.#rise(entry);
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
    if (growth < Math.max(COMPACT_OCTETS_MIN, this.#compactedOctets)) {
      await this.#log.append(records.map(encodeStateRecord));
      return;
    }
    await this.#log.rewrite([...this.#all()].map(encodeStateRecord));
    this.#compactedOctets = this.#log.octets;
  }

  *#all(): Iterable<StateRecord> {
    for (const entry of this.entries.values()) yield { kind: "entry", entry };
    for (const [storeId, marks] of this.#marks) {
      for (const [endpoint, mark] of marks) yield { kind: "mark", storeId, endpoint, mark };
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
