import assert from "node:assert/strict";
import { describe, it } from "node:test";
import {
  DYNAMODB,
  endpointOf,
  forceOf,
  inventoryWithDown,
  policyOf,
  poolOf,
  StepPlanner,
  TARGETS,
} from "./planner.suite.ts";
import type { PlannerInputs } from "./planner.ts";
import { addServed, LEDGER_ITEMS_MAX, peakCapacity, type ServedSince } from "./plannerVelocity.ts";

const ALL = TARGETS.map((target) => target.id);

/** A planner that served all nine at time 0, with a floor of 1 so that only velocity limits. */
function atFullStrength(changes: Partial<PlannerInputs> = {}): {
  planner: StepPlanner;
  step: StepPlanner["step"];
} {
  const planner = new StepPlanner();
  const policy = policyOf({ endpoints: [endpointOf({ floor: 1 })] });
  planner.step({ policy, ...changes });
  return { planner, step: (more) => planner.step({ policy, ...changes, ...more }) };
}

describe("velocity limit", () => {
  it("never holds up targets that fail within it", () => {
    const { planner, step } = atFullStrength();
    const outcome = step({ inventory: inventoryWithDown(...ALL.slice(0, 4)), nowMs: 1000 });
    assert.deepEqual(planner.serving, ALL.slice(4));
    assert.deepEqual(outcome.notes, []);
  });

  it("keeps the most recently failed when too much fails at once, and lets them go later", () => {
    const { planner, step } = atFullStrength();
    const inventory = inventoryWithDown(...ALL.slice(0, 7)); // lb-c1 failed last
    const outcome = step({ inventory, nowMs: 1000 });
    // 450 of 900 must stay: two are up, and the three that failed last stay with them.
    assert.deepEqual(planner.serving, ["lb-b2", "lb-b3", "lb-c1", "lb-c2", "lb-c3"]);
    assert.equal(outcome.decisions.get(DYNAMODB)?.releaseAtMs, 11_000);
    assert.match(outcome.notes[0]?.text ?? "", /lb-c1, lb-b3, lb-b2 stay for now: at most 50%/);
    assert.equal(step({ inventory, nowMs: 10_999 }).kind, "nothing-to-do");
    step({ inventory, nowMs: 11_000 });
    // 225 of 450 must stay: one more goes in the window after.
    assert.deepEqual(planner.serving, ["lb-c1", "lb-c2", "lb-c3"]);
    step({ inventory, nowMs: 21_000 });
    assert.deepEqual(planner.serving, ["lb-c2", "lb-c3"]);
  });

  it("adds failures of one window up", () => {
    const { planner, step } = atFullStrength();
    step({ inventory: inventoryWithDown(...ALL.slice(0, 3)), nowMs: 1000 });
    step({ inventory: inventoryWithDown(...ALL.slice(0, 6)), nowMs: 6000 });
    assert.equal(planner.serving.length, 5);
    step({ inventory: inventoryWithDown(...ALL.slice(0, 6)), nowMs: 11_000 });
    assert.equal(planner.serving.length, 3);
  });

  it("counts net: what comes in makes room for what leaves", () => {
    const policy = policyOf({
      pools: [poolOf("ddb", ALL.slice(0, 4)), poolOf("spare", ALL.slice(4))],
      endpoints: [endpointOf({ floor: 1, poolIds: ["ddb", "spare"] })],
    });
    const { planner, step } = atFullStrength({ policy });
    assert.deepEqual(planner.serving, ALL.slice(0, 4));
    step({ inventory: inventoryWithDown(...ALL.slice(0, 4)), nowMs: 1000 });
    assert.deepEqual(planner.serving, ALL.slice(4));
  });

  it("does not hold back operators, nor count what they took out", () => {
    const { planner, step } = atFullStrength();
    const forces = ALL.slice(0, 6).map((id) => forceOf(id, "drain"));
    step({ forces, nowMs: 1000 });
    assert.deepEqual(planner.serving, ALL.slice(6));
    // One of the 300 left fails: 150 must stay, and 200 do.
    step({ forces, inventory: inventoryWithDown("lb-c1"), nowMs: 1100 });
    assert.deepEqual(planner.serving, ["lb-c2", "lb-c3"]);
  });

  it("lets a target go that is bigger than the limit, one window later", () => {
    const policy = policyOf({
      pools: [poolOf("ddb", ["lb-a1", "lb-a2"])],
      endpoints: [endpointOf({ floor: 1, velocity: { fractionMax: 0.4, windowMs: 10_000 } })],
    });
    const { planner, step } = atFullStrength({ policy });
    const inventory = inventoryWithDown("lb-a1");
    assert.equal(step({ inventory, nowMs: 1000 }).kind, "nothing-to-do");
    assert.equal(step({ inventory, nowMs: 10_900 }).kind, "nothing-to-do");
    assert.equal(step({ inventory, nowMs: 11_000 }).kind, "plan");
    assert.deepEqual(planner.serving, ["lb-a2"]);
  });

  it("starts anew from the parent when the ledger was lost", () => {
    const { planner, step } = atFullStrength();
    planner.served.clear();
    step({ inventory: inventoryWithDown(...ALL.slice(0, 8)), nowMs: 500 });
    assert.equal(planner.serving.length, 5);
  });

  it("never brings a failed target back", () => {
    const { planner, step } = atFullStrength();
    step({ inventory: inventoryWithDown("lb-a1"), nowMs: 1000 });
    step({ inventory: inventoryWithDown(...ALL.slice(0, 8)), nowMs: 2000 });
    assert.ok(!planner.serving.includes("lb-a1"));
    assert.equal(planner.serving.length, 5);
  });
});

describe("addServed()", () => {
  it("stays bounded, and keeps the peak when it merges", () => {
    const capacityOf = (): number => 1;
    let items: readonly ServedSince[] = [];
    for (let atMs = 0; atMs < 500; atMs += 1) {
      const targetIds = ALL.slice(0, atMs === 10 ? 9 : 1 + (atMs % 3));
      items = addServed(items, { atMs, targetIds, share: 1 }, capacityOf, 1000);
      assert.ok(items.length <= LEDGER_ITEMS_MAX);
    }
    assert.equal(peakCapacity(items, capacityOf, 500, 1000), 9);
  });
});
