import type { Clock } from "../../base/index.ts";
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
import { StoreError } from "../storeError.ts";
import { MemoryJournal } from "./memoryJournal.ts";
import { MemoryLine } from "./memoryLine.ts";

/** A plan store and journal that forget everything when the process ends: for tests, simulation. */
export class MemoryStore implements Store {
  readonly #clock: Clock;
  readonly #line: MemoryLine;
  readonly #journal: MemoryJournal;
  readonly #board = new HintBoard(true);
  readonly #book: HealthBook;
  readonly #silence: SilenceWatch;
  readonly #forces = new Map<string, Force>();
  #revision: PolicyRevision | undefined;
  #closed = false;

  constructor(options: Omit<StoreOptions, "log">) {
    this.#clock = options.clock;
    this.#line = new MemoryLine(options.region);
    this.#journal = new MemoryJournal(options.journalEventsMax ?? JOURNAL_EVENTS_MAX);
    this.#book = new HealthBook(options.clock);
    this.#silence = new SilenceWatch(options.clock, this.#book, () => this.#noticeSilence());
  }

  async head(): Promise<PlanHead> {
    this.#checkOpen("head");
    return this.#line.head;
  }

  async append(delta: PlanDelta): Promise<AppendOutcome> {
    this.#checkOpen("append");
    const outcome = this.#line.append(delta);
    if (outcome.kind === "accepted") this.#hintPlan();
    return outcome;
  }

  async read(generation?: Generation): Promise<Plan | undefined> {
    this.#checkOpen("read");
    return this.#line.read(generation ?? this.#line.head.generation);
  }

  async changesAfter(generation: Generation): Promise<PlanChanges> {
    this.#checkOpen("changesAfter");
    return this.#line.changesAfter(generation);
  }

  async summaries(limit: number, before?: Generation): Promise<readonly PlanSummary[]> {
    this.#checkOpen("summaries");
    checkRows(limit);
    return this.#line.summaries(limit, before ?? Number.MAX_SAFE_INTEGER);
  }

  async history(endpoint: Name, limit: number): Promise<readonly EntryVersion[]> {
    this.#checkOpen("history");
    checkRows(limit);
    return this.#line.history(endpoint, limit);
  }

  async raiseFloor(seen: Position): Promise<void> {
    this.#checkOpen("raiseFloor");
    if (this.#line.raiseFloor(seen)) this.#hintPlan();
  }

  async policy(): Promise<PolicyRevision | undefined> {
    this.#checkOpen("policy");
    return this.#revision;
  }

  async putPolicy(policy: Policy, actor: string): Promise<PolicyRevision> {
    this.#checkOpen("putPolicy");
    checkPolicy(policy, this.#line.head.region);
    const held = this.#revision;
    if (held !== undefined && canonicalJson(held.policy) === canonicalJson(policy)) return held;
    const acceptedAtMs = this.#clock.wallMs();
    const revision = { revision: (held?.revision ?? 0) + 1, policy, actor, acceptedAtMs };
    this.#revision = revision;
    this.#board.hint({ topic: "policy" });
    this.#recordAll([policyAccepted(revision)]);
    return revision;
  }

  async forces(): Promise<readonly Force[]> {
    this.#checkOpen("forces");
    return [...this.#forces.values()].sort((left, right) => {
      return left.targetId < right.targetId ? -1 : 1;
    });
  }

  async putForce(force: Omit<Force, "sinceMs">): Promise<void> {
    this.#checkOpen("putForce");
    const sinceMs = this.#clock.wallMs();
    if (checkForce(force, this.#forces.get(force.targetId), this.#forces.size) === "same") return;
    this.#forces.set(force.targetId, { ...force, sinceMs });
    this.#board.hint({ topic: "forces" });
    this.#recordAll([targetForced({ ...force, sinceMs })]);
  }

  async release(targetId: string, actor: string): Promise<boolean> {
    this.#checkOpen("release");
    const force = this.#forces.get(targetId);
    if (force === undefined) return false;
    this.#forces.delete(targetId);
    this.#board.hint({ topic: "forces" });
    this.#recordAll([targetReleased(force, actor, this.#clock.wallMs())]);
    return true;
  }

  async report(report: HealthReport): Promise<void> {
    this.#checkOpen("report");
    this.#commitHealth(this.#book.changeByReport(report));
    this.#silence.arm();
  }

  async inventory(): Promise<Inventory> {
    this.#checkOpen("inventory");
    this.#noticeSilence();
    return this.#book.inventory();
  }

  watch(listener: (hint: StoreHint) => void): () => void {
    return this.#board.watch(listener);
  }

  async record(events: readonly NewEvent[]): Promise<void> {
    this.#checkOpen("record");
    checkEventCount(events.length);
    this.#recordAll(events);
  }

  async eventsAfter(after: number, limit: number): Promise<readonly JournalEvent[]> {
    this.#checkOpen("eventsAfter");
    checkRows(limit);
    return this.#journal.after(after, limit);
  }

  async newestEvents(limit: number, subject?: string): Promise<readonly JournalEvent[]> {
    this.#checkOpen("newestEvents");
    checkRows(limit);
    return this.#journal.newest(limit, subject);
  }

  watchJournal(listener: (seq: number) => void): () => void {
    return this.#board.watchJournal(listener);
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#silence.close();
  }

  #hintPlan(): void {
    this.#board.hint({ topic: "plan", generation: this.#line.head.generation });
  }

  #recordAll(events: readonly NewEvent[]): void {
    if (events.length === 0) return;
    this.#journal.record(events);
    this.#board.journalRose(this.#journal.newestSeq);
  }

  #noticeSilence(): void {
    const change = this.#book.changeByTime();
    if (change !== undefined) this.#commitHealth(change);
  }

  #commitHealth(change: HealthChange): void {
    this.#book.commit(change);
    if (change.merged.length > 0) this.#board.hint({ topic: "health" });
  }

  #checkOpen(operation: string): void {
    if (!this.#closed) return;
    const message = `Cannot ${operation} as the store must be open: it was closed`;
    throw new StoreError({ code: "unreachable", operation }, message);
  }
}
