import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { nameOf } from "../dns/index.ts";
import {
  DYNAMODB,
  endpointOf,
  forceOf,
  healthOf,
  idsServed,
  inputsOf,
  policyOf,
  ZONE,
} from "./planner.suite.ts";
import { makePlan } from "./planner.ts";
import { ALL, running, start, UP } from "./plannerService.suite.ts";
import { COALESCE_MS, FIRST_PLAN_WAIT_MS, RECHECK_MS } from "./plannerService.ts";

describe("Planner", () => {
  it("makes the first plan as soon as every target was probed", async () => {
    const { clock, store, planner, events } = await start((store) => {
      store.setPolicy(policyOf());
      store.setHealth(...UP.slice(1));
    });
    await clock.advance(500);
    assert.equal(store.newest.generation, 0);
    assert.equal(planner.report().state, "waiting-for-first-health");
    store.setHealth(healthOf("lb-a1", "down"));
    await clock.advance(COALESCE_MS);
    assert.equal(store.newest.generation, 1);
    assert.deepEqual(idsServed(store.newest.entries.get(DYNAMODB)), ALL.slice(1));
    assert.equal(events[0]?.kind, "plan-accepted");
    assert.match(events[0]?.text ?? "", /policy revision 1 by operator:ann.*first plan/);
    await planner.close();
  });

  it("does not wait for ever for the first round of probes", async () => {
    const { clock, store, serving } = await start((store) => store.setPolicy(policyOf()));
    await clock.advance(FIRST_PLAN_WAIT_MS - 1);
    assert.equal(store.newest.generation, 0);
    await clock.advance(1);
    assert.deepEqual(serving(), ALL);
  });

  it("waits for a policy, and takes it when it comes", async () => {
    const { clock, store } = await start((store) => store.setHealth(...UP));
    await clock.advance(10_000);
    assert.equal(store.appends, 0);
    store.setPolicy(policyOf());
    await clock.advance(COALESCE_MS);
    assert.equal(store.newest.generation, 1);
  });

  it("makes one plan of what changes together", async () => {
    const { clock, store, serving } = await running();
    for (const id of ALL.slice(0, 3)) store.setHealth(healthOf(id, "down"));
    store.setForces([forceOf("lb-c3", "drain")]);
    await clock.advance(COALESCE_MS);
    assert.equal(store.newest.generation, 2);
    assert.deepEqual(serving(), ALL.slice(3, 8));
    assert.match(store.deltas[1]?.cause ?? "", /an operator's decision, health: lb-a1 out: down/);
  });

  it("makes no plan of health that changes nothing", async () => {
    const { clock, store } = await running();
    store.setHealth({ ...healthOf("lb-a1", "up"), detail: "200 in 3 ms", fresh: false });
    await clock.advance(10_000);
    assert.equal(store.appends, 1);
  });

  it("tells when an endpoint fails open and when it recovers, once each", async () => {
    const { clock, store, kinds, events } = await running();
    store.setHealth(...ALL.map((id) => healthOf(id, "down")));
    await clock.advance(5000);
    assert.deepEqual(kinds(), ["plan-accepted", "endpoint-failed-open"]);
    assert.equal(events[1]?.subject, DYNAMODB);
    assert.match(events[1]?.text ?? "", /0 of 9 usable, the floor is 3/);
    store.setHealth(...UP);
    await clock.advance(5000);
    assert.deepEqual(kinds().slice(2), ["endpoint-recovered"]);
  });

  it("lets held capacity go when its time has come, without a hint", async () => {
    const policy = policyOf({ endpoints: [endpointOf({ floor: 1 })] });
    const { clock, store, planner, kinds, serving } = await running(policy);
    store.setHealth(...ALL.slice(0, 6).map((id) => healthOf(id, "down")));
    await clock.advance(COALESCE_MS);
    assert.equal(serving().length, 5);
    assert.ok(kinds().includes("capacity-held"));
    assert.equal(planner.report().capacityHeld, 1);
    await clock.advance(9900);
    assert.equal(serving().length, 5);
    await clock.advance(100 + COALESCE_MS);
    assert.deepEqual(serving(), ALL.slice(6));
    assert.equal(planner.report().capacityHeld, 0);
  });

  it("keeps everything in place while the store is away, and goes on when it is back", async () => {
    const { clock, store, planner, serving } = await running();
    store.away = true;
    store.setHealth(healthOf("lb-a1", "down"));
    await clock.advance(20_000);
    assert.equal(planner.report().state, "store-unreachable");
    assert.deepEqual(serving(), ALL);
    store.away = false;
    store.tell({ topic: "connected" });
    await clock.advance(COALESCE_MS);
    assert.deepEqual(serving(), ALL.slice(1));
    assert.equal(planner.report().problem, undefined);
  });

  it("loses nothing when the store goes away between two readings", async () => {
    const { clock, store } = await running();
    const name = nameOf(`other.${ZONE}`);
    store.away = true;
    store.setPolicy(policyOf({ endpoints: [endpointOf(), endpointOf({ name })] }));
    await clock.advance(150);
    store.away = false;
    await clock.advance(5000);
    assert.ok(store.newest.entries.has(name));
  });

  it("plans again on top of another planner's plan", async () => {
    const { clock, store, serving } = await running();
    store.beforeAppend = () => {
      const name = nameOf(`theirs.${ZONE}`);
      const policy = policyOf({ endpoints: [endpointOf({ name })] });
      const theirs = makePlan(inputsOf({ policy, parent: store.newest, actor: "other" }));
      assert.ok(theirs.kind === "plan");
      store.take(theirs.delta);
    };
    store.setHealth(healthOf("lb-a1", "down"));
    await clock.advance(COALESCE_MS);
    assert.deepEqual(
      store.deltas.map(({ generation, actor }) => [generation, actor]),
      [
        [1, "planner"],
        [2, "other"],
        [3, "planner"],
      ],
    );
    assert.deepEqual(serving(), ALL.slice(1));
  });

  it("finds out that a plan was taken whose answer was lost, and makes no second", async () => {
    const { clock, store, kinds } = await running();
    store.losesNextAnswer = true;
    store.setHealth(healthOf("lb-a1", "down"));
    await clock.advance(10_000);
    assert.equal(store.newest.generation, 2);
    assert.equal(store.appends, 2);
    assert.deepEqual(kinds(), ["plan-accepted", "plan-accepted"]);
  });

  it("does not offer a refused plan again and again", async () => {
    const { clock, store, planner, kinds, serving } = await running();
    store.refusal = "its digest is wrong";
    store.setHealth(healthOf("lb-a1", "down"));
    await clock.advance(30_000);
    assert.equal(store.appends, 2);
    assert.deepEqual(kinds(), ["plan-accepted", "plan-refused"]);
    assert.equal(planner.report().problem, "its digest is wrong");
    store.refusal = undefined;
    store.setHealth(healthOf("lb-a2", "down"));
    await clock.advance(COALESCE_MS);
    assert.deepEqual(serving(), ALL.slice(2));
    assert.equal(planner.report().problem, undefined);
  });

  it("climbs above a floor that rose without a hint", async () => {
    const { clock, store, serving } = await running();
    store.floorGeneration = 70;
    await clock.advance(RECHECK_MS + COALESCE_MS);
    assert.equal(store.newest.generation, 71);
    assert.equal(store.newest.entries.get(DYNAMODB)?.generation, 71);
    assert.deepEqual(serving(), ALL);
    await clock.advance(10_000);
    assert.equal(store.newest.generation, 71);
  });

  it("starts over from a store that was restored from an old copy", async () => {
    const { clock, store, serving } = await running();
    store.setHealth(healthOf("lb-a1", "down"));
    await clock.advance(COALESCE_MS);
    store.restore(1);
    store.tell({ topic: "connected" });
    await clock.advance(COALESCE_MS);
    assert.equal(store.newest.generation, 2);
    assert.deepEqual(serving(), ALL.slice(1));
  });

  it("takes no old copy that went on past its own plan for the line that it knows", async () => {
    const { clock, store, serving } = await running();
    store.setHealth(healthOf("lb-a1", "down"));
    await clock.advance(COALESCE_MS);
    store.restore(1);
    // Another planner went on from the copy, about other names, without a word to this one.
    for (const label of ["one", "two"]) {
      const policy = policyOf({ endpoints: [endpointOf({ name: nameOf(`${label}.${ZONE}`) })] });
      const theirs = makePlan(inputsOf({ policy, parent: store.newest, actor: "other" }));
      assert.ok(theirs.kind === "plan");
      store.take(theirs.delta);
    }
    await clock.advance(RECHECK_MS + COALESCE_MS);
    assert.deepEqual(serving(), ALL.slice(1));
  });

  it("does nothing more once closed", async () => {
    const { clock, store, planner } = await running();
    await planner.close();
    store.setHealth(healthOf("lb-a1", "down"));
    await clock.advance(10_000);
    assert.equal(store.appends, 1);
    assert.equal(clock.pendingWakes, 0);
  });
});
