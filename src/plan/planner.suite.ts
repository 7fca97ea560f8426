// A made-up region for the planner's tests: nine load balancers, as in examples/region.
import { nameOf } from "../dns/index.ts";
import { healthKey, type Inventory, type TargetHealth } from "./inventory.ts";
import { applyDelta, emptyPlan } from "./line.ts";
import type { Order, Override, Retirement, Revival, Rollback } from "./order.ts";
import type {
  NonEmpty,
  Plan,
  PlanEntry,
  PlannedRecord,
  PlannedRRset,
  ServingEntry,
} from "./plan.ts";
import { makePlan, type PlannerInputs, type PlanOutcome } from "./planner.ts";
import type { ServedSince } from "./plannerVelocity.ts";
import type { EndpointPolicy, Policy, Pool } from "./policy.ts";
import type { Force, Target } from "./target.ts";

export const ZONE = nameOf("use1.holdfast.example");
export const DYNAMODB = nameOf("dynamodb.use1.holdfast.example");

/** lb-a1 .. lb-c3, 127.77.<zone>.<n>, each with an IPv6 address, capacity 100. */
export const TARGETS: readonly Target[] = ["a", "b", "c"].flatMap((letter, zone) =>
  [1, 2, 3].map((n) => ({
    id: `lb-${letter}${n}`,
    availabilityZone: `use1-az${zone + 1}`,
    ipv4: `127.77.${zone + 1}.${n}`,
    ipv6: `2001:db8:${letter}::${n}`,
    capacity: 100,
  })),
);

export function poolOf(id: string, targetIds: readonly string[]): Pool {
  return { id, checkId: "http", targetIds };
}

export function endpointOf(changes: Partial<EndpointPolicy> = {}): EndpointPolicy {
  return {
    name: DYNAMODB,
    zone: ZONE,
    poolIds: ["ddb"],
    types: ["A", "AAAA"],
    ttlSeconds: 5,
    answers: 2,
    floor: 3,
    velocity: { fractionMax: 0.5, windowMs: 10_000 },
    ...changes,
  };
}

export function policyOf(changes: Partial<Policy> = {}): Policy {
  return {
    region: "use1",
    zones: [{ name: ZONE, storeIds: ["embedded"] }],
    targets: TARGETS,
    checks: [
      {
        id: "http",
        kind: "http",
        port: 8080,
        path: "/healthz",
        intervalMs: 1000,
        timeoutMs: 500,
        jitterMs: 100,
        rise: 2,
        fall: 2,
      },
    ],
    pools: [
      poolOf(
        "ddb",
        TARGETS.map((target) => target.id),
      ),
    ],
    endpoints: [endpointOf()],
    ...changes,
  };
}

export function healthOf(
  targetId: string,
  state: TargetHealth["state"],
  sinceMs = 1000,
): TargetHealth {
  const detail = state === "up" ? "2 of 2 passed" : "connection refused";
  return { targetId, checkId: "http", state, fresh: true, sinceMs, detail };
}

/** Everything up but the targets named, which are down since 1000, 1001, … in the order given. */
export function inventoryWithDown(...down: readonly string[]): Inventory {
  const health = TARGETS.map((target) => {
    const place = down.indexOf(target.id);
    return place < 0 ? healthOf(target.id, "up") : healthOf(target.id, "down", 1000 + place);
  });
  return { health: new Map(health.map((one) => [healthKey(one.targetId, "http"), one])) };
}

export function forceOf(targetId: string, state: Force["state"]): Force {
  return { targetId, state, actor: "operator:ann", reason: "maintenance", sinceMs: 2000 };
}

export function inputsOf(changes: Partial<PlannerInputs> = {}): PlannerInputs {
  return {
    region: "use1",
    policy: policyOf(),
    inventory: inventoryWithDown(),
    forces: [],
    orders: [],
    parent: emptyPlan("use1"),
    floorGeneration: 0,
    served: new Map(),
    nowMs: 0,
    wallMs: 5_000_000,
    actor: "planner",
    trigger: "test",
    ...changes,
  };
}

/** The order without what a test does not care about: by ann, since the wall clock began. */
function askedOf(
  id: string,
): Pick<Order, "id" | "endpoint" | "zone" | "actor" | "reason" | "atMs"> {
  return { id, endpoint: DYNAMODB, zone: ZONE, actor: "operator:ann", reason: "fire", atMs: 0 };
}

/** A list of addresses as the RRset that pins them. */
export function pinOf(type: string, ...rdata: readonly string[]): PlannedRRset {
  const [first = "", ...rest] = rdata;
  const record = (text: string): PlannedRecord => ({ rdata: text, weight: 1 });
  return { type, ttlSeconds: 30, records: [record(first), ...rest.map(record)] };
}

/** The address types that the region's endpoint has, each with one address of nobody. */
export const PINNED: NonEmpty<PlannedRRset> = [
  pinOf("A", "192.0.2.1"),
  pinOf("AAAA", "2001:db8::1"),
];

/** Pins both address types until 6,000,000: the planner's wall clock says 5,000,000. */
export function overrideOf(changes: Partial<Override> = {}): Override {
  const content = { answers: "all", rrsets: PINNED } as const;
  const rest = { untilMs: 6_000_000, direct: false, ...content };
  return { kind: "override", ...askedOf("o-one"), ...rest, ...changes };
}

export function retirementOf(changes: Partial<Retirement> = {}): Retirement {
  return { kind: "retirement", ...askedOf("t-one"), holdDownMs: 60_000, ...changes };
}

export function revivalOf(changes: Partial<Revival> = {}): Revival {
  return { kind: "revival", ...askedOf("v-one"), tombstoneId: "t-one", ...changes };
}

export function rollbackOf(changes: Partial<Rollback> = {}): Rollback {
  const content = { answers: 1, rrsets: PINNED } as const;
  return { kind: "rollback", ...askedOf("r-one"), toGeneration: 1, ...content, ...changes };
}

/** A planner without its service: takes its own plans and ledger on from step to step. */
export class StepPlanner {
  plan: Plan = emptyPlan("use1");
  served = new Map<string, readonly ServedSince[]>() as Map<never, readonly ServedSince[]>;

  step(changes: Partial<PlannerInputs>): PlanOutcome {
    return this.#stepWith(inputsOf({ parent: this.plan, served: this.served, ...changes }));
  }

  /** A step of which nothing is known of orders. */
  stepUnknowing(changes: Partial<PlannerInputs>): PlanOutcome {
    const { orders, ...inputs } = inputsOf({ parent: this.plan, served: this.served, ...changes });
    return this.#stepWith(inputs);
  }

  #stepWith(inputs: PlannerInputs): PlanOutcome {
    const outcome = makePlan(inputs);
    if (outcome.kind === "plan") this.plan = applyDelta(this.plan, outcome.delta);
    for (const [name, decision] of outcome.decisions) {
      if (decision.served !== undefined) this.served.set(name as never, decision.served);
    }
    return outcome;
  }

  /** Target ids that the plan's A records answer with. */
  get serving(): readonly string[] {
    return idsServed(this.plan.entries.get(DYNAMODB));
  }
}

export function serving(entry: PlanEntry | undefined): ServingEntry {
  if (entry?.kind !== "serving") throw new Error("Cannot go on as the entry must be a serving one");
  return entry;
}

/** Target ids behind the records of one type, in order of id. */
export function idsServed(
  entry: PlanEntry | undefined,
  type = "A",
  targets = TARGETS,
): readonly string[] {
  const rrset = serving(entry).rrsets.find((held) => held.type === type);
  const rdata = new Set(rrset?.records.map((record) => record.rdata));
  return targets
    .filter(({ ipv4, ipv6 }) => rdata.has((type === "A" ? ipv4 : ipv6) ?? ""))
    .map((target) => target.id)
    .sort();
}
