import type { Name } from "../dns/index.ts";
import { explainEndpoint, makePlan, type ServingEntry } from "../plan/index.ts";
import type { RegionSnapshot } from "./regionState.ts";
import type { Mode, TargetReason } from "./schemas/endpoints.ts";

/** What the planner's rules say of every endpoint of the configuration now. */
export type Modes = ReadonlyMap<Name, Mode>;

/** Why an endpoint answers as it does. */
export interface Reasons {
  readonly targets: TargetReason[];
  readonly notes: string[];
  readonly lines: string[];
}

/**
 * How each endpoint is served, by the planner's own rules over a snapshot. The planner's memory of
 * capacity served is its own: what it holds back is seen from the plan, which still has it.
 */
export function modesOf(snapshot: RegionSnapshot): Modes {
  const modes = new Map<Name, Mode>();
  const policy = snapshot.policy?.policy;
  if (policy === undefined) return modes;
  const { decisions } = makePlan({
    region: snapshot.head.region,
    policy,
    inventory: snapshot.inventory,
    forces: snapshot.forces,
    parent: snapshot.plan,
    floorGeneration: 0,
    served: new Map(),
    nowMs: 0,
    wallMs: 0,
    actor: "api",
    trigger: "explanation",
  });
  for (const [name, decision] of decisions) {
    const entry = snapshot.plan.entries.get(name);
    const serving = entry?.kind === "serving" ? entry : undefined;
    const limited = decision.mode === "healthy" || decision.mode === "failed-over";
    const holds = limited && serving !== undefined && servesMore(serving, decision);
    modes.set(name, holds ? "capacity-held" : decision.mode);
  }
  return modes;
}

type Decision =
  ReturnType<typeof makePlan>["decisions"] extends ReadonlyMap<Name, infer One> ? One : never;

// Targets leave an answer only as fast as the velocity limit lets them: until then the plan serves
// more of them than their health asks for.
function servesMore(entry: ServingEntry, decision: Decision): boolean {
  if (decision.held.length > 0) return true;
  return entry.rrsets.some((rrset) => {
    if (rrset.type !== "A" && rrset.type !== "AAAA") return false;
    const { type } = rrset;
    const wanted = decision.chosen.filter((member) => member.target.addresses[type] !== undefined);
    // None at all: the type is kept as it was, which is another matter.
    return wanted.length > 0 && rrset.records.length > wanted.length;
  });
}

/** Why one endpoint answers as it does: target by target, and in lines for people. */
export function reasonsOf(name: Name, snapshot: RegionSnapshot, wallMs: number): Reasons {
  const policy = snapshot.policy?.policy;
  if (policy === undefined) return { targets: [], notes: [], lines: [] };
  const { inventory, forces, plan, orders } = snapshot;
  const explained = explainEndpoint(name, { policy, inventory, forces, plan, orders, wallMs });
  return {
    targets: explained.targets.map((target) => ({ ...target, addresses: [...target.addresses] })),
    notes: [...explained.notes],
    lines: [...explained.lines],
  };
}
