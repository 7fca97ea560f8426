import type { InventoryView, OrderView, PlanPage } from "../api/index.ts";
import {
  applyDelta,
  diffPlans,
  type EndpointDiff,
  emptyPlan,
  healthKey,
  makePlan,
  type Plan,
  type PlanNote,
  type Policy,
} from "../plan/index.ts";
import { entryOf, orderOf } from "./fromViews.ts";

/** What a running region knows, as its API tells it. */
export interface RunningRegion {
  readonly plan: PlanPage;
  readonly inventory: InventoryView;
  /** What people asked for: it comes before what the configuration says. */
  readonly orders: readonly OrderView[];
}

/** What would change. */
export interface DryRun {
  readonly changes: readonly EndpointDiff[];
  readonly notes: readonly PlanNote[];
  /** Endpoints that answer now and are not in the configuration. */
  readonly orphans: readonly string[];
}

/**
 * What the planner would do with a policy. Nothing here can write: it is handed no store, no zone
 * and no writer, only values (DESIGN.md, "Dry-run cannot write, by construction").
 */
export function dryRun(
  policy: Policy,
  running: RunningRegion | undefined,
  time: { readonly monotonicMs: number; readonly wallMs: number },
): DryRun {
  const parent = running === undefined ? emptyPlan(policy.region) : planOf(running.plan);
  const health = running?.inventory.health ?? [];
  const outcome = makePlan({
    region: policy.region,
    policy,
    inventory: {
      health: new Map(health.map((one) => [healthKey(one.targetId, one.checkId), one])),
    },
    forces: running?.inventory.forces ?? [],
    orders: running?.orders.map(orderOf) ?? [],
    parent,
    floorGeneration: running?.inventory.floorGeneration ?? 0,
    served: new Map(),
    nowMs: time.monotonicMs,
    wallMs: time.wallMs,
    actor: "planner",
    trigger: "dry run",
  });
  const next = outcome.kind === "plan" ? applyDelta(parent, outcome.delta) : parent;
  const configured = new Set(policy.endpoints.map((endpoint) => endpoint.name));
  const orphans = [...parent.entries.values()]
    .filter((entry) => entry.kind === "serving" && !configured.has(entry.endpoint))
    .map((entry) => entry.endpoint)
    .sort();
  return { changes: diffPlans(parent, next).endpoints, notes: outcome.notes, orphans };
}

function planOf(page: PlanPage): Plan {
  const entries = page.entries.map(entryOf);
  const { region, generation, digest } = page;
  return {
    region,
    generation,
    digest,
    entries: new Map(entries.map((entry) => [entry.endpoint, entry])),
  };
}
