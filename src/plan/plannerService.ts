import { AssertionError, assert, assertNever, type CancelWake, errorText } from "../base/index.ts";
import type { Name } from "../dns/index.ts";
import type { PlanDelta } from "./plan.ts";
import { makePlan, type PlanOutcome } from "./planner.ts";
import { indexPolicy } from "./plannerIndex.ts";
import { PlannerJournalBuffer } from "./plannerJournal.ts";
import { type Moments, PlannerOrders } from "./plannerOrders.ts";
import { modesReport, type PlannerReport, type PlannerSetup } from "./plannerReport.ts";
import { PlannerStanding } from "./plannerStanding.ts";
import { mergeTouched, PlannerWorld, type Refreshed, type Touched } from "./plannerWorld.ts";
import type { StoreHint } from "./planStore.ts";

/** Hints that arrive together become one plan. Short beside any probe interval. */
export const COALESCE_MS = 10;
/** Longest wait for the first round of probes before the very first plan. */
export const FIRST_PLAN_WAIT_MS = 2000;
/** Waits after the store did not answer double from the first to the second of these. */
const RETRY_MS_MIN = 100;
const RETRY_MS_MAX = 2000;
/** How often the head is read without a hint: a floor may rise without a plan. */
export const RECHECK_MS = 1000;
/** Plans tried in one turn where others come first: more often, something is wrong. */
const ATTEMPTS_MAX = 5;

/**
 * What is planned in one turn, in this order, each in plans of its own: what people ordered, ahead
 * of everything else; what changed; and names to be retired, so that a retirement that the store
 * refuses (a person just cancelled it) holds up nothing else.
 */
const BATCH_KINDS = ["orders", "changes", "retirements"] as const;
type BatchKind = (typeof BATCH_KINDS)[number];

/** Endpoints that are planned together. */
interface Batch {
  readonly only: Touched;
  readonly trigger: string;
  readonly watched?: ReadonlySet<string>;
}

/**
 * Watches the store and keeps its newest plan what policy, health and operators ask for. Holds no
 * truth of its own: it may be stopped at any point, and every answer stays as it is.
 */
export class Planner {
  readonly #setup: PlannerSetup;
  readonly #world: PlannerWorld;
  readonly #standing = new PlannerStanding();
  readonly #orders = new PlannerOrders();
  readonly #journal: PlannerJournalBuffer;
  readonly #startedAtMs: number;
  readonly #unwatch: () => void;
  readonly #dirty = new Set<StoreHint["topic"]>(["connected"]);
  #pending: Touched = new Set();
  readonly #triggers = new Set<string>();
  /** Endpoints whose orders moved or ended: planned ahead of everything else. */
  readonly #ordered = new Set<Name>();
  /** An order may be possible now that was not before this turn's plan. */
  #looksAgain = false;
  #state: PlannerReport["state"] = "starting";
  #problem: string | undefined;
  #failures = 0;
  /** Sent to the store, which has not said what became of it. */
  #offered: PlanDelta | undefined;
  /** What the store refused, so that it is not offered again and again. */
  readonly #refused = new Map<BatchKind, { readonly offer: string; readonly problem: string }>();
  #turning: Promise<void> | undefined;
  #cancelTurn: CancelWake | undefined;
  #turnAtMs = Number.POSITIVE_INFINITY;
  #closed = false;
  #plansMade = 0;
  #lastDecideMs = 0;
  #lastStoreMs = 0;

  /** Starts planning; returns at once. */
  static start(setup: PlannerSetup): Planner {
    return new Planner(setup);
  }

  private constructor(setup: PlannerSetup) {
    const { clock, log, journal, actor, region, planStore } = setup;
    this.#setup = setup;
    this.#world = new PlannerWorld(region, planStore);
    this.#journal = new PlannerJournalBuffer(journal, clock, log, actor);
    this.#startedAtMs = clock.monotonicMs();
    this.#unwatch = planStore.watch((hint) => this.#take(hint));
    this.#turnAfter(0);
  }

  report(): PlannerReport {
    const revision = this.#world.revision;
    const [refused] = this.#refused.values();
    const problem = this.#problem ?? refused?.problem;
    return {
      state: this.#state,
      ...(problem === undefined ? {} : { problem }),
      generation: this.#world.plan.generation,
      policyRevision: revision?.revision ?? 0,
      endpoints: revision?.policy.endpoints.length ?? 0,
      ...modesReport(this.#standing),
      plansMade: this.#plansMade,
      lastDecideMs: this.#lastDecideMs,
      lastStoreMs: this.#lastStoreMs,
      ...this.#orders.report(this.#world.plan, this.#moments()),
    };
  }

  /** Stops planning; a plan being stored is waited for. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#unwatch();
    this.#cancelTurn?.();
    this.#journal.close();
    await this.#turning;
  }

  #take(hint: StoreHint): void {
    if (hint.topic === "plan" && hint.generation === this.#world.plan.generation) return; // ours
    this.#dirty.add(hint.topic);
    // While the store fails, its back-off decides; word that it is back ends the wait.
    if (this.#failures === 0 || hint.topic === "connected") this.#turnAfter(COALESCE_MS);
  }

  /** Takes a turn in `afterMs`, or sooner where one is due sooner. */
  #turnAfter(afterMs: number): void {
    const { clock } = this.#setup;
    const atMs = clock.monotonicMs() + afterMs;
    if (this.#closed || atMs >= this.#turnAtMs) return;
    this.#cancelTurn?.();
    this.#turnAtMs = atMs;
    this.#cancelTurn = clock.wakeAfter(afterMs, () => {
      this.#turnAtMs = Number.POSITIVE_INFINITY;
      // A turn that runs now looks for what came in between when it ends.
      if (this.#turning !== undefined || this.#closed) return;
      // Rejects only where an invariant broke: that must stop the process, so nobody catches it.
      this.#turning = this.#turn().finally(() => {
        this.#turning = undefined;
      });
    });
  }

  async #turn(): Promise<void> {
    const topics = new Set(this.#dirty);
    this.#dirty.clear();
    // The head is always read: it is cheap, and a floor may rise without a hint.
    topics.add("plan");
    try {
      this.#collect(await this.#world.refresh(topics));
      if (this.#isReady()) await this.#planAndStore();
      await this.#endDone();
    } catch (error) {
      if (error instanceof AssertionError) throw error;
      this.#storeIsAway(topics, error);
      return;
    }
    if (this.#failures > 0) this.#setup.log.info("plan store is back");
    this.#failures = 0;
    this.#problem = undefined;
    this.#turnAfter(this.#untilNextTurnMs());
  }

  #untilNextTurnMs(): number {
    if (this.#dirty.size > 0 || this.#looksAgain) return COALESCE_MS;
    const moments = this.#moments();
    const releaseAtMs = this.#standing.nextReleaseMs ?? Number.POSITIVE_INFINITY;
    const orderMs = this.#orders.leftMs(moments) ?? Number.POSITIVE_INFINITY;
    return Math.max(COALESCE_MS, Math.min(RECHECK_MS, releaseAtMs - moments.nowMs, orderMs));
  }

  #moments(): Moments {
    const { clock } = this.#setup;
    return { nowMs: clock.monotonicMs(), wallMs: clock.wallMs() };
  }

  #collect({ touched, triggers, ordered, otherLine }: Refreshed): void {
    this.#pending = mergeTouched(this.#pending, touched);
    for (const trigger of triggers) this.#triggers.add(trigger);
    const moments = this.#moments();
    const { nowMs, wallMs } = moments;
    this.#orders.take(this.#world.orders, moments);
    if (otherLine) this.#orders.startWatchOver(moments);
    for (const name of ordered) this.#ordered.add(name);
    for (const name of this.#orders.expired(this.#world.plan, wallMs)) this.#ordered.add(name);
    // The store took our plan, and its answer was lost.
    if (this.#offered?.digest === this.#world.plan.digest) this.#tellAccepted(this.#offered);
    this.#offered = undefined;
    const due = this.#standing.due(nowMs);
    if (due.size === 0) return;
    this.#pending = mergeTouched(this.#pending, due);
    this.#triggers.add("held capacity may leave");
  }

  /** Before the very first plan, the first round of probes is waited for, but not for long. */
  #isReady(): boolean {
    const revision = this.#world.revision;
    if (revision === undefined) return false;
    this.#standing.keepOnly(indexPolicy(revision.policy).endpoints);
    const { clock } = this.#setup;
    const waitedMs = clock.monotonicMs() - this.#startedAtMs;
    const first = this.#world.plan.generation === 0;
    if (first && !this.#world.everythingKnown && waitedMs < FIRST_PLAN_WAIT_MS) {
      this.#state = "waiting-for-first-health";
      this.#turnAfter(FIRST_PLAN_WAIT_MS - waitedMs);
      return false;
    }
    this.#state = "planning";
    return true;
  }

  async #planAndStore(): Promise<void> {
    this.#looksAgain = false;
    for (const kind of BATCH_KINDS) {
      if ((await this.#planBatch(kind)) === "overtaken") this.#dirty.add("plan");
    }
  }

  async #planBatch(kind: BatchKind): Promise<"settled" | "overtaken"> {
    const { planStore, clock, log } = this.#setup;
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
      const batch = this.#batch(kind);
      if (batch === undefined) {
        this.#refused.delete(kind);
        return "settled";
      }
      const beganMs = clock.monotonicMs();
      const outcome = this.#makePlan(batch);
      if (outcome.kind === "nothing-to-do") {
        this.#settle(kind, batch, outcome);
        return "settled";
      }
      // A bug here or in another planner: not repeated before something moves.
      const offer = offerOf(batch, outcome.delta);
      if (offer === this.#refused.get(kind)?.offer) return "settled";
      const decidedMs = clock.monotonicMs();
      this.#offered = outcome.delta;
      const said = await planStore.append(outcome.delta);
      this.#offered = undefined;
      if (said.kind === "accepted") {
        this.#world.accept(outcome.delta);
        this.#lastDecideMs = decidedMs - beganMs;
        this.#lastStoreMs = clock.monotonicMs() - decidedMs;
        this.#refused.delete(kind);
        this.#settle(kind, batch, outcome);
        this.#lookAgainAt(outcome.delta);
        this.#tellAccepted(outcome.delta);
        return "settled";
      }
      if (said.kind === "refused") {
        this.#refused.set(kind, { offer, problem: said.problem });
        this.#tellRefused(outcome.delta, said.problem);
        return "settled";
      }
      log.info("another plan came first, planning again", { generation: said.head.generation });
      this.#collect(await this.#world.refresh(new Set(["plan"])));
    }
    return "overtaken";
  }

  #batch(kind: BatchKind): Batch | undefined {
    switch (kind) {
      case "orders":
        // What zones hold above the newest plan is planned whole, with the orders in it.
        if (this.#ordered.size === 0 || this.#world.restamps) return undefined;
        return { only: new Set(this.#ordered), trigger: "an order" };
      case "changes":
        if (this.#pending !== "all" && this.#pending.size === 0) return undefined;
        return { only: this.#pending, trigger: [...this.#triggers].join(", ") };
      case "retirements": {
        const due = this.#orders.due(this.#world.plan, this.#moments());
        if (due.length === 0) return undefined;
        const only = new Set(due.map((order) => order.endpoint));
        const watched = new Set(due.map((order) => order.id));
        return { only, watched, trigger: "a hold-down is over" };
      }
      default:
        return assertNever(kind);
    }
  }

  #makePlan({ only, trigger, watched }: Batch): PlanOutcome {
    const { region, actor } = this.#setup;
    const { revision, inventory, forces, orders, plan } = this.#world;
    const { floorGeneration, epochs, endedOverrides, remembered } = this.#world;
    assert(revision !== undefined, "a planner plans only once it has a policy");
    return makePlan({
      region,
      policy: revision.policy,
      inventory,
      forces,
      orders,
      parent: plan,
      floorGeneration,
      epochs,
      endedOverrides,
      remembered,
      served: this.#standing.served,
      ...this.#moments(),
      actor,
      trigger,
      ...(watched === undefined ? {} : { watched }),
      ...(only === "all" ? {} : { only }),
    });
  }

  #settle(kind: BatchKind, { only }: Batch, outcome: PlanOutcome): void {
    if (kind === "changes") {
      this.#pending = new Set();
      this.#triggers.clear();
    }
    if (only === "all") this.#ordered.clear();
    else for (const name of only) this.#ordered.delete(name);
    this.#orders.takeProblems(only, outcome.orderProblems);
    this.#standing.forget(outcome.pinned);
    const events = this.#standing.take(outcome.decisions, outcome.notes);
    for (const event of events) this.#journal.add(event);
  }

  // One order of an endpoint may have waited for another: a rollback for a revival.
  #lookAgainAt({ changed }: PlanDelta): void {
    for (const { endpoint } of changed) {
      if (!this.#orders.has(endpoint)) continue;
      this.#ordered.add(endpoint);
      this.#looksAgain = true;
    }
  }

  /** Ends orders that the stored plan has carried out, or that time has. */
  async #endDone(): Promise<void> {
    const { planStore, clock, actor } = this.#setup;
    for (const { why, ids } of this.#orders.done(this.#world.plan, clock.wallMs())) {
      await planStore.endOrders(ids, actor, why);
      this.#world.dropOrders(new Set(ids));
      this.#orders.take(this.#world.orders, this.#moments());
    }
  }

  #tellAccepted({ generation, cause, changed }: PlanDelta): void {
    this.#plansMade += 1;
    const facts = { generation, changed: changed.length, storeMs: Math.round(this.#lastStoreMs) };
    this.#setup.log.info(`plan ${generation}: ${cause}`, facts);
    const subject = `plan ${generation}`;
    this.#journal.add({ kind: "plan-accepted", subject, text: cause, facts });
  }

  #tellRefused({ generation }: PlanDelta, problem: string): void {
    this.#setup.log.error(`plan ${generation} was refused`, { problem });
    const subject = `plan ${generation}`;
    this.#journal.add({ kind: "plan-refused", subject, text: problem, facts: { generation } });
  }

  #storeIsAway(topics: ReadonlySet<StoreHint["topic"]>, error: unknown): void {
    for (const topic of topics) this.#dirty.add(topic);
    this.#problem = errorText(error);
    this.#state = "store-unreachable";
    if (this.#failures === 0) {
      this.#setup.log.warn("plan store is away, answers stay as they are", {
        problem: this.#problem,
      });
    }
    const afterMs = Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** Math.min(this.#failures, 10));
    this.#failures += 1;
    this.#turnAfter(afterMs);
  }
}

// A tombstone says when it was made, so that its plan is another one every second.
function offerOf({ watched }: Batch, { digest, parentDigest }: PlanDelta): string {
  return watched === undefined ? digest : [parentDigest, ...watched].join(" ");
}
