import assert from "node:assert/strict";
import { it } from "node:test";
import { diffPlans } from "./diff.ts";
import { emptyPlan } from "./line.ts";
import type { Plan } from "./plan.ts";
import {
  DYNAMODB,
  endpointOf,
  inventoryWithDown,
  overrideOf,
  policyOf,
  retirementOf,
  revivalOf,
  StepPlanner,
  serving,
  TARGETS,
} from "./planner.suite.ts";

it("diffPlans() gives addresses, weights, TTL and answers that moved, with the cause", () => {
  const planner = new StepPlanner();
  planner.step({});
  const before = planner.plan;
  const targets = TARGETS.map((target) => {
    return target.id === "lb-b1" ? { ...target, capacity: 7 } : target;
  });
  const endpoints = [endpointOf({ ttlSeconds: 9, answers: "all" })];
  planner.step({
    policy: policyOf({ endpoints, targets }),
    inventory: inventoryWithDown("lb-a1"),
  });
  const diff = diffPlans(before, planner.plan);
  assert.deepEqual([diff.fromGeneration, diff.toGeneration], [1, 2]);
  const [endpoint] = diff.endpoints;
  assert.equal(endpoint?.kind, "changed");
  assert.deepEqual(endpoint?.answers, { before: 2, after: "all" });
  assert.deepEqual(endpoint?.rrsets[0], {
    type: "A",
    added: [],
    removed: ["127.77.1.1"],
    weights: [{ rdata: "127.77.2.1", before: 100, after: 7 }],
    ttlSeconds: { before: 5, after: 9 },
  });
  assert.match(endpoint?.cause ?? "", /^lb-a1 out: down, connection refused; answers 2 -> all/);
});

it("diffPlans() tells what came, what is not there yet, and nothing of a mere new stamp", () => {
  const planner = new StepPlanner();
  const empty = emptyPlan("use1");
  planner.step({});
  const first = planner.plan;
  const kinds = (a = empty, b = empty) => {
    return diffPlans(a, b).endpoints.map(({ endpoint, kind }) => [endpoint, kind]);
  };
  assert.deepEqual(kinds(empty, first), [[DYNAMODB, "created"]]);
  assert.deepEqual(kinds(first, empty), [[DYNAMODB, "absent"]]);
  planner.step({ floorGeneration: 40 });
  assert.equal(planner.plan.generation, 41);
  assert.deepEqual(kinds(first, planner.plan), []);
});

it("diffPlans() tells of pins, of names retired, and of names revived", () => {
  const planner = new StepPlanner();
  planner.step({});
  const plans = [planner.plan];
  const content = serving(planner.plan.entries.get(DYNAMODB));
  const steps = [
    { orders: [overrideOf({ answers: content.answers, rrsets: content.rrsets })] },
    { orders: [] },
    { orders: [retirementOf()], watched: new Set(["t-one"]) },
    { orders: [revivalOf()] },
  ];
  for (const step of steps) {
    planner.step(step);
    plans.push(planner.plan);
  }
  const [first = planner.plan, pinned = first, cleared = first, retired = first] = plans;
  const one = (a: Plan, b: Plan) => diffPlans(a, b).endpoints[0];
  // It answers the same, but by a person's word, and until then.
  assert.deepEqual(one(first, pinned)?.override, { before: null, after: "o-one" });
  assert.deepEqual(one(first, pinned)?.rrsets, []);
  assert.deepEqual(one(pinned, cleared)?.override, { before: "o-one", after: null });
  assert.equal(one(cleared, retired)?.kind, "retired");
  assert.deepEqual(
    one(cleared, retired)?.rrsets.map(({ type }) => type),
    ["A", "AAAA"],
  );
  assert.equal(one(retired, planner.plan)?.kind, "revived");
});
