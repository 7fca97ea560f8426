import type { Clock } from "../../base/index.ts";
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
import { checkOverrideIds, overridesCutShort } from "../endedOverrides.ts";
import { provesOldCopy } from "../floor.ts";
import { HealthBook, type HealthChange } from "../healthBook.ts";
import { HintBoard } from "../hintBoard.ts";
import {
  type ActIntake,
  type ActTaker,
  type IntakeOutcome,
  intakeEnds,
  reviewIntake,
} from "../intake.ts";
import { checkEventCount, checkRows, JOURNAL_EVENTS_MAX, TAKEN_ACTS_MAX } from "../limits.ts";
import { reviewOrders } from "../orderBook.ts";
import { checkWhy } from "../orderCheck.ts";
import { SilenceWatch } from "../silenceWatch.ts";
import type { Store, StoreOptions } from "../store.ts";
import { StoreError } from "../storeError.ts";
import { BoundedIds } from "./boundedIds.ts";
import { MemoryJournal } from "./memoryJournal.ts";
import { MemoryLine } from "./memoryLine.ts";
import { MemoryOrders } from "./memoryOrders.ts";

/** A plan store and journal that forget everything when the process ends: for tests, simulation. */
export class MemoryStore implements Store, ActTaker {
  readonly #clock: Clock;
  readonly #orders = new MemoryOrders();
  readonly #actsTaken = new BoundedIds(TAKEN_ACTS_MAX);
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
    this.#line = new MemoryLine(options.region, (endpoint) => {
      return this.#orders.of(endpoint, "retirement")?.id;
    });
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
    if (!this.#line.raiseFloor(seen)) return;
    this.#hintPlan();
    if (provesOldCopy(this.#line.head)) this.#forgetRetirements();
  }

  async raiseEpochs(seen: readonly EpochSeen[]): Promise<void> {
    this.#checkOpen("raiseEpochs");
    if (this.#line.raiseEpochs(seen, "nobody")) this.#hintPlan();
  }

  async remember(entries: readonly ServingEntry[]): Promise<void> {
    this.#checkOpen("remember");
    if (this.#line.remember(entries)) this.#hintPlan();
  }

  async cleanUp(retention: PlanRetention): Promise<CleanUpOutcome> {
    this.#checkOpen("cleanUp");
    checkRetention(retention);
    const outcome = this.#line.cleanUp(retention);
    if (outcome.plans > 0) {
      this.#recordAll([plansDropped(this.#line.head.region, outcome, this.#clock.wallMs())]);
    }
    return outcome;
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

  async orders(): Promise<readonly Order[]> {
    this.#checkOpen("orders");
    return this.#orders.all();
  }

  async putOrders(orders: readonly Order[]): Promise<void> {
    this.#checkOpen("putOrders");
    const review = reviewOrders(orders, this.#orders);
    if (review.put.length === 0) return;
    this.#orders.put(review);
    this.#line.endOverrides(overridesCutShort(review.replaced.values(), this.#clock.wallMs()));
    this.#board.hint({ topic: "orders" });
    this.#recordAll(review.put.map((order) => orderTaken(order, review.replaced.get(order.id))));
  }

  async endOrders(ids: readonly string[], actor: string, why: string): Promise<readonly string[]> {
    this.#checkOpen("endOrders");
    checkWhy(why);
    const held = [...new Set(ids)]
      .flatMap((id) => this.#orders.byId(id) ?? [])
      .filter((order) => !isCarriedOut(order, actor, this.#line.tombstoneOf(order.endpoint)));
    this.#line.endOverrides(overridesCutShort(held, this.#clock.wallMs()));
    this.#endAll(held, (order) => orderEnded(order, actor, why, this.#clock.wallMs()));
    return held.map(({ id }) => id);
  }

  async endOverrides(
    endpoint: Name,
    ids: readonly string[],
    actor: string,
    why: string,
  ): Promise<readonly string[]> {
    this.#checkOpen("endOverrides");
    checkWhy(why);
    checkOverrideIds(ids);
    const ended = [...new Set(ids)]
      .filter((id) => this.#orders.byId(id) === undefined)
      .map((id) => ({ endpoint, id }))
      .filter((one) => this.#line.endOverrides([one]));
    for (const { id } of ended) this.#orders.end(id);
    const nowMs = this.#clock.wallMs();
    this.#recordAll(ended.map((one) => overrideTakenBack(one, actor, why, nowMs)));
    if (ended.length > 0) this.#board.hint({ topic: "orders" });
    return ended.map(({ id }) => id);
  }

  async takeIn(act: ActIntake): Promise<IntakeOutcome> {
    this.#checkOpen("takeIn");
    checkEventCount(act.events.length);
    if (this.#actsTaken.has(act.id)) return { kind: "known" };
    const { override, clear, epoch } = act;
    const nowMs = this.#clock.wallMs();
    const review = override && reviewIntake(override, this.#orders, nowMs);
    const { ended, events } = intakeEnds(act, review, nowMs);
    if (review?.kind === "put") this.#orders.put(review.review);
    if (clear !== undefined) this.#orders.end(clear.overrideId);
    this.#line.endOverrides(ended);
    if (epoch !== undefined && this.#line.raiseEpochs([epoch], "person")) this.#hintPlan();
    if (override !== undefined || clear !== undefined) this.#board.hint({ topic: "orders" });
    this.#actsTaken.add(act.id);
    this.#recordAll([...act.events, ...events]);
    return review?.kind === "not-held" ? { kind: "taken", notHeld: review.why } : { kind: "taken" };
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

  #forgetRetirements(): void {
    this.#endAll(this.#orders.retirements(), (order) => {
      return retirementForgotten(order, this.#clock.wallMs());
    });
  }

  #endAll<Ended extends Order>(
    orders: readonly Ended[],
    eventOf: (order: Ended) => NewEvent,
  ): void {
    if (orders.length === 0) return;
    for (const { id } of orders) this.#orders.end(id);
    this.#board.hint({ topic: "orders" });
    this.#recordAll(orders.map(eventOf));
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
