import type { Name } from "../dns/index.ts";
import type { Position } from "./fence.ts";
import type { Inventory, TargetHealth } from "./inventory.ts";
import type { Order } from "./order.ts";
import type { Generation, Plan, PlanDelta, PlanEntry, ServingEntry } from "./plan.ts";
import type { Policy } from "./policy.ts";
import type { Force } from "./target.ts";

/** The newest plan of the line, and what the next one must be above. */
export interface PlanHead {
  readonly region: string;
  /** 0 before the first plan. */
  readonly generation: Generation;
  readonly digest: string;
  /**
   * Highest generation seen in a fence (plausible ones only): after a store was lost or restored
   * from an old copy the next plan must be above it, or enactors could not write it.
   */
  readonly floorGeneration: Generation;
  /**
   * Epochs seen in fences above those of the newest entries: a person raised them. The next entry
   * of such an endpoint must have at least this epoch. Usually empty; at most 1000.
   */
  readonly epochs: readonly EpochSeen[];
  /**
   * Overrides that no longer hold, and may stand in fences until their time: the next entry of such
   * an endpoint names them in its `ends`, and none is listed longer than that. Absent where there
   * is none; at most 1000 endpoints, the newest last.
   */
  readonly endedOverrides?: readonly EndedOverrides[];
  /**
   * Entries that enactors hold, and zones with them, of endpoints that no plan of this line has:
   * the store was lost, and the configuration had dropped them. The next plan takes them up.
   * Absent where there is none; at most 100.
   */
  readonly remembered?: readonly ServingEntry[];
}

/** Overrides of one endpoint that a person took back or replaced before their time. */
export interface EndedOverrides {
  readonly endpoint: Name;
  /** At most CARRIED_IDS_MAX, the newest last. */
  readonly ids: readonly string[];
}

/** An epoch that a fence of an endpoint holds. */
export interface EpochSeen {
  readonly endpoint: Name;
  readonly epoch: number;
}

/** What of the old plans is kept; what is older than both goes. */
export interface PlanRetention {
  /** Plans kept whatever their age, as long as the store has room for them; 1 or more. */
  readonly plansMin: number;
  /** Plans kept at most, whatever their age; >= `plansMin`. */
  readonly plansMax: number;
  /** Plans made after this moment (wall clock) are kept, up to `plansMax`. */
  readonly madeAfterMs: number;
}

/** What a clean-up dropped. */
export interface CleanUpOutcome {
  readonly plans: number;
  readonly entries: number;
  /** The oldest plan that can still be read; 0 where there is none. */
  readonly oldestGeneration: Generation;
}

/** What the store says to a new plan. Only `accepted` changed anything. */
export type AppendOutcome =
  | { readonly kind: "accepted"; readonly head: PlanHead }
  /** Its parent is not the newest plan: read the head, plan again. */
  | { readonly kind: "not-a-child"; readonly head: PlanHead }
  /** Its digest, order or generations are not what they must be: a bug in a planner. */
  | { readonly kind: "refused"; readonly problem: string };

/** A plan without its entries. */
export type PlanSummary = Omit<PlanDelta, "changed"> & { readonly changedCount: number };

/** Newest entries of everything that changed after one generation. */
export interface PlanChanges {
  readonly head: PlanHead;
  readonly after: Generation;
  /** In order of endpoint name; each endpoint once, with its newest entry. */
  readonly entries: readonly PlanEntry[];
}

/** One version of an endpoint's entry and the plan that brought it. */
export interface EntryVersion {
  readonly entry: PlanEntry;
  readonly plan: PlanSummary;
}

/** A policy as accepted, with who put it there. */
export interface PolicyRevision {
  /** Rises by one with every accepted change; from 1. */
  readonly revision: number;
  readonly policy: Policy;
  readonly actor: string;
  readonly acceptedAtMs: number;
}

/** What one vantage point knows of the targets. */
export interface HealthReport {
  /** Human-readable and stable, such as `prober-use1`. */
  readonly vantage: string;
  /** Results that changed since this vantage's last report; empty for a mere sign of life. */
  readonly changed: readonly TargetHealth[];
}

/** What moved; a hint only: read to know. Hints may be merged, never lost while connected. */
export interface StoreHint {
  readonly topic: "plan" | "policy" | "forces" | "orders" | "health" | "connected";
  /** For `plan`: the newest generation. */
  readonly generation?: Generation;
}

/**
 * Where plans, policy, operators' decisions and what was seen of the targets live.
 * Every call may reject with StoreError `unreachable` (retry later: nothing is known of the
 * outcome) or `full` (disk: nothing was changed).
 */
export interface PlanStore {
  head(): Promise<PlanHead>;
  /** Adds a plan if, in the same atomic step, its parent is the newest one. */
  append(delta: PlanDelta): Promise<AppendOutcome>;
  /** The whole plan at a generation (newest where absent); undefined where there is none. */
  read(generation?: Generation): Promise<Plan | undefined>;
  /** Cost follows what changed after `generation`. */
  changesAfter(generation: Generation): Promise<PlanChanges>;
  /** Newest first, at most `limit` (1..1000), older than `before` where given. */
  summaries(limit: number, before?: Generation): Promise<readonly PlanSummary[]>;
  /**
   * Versions of one endpoint's entry, newest first, at most `limit` (1..1000). May reach one
   * version behind the oldest plan.
   */
  history(endpoint: Name, limit: number): Promise<readonly EntryVersion[]>;
  /** Remembers that a fence was seen at this position, so that no later plan is below it. */
  raiseFloor(seen: Position): Promise<void>;
  /** Remembers epochs seen in fences (see `PlanHead`) that are above the newest entries'. */
  raiseEpochs(seen: readonly EpochSeen[]): Promise<void>;
  /** Takes note of entries that no plan has (see `PlanHead`); what is planned is no news. */
  remember(entries: readonly ServingEntry[]): Promise<void>;
  /**
   * Drops old plans, in one atomic step, and never an endpoint's newest entry, nor one that a kept
   * plan still needs to be read whole. A store that runs out of room keeps ten plans, whatever
   * the retention says. Touches nothing but plans. A bounded number at once: call
   * again until none are dropped.
   */
  cleanUp(retention: PlanRetention): Promise<CleanUpOutcome>;

  policy(): Promise<PolicyRevision | undefined>;
  /** Replaces the policy; the same policy again changes nothing and returns what is held. */
  putPolicy(policy: Policy, actor: string): Promise<PolicyRevision>;

  forces(): Promise<readonly Force[]>;
  putForce(force: Omit<Force, "sinceMs">): Promise<void>;
  /** True where the target was forced. */
  release(targetId: string, actor: string): Promise<boolean>;

  /** What people asked for about endpoints, in order of id. */
  orders(): Promise<readonly Order[]>;
  /**
   * Adds orders, all or none, journalled in the same step. An override takes the place of the one
   * that its endpoint has; an order that is held already (same id) changes nothing. Rejects with
   * StoreError `refused` where an endpoint has another order of the kind, or there are too many.
   */
  putOrders(orders: readonly Order[]): Promise<void>;
  /**
   * Ends orders that are done, expired or taken back (`why`: one line); says which were ended. A
   * retirement that is carried out already (the newest entry is its tombstone) is not taken back by
   * an operator, and so not among them: the planner ends it.
   */
  endOrders(ids: readonly string[], actor: string, why: string): Promise<readonly string[]>;
  /**
   * Ends overrides of an endpoint that fences hold and the plans do not know (`ids`: 1..8, `why`:
   * one line), journalled in the same step: see `PlanHead.endedOverrides`. Says which were news:
   * not those held as orders (`endOrders` ends them), nor what the newest entry ends already.
   */
  endOverrides(
    endpoint: Name,
    ids: readonly string[],
    actor: string,
    why: string,
  ): Promise<readonly string[]>;

  report(report: HealthReport): Promise<void>;
  inventory(): Promise<Inventory>;

  /** Calls back on every change, and with `connected` whenever hints may have been missed. */
  watch(listener: (hint: StoreHint) => void): () => void;
}
