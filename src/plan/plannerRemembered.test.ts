import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { nameOf } from "../dns/index.ts";
import type { ServingEntry } from "./plan.ts";
import {
  DYNAMODB,
  endpointOf,
  inputsOf,
  overrideOf,
  pinOf,
  policyOf,
  retirementOf,
  StepPlanner,
  serving,
  ZONE,
} from "./planner.suite.ts";
import { makePlan } from "./planner.ts";

const OTHER = nameOf(`other.${ZONE}`);
const GONE = policyOf({ endpoints: [endpointOf({ name: OTHER })] });
const EMPTY = policyOf({ endpoints: [] });

/** What a planner had made of the name before the plan store was lost. */
function before(pinned: boolean): ServingEntry {
  const planner = new StepPlanner();
  planner.step({});
  if (pinned) planner.step({ orders: [overrideOf()] });
  return serving(planner.plan.entries.get(DYNAMODB));
}

describe("makePlan() with what enactors remember", () => {
  it("plans it once more, above what zones hold, whatever else is looked at", () => {
    const known = before(false);
    for (const policy of [GONE, EMPTY]) {
      const planner = new StepPlanner();
      const only = new Set([OTHER]);
      planner.step({ policy, remembered: [known], floorGeneration: 7, only });
      const entry = serving(planner.plan.entries.get(DYNAMODB));
      assert.deepEqual([entry.generation, entry.digest, entry.zone], [8, known.digest, known.zone]);
      assert.deepEqual(entry.rrsets, known.rrsets);
      assert.match(entry.cause, /lost it/);
      assert.equal(planner.step({ policy, remembered: [known] }).kind, "nothing-to-do");
    }
  });

  it("takes up an epoch that a person raised meanwhile", () => {
    const inputs = inputsOf({ policy: GONE, remembered: [before(false)] });
    const outcome = makePlan({ ...inputs, epochs: [{ endpoint: DYNAMODB, epoch: 3 }] });
    assert.ok(outcome.kind === "plan");
    assert.deepEqual(outcome.delta.changed.map(({ epoch }) => epoch).sort(), [0, 3]);
  });

  it("plans what an override stood over, and ends none: its fence says how long it lasts", () => {
    const planner = new StepPlanner();
    planner.step({ policy: GONE, remembered: [before(true)] });
    const entry = serving(planner.plan.entries.get(DYNAMODB));
    assert.deepEqual(
      [entry.override, entry.beneath, entry.ends],
      [undefined, undefined, undefined],
    );
    assert.equal(entry.digest, before(false).digest);
  });

  it("keeps what a person rolled back to, as nothing else does", () => {
    const planned = before(false);
    const beneath = { answers: planned.answers, rrsets: planned.rrsets };
    const rolledBack: ServingEntry = { ...planned, rrsets: [pinOf("A", "192.0.2.1")], beneath };
    const planner = new StepPlanner();
    planner.step({ policy: GONE, remembered: [rolledBack] });
    const entry = serving(planner.plan.entries.get(DYNAMODB));
    assert.deepEqual([entry.rrsets, entry.beneath], [rolledBack.rrsets, undefined]);
  });

  it("leaves what the policy wants, or the plan has, to them", () => {
    const old = { ...before(false), answers: 1 };
    const planner = new StepPlanner();
    planner.step({ remembered: [old] });
    const entry = serving(planner.plan.entries.get(DYNAMODB));
    assert.equal(entry.cause, "first plan");
    assert.equal(planner.step({ policy: GONE, remembered: [old] }).kind, "plan");
    assert.deepEqual(planner.plan.entries.get(DYNAMODB), entry);
  });

  it("makes it a name that people can retire again", () => {
    const planner = new StepPlanner();
    planner.step({ policy: GONE, remembered: [before(false)] });
    planner.step({ policy: GONE, orders: [retirementOf()], watched: new Set(["t-one"]) });
    assert.equal(planner.plan.entries.get(DYNAMODB)?.kind, "tombstone");
  });
});
