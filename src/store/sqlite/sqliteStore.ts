import { type Clock, errorText, type Log } from "../../base/index.ts";
import type { Name } from "../../dns/index.ts";
import type { JournalEvent, NewEvent } from "../../journal/index.ts";
import type {
  AppendOutcome,
  CleanUpOutcome,
  EntryVersion,
  EpochSeen,
  Force,
  Generation,
  HealthReport,
  Inventory,
  Order,
  Plan,
  PlanChanges,
  PlanDelta,
  PlanHead,
  PlanRetention,
  PlanSummary,
  Policy,
  PolicyRevision,
  Position,
  ServingEntry,
  StoreHint,
} from "../../plan/index.ts";
import {
  isCarriedOut,
  orderEnded,
  orderTaken,
  overrideTakenBack,
  plansDropped,
  policyAccepted,
  retirementForgotten,
  targetForced,
  targetReleased,
} from "../acts.ts";
import { canonicalJson } from "../canonicalJson.ts";
import { checkForce, checkPolicy } from "../checks.ts";
import { checkRetention } from "../cleanUp.ts";
import { checkOverrideIds, type Ending, overridesCutShort } from "../endedOverrides.ts";
import { provesOldCopy } from "../floor.ts";
import { HintBoard } from "../hintBoard.ts";
import {
  type ActIntake,
  type ActTaker,
  type IntakeOutcome,
  intakeEnds,
  reviewIntake,
} from "../intake.ts";
import { checkEventCount, checkRows, JOURNAL_EVENTS_MAX } from "../limits.ts";
import { reviewOrders } from "../orderBook.ts";
import { checkWhy } from "../orderCheck.ts";
import type { Store, StoreOptions } from "../store.ts";
import { cleanUpLine } from "./cleanUpLine.ts";
import type { EndedRetirements } from "./endedRetirements.ts";
import { JournalTable } from "./journalTable.ts";
import { KeptHealthBook } from "./keptHealthBook.ts";
import { LineTables } from "./lineTables.ts";
import { OrderTables } from "./orderTables.ts";
import type { SqliteFile } from "./sqliteFile.ts";
import { WishTables } from "./wishTables.ts";

/** What a SQLite plan store may be told beside what every store needs. */
export interface SqliteStoreOptions extends StoreOptions {
  /** Largest size of the file; FILE_OCTETS_MAX where absent. Past it calls reject with `full`. */
  readonly fileOctetsMax?: number;
}

/**
 * A plan store and journal in one SQLite file. Every change is one durable step before its promise
 * resolves; what is remembered in memory changes only after the step is on disk.
 */
export class SqliteStore implements Store, ActTaker {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #file: SqliteFile;
  readonly #line: LineTables;
  readonly #orders: OrderTables;
  readonly #endedRetirements: EndedRetirements;
  readonly #wishes: WishTables;
  readonly #journal: JournalTable;
  readonly #board = new HintBoard(true);
  readonly #health: KeptHealthBook;

  /** Only for `openSqliteStore`. */
  constructor(
    file: SqliteFile,
    endedRetirements: EndedRetirements,
    { region, clock, log, journalEventsMax }: SqliteStoreOptions,
  ) {
    this.#endedRetirements = endedRetirements;
    this.#clock = clock;
    this.#log = log;
    this.#file = file;
    this.#orders = new OrderTables(file);
    this.#line = new LineTables(file, region, (endpoint) => {
      return this.#orders.of(endpoint, "retirement")?.id;
    });
    this.#wishes = new WishTables(file);
    this.#journal = new JournalTable(file, journalEventsMax ?? JOURNAL_EVENTS_MAX);
    this.#health = new KeptHealthBook(file, { clock, log }, () => {
      this.#board.hint({ topic: "health" });
    });
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
    const head = this.#line.headAfterFence(seen);
    const forgets = head !== undefined && provesOldCopy(head);
    if (this.#see("raise the floor", head, forgets)) this.#board.hint({ topic: "orders" });
  }

  async raiseEpochs(seen: readonly EpochSeen[]): Promise<void> {
    this.#see("raise epochs", this.#line.headAfterEpochs(seen, "nobody"));
  }

  async remember(entries: readonly ServingEntry[]): Promise<void> {
    this.#see("remember entries", this.#line.headAfterRemembered(entries));
  }

  async cleanUp(retention: PlanRetention): Promise<CleanUpOutcome> {
    checkRetention(retention);
    let outcome: CleanUpOutcome = { plans: 0, entries: 0, oldestGeneration: 0 };
    this.#step("drop old plans", () => {
      outcome = cleanUpLine(this.#file, retention);
      const { region } = this.#line.head;
      return outcome.plans === 0 ? [] : [plansDropped(region, outcome, this.#clock.wallMs())];
    });
    return outcome;
  }

  async policy(): Promise<PolicyRevision | undefined> {
    return this.#wishes.policy()?.revision;
  }

  async putPolicy(policy: Policy, actor: string): Promise<PolicyRevision> {
    checkPolicy(policy, this.#line.head.region);
    const held = this.#wishes.policy();
    if (held !== undefined && held.json === canonicalJson(policy)) return held.revision;
    const number = (held?.revision.revision ?? 0) + 1;
    const revision = { revision: number, policy, actor, acceptedAtMs: this.#clock.wallMs() };
    this.#step("accept a policy", () => {
      this.#wishes.addPolicy(revision);
      return [policyAccepted(revision)];
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
    this.#step("force a target", () => {
      this.#wishes.setForce(decided);
      return [targetForced(decided)];
    });
    this.#board.hint({ topic: "forces" });
  }

  async release(targetId: string, actor: string): Promise<boolean> {
    const held = this.#wishes.force(targetId);
    if (held === undefined) return false;
    const event = targetReleased(held, actor, this.#clock.wallMs());
    this.#step("release a target", () => {
      this.#wishes.dropForce(targetId);
      return [event];
    });
    this.#board.hint({ topic: "forces" });
    return true;
  }

  async orders(): Promise<readonly Order[]> {
    return this.#orders.all();
  }

  async putOrders(orders: readonly Order[]): Promise<void> {
    const nowMs = this.#clock.wallMs();
    const isNew = this.#endingStep("take orders", () => {
      const review = reviewOrders(orders, this.#orders);
      this.#orders.put(review);
      return {
        ended: overridesCutShort(review.replaced.values(), nowMs),
        events: review.put.map((order) => orderTaken(order, review.replaced.get(order.id))),
      };
    });
    if (isNew) this.#board.hint({ topic: "orders" });
  }

  async endOrders(ids: readonly string[], actor: string, why: string): Promise<readonly string[]> {
    checkWhy(why);
    const held = [...new Set(ids)]
      .flatMap((id) => this.#orders.byId(id) ?? [])
      .filter((order) => !isCarriedOut(order, actor, this.#line.tombstoneOf(order.endpoint)));
    if (held.length === 0) return [];
    const nowMs = this.#clock.wallMs();
    const retirements = held.filter(({ kind }) => kind === "retirement");
    this.#endedRetirements.add(retirements.map(({ id }) => id));
    this.#endingStep("end orders", () => {
      for (const { id } of held) this.#orders.end(id);
      const events = held.map((order) => orderEnded(order, actor, why, nowMs));
      return { ended: overridesCutShort(held, nowMs), events };
    });
    this.#board.hint({ topic: "orders" });
    return held.map(({ id }) => id);
  }

  async endOverrides(
    endpoint: Name,
    ids: readonly string[],
    actor: string,
    why: string,
  ): Promise<readonly string[]> {
    checkWhy(why);
    checkOverrideIds(ids);
    const ended = [...new Set(ids)]
      .filter((id) => this.#orders.byId(id) === undefined)
      .map((id) => ({ endpoint, id }))
      .filter((one) => this.#line.headAfterEnded([one]) !== undefined);
    if (ended.length === 0) return [];
    const nowMs = this.#clock.wallMs();
    this.#endingStep("end overrides found in DNS", () => {
      for (const { id } of ended) this.#orders.end(id);
      return { ended, events: ended.map((one) => overrideTakenBack(one, actor, why, nowMs)) };
    });
    this.#board.hint({ topic: "orders" });
    return ended.map(({ id }) => id);
  }

  async takeIn(act: ActIntake): Promise<IntakeOutcome> {
    checkEventCount(act.events.length);
    if (this.#orders.isTaken(act.id)) return { kind: "known" };
    const { override, clear, epoch } = act;
    const nowMs = this.#clock.wallMs();
    const review = override && reviewIntake(override, this.#orders, nowMs);
    const { ended, events } = intakeEnds(act, review, nowMs);
    const raised = epoch && this.#line.headAfterEpochs([epoch], "person");
    this.#endingStep("take in an act", () => {
      if (review?.kind === "put") this.#orders.put(review.review);
      if (clear !== undefined) this.#orders.end(clear.overrideId);
      this.#orders.take(act.id);
      return { ended, events: [...act.events, ...events], head: raised };
    });
    if (raised !== undefined) this.#hintPlan();
    if (override !== undefined || clear !== undefined) this.#board.hint({ topic: "orders" });
    return review?.kind === "not-held" ? { kind: "taken", notHeld: review.why } : { kind: "taken" };
  }

  async report(report: HealthReport): Promise<void> {
    this.#file.read("take a report", () => {}); // a closed store must not seem to have taken it
    this.#health.take(report);
  }

  async inventory(): Promise<Inventory> {
    return this.#file.read("read the inventory", () => this.#health.inventory());
  }

  watch(listener: (hint: StoreHint) => void): () => void {
    return this.#board.watch(listener);
  }

  async record(events: readonly NewEvent[]): Promise<void> {
    checkEventCount(events.length);
    if (events.length === 0) return;
    this.#step("record events", () => events);
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
    this.#health.close();
    this.#file.close();
  }

  /**
   * A retirement that was taken back since must not come back with an old copy of the file, nor the
   * tombstone of a name that was revived. Only for `openSqliteStore`.
   */
  noticeCopy(): void {
    // A copy into the very place of the original has its number: what it forgot is known beside it.
    const isOld = this.#orders.retirements().some(({ id }) => this.#endedRetirements.has(id));
    if (!isOld && !this.#file.isCopy()) return;
    const head = this.#line.headOfCopy();
    this.#endingStep("notice that the file is a copy", () => {
      this.#file.claim();
      return { ended: [], events: this.#forgetRetirements(), head };
    });
  }

  #forgetRetirements(): readonly NewEvent[] {
    const nowMs = this.#clock.wallMs();
    const waiting = this.#orders.retirements();
    this.#endedRetirements.add(waiting.map(({ id }) => id));
    return waiting.map((order) => {
      this.#orders.end(order.id);
      return retirementForgotten(order, nowMs);
    });
  }

  /** A change and its events, in one step on disk. Whether there were events. */
  #step(operation: string, body: () => readonly NewEvent[]): boolean {
    let count = 0;
    const newest = this.#file.write(operation, () => {
      const events = body();
      count = events.length;
      return this.#journal.add(events);
    });
    if (count > 0) this.#settleJournal(newest);
    return count > 0;
  }

  /** Takes in what enactors saw; no `head`: it is no news. Whether retirements were forgotten. */
  #see(operation: string, head: PlanHead | undefined, forgets = false): boolean {
    if (head === undefined) return false;
    const forgot = this.#endingStep(operation, () => {
      return { ended: [], events: forgets ? this.#forgetRetirements() : [], head };
    });
    this.#hintPlan();
    return forgot;
  }

  /** A step in which overrides may end before their time: fences may hold them still. */
  #endingStep(operation: string, body: () => Ending): boolean {
    let after: PlanHead = this.#line.head;
    const hasEvents = this.#step(operation, () => {
      const { ended, events, head = this.#line.head } = body();
      after = this.#line.headAfterEnded(ended, head) ?? head;
      if (after !== this.#line.head) this.#line.writeHead(after);
      return events;
    });
    this.#line.settle(after);
    return hasEvents;
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

  #hintPlan(): void {
    this.#board.hint({ topic: "plan", generation: this.#line.head.generation });
  }
}
