import assert from "node:assert/strict";
import { it } from "node:test";
import fc from "fast-check";
import { rrsetsOf } from "./entry.ts";
import { healthKey, type TargetHealth } from "./inventory.ts";
import {
  DYNAMODB,
  endpointOf,
  forceOf,
  healthOf,
  idsServed,
  inputsOf,
  policyOf,
  poolOf,
  StepPlanner,
  serving,
  TARGETS,
} from "./planner.suite.ts";
import { makePlan, type PlannerInputs } from "./planner.ts";
import type { Target } from "./target.ts";

const ALL = TARGETS.map((target) => target.id);

const targetsArbitrary: fc.Arbitrary<readonly Target[]> = fc.tuple(
  ...TARGETS.map((target) =>
    fc.record({ v6: fc.boolean(), capacity: fc.integer({ min: 1, max: 400 }) }).map((made) => {
      const { ipv6 = "", ...rest } = target;
      return { ...rest, ...(made.v6 ? { ipv6 } : {}), capacity: made.capacity };
    }),
  ),
);

const poolsArbitrary = fc.integer({ min: 1, max: 8 }).map((first) => {
  return [poolOf("ddb", ALL.slice(0, first)), poolOf("spare", ALL.slice(first))];
});

const policyArbitrary = fc
  .record({
    targets: targetsArbitrary,
    pools: poolsArbitrary,
    floor: fc.integer({ min: 1, max: 5 }),
    fractionMax: fc.constantFrom(0.1, 0.3, 0.5, 1),
    bothPools: fc.boolean(),
    types: fc.constantFrom(["A"] as const, ["A", "AAAA"] as const),
  })
  .map(({ targets, pools, floor, fractionMax, bothPools, types }) => {
    const velocity = { fractionMax, windowMs: 10_000 };
    const poolIds = bothPools ? ["ddb", "spare"] : ["ddb"];
    const endpoint = endpointOf({ poolIds, floor, velocity, types });
    return policyOf({ targets, pools, endpoints: [endpoint] });
  });

const stateArbitrary = fc.constantFrom("up", "down", "unknown", "absent");
const inventoryArbitrary = fc.tuple(...ALL.map(() => stateArbitrary)).map((states) => {
  const health = new Map<string, TargetHealth>();
  for (const [place, state] of states.entries()) {
    const id = ALL[place] ?? "";
    if (state !== "absent") health.set(healthKey(id, "http"), healthOf(id, state, 1000 + place));
  }
  return { health };
});

const forcesArbitrary = fc
  .uniqueArray(fc.constantFrom(...ALL), { maxLength: 9 })
  .chain((ids) =>
    fc.tuple(
      ...ids.map((id) =>
        fc.constantFrom("drain", "up", "down").map((state) => forceOf(id, state as "drain")),
      ),
    ),
  );

const stepArbitrary = fc.record({
  inventory: inventoryArbitrary,
  forces: fc.oneof(
    { weight: 3, arbitrary: fc.constant([]) },
    { weight: 1, arbitrary: forcesArbitrary },
  ),
  waitMs: fc.integer({ min: 1, max: 12_000 }),
  policy: fc.option(policyArbitrary, { nil: undefined, freq: 4 }),
});

it("makePlan() never leaves an endpoint empty, nor without a type that it had", () => {
  fc.assert(
    fc.property(policyArbitrary, fc.array(stepArbitrary, { maxLength: 12 }), (first, steps) => {
      const planner = new StepPlanner();
      const held = new Set<string>();
      let policy = first;
      let nowMs = 0;
      planner.step({ policy });
      for (const step of steps) {
        nowMs += step.waitMs;
        policy = step.policy ?? policy;
        const { inventory, forces } = step;
        planner.step({ policy, inventory, forces, nowMs });
        const entry = serving(planner.plan.entries.get(DYNAMODB));
        rrsetsOf(entry); // asserts that it is not empty, canonical and unique
        for (const rrset of entry.rrsets) held.add(rrset.type);
        assert.deepEqual(entry.rrsets.map((rrset) => rrset.type).sort(), [...held].sort());
      }
    }),
    { numRuns: 300 },
  );
});

it("makePlan() gives equal deltas, byte for byte, for equal inputs", () => {
  fc.assert(
    fc.property(
      policyArbitrary,
      inventoryArbitrary,
      forcesArbitrary,
      (policy, inventory, forces) => {
        const planner = new StepPlanner();
        planner.step({ policy });
        const changes: Partial<PlannerInputs> = { policy, inventory, forces, parent: planner.plan };
        const again = {
          policy: structuredClone(policy),
          inventory: { health: new Map([...inventory.health].reverse()) },
          forces: [...forces].reverse(),
        };
        const left = makePlan(inputsOf(changes));
        const right = makePlan(inputsOf({ ...changes, ...again }));
        assert.equal(deltaText(left), deltaText(right));
      },
    ),
    { numRuns: 200 },
  );
});

function deltaText(outcome: ReturnType<typeof makePlan>): string {
  return JSON.stringify(outcome.kind === "plan" ? outcome.delta : outcome.kind);
}

it("makePlan() never lets capacity sink below a level that sinks by the limit per window", () => {
  const step = fc.record({
    down: fc.uniqueArray(fc.constantFrom(...ALL), { maxLength: 9 }),
    waitMs: fc.integer({ min: 1, max: 4000 }),
  });
  const fraction = fc.constantFrom(0.2, 0.5, 0.8);
  fc.assert(
    fc.property(
      targetsArbitrary,
      fraction,
      fc.array(step, { maxLength: 20 }),
      (targets, f, steps) => {
        const velocity = { fractionMax: f, windowMs: 10_000 };
        const endpoint = endpointOf({ floor: 1, velocity, types: ["A"] });
        const policy = policyOf({ targets, endpoints: [endpoint] });
        const planner = new StepPlanner();
        planner.step({ policy });
        const capacity = new Map(targets.map((target) => [target.id, target.capacity]));
        const sum = (ids: readonly string[]): number => {
          return ids.reduce((total, id) => total + (capacity.get(id) ?? 0), 0);
        };
        // The naive model: levels of the window, and what is up now.
        let levels = [{ atMs: 0, level: sum(ALL) }];
        let nowMs = 0;
        for (const { down, waitMs } of steps) {
          nowMs += waitMs;
          const up = sum(ALL.filter((id) => !down.includes(id)));
          const health = ALL.map((id) => healthOf(id, down.includes(id) ? "down" : "up"));
          const inventory = {
            health: new Map(health.map((h) => [healthKey(h.targetId, "http"), h])),
          };
          planner.step({ policy, inventory, nowMs });
          const served = sum(idsServed(planner.plan.entries.get(DYNAMODB), "A", targets));
          levels = levels.filter((_, place) => {
            const next = levels[place + 1];
            return next === undefined || next.atMs > nowMs - 10_000;
          });
          const peak = Math.max(...levels.map(({ level }) => level));
          // Nothing is up: it fails open and serves all.
          const level = up === 0 ? sum(ALL) : Math.max(up, (1 - f) * peak);
          assert.ok(served >= level - 1e-6, `${served} >= ${level}`);
          levels.push({ atMs: nowMs, level });
        }
      },
    ),
    { numRuns: 300 },
  );
});
