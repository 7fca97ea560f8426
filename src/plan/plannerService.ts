import {
  AssertionError,
  assert,
  type CancelWake,
  type Clock,
  errorText,
  type Log,
} from "../base/index.ts";
import type { Name } from "../dns/index.ts";
import type { PlanDelta } from "./plan.ts";
import { makePlan, type PlanOutcome } from "./planner.ts";
import { indexPolicy } from "./plannerIndex.ts";
import { type PlannerJournal, PlannerJournalBuffer } from "./plannerJournal.ts";
import { PlannerStanding } from "./plannerStanding.ts";
import { mergeTouched, PlannerWorld, type Refreshed, type Touched } from "./plannerWorld.ts";
import type { PlanStore, StoreHint } from "./planStore.ts";

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
/** Endpoint names listed in a report; more are counted. */
const NAMES_REPORTED_MAX = 20;

/** What a planner needs. */
export interface PlannerSetup {
  readonly region: string;
  readonly planStore: PlanStore;
  readonly journal: PlannerJournal;
  readonly clock: Clock;
  readonly log: Log;
  /** Who the plans say made them: `planner`. */
  readonly actor: string;
}

/** How a planner stands. */
export interface PlannerReport {
  readonly state: "starting" | "waiting-for-first-health" | "planning" | "store-unreachable";
  readonly problem?: string;
  readonly generation: number;
  /** 0 before a policy was read. */
  readonly policyRevision: number;
  readonly endpoints: number;
  readonly failedOpen: number;
  readonly failedOver: number;
  readonly capacityHeld: number;
  /** The first few of those failed open. */
  readonly failedOpenNames: readonly Name[];
  readonly plansMade: number;
  /** Monotonic milliseconds that the last plan took to decide, and until it was stored. */
  readonly lastDecideMs: number;
  readonly lastStoreMs: number;
}

/**
 * Watches the store and keeps its newest plan what policy, health and operators ask for. Holds no
 * truth of its own: it may be stopped at any point, and every answer stays as it is.
 */
export class Planner {
  readonly #setup: PlannerSetup;
  readonly #world: PlannerWorld;
  readonly #standing = new PlannerStanding();
  readonly #journal: PlannerJournalBuffer;
  readonly #startedAtMs: number;
  readonly #unwatch: () => void;
  readonly #dirty = new Set<StoreHint["topic"]>(["connected"]);
  #pending: Touched = new Set();
  readonly #triggers = new Set<string>();
  #state: PlannerReport["state"] = "starting";
  #problem: string | undefined;
  #failures = 0;
  /** Sent to the store, which has not said what became of it. */
  #offered: PlanDelta | undefined;
  #refused: { readonly digest: string; readonly problem: string } | undefined;
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
    const modes = [...this.#standing.modes];
    const open = modes.filter(([, mode]) => mode !== "failed-over").map(([name]) => name);
    const revision = this.#world.revision;
    const problem = this.#problem ?? this.#refused?.problem;
    return {
      state: this.#state,
      ...(problem === undefined ? {} : { problem }),
      generation: this.#world.plan.generation,
      policyRevision: revision?.revision ?? 0,
      endpoints: revision?.policy.endpoints.length ?? 0,
      failedOpen: open.length,
      failedOver: modes.length - open.length,
      capacityHeld: this.#standing.holding.size,
      failedOpenNames: open.sort().slice(0, NAMES_REPORTED_MAX),
      plansMade: this.#plansMade,
      lastDecideMs: this.#lastDecideMs,
      lastStoreMs: this.#lastStoreMs,
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
    if (this.#dirty.size > 0) return COALESCE_MS;
    const nowMs = this.#setup.clock.monotonicMs();
    const releaseAtMs = this.#standing.nextReleaseMs ?? Number.POSITIVE_INFINITY;
    return Math.max(COALESCE_MS, Math.min(RECHECK_MS, releaseAtMs - nowMs));
  }

  #collect({ touched, triggers }: Refreshed): void {
    this.#pending = mergeTouched(this.#pending, touched);
    for (const trigger of triggers) this.#triggers.add(trigger);
    // The store took our plan, and its answer was lost.
    if (this.#offered?.digest === this.#world.plan.digest) this.#tellAccepted(this.#offered);
    this.#offered = undefined;
    const due = this.#standing.due(this.#setup.clock.monotonicMs());
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
    const { planStore, clock, log } = this.#setup;
    for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
      if (this.#pending !== "all" && this.#pending.size === 0) return;
      const beganMs = clock.monotonicMs();
      const outcome = this.#makePlan();
      if (outcome.kind === "nothing-to-do") return this.#settle(outcome);
      // A bug here or in another planner: not repeated before something moves.
      if (outcome.delta.digest === this.#refused?.digest) return;
      const decidedMs = clock.monotonicMs();
      this.#offered = outcome.delta;
      const said = await planStore.append(outcome.delta);
      this.#offered = undefined;
      if (said.kind === "accepted") {
        this.#world.accept(outcome.delta);
        this.#lastDecideMs = decidedMs - beganMs;
        this.#lastStoreMs = clock.monotonicMs() - decidedMs;
        this.#settle(outcome);
        return this.#tellAccepted(outcome.delta);
      }
      if (said.kind === "refused") return this.#tellRefused(outcome.delta, said.problem);
      log.info("another plan came first, planning again", { generation: said.head.generation });
      this.#collect(await this.#world.refresh(new Set(["plan"])));
    }
    this.#dirty.add("plan");
  }

  #makePlan(): PlanOutcome {
    const { region, clock, actor } = this.#setup;
    const { revision, inventory, forces, plan, floorGeneration } = this.#world;
    assert(revision !== undefined, "a planner plans only once it has a policy");
    return makePlan({
      region,
      policy: revision.policy,
      inventory,
      forces,
      parent: plan,
      floorGeneration,
      served: this.#standing.served,
      nowMs: clock.monotonicMs(),
      wallMs: clock.wallMs(),
      actor,
      trigger: [...this.#triggers].join(", "),
      ...(this.#pending === "all" ? {} : { only: this.#pending }),
    });
  }

  #settle(outcome: PlanOutcome): void {
    this.#pending = new Set();
    this.#triggers.clear();
    const events = this.#standing.take(outcome.decisions, outcome.notes);
    for (const event of events) this.#journal.add(event);
  }

  #tellAccepted({ generation, cause, changed }: PlanDelta): void {
    this.#plansMade += 1;
    this.#refused = undefined;
    const facts = { generation, changed: changed.length, storeMs: Math.round(this.#lastStoreMs) };
    this.#setup.log.info(`plan ${generation}: ${cause}`, facts);
    const subject = `plan ${generation}`;
    this.#journal.add({ kind: "plan-accepted", subject, text: cause, facts });
  }

  #tellRefused({ generation, digest }: PlanDelta, problem: string): void {
    this.#refused = { digest, problem };
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
