import type { Name } from "../dns/index.ts";
import type { Position } from "./fence.ts";
import type { Inventory, TargetHealth } from "./inventory.ts";
import type { Generation, Plan, PlanDelta, PlanEntry } from "./plan.ts";
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
  readonly topic: "plan" | "policy" | "forces" | "health" | "connected";
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
  /** Versions of one endpoint's entry, newest first, at most `limit` (1..1000). */
  history(endpoint: Name, limit: number): Promise<readonly EntryVersion[]>;
  /** Remembers that a fence was seen at this position, so that no later plan is below it. */
  raiseFloor(seen: Position): Promise<void>;

  policy(): Promise<PolicyRevision | undefined>;
  /** Replaces the policy; the same policy again changes nothing and returns what is held. */
  putPolicy(policy: Policy, actor: string): Promise<PolicyRevision>;

  forces(): Promise<readonly Force[]>;
  putForce(force: Omit<Force, "sinceMs">): Promise<void>;
  /** True where the target was forced. */
  release(targetId: string, actor: string): Promise<boolean>;

  report(report: HealthReport): Promise<void>;
  inventory(): Promise<Inventory>;

  /** Calls back on every change, and with `connected` whenever hints may have been missed. */
  watch(listener: (hint: StoreHint) => void): () => void;
}
