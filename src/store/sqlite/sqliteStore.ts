import { type Clock, errorText, type Log } from "../../base/index.ts";
import type { Name } from "../../dns/index.ts";
import type { JournalEvent, NewEvent } from "../../journal/index.ts";
import type {
  AppendOutcome,
  EntryVersion,
  Force,
  Generation,
  HealthReport,
  Inventory,
  Plan,
  PlanChanges,
  PlanDelta,
  PlanHead,
  PlanSummary,
  Policy,
  PolicyRevision,
  Position,
  StoreHint,
} from "../../plan/index.ts";
import { policyAccepted, targetForced, targetReleased } from "../acts.ts";
import { canonicalJson } from "../canonicalJson.ts";
import { checkForce, checkPolicy } from "../checks.ts";
import { HealthBook, type HealthChange } from "../healthBook.ts";
import { HintBoard } from "../hintBoard.ts";
import { checkEventCount, checkRows, JOURNAL_EVENTS_MAX } from "../limits.ts";
import { SilenceWatch } from "../silenceWatch.ts";
import type { Store, StoreOptions } from "../store.ts";
import { refused } from "../storeError.ts";
import { HealthTables } from "./healthTables.ts";
import { JournalTable } from "./journalTable.ts";
import { LineTables } from "./lineTables.ts";
import { textIn } from "./rows.ts";
import { FILE_OCTETS_MAX, SqliteFile } from "./sqliteFile.ts";
import { WishTables } from "./wishTables.ts";

/** What a SQLite plan store may be told beside what every store needs. */
export interface SqliteStoreOptions extends StoreOptions {
  /** Largest size of the file; FILE_OCTETS_MAX where absent. Past it calls reject with `full`. */
  readonly fileOctetsMax?: number;
}

/**
 * Opens, or creates, the plan store of a region in a file that this process then owns alone.
 * Rejects with StoreError `in-use`, `full`, `unusable`, `malformed`, `newer-format`, and `refused`
 * where the file is another region's.
 */
export async function openSqliteStore(
  path: string,
  options: SqliteStoreOptions,
): Promise<SqliteStore> {
  const file = await SqliteFile.open(path, options.fileOctetsMax ?? FILE_OCTETS_MAX);
  try {
    claimRegion(file, options.region);
    return new SqliteStore(file, options);
  } catch (error) {
    file.close();
    throw error;
  }
}

function claimRegion(file: SqliteFile, region: string): void {
  const found = file.read("read the region", () =>
    file.statement("SELECT value FROM meta WHERE key = 'region'").get(),
  );
  if (found === undefined) {
    file.write("name the region", () => {
      file.statement("INSERT INTO meta (key, value) VALUES ('region', ?)").run(region);
    });
    return;
  }
  const held = textIn(found, "value");
  if (held === region) return;
  throw refused(`Cannot open the plan store as its region must be ${region}: it is ${held}`);
}

/**
 * A plan store and journal in one SQLite file. Every change is one durable step before its promise
 * resolves; what is remembered in memory changes only after the step is on disk.
 */
export class SqliteStore implements Store {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #file: SqliteFile;
  readonly #line: LineTables;
  readonly #wishes: WishTables;
  readonly #healthTables: HealthTables;
  readonly #journal: JournalTable;
  readonly #board = new HintBoard(true);
  readonly #book: HealthBook;
  readonly #silence: SilenceWatch;

  /** Only for {@link openSqliteStore}. */
  constructor(file: SqliteFile, { region, clock, log, journalEventsMax }: SqliteStoreOptions) {
    this.#clock = clock;
    this.#log = log;
    this.#file = file;
    this.#line = new LineTables(file, region);
    this.#wishes = new WishTables(file);
    this.#healthTables = new HealthTables(file);
    this.#journal = new JournalTable(file, journalEventsMax ?? JOURNAL_EVENTS_MAX);
    this.#book = new HealthBook(clock, this.#healthTables.kept());
    this.#silence = new SilenceWatch(clock, this.#book, () => this.#noticeSilence());
  }

  async head(): Promise<PlanHead> {
    return this.#file.read("read the head", () => this.#line.head);
  }

  async append(delta: PlanDelta): Promise<AppendOutcome> {
    const outcome = this.#line.append(delta);
    if (outcome.kind === "accepted") this.#hintPlan();
    return outcome;
  }

  async read(generation?: Generation): Promise<Plan | undefined> {
    return this.#line.read(generation ?? this.#line.head.generation);
  }

  async changesAfter(generation: Generation): Promise<PlanChanges> {
    return this.#line.changesAfter(generation);
  }

  async summaries(limit: number, before?: Generation): Promise<readonly PlanSummary[]> {
    checkRows(limit);
    return this.#line.summaries(limit, before ?? Number.MAX_SAFE_INTEGER);
  }

  async history(endpoint: Name, limit: number): Promise<readonly EntryVersion[]> {
    checkRows(limit);
    return this.#line.history(endpoint, limit);
  }

  async raiseFloor(seen: Position): Promise<void> {
    if (this.#line.raiseFloor(seen)) this.#hintPlan();
  }

  async policy(): Promise<PolicyRevision | undefined> {
    return this.#wishes.policy()?.revision;
  }

  async putPolicy(policy: Policy, actor: string): Promise<PolicyRevision> {
    checkPolicy(policy, this.#line.head.region);
    const held = this.#wishes.policy();
    if (held !== undefined && held.json === canonicalJson(policy)) return held.revision;
    const acceptedAtMs = this.#clock.wallMs();
    const number = (held?.revision.revision ?? 0) + 1;
    const revision = { revision: number, policy, actor, acceptedAtMs };
    this.#change("accept a policy", policyAccepted(revision), () => {
      this.#wishes.addPolicy(revision);
    });
    this.#board.hint({ topic: "policy" });
    return revision;
  }

  async forces(): Promise<readonly Force[]> {
    return this.#wishes.forces();
  }

  async putForce(force: Omit<Force, "sinceMs">): Promise<void> {
    const held = this.#wishes.force(force.targetId);
    if (checkForce(force, held, this.#wishes.forceCount()) === "same") return;
    const decided = { ...force, sinceMs: this.#clock.wallMs() };
    this.#change("force a target", targetForced(decided), () => this.#wishes.setForce(decided));
    this.#board.hint({ topic: "forces" });
  }

  async release(targetId: string, actor: string): Promise<boolean> {
    const held = this.#wishes.force(targetId);
    if (held === undefined) return false;
    const event = targetReleased(held, actor, this.#clock.wallMs());
    this.#change("release a target", event, () => this.#wishes.dropForce(targetId));
    this.#board.hint({ topic: "forces" });
    return true;
  }

  async report(report: HealthReport): Promise<void> {
    this.#file.read("take a report", () => {}); // a closed store must not seem to have taken it
    this.#keepHealth(this.#book.changeByReport(report));
    this.#silence.arm();
  }

  async inventory(): Promise<Inventory> {
    return this.#file.read("read the inventory", () => {
      this.#noticeSilence();
      return this.#book.inventory();
    });
  }

  watch(listener: (hint: StoreHint) => void): () => void {
    return this.#board.watch(listener);
  }

  async record(events: readonly NewEvent[]): Promise<void> {
    checkEventCount(events.length);
    if (events.length === 0) return;
    const newest = this.#file.write("record events", () => this.#journal.add(events));
    this.#settleJournal(newest);
  }

  async eventsAfter(after: number, limit: number): Promise<readonly JournalEvent[]> {
    checkRows(limit);
    return this.#journal.after(after, limit);
  }

  async newestEvents(limit: number, subject?: string): Promise<readonly JournalEvent[]> {
    checkRows(limit);
    return this.#journal.newest(limit, subject);
  }

  watchJournal(listener: (seq: number) => void): () => void {
    return this.#board.watchJournal(listener);
  }

  /**
   * Copies the whole store, consistently, while it is in use; the copy opens like any store.
   * Never overwrites: rejects with StoreError `refused` where there is a file, else `unusable`.
   */
  async backupTo(path: string): Promise<void> {
    await this.#file.backupTo(path);
  }

  async close(): Promise<void> {
    this.#silence.close();
    this.#file.close();
  }

  /** A person's act and its event, in one step on disk. */
  #change(operation: string, event: NewEvent, body: () => void): void {
    const newest = this.#file.write(operation, () => {
      body();
      return this.#journal.add([event]);
    });
    this.#settleJournal(newest);
  }

  #settleJournal(newest: JournalEvent | undefined): void {
    try {
      this.#journal.settle(newest);
    } catch (error) {
      // The events are on disk; that old ones could not be dropped is tried again at the next.
      this.#log.warn("cannot drop old events", { problem: errorText(error) });
    }
    this.#board.journalRose(this.#journal.newestSeq);
  }

  #noticeSilence(): void {
    const change = this.#book.changeByTime();
    if (change === undefined) return;
    try {
      this.#keepHealth(change);
    } catch (error) {
      // Only time has passed: after a restart the same silence leads to the same states.
      this.#log.warn("cannot keep merged health on disk", { problem: errorText(error) });
      this.#showHealth(change);
    }
  }

  #keepHealth(change: HealthChange): void {
    this.#healthTables.write(change);
    this.#showHealth(change);
  }

  #showHealth(change: HealthChange): void {
    this.#book.commit(change);
    if (change.merged.length > 0) this.#board.hint({ topic: "health" });
  }

  #hintPlan(): void {
    this.#board.hint({ topic: "plan", generation: this.#line.head.generation });
  }
}
