import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { nameOf } from "../dns/index.ts";
import { rrsetsOf } from "./entry.ts";
import type { Plan, TombstoneEntry } from "./plan.ts";
import {
  DYNAMODB,
  endpointOf,
  forceOf,
  idsServed,
  inputsOf,
  inventoryWithDown,
  policyOf,
  poolOf,
  StepPlanner,
  serving,
  TARGETS,
  ZONE,
} from "./planner.suite.ts";
import { endpointsOutsidePolicy, makePlan } from "./planner.ts";

const ALL = TARGETS.map((target) => target.id);
const without = (...ids: readonly string[]): readonly string[] =>
  ALL.filter((id) => !ids.includes(id));
const NONE_KNOWN = { health: new Map() };

describe("makePlan", () => {
  it("makes the first plan with all that is up, in canonical order, by capacity", () => {
    const targets = TARGETS.map((target, place) => ({ ...target, capacity: place + 1 }));
    const planner = new StepPlanner();
    const outcome = planner.step({ policy: policyOf({ targets: [...targets].reverse() }) });
    assert.equal(outcome.kind, "plan");
    const entry = serving(planner.plan.entries.get(DYNAMODB));
    assert.equal(entry.generation, 1);
    assert.equal(entry.cause, "first plan");
    const a = entry.rrsets.find((rrset) => rrset.type === "A");
    assert.deepEqual(
      a?.records.map((record) => [record.rdata, record.weight]),
      targets.map((target) => [target.ipv4, target.capacity]),
    );
    assert.equal(rrsetsOf(entry).length, 2); // asserts canonical order and uniqueness itself
  });

  it("plans nothing when nothing changed", () => {
    const planner = new StepPlanner();
    planner.step({});
    assert.equal(planner.step({ nowMs: 1000, wallMs: 9_000_000 }).kind, "nothing-to-do");
  });

  it("gives only changed endpoints a new entry, in order of name", () => {
    const names = ["zulu", "alpha", "mike"].map((label) => nameOf(`${label}.${ZONE}`));
    const endpoints = names.map((name, place) =>
      endpointOf({ name, floor: 1, poolIds: [place === 2 ? "other" : "ddb"] }),
    );
    const pools = [poolOf("ddb", ALL.slice(0, 5)), poolOf("other", ALL.slice(5))];
    const policy = policyOf({ endpoints, pools });
    const planner = new StepPlanner();
    planner.step({ policy });
    const outcome = planner.step({ policy, inventory: inventoryWithDown("lb-a1") });
    assert.ok(outcome.kind === "plan");
    assert.deepEqual(
      outcome.delta.changed.map((entry) => entry.endpoint),
      [names[1], names[0]],
    );
    assert.equal(outcome.delta.generation, 2);
    assert.equal(serving(planner.plan.entries.get(nameOf(`mike.${ZONE}`))).generation, 1);
    assert.match(
      outcome.delta.cause,
      /^test: lb-a1 out: down, connection refused \(2 endpoints\)$/,
    );
  });

  it("is byte-equal for equal inputs, whatever the order of maps and lists", () => {
    const endpoints = ["a", "b", "c"].map((l) => endpointOf({ name: nameOf(`${l}.${ZONE}`) }));
    const left = makePlan(inputsOf({ policy: policyOf({ endpoints }) }));
    const shuffled = policyOf({
      endpoints: [...endpoints].reverse(),
      targets: [...TARGETS].reverse(),
      pools: [poolOf("ddb", [...ALL].reverse())],
    });
    const health = new Map([...inventoryWithDown().health].reverse());
    const right = makePlan(inputsOf({ policy: shuffled, inventory: { health } }));
    assert.ok(left.kind === "plan" && right.kind === "plan");
    assert.equal(JSON.stringify(left.delta), JSON.stringify(right.delta));
  });

  it("plans nothing for a policy without endpoints", () => {
    const planner = new StepPlanner();
    planner.step({});
    const policy = policyOf({ endpoints: [] });
    assert.equal(planner.step({ policy }).kind, "nothing-to-do");
    const before = serving(planner.plan.entries.get(DYNAMODB));
    planner.step({ policy, floorGeneration: 7 });
    const after = serving(planner.plan.entries.get(DYNAMODB));
    assert.deepEqual([after.generation, after.rrsets], [8, before.rrsets]);
  });

  it("keeps the entry of an endpoint that is gone from the policy", () => {
    const planner = new StepPlanner();
    planner.step({});
    const other = policyOf({ endpoints: [endpointOf({ name: nameOf(`other.${ZONE}`) })] });
    planner.step({ policy: other });
    assert.deepEqual(planner.serving, ALL);
    assert.deepEqual(endpointsOutsidePolicy(planner.plan, other), [DYNAMODB]);
  });

  it("leaves a tombstone as it is", () => {
    const tombstone: TombstoneEntry = {
      kind: "tombstone",
      endpoint: DYNAMODB,
      zone: ZONE,
      epoch: 0,
      generation: 3,
      digest: "d",
      tombstoneId: "t1",
      retiredAtMs: 0,
      actor: "operator:ann",
      cause: "retired",
    };
    const entries = new Map([[DYNAMODB, tombstone]]);
    const parent: Plan = { region: "use1", generation: 3, digest: "p", entries };
    assert.equal(makePlan(inputsOf({ parent })).kind, "nothing-to-do");
  });

  it("writes every serving entry again above a floor that zones hold", () => {
    const planner = new StepPlanner();
    planner.step({});
    const before = serving(planner.plan.entries.get(DYNAMODB));
    const other = policyOf({ endpoints: [endpointOf({ name: nameOf(`other.${ZONE}`) })] });
    const outcome = planner.step({ policy: other, floorGeneration: 40, only: new Set() });
    assert.ok(outcome.kind === "plan");
    assert.deepEqual(
      outcome.delta.changed.map((entry) => [entry.endpoint, entry.generation]),
      [
        [DYNAMODB, 41],
        [nameOf(`other.${ZONE}`), 41],
      ],
    );
    const after = serving(planner.plan.entries.get(DYNAMODB));
    assert.equal(after.digest, before.digest);
    assert.match(after.cause, /zones hold generation 40/);
    assert.equal(planner.step({ policy: other, floorGeneration: 40 }).kind, "nothing-to-do");
  });

  it("decides only the endpoints asked for", () => {
    const planner = new StepPlanner();
    planner.step({});
    const only = new Set([nameOf(`other.${ZONE}`)]);
    const outcome = planner.step({ inventory: inventoryWithDown("lb-a1"), only });
    assert.equal(outcome.kind, "nothing-to-do");
    assert.equal(outcome.decisions.size, 0);
  });

  it("takes TTL, answers, weights and zone for changes", () => {
    const cases: readonly (readonly [Parameters<typeof policyOf>[0], RegExp])[] = [
      [{ endpoints: [endpointOf({ ttlSeconds: 9 })] }, /A TTL 5 -> 9 s; AAAA TTL 5 -> 9 s/],
      [{ endpoints: [endpointOf({ answers: "all" })] }, /answers 2 -> all/],
      [{ targets: TARGETS.map((target) => ({ ...target, capacity: 7 })) }, /weights changed/],
      [{ endpoints: [endpointOf({ zone: nameOf("holdfast.example") })] }, /zone use1/],
    ];
    for (const [change, cause] of cases) {
      const planner = new StepPlanner();
      planner.step({});
      const outcome = planner.step({ policy: policyOf(change) });
      assert.ok(outcome.kind === "plan");
      assert.match(outcome.delta.changed[0]?.cause ?? "", cause);
    }
  });
});

describe("makePlan's choice of targets", () => {
  const row = (
    why: string,
    changes: Parameters<StepPlanner["step"]>[0],
    expected: readonly string[],
    mode: string,
  ): void => {
    it(why, () => {
      const planner = new StepPlanner();
      const outcome = planner.step(changes);
      assert.deepEqual(planner.serving, expected);
      assert.equal(outcome.decisions.get(DYNAMODB)?.mode, mode);
    });
  };
  const two = policyOf({
    pools: [poolOf("ddb", ALL.slice(0, 5)), poolOf("spare", ALL.slice(5))],
    endpoints: [endpointOf({ poolIds: ["ddb", "spare"] })],
  });

  row("serves all when nothing is known yet", { inventory: NONE_KNOWN }, ALL, "healthy");
  row(
    "leaves out what is down",
    { inventory: inventoryWithDown("lb-b2") },
    without("lb-b2"),
    "healthy",
  );
  row(
    "leaves out what an operator drained or forced down",
    { forces: [forceOf("lb-a1", "drain"), forceOf("lb-c3", "down")] },
    without("lb-a1", "lb-c3"),
    "healthy",
  );
  row(
    "serves what an operator forced up although it is down",
    { inventory: inventoryWithDown("lb-b2"), forces: [forceOf("lb-b2", "up")] },
    ALL,
    "healthy",
  );
  row("fails open when all are down", { inventory: inventoryWithDown(...ALL) }, ALL, "fail-open");
  row(
    "fails open under the floor, without what operators took out",
    { inventory: inventoryWithDown(...ALL.slice(2)), forces: [forceOf("lb-c3", "drain")] },
    without("lb-c3"),
    "fail-open",
  );
  row(
    "is healthy under the floor where only operators took targets out",
    { forces: ALL.slice(2).map((id) => forceOf(id, "drain")) },
    ALL.slice(0, 2),
    "healthy",
  );
  row(
    "serves everything when operators took out everything before the first plan",
    { forces: ALL.map((id) => forceOf(id, "down")) },
    ALL,
    "held",
  );
  row(
    "fails over to the next pool with enough usable targets",
    { policy: two, inventory: inventoryWithDown("lb-a1", "lb-a2", "lb-a3") },
    ALL.slice(5),
    "failed-over",
  );
  row(
    "fails open on the first pool when no pool has enough",
    { policy: two, inventory: inventoryWithDown("lb-a1", "lb-a2", "lb-a3", "lb-c2", "lb-c3") },
    ALL.slice(0, 5),
    "fail-open",
  );

  it("holds what was served when operators take out everything later", () => {
    const planner = new StepPlanner();
    planner.step({ inventory: inventoryWithDown("lb-a1") });
    const outcome = planner.step({ forces: ALL.map((id) => forceOf(id, "drain")) });
    assert.equal(outcome.kind, "nothing-to-do");
    assert.equal(outcome.decisions.get(DYNAMODB)?.mode, "held");
    assert.deepEqual(planner.serving, without("lb-a1"));
    assert.match(outcome.notes[0]?.text ?? "", /operators took out all of pool ddb/);
  });

  it("says that it fails open and that nothing is known", () => {
    const open = makePlan(inputsOf({ inventory: inventoryWithDown(...ALL) }));
    assert.deepEqual(
      open.notes.map((note) => note.text),
      ["serves all of pool ddb: 0 of 9 usable, the floor is 3"],
    );
    const unknown = makePlan(inputsOf({ inventory: NONE_KNOWN }));
    assert.deepEqual(
      unknown.notes.map((note) => note.kind),
      ["nothing-known"],
    );
  });

  it("keeps an address type that no usable target has", () => {
    const targets = TARGETS.map((target) => {
      const { ipv6, ...rest } = target;
      return target.id === "lb-a1" ? { ...rest, ipv6: ipv6 ?? "" } : rest;
    });
    const planner = new StepPlanner();
    planner.step({ policy: policyOf({ targets }) });
    const down = { policy: policyOf({ targets }), inventory: inventoryWithDown("lb-a1") };
    const outcome = planner.step({ ...down, nowMs: 1000 });
    assert.deepEqual(planner.serving, without("lb-a1"));
    assert.deepEqual(idsServed(planner.plan.entries.get(DYNAMODB), "AAAA"), ["lb-a1"]);
    assert.match(outcome.notes[0]?.text ?? "", /AAAA is kept: no target/);
    // Later, too: the kept address must not bring the failed target's other address back.
    planner.step({ ...down, nowMs: 60_000 });
    assert.deepEqual(planner.serving, without("lb-a1"));
  });

  it("keeps an address type that the policy no longer asks for", () => {
    const planner = new StepPlanner();
    planner.step({});
    const outcome = planner.step({
      policy: policyOf({ endpoints: [endpointOf({ types: ["A"] })] }),
    });
    assert.equal(outcome.kind, "nothing-to-do");
    assert.match(outcome.notes[0]?.text ?? "", /only a tombstone/);
  });

  it("makes one record of two targets behind one address", () => {
    const targets = TARGETS.map((target) => ({ ...target, ipv4: "192.0.2.1", capacity: 60_000 }));
    const planner = new StepPlanner();
    planner.step({ policy: policyOf({ targets }) });
    const entry = serving(planner.plan.entries.get(DYNAMODB));
    assert.deepEqual(entry.rrsets[0].records, [{ rdata: "192.0.2.1", weight: 65_535 }]);
  });
});
