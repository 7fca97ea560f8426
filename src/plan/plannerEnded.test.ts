import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { nameOf } from "../dns/index.ts";
import { CARRIED_IDS_MAX, type ServingEntry, type TombstoneEntry } from "./plan.ts";
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
  ZONE,
} from "./planner.suite.ts";
import type { PlannerInputs } from "./planner.ts";

const OTHER = nameOf(`other.${ZONE}`);
const GONE = policyOf({ endpoints: [endpointOf({ name: OTHER })] });

function ended(...ids: readonly string[]): Pick<PlannerInputs, "endedOverrides"> {
  return { endedOverrides: [{ endpoint: DYNAMODB, ids }] };
}

function planned(): StepPlanner {
  const planner = new StepPlanner();
  planner.step({});
  return planner;
}

function entryOf(planner: StepPlanner): ServingEntry {
  return serving(planner.plan.entries.get(DYNAMODB));
}

function tombstoneOf(planner: StepPlanner): TombstoneEntry {
  const held = planner.plan.entries.get(DYNAMODB);
  assert.ok(held?.kind === "tombstone", "it is retired");
  return held;
}

describe("makePlan() with overrides that ended unknown to the plans", () => {
  it("makes the same entry once more, above them, and once only", () => {
    const planner = planned();
    const before = entryOf(planner);
    planner.step(ended("o-lost"));
    const entry = entryOf(planner);
    assert.deepEqual(entry.ends, ["o-lost"]);
    assert.deepEqual([entry.generation, entry.digest], [2, before.digest]);
    assert.equal(planner.step(ended("o-lost")).kind, "nothing-to-do");
  });

  it("carries them on in whatever entry comes next", () => {
    const planner = planned();
    planner.step({ ...ended("o-lost"), inventory: inventoryWithDown("lb-a1") });
    assert.deepEqual(entryOf(planner).ends, ["o-lost"]);
    planner.step({});
    assert.deepEqual(entryOf(planner).ends, ["o-lost"]);
  });

  it("ends them in an entry that a new override pins, and never that one itself", () => {
    const planner = planned();
    const orders = [overrideOf()];
    planner.step({ ...ended("o-lost", "o-one"), orders });
    assert.deepEqual(entryOf(planner).ends, ["o-lost"]);
    assert.equal(planner.step({ ...ended("o-lost", "o-one"), orders }).kind, "nothing-to-do");
    planner.step({ ...ended("o-lost", "o-late"), orders });
    const entry = entryOf(planner);
    assert.deepEqual([entry.ends, entry.override?.id], [["o-lost", "o-late"], "o-one"]);
  });

  it("ends them for a name that the policy no longer has, and above a floor", () => {
    const planner = planned();
    planner.step({ ...ended("o-lost"), policy: GONE });
    assert.deepEqual(entryOf(planner).ends, ["o-lost"]);
    planner.step({ ...ended("o-late"), policy: GONE, floorGeneration: 70 });
    const entry = entryOf(planner);
    assert.deepEqual([entry.ends, entry.generation], [["o-lost", "o-late"], 71]);
  });

  it("drops none of them for room, and comes to rest", () => {
    const planner = planned();
    const ids = Array.from({ length: CARRIED_IDS_MAX }, (_, index) => `o-${index}`);
    planner.step({ orders: [overrideOf()] });
    planner.step(ended(...ids));
    assert.deepEqual(entryOf(planner).ends, ids);
    assert.equal(planner.step(ended(...ids)).kind, "nothing-to-do");
  });

  it("carries them on in a tombstone, and in what revives the name", () => {
    const planner = planned();
    planner.step(ended("o-lost"));
    planner.step({ orders: [retirementOf()], watched: new Set(["t-one"]) });
    assert.deepEqual(tombstoneOf(planner).ends, ["o-lost"]);
    planner.step({ orders: [revivalOf()] });
    assert.deepEqual(entryOf(planner).ends, ["o-lost"]);
  });

  it("makes a tombstone once more above them, but not one from before the floor", () => {
    const planner = planned();
    planner.step({ orders: [retirementOf()], watched: new Set(["t-one"]) });
    const before = tombstoneOf(planner);
    assert.equal(planner.step({ ...ended("o-lost"), floorGeneration: 2 }).kind, "nothing-to-do");
    planner.step(ended("o-lost"));
    assert.deepEqual(tombstoneOf(planner), { ...before, ends: ["o-lost"], generation: 3 });
    assert.equal(planner.step(ended("o-lost")).kind, "nothing-to-do");
  });

  it("leaves an unknown name alone", () => {
    const planner = planned();
    const nowhere = [{ endpoint: nameOf(`no.${ZONE}`), ids: ["o-lost"] }];
    assert.equal(planner.step({ endedOverrides: nowhere }).kind, "nothing-to-do");
  });
});

describe("makePlan() with a name that is retired again", () => {
  it("carries what was revived on in the tombstone, for stores that missed it all", () => {
    const planner = planned();
    planner.step({ orders: [retirementOf()], watched: new Set(["t-one"]) });
    assert.equal("revives" in tombstoneOf(planner), false);
    planner.step({ orders: [revivalOf()] });
    const again = retirementOf({ id: "t-two" });
    planner.step({ orders: [again], watched: new Set(["t-two"]) });
    assert.deepEqual(tombstoneOf(planner).revives, ["t-one"]);
    planner.step({ orders: [revivalOf({ id: "v-two", tombstoneId: "t-two" })] });
    assert.deepEqual(entryOf(planner).revives, ["t-one", "t-two"]);
  });
});
