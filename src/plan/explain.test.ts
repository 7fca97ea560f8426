import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { nameOf } from "../dns/index.ts";
import { type ExplainInputs, explainEndpoint } from "./explain.ts";
import { emptyPlan } from "./line.ts";
import {
  DYNAMODB,
  endpointOf,
  forceOf,
  inventoryWithDown,
  overrideOf,
  policyOf,
  retirementOf,
  revivalOf,
  rollbackOf,
  StepPlanner,
  TARGETS,
  ZONE,
} from "./planner.suite.ts";

const ALL = TARGETS.map((target) => target.id);

function explained(
  planner: StepPlanner,
  changes: Partial<ExplainInputs> = {},
): ReturnType<typeof explainEndpoint> {
  const inventory = inventoryWithDown();
  const inputs = { policy: policyOf(), inventory, forces: [], plan: planner.plan, ...changes };
  return explainEndpoint(DYNAMODB, inputs);
}

describe("explainEndpoint()", () => {
  it("says of each target whether it is in or out, why, and since when", () => {
    const planner = new StepPlanner();
    const inventory = inventoryWithDown("lb-a1");
    const forces = [forceOf("lb-b2", "drain")];
    planner.step({});
    planner.step({ inventory, forces });
    const { targets, lines, mode } = explained(planner, { inventory, forces });
    assert.equal(mode, "healthy");
    const byId = new Map(targets.map((target) => [target.targetId, target]));
    assert.deepEqual(byId.get("lb-a1"), {
      targetId: "lb-a1",
      poolId: "ddb",
      in: false,
      addresses: [],
      why: "down, connection refused",
      sinceMs: 1000,
    });
    assert.equal(byId.get("lb-b2")?.why, "drained by operator:ann: maintenance");
    assert.deepEqual(byId.get("lb-c3")?.addresses, ["127.77.3.3", "2001:db8:c::3"]);
    assert.equal(lines[0], `${DYNAMODB} is served by 7 of 9 targets (2 in an answer): healthy`);
    assert.match(lines[1] ?? "", /^entry of generation 2, by planner: lb-a1 out: down/);
    assert.ok(
      lines.includes("lb-a1 out: down, connection refused, since 1970-01-01T00:00:01.000Z"),
    );
  });

  it("says who forced a target where nobody said why, and leaves no loose end", () => {
    const planner = new StepPlanner();
    const forces = [{ ...forceOf("lb-b2", "down"), reason: "" }];
    planner.step({ forces });
    const why = explained(planner, { forces }).targets.find(({ targetId }) => targetId === "lb-b2");
    assert.equal(why?.why, "forced down by operator:ann");
  });

  it("says that it fails open", () => {
    const planner = new StepPlanner();
    const inventory = inventoryWithDown(...ALL);
    planner.step({ inventory });
    const { mode, notes, targets } = explained(planner, { inventory });
    assert.equal(mode, "fail-open");
    assert.deepEqual(notes, ["serves all of pool ddb: 0 of 9 usable, the floor is 3"]);
    assert.match(targets[0]?.why ?? "", /too few others are usable/);
  });

  it("says what stays in only for the velocity limit, and what is still to come", () => {
    const planner = new StepPlanner();
    const policy = policyOf({ endpoints: [endpointOf({ floor: 1 })] });
    planner.step({ policy });
    const inventory = inventoryWithDown(...ALL.slice(0, 6));
    planner.step({ policy, inventory, nowMs: 1000 });
    const later = inventoryWithDown(...ALL.slice(1, 6));
    const { targets } = explained(planner, { policy, inventory: later });
    assert.match(targets[5]?.why ?? "", /still in, as at most 50% of capacity may leave in 10 s/);
    assert.match(targets[0]?.why ?? "", /comes in with the next plan/);
  });

  it("tells what is gone from the configuration, not planned yet, and not ours apart", () => {
    const planner = new StepPlanner();
    planner.step({});
    const other = policyOf({ endpoints: [endpointOf({ name: nameOf(`other.${ZONE}`) })] });
    const gone = explained(planner, { policy: other });
    assert.deepEqual([gone.kind, gone.inPolicy], ["serving", false]);
    assert.match(gone.notes[0] ?? "", /goes on answering until it is retired/);
    const plan = emptyPlan("use1");
    assert.equal(explained(planner, { plan }).kind, "not-planned-yet");
    assert.equal(explained(planner, { plan, policy: other }).kind, "not-ours");
  });

  it("says which override pins it, by whom, why and until when, and what comes after", () => {
    const planner = new StepPlanner();
    planner.step({});
    const orders = [overrideOf({ direct: true })];
    planner.step({ orders });
    const { lines, notes, targets } = explained(planner, { orders, wallMs: 5_000_000 });
    assert.equal(lines[0], `${DYNAMODB} is pinned by override o-one (all in an answer)`);
    const pin = "override o-one at the DNS server until 1970-01-01T01:40:00Z by operator:ann: fire";
    assert.equal(lines[2], `${pin} (16 min 40 s left)`);
    assert.equal(
      targets[0]?.why,
      "up, 2 of 2 passed; comes in when what pins the endpoint is over",
    );
    assert.deepEqual(notes, []);
  });

  it("says when it retires, what is in the way, and what brings it back", () => {
    const planner = new StepPlanner();
    planner.step({});
    const orders = [retirementOf({ atMs: 5_000_000, holdDownMs: 86_400_000 })];
    const waiting = explained(planner, { orders, wallMs: 5_060_000 });
    const text = "retiring in 23 h 59 min, at 1970-01-02T01:23:20Z (t-one) by operator:ann: fire";
    assert.deepEqual(waiting.orders, [text]);
    const pinned = explained(planner, { orders: [...orders, overrideOf()], wallMs: 5_060_000 });
    assert.match(pinned.orders[0] ?? "", /^override o-one .* left\): not in the plan$/);
    assert.equal(pinned.orders[2], "t-one waits: override o-one is on it: clear that first");
    planner.step({ orders: [retirementOf()], watched: new Set(["t-one"]) });
    const revival = [revivalOf({ tombstoneId: "t-two" })];
    const retired = explained(planner, { orders: revival, wallMs: 5_060_000 });
    assert.equal(retired.kind, "retired");
    assert.match(retired.lines[0] ?? "", /tombstone t-one, since 1970-01-01T01:23:20Z\)$/);
    assert.equal(retired.orders[0], "revival of tombstone t-two (v-one) by operator:ann: fire");
    assert.match(retired.orders[1] ?? "", /^v-one waits: the plan's tombstone is t-one/);
  });

  it("says that it is rolled back, and to which generation", () => {
    const planner = new StepPlanner();
    planner.step({});
    planner.step({ orders: [rollbackOf()] });
    const { lines, orders } = explained(planner, { orders: [rollbackOf()] });
    assert.equal(lines[0], `${DYNAMODB} is rolled back (1 in an answer)`);
    assert.deepEqual(orders, [
      "rolled back to generation 1 by operator:ann: fire; held until it is released",
    ]);
  });
});
