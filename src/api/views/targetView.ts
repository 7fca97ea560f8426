import type { Order, Policy, Target, TargetHealth } from "../../plan/index.ts";
import type { RegionSnapshot } from "../regionState.ts";
import type { TargetCounts } from "../schemas/status.ts";
import type { TargetView } from "../schemas/targets.ts";

/** Every target of the configuration, and those only known by their health or force. */
export function targetViews(snapshot: RegionSnapshot): TargetView[] {
  const policy = snapshot.policy?.policy;
  const health = healthByTarget(snapshot.inventory.health.values());
  const forces = new Map(snapshot.forces.map((force) => [force.targetId, force]));
  const endpoints = endpointsByTarget(policy);
  const configured = (policy?.targets ?? []).map((target) => target.id);
  const ids = new Set([...configured, ...forces.keys()]);
  const targets = new Map((policy?.targets ?? []).map((target) => [target.id, target]));
  return [...ids].map((id) => {
    const force = forces.get(id);
    return {
      ...(targets.get(id) ?? gone(id)),
      inConfiguration: targets.has(id),
      health: (health.get(id) ?? []).map((one) => ({ ...one })),
      ...(force === undefined ? {} : { force: { ...force } }),
      endpoints: endpoints.get(id) ?? 0,
    };
  });
}

/** Whose answers do not follow targets and their health just now, one sentence each. */
export function notFollowing(orders: readonly Order[]): string[] {
  const names = (kind: Order["kind"]) => {
    return orders.filter((order) => order.kind === kind).map(({ endpoint }) => endpoint);
  };
  const lines = [
    [names("override"), 'overridden, whatever its targets say: "override list"'],
    [names("rollback"), 'held at old content, whatever its targets say: "rollback list"'],
  ] as const;
  return lines.flatMap(([[first, ...rest], what]) => {
    if (first === undefined) return [];
    return [`${first}${rest.length > 0 ? ` and ${rest.length} more` : ""}: ${what}`];
  });
}

function gone(id: string): Target {
  return { id, availabilityZone: "-", capacity: 1 };
}

/** Counts of the configured targets; under several checks the worst state counts. */
export function targetCounts(views: readonly TargetView[]): TargetCounts {
  const counts: TargetCounts = { total: 0, up: 0, down: 0, unknown: 0, stale: 0, forced: 0 };
  for (const view of views) {
    if (view.inConfiguration) {
      counts.total += 1;
      counts[worstState(view)] += 1;
      if (view.health.some((one) => !one.fresh)) counts.stale += 1;
    }
    if (view.force !== undefined) counts.forced += 1;
  }
  return counts;
}

function worstState(view: TargetView): "up" | "down" | "unknown" {
  if (view.health.some((one) => one.state === "down")) return "down";
  return view.health.length > 0 && view.health.every((one) => one.state === "up")
    ? "up"
    : "unknown";
}

function healthByTarget(health: Iterable<TargetHealth>): Map<string, TargetHealth[]> {
  const byTarget = new Map<string, TargetHealth[]>();
  for (const one of health) {
    const known = byTarget.get(one.targetId);
    if (known === undefined) byTarget.set(one.targetId, [one]);
    else known.push(one);
  }
  return byTarget;
}

function endpointsByTarget(policy: Policy | undefined): Map<string, number> {
  const byPool = new Map<string, number>();
  for (const endpoint of policy?.endpoints ?? []) {
    for (const poolId of endpoint.poolIds) byPool.set(poolId, (byPool.get(poolId) ?? 0) + 1);
  }
  const counts = new Map<string, number>();
  for (const pool of policy?.pools ?? []) {
    for (const id of pool.targetIds) {
      counts.set(id, (counts.get(id) ?? 0) + (byPool.get(pool.id) ?? 0));
    }
  }
  return counts;
}
