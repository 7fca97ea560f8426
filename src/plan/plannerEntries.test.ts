import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { nameOf } from "../dns/index.ts";
import { comparePositions } from "./fence.ts";
import { CARRIED_IDS_MAX, type PlanEntry, type ServingEntry, type TombstoneEntry } from "./plan.ts";
import {
  DYNAMODB,
  endpointOf,
  forceOf,
  idsServed,
  inventoryWithDown,
  overrideOf,
  PINNED,
  pinOf,
  policyOf,
  retirementOf,
  revivalOf,
  rollbackOf,
  StepPlanner,
  serving,
  TARGETS,
  ZONE,
} from "./planner.suite.ts";
import type { PlannerInputs } from "./planner.ts";

const OTHER = nameOf(`other.${ZONE}`);
const ALL = TARGETS.map((target) => target.id);
const NO_ENDPOINTS = policyOf({ endpoints: [] });
const GONE = policyOf({ endpoints: [endpointOf({ name: OTHER })] });

/** A planner whose first plan is made. */
function planned(changes: Partial<PlannerInputs> = {}): StepPlanner {
  const planner = new StepPlanner();
  planner.step(changes);
  return planner;
}

function heldBy(planner: StepPlanner, name = DYNAMODB): PlanEntry {
  return planner.plan.entries.get(name) ?? assert.fail(`${name} is planned`);
}

function servedBy(planner: StepPlanner, name = DYNAMODB): ServingEntry {
  return serving(planner.plan.entries.get(name));
}

function tombstoneOf(planner: StepPlanner): TombstoneEntry {
  const held = heldBy(planner);
  assert.ok(held.kind === "tombstone", "it is a tombstone");
  return held;
}

const pins = (planner: StepPlanner): unknown =>
  servedBy(planner).rrsets.map(({ records }) => records);
const PIN = PINNED.map(({ records }) => records);

describe("makePlan() with an override", () => {
  it("pins its records, keeps what was planned beneath, and says who and why", () => {
    const planner = planned();
    const { answers, rrsets } = servedBy(planner);
    planner.step({ orders: [overrideOf()] });
    const entry = servedBy(planner);
    assert.deepEqual(pins(planner), PIN);
    assert.deepEqual(entry.beneath, { answers, rrsets });
    assert.deepEqual(entry.override, { id: "o-one", untilMs: 6_000_000 });
    assert.equal(entry.generation, 2);
    assert.equal(entry.actor, "operator:ann");
    assert.equal(entry.cause, "override o-one until 1970-01-01T01:40:00Z by operator:ann: fire");
    assert.equal(planner.step({ orders: [overrideOf()] }).kind, "nothing-to-do");
  });

  it("stays as it is whatever health, force and policy say, and keeps its first beneath", () => {
    const planner = planned();
    const beneath = { answers: servedBy(planner).answers, rrsets: servedBy(planner).rrsets };
    planner.step({ orders: [overrideOf()] });
    const inventory = inventoryWithDown(...ALL);
    const forces = [forceOf("lb-a1", "drain")];
    const policy = policyOf({ endpoints: [endpointOf({ ttlSeconds: 9 })] });
    const orders = [overrideOf()];
    const outcome = planner.step({ orders, inventory, forces, policy, nowMs: 9999 });
    assert.equal(outcome.kind, "nothing-to-do");
    assert.deepEqual(outcome.pinned, [DYNAMODB]);
    planner.step({ orders: [overrideOf({ id: "o-two", answers: 1 })], policy });
    assert.deepEqual(servedBy(planner).beneath, beneath);
  });

  it("goes back to the policy at its time, going on from what was planned before", () => {
    const planner = planned();
    const orders = [overrideOf()];
    planner.step({ orders });
    planner.step({ orders, wallMs: 5_999_999 });
    assert.deepEqual(pins(planner), PIN);
    planner.step({ orders, wallMs: 6_000_000, inventory: inventoryWithDown("lb-a1") });
    const entry = servedBy(planner);
    assert.deepEqual(planner.serving, ALL.slice(1));
    assert.equal(entry.cause, "override o-one is over");
    assert.deepEqual([entry.override, entry.beneath], [undefined, undefined]);
    // Its clock may be fast: enactors with right ones take its word for it.
    assert.deepEqual(entry.ends, ["o-one"]);
  });

  it("lets capacity leave no faster when it ends than it would have without it", () => {
    const velocity = { fractionMax: 0.5, windowMs: 10_000 };
    const policy = policyOf({ endpoints: [endpointOf({ floor: 1, velocity })] });
    const planner = planned({ policy });
    planner.step({ policy, orders: [overrideOf()] });
    planner.step({ policy, nowMs: 60_000, inventory: inventoryWithDown(...ALL.slice(0, 8)) });
    assert.equal(planner.serving.length, 5);
  });

  it("names the override that was cleared or replaced before its time, and carries that on", () => {
    const planner = planned();
    planner.step({ orders: [overrideOf()] });
    planner.step({ orders: [overrideOf({ id: "o-two" })] });
    assert.deepEqual(servedBy(planner).ends, ["o-one"]);
    planner.step({ orders: [] });
    assert.deepEqual(servedBy(planner).ends, ["o-one", "o-two"]);
    assert.equal(servedBy(planner).cause, "override o-two was cleared");
    planner.step({ inventory: inventoryWithDown("lb-a1") });
    assert.deepEqual(servedBy(planner).ends, ["o-one", "o-two"]);
  });

  it("never names the override that pins it among those that it ends", () => {
    const planner = planned();
    for (const id of ["o-one", "o-two", "o-one"]) planner.step({ orders: [overrideOf({ id })] });
    assert.deepEqual(servedBy(planner).ends, ["o-two"]);
  });

  it("carries on a bounded number of ids, the newest", () => {
    const planner = planned();
    for (let n = 0; n <= CARRIED_IDS_MAX + 1; n += 1) {
      planner.step({ orders: [overrideOf({ id: `o-${n}` })] });
    }
    const { ends } = servedBy(planner);
    assert.equal(ends?.length, CARRIED_IDS_MAX);
    assert.deepEqual([ends?.[0], ends?.at(-1)], ["o-1", `o-${CARRIED_IDS_MAX}`]);
  });

  it("works for an endpoint gone from the policy, and for a policy without endpoints", () => {
    for (const policy of [GONE, NO_ENDPOINTS]) {
      const planner = planned();
      const { rrsets } = servedBy(planner);
      planner.step({ policy, orders: [overrideOf()] });
      assert.deepEqual(pins(planner), PIN);
      planner.step({ policy, orders: [overrideOf()], wallMs: 6_000_000 });
      assert.deepEqual(servedBy(planner).rrsets, rrsets);
      assert.equal(servedBy(planner).beneath, undefined);
    }
  });

  it("pins a name that no plan has, and leaves it answering when its time is over", () => {
    const order = overrideOf({
      endpoint: nameOf(`new.${ZONE}`),
      rrsets: [pinOf("A", "192.0.2.9")],
    });
    const planner = planned();
    planner.step({ orders: [order] });
    const entry = servedBy(planner, order.endpoint);
    assert.deepEqual([entry.zone, entry.beneath], [ZONE, undefined]);
    planner.step({ orders: [order], wallMs: 6_000_000 });
    const after = servedBy(planner, order.endpoint);
    assert.deepEqual([after.override, after.rrsets], [undefined, entry.rrsets]);
    const nowhere = {
      ...order,
      zone: nameOf("nowhere.example"),
      endpoint: nameOf("a.nowhere.example"),
    };
    const { orderProblems } = planner.step({ orders: [nowhere] });
    assert.match(orderProblems[0]?.why ?? "", /zone nowhere.example. is not in the configuration/);
  });

  it("pins a name of the policy before its first plan, and plans it by its own types after", () => {
    for (const rrsets of [[pinOf("CNAME", "elsewhere.example.")], PINNED] as const) {
      const planner = planned({ orders: [overrideOf({ rrsets })] });
      assert.deepEqual(servedBy(planner).rrsets, rrsets);
      planner.step({});
      assert.deepEqual(planner.serving, ALL);
      assert.deepEqual(
        servedBy(planner).rrsets.map(({ type }) => type),
        ["A", "AAAA"],
      );
    }
  });

  it("is an alias for a while, and addresses again", () => {
    const planner = planned();
    const alias = [pinOf("CNAME", "elsewhere.example.")] as const;
    planner.step({ orders: [overrideOf({ rrsets: alias })] });
    assert.deepEqual(servedBy(planner).rrsets, alias);
    planner.step({ orders: [overrideOf({ id: "o-two" })] });
    assert.deepEqual(pins(planner), PIN);
    planner.step({});
    assert.deepEqual(planner.serving, ALL);
  });

  it("does not pin what would take an address type away: it plans, and says so", () => {
    const planner = planned();
    const order = overrideOf({ rrsets: [pinOf("A", "192.0.2.1")], direct: true });
    const outcome = planner.step({ orders: [order], inventory: inventoryWithDown("lb-a1") });
    assert.deepEqual(planner.serving, ALL.slice(1));
    assert.match(outcome.orderProblems[0]?.why ?? "", /without AAAA, which it answers now/);
    assert.match(outcome.notes[0]?.text ?? "", /^o-one waits: Cannot pin it without AAAA/);
  });

  it("changes nothing of what is pinned where nothing is known of orders", () => {
    const planner = planned();
    planner.step({ orders: [overrideOf()] });
    assert.equal(planner.stepUnknowing({ wallMs: 9e9 }).kind, "nothing-to-do");
    assert.equal(planner.step({ wallMs: 9e9 }).kind, "plan");
  });
});

describe("makePlan() with a retirement", () => {
  const DUE = { orders: [retirementOf()], watched: new Set(["t-one"]) };

  it("makes a tombstone of the order's id once its hold-down is over", () => {
    const planner = planned();
    const { digest } = servedBy(planner);
    planner.step({ ...DUE, wallMs: 5_000_999 });
    assert.deepEqual(heldBy(planner), {
      kind: "tombstone",
      endpoint: DYNAMODB,
      zone: ZONE,
      epoch: 0,
      generation: 2,
      digest,
      tombstoneId: "t-one",
      retiredAtMs: 5_000_000,
      actor: "operator:ann",
      cause: "retired by operator:ann: fire",
    });
  });

  it("waits where the planner did not watch itself, or the wall clock is not past it", () => {
    const rows: readonly Partial<PlannerInputs>[] = [
      { ...DUE, watched: new Set() },
      { ...DUE, watched: new Set(["t-two"]) },
      { ...DUE, wallMs: 59_999 },
      { orders: [], watched: new Set(["t-one"]) },
    ];
    for (const row of rows) {
      const planner = planned();
      assert.equal(planner.step(row).kind, "nothing-to-do");
    }
  });

  it("waits while an override is on the name, and says so", () => {
    const planner = planned();
    const orders = [overrideOf(), retirementOf()];
    const outcome = planner.step({ ...DUE, orders });
    assert.deepEqual(pins(planner), PIN);
    assert.match(outcome.orderProblems[0]?.why ?? "", /override o-one is on it: clear that first/);
    planner.step({ ...DUE, orders, wallMs: 6_000_000 });
    assert.equal(heldBy(planner).kind, "serving", "first it is planned again");
    planner.step({ ...DUE, orders, wallMs: 6_000_000 });
    assert.equal(heldBy(planner).kind, "tombstone");
  });

  it("retires orphans, and nothing that no plan has", () => {
    const planner = planned();
    planner.step({ ...DUE, policy: NO_ENDPOINTS });
    assert.equal(heldBy(planner).kind, "tombstone");
    const unknown = { orders: [retirementOf({ endpoint: OTHER })], watched: new Set(["t-one"]) };
    const outcome = planner.step(unknown);
    assert.equal(outcome.kind, "nothing-to-do");
    assert.match(outcome.orderProblems[0]?.why ?? "", /in no plan/);
  });

  it("is stronger than a rollback, and than a policy that still has the name", () => {
    const planner = planned();
    planner.step({ orders: [rollbackOf()] });
    planner.step({ ...DUE, orders: [retirementOf(), rollbackOf()] });
    assert.equal(heldBy(planner).kind, "tombstone");
    const outcome = planner.step({ inventory: inventoryWithDown("lb-a1"), floorGeneration: 90 });
    assert.equal(outcome.kind, "nothing-to-do");
    assert.match(outcome.notes[0]?.text ?? "", /only a revival counts/);
  });
});

describe("makePlan() with a revival", () => {
  const retired = (): StepPlanner => {
    const planner = planned();
    planner.step({ orders: [retirementOf()], watched: new Set(["t-one"]) });
    assert.equal(tombstoneOf(planner).generation, 2);
    return planner;
  };

  it("plans the name afresh, naming the tombstone", () => {
    const planner = retired();
    planner.step({ orders: [revivalOf()], inventory: inventoryWithDown("lb-a1") });
    const entry = servedBy(planner);
    assert.deepEqual(entry.revives, ["t-one"]);
    assert.deepEqual(planner.serving, ALL.slice(1));
    assert.equal(entry.cause, "revived by operator:ann: fire");
    assert.equal(planner.step({ orders: [revivalOf()] }).kind, "plan", "lb-a1 is back");
    assert.deepEqual(servedBy(planner).revives, ["t-one"]);
  });

  it("is not undone by the retirement that it revives, where nobody ended that order", () => {
    const planner = retired();
    planner.step({ orders: [revivalOf(), retirementOf()], watched: new Set(["t-one"]) });
    const outcome = planner.step({ orders: [retirementOf()], watched: new Set(["t-one"]) });
    assert.deepEqual([outcome.kind, outcome.orderProblems], ["nothing-to-do", []]);
    planner.step({ orders: [retirementOf({ id: "t-two" })], watched: new Set(["t-two"]) });
    assert.equal(tombstoneOf(planner).tombstoneId, "t-two");
  });

  it("changes nothing without an order, by another's, or where no policy has the name", () => {
    const rows: readonly (readonly [Partial<PlannerInputs>, RegExp])[] = [
      [{}, /^$/],
      [{ orders: [revivalOf({ tombstoneId: "t-two" })] }, /tombstone is t-one: revive that one/],
      [{ orders: [revivalOf()], policy: GONE }, /the configuration does not have it/],
      [{ orders: [overrideOf()] }, /it is retired \(t-one\): revive it first/],
      [{ orders: [rollbackOf()] }, /it is retired \(t-one\): revive it first/],
      [{ orders: [retirementOf({ id: "t-two" })] }, /it is retired already \(t-one\)/],
    ];
    for (const [changes, why] of rows) {
      const planner = retired();
      const before = heldBy(planner);
      const { orderProblems } = planner.step({ ...changes, only: new Set([DYNAMODB]) });
      assert.equal(heldBy(planner), before);
      assert.match(orderProblems[0]?.why ?? "", why);
    }
  });

  it("names a tombstone that only a fence knows: the plan store was lost", () => {
    const planner = planned();
    planner.step({ orders: [revivalOf()] });
    const entry = servedBy(planner);
    assert.deepEqual([entry.generation, entry.revives], [2, ["t-one"]]);
    assert.equal(planner.step({ orders: [revivalOf()] }).kind, "nothing-to-do");
  });

  it("names no tombstone where a lost store knows of none: the name stays retired", () => {
    const planner = planned({ floorGeneration: 41 });
    const entry = servedBy(planner);
    assert.deepEqual([entry.generation, entry.revives, entry.ends], [42, undefined, undefined]);
  });
});

describe("makePlan() with a rollback", () => {
  it("holds old content in a new generation until it is released", () => {
    const planner = planned();
    const { answers, rrsets } = servedBy(planner);
    planner.step({ orders: [rollbackOf()] });
    const entry = servedBy(planner);
    assert.deepEqual(pins(planner), PIN);
    assert.deepEqual([entry.answers, entry.generation, entry.override], [1, 2, undefined]);
    assert.deepEqual(entry.beneath, { answers, rrsets });
    assert.equal(entry.cause, "rolled back to generation 1 by operator:ann: fire");
    const orders = [rollbackOf()];
    const health = { inventory: inventoryWithDown(...ALL) };
    assert.equal(planner.step({ orders, ...health }).kind, "nothing-to-do");
    planner.step({});
    assert.deepEqual(planner.serving, ALL);
    assert.equal(servedBy(planner).cause, "the rollback was released");
    assert.equal(servedBy(planner).ends, undefined);
  });

  it("keeps address types that the old content lacks", () => {
    const planner = planned();
    const rrsets = [pinOf("A", "192.0.2.1")] as const;
    planner.step({ orders: [rollbackOf({ rrsets })] });
    assert.deepEqual(idsServed(heldBy(planner), "AAAA"), ALL);
    assert.deepEqual(servedBy(planner).rrsets[0], rrsets[0]);
  });

  it("keeps address types that only the old content has when it is released", () => {
    const policy = policyOf({ endpoints: [endpointOf({ types: ["A"] })] });
    const planner = planned({ policy });
    planner.step({ policy, orders: [rollbackOf()] });
    planner.step({ policy });
    assert.equal(servedBy(planner).rrsets[1]?.type, "AAAA");
    assert.deepEqual(planner.serving, ALL);
  });

  it("does not hold what could not be in DNS: it plans, and says so", () => {
    const planner = planned();
    const order = rollbackOf({ rrsets: [pinOf("A", "192.0.2.300")] });
    const outcome = planner.step({ orders: [order], inventory: inventoryWithDown("lb-a1") });
    assert.deepEqual(planner.serving, ALL.slice(1));
    assert.match(outcome.orderProblems[0]?.why ?? "", /192\.0\.2\.300/);
  });

  it("gives way to an override, and comes back after it", () => {
    const planner = planned();
    const beneath = { answers: servedBy(planner).answers, rrsets: servedBy(planner).rrsets };
    const orders = [rollbackOf(), overrideOf({ rrsets: [pinOf("CNAME", "a.example.")] })];
    planner.step({ orders: orders.slice(0, 1) });
    planner.step({ orders });
    assert.equal(servedBy(planner).rrsets[0].type, "CNAME");
    assert.deepEqual(servedBy(planner).beneath, beneath);
    planner.step({ orders, wallMs: 6_000_000 });
    assert.deepEqual(pins(planner), PIN);
    assert.deepEqual([servedBy(planner).beneath, servedBy(planner).override], [beneath, undefined]);
  });
});

describe("makePlan() with a raised epoch", () => {
  const EPOCHS = [{ endpoint: DYNAMODB, epoch: 3 }];

  it("gives the next entry that epoch, and a new generation, once", () => {
    const planner = planned();
    const before = servedBy(planner);
    planner.step({ epochs: EPOCHS, only: new Set() });
    const entry = servedBy(planner);
    assert.deepEqual([entry.epoch, entry.generation, entry.digest], [3, 2, before.digest]);
    assert.equal(entry.cause, "a person raised its epoch to 3");
    assert.equal(planner.step({ epochs: EPOCHS }).kind, "nothing-to-do");
    planner.step({ inventory: inventoryWithDown("lb-a1") });
    assert.equal(servedBy(planner).epoch, 3);
  });

  it("raises what is pinned, what is orphaned and what is first planned alike", () => {
    const pinned = planned();
    pinned.step({ orders: [overrideOf()] });
    pinned.step({ orders: [overrideOf()], epochs: EPOCHS });
    assert.deepEqual([servedBy(pinned).epoch, pins(pinned)], [3, PIN]);
    const orphaned = planned();
    orphaned.step({ policy: NO_ENDPOINTS, epochs: EPOCHS });
    assert.equal(servedBy(orphaned).epoch, 3);
    assert.equal(servedBy(planned({ epochs: EPOCHS })).epoch, 3);
  });

  it("lets no entry fall behind it: revived, retired or pinned", () => {
    const planner = planned({ epochs: EPOCHS });
    const steps: readonly Partial<PlannerInputs>[] = [
      { orders: [overrideOf()] },
      {},
      { orders: [retirementOf()], watched: new Set(["t-one"]) },
      { orders: [revivalOf()] },
    ];
    let before = heldBy(planner);
    for (const step of steps) {
      planner.step(step);
      assert.ok(comparePositions(heldBy(planner), before) > 0);
      before = heldBy(planner);
      assert.equal(before.epoch, 3);
    }
  });

  it("raises a tombstone too, which the zone may not have yet", () => {
    const planner = planned();
    planner.step({ orders: [retirementOf()], watched: new Set(["t-one"]) });
    const before = tombstoneOf(planner);
    planner.step({ epochs: EPOCHS });
    const { epoch, generation, tombstoneId, retiredAtMs } = tombstoneOf(planner);
    assert.deepEqual([epoch, generation], [3, 3]);
    assert.deepEqual([tombstoneId, retiredAtMs], [before.tombstoneId, before.retiredAtMs]);
  });

  it("never raises a tombstone of an old copy: what was lost may have revived the name", () => {
    const planner = planned();
    planner.step({ orders: [retirementOf()], watched: new Set(["t-one"]) });
    const before = tombstoneOf(planner);
    planner.step({ epochs: EPOCHS, floorGeneration: 70 });
    planner.step({ epochs: EPOCHS, floorGeneration: 70 });
    assert.equal(tombstoneOf(planner), before);
  });
});

describe("makePlan() above a floor", () => {
  it("writes pinned entries again with all that they carry", () => {
    const planner = planned();
    planner.step({ orders: [overrideOf()] });
    planner.step({ orders: [overrideOf({ id: "o-two" })] });
    const { generation, cause, actor, ...before } = servedBy(planner);
    planner.step({ orders: [overrideOf({ id: "o-two" })], floorGeneration: 70 });
    const { generation: after, cause: why, actor: by, ...rest } = servedBy(planner);
    assert.deepEqual(rest, before);
    assert.ok(after === 71 && generation === 3 && cause !== why && actor !== by);
  });

  it("writes everything again, even by a policy without endpoints", () => {
    const both = policyOf({ endpoints: [endpointOf(), endpointOf({ name: OTHER })] });
    const planner = planned({ policy: both });
    planner.step({ policy: NO_ENDPOINTS, orders: [overrideOf()], floorGeneration: 70 });
    assert.deepEqual([heldBy(planner).generation, heldBy(planner, OTHER).generation], [71, 71]);
  });
});
