import assert from "node:assert/strict";
import { test } from "node:test";
import { RRType } from "../dns/index.ts";
import { fenceText, gateName, gateText } from "../plan/index.ts";
import { controlRRset } from "../provider/controlText.ts";
import { EnactError } from "./enactError.ts";
import { PREFERENCE_DELAY_MS } from "./rank.ts";
import { ENDPOINT, entryAt, fenceOf, rrsetAt, ZONE } from "./samples.suite.ts";
import { endpointOfRank, entriesAt, IDS, World } from "./world.suite.ts";

const standing = (world: World, id = "enactor-az1") => {
  const report = world.enactors.get(id)?.report();
  assert(report !== undefined);
  return report;
};

test("Enactor.start() refuses an id that is not one of the region's", async () => {
  const world = new World();
  await assert.rejects(
    world.start("enactor-az9", IDS),
    (error) => error instanceof EnactError && error.fault.code === "not-an-enactor",
  );
});

test("a plan is in place, read back, confirmed and journalled with its cause", async () => {
  const world = new World();
  await world.start();
  const entries = entriesAt(1, 20);
  world.planStore.plan(1, entries);
  await world.until("all in place", () => entries.every((entry) => world.holds(entry)));
  await world.until("confirmed", () => standing(world).confirmed === 20);
  const report = standing(world);
  assert.deepEqual([report.generation, report.pending, report.lagMs], [1, 0, 0]);
  await world.until("told", () => world.planStore.subjects("endpoint-enacted").length === 20);
  const [event] = world.planStore.events;
  assert.equal(event?.actor, "enactor-az1");
  assert.match(event?.text ?? "", /generation 1 is in place at memory: a test/);
  await world.closeAll();
});

test("a change costs one write and a reading, and leaves the other endpoints alone", async () => {
  const world = new World();
  await world.start();
  world.planStore.plan(1, entriesAt(1, 5));
  await world.until("confirmed", () => standing(world).confirmed === 5);
  let writes = 0;
  world.store.onApplied = () => {
    writes += 1;
  };
  const [changed] = entriesAt(2, 1);
  assert(changed !== undefined);
  world.planStore.plan(2, [changed]);
  const tookMs = await world.until("in place", () => world.holds(changed));
  assert(tookMs <= 10, `at once, not after ${tookMs} ms`);
  await world.clock.advance(3_000);
  assert.equal(writes, 1);
  await world.closeAll();
});

test("an applied write that was not read back is not confirmed", async () => {
  const world = new World();
  await world.start();
  world.store.onApplied = ({ endpoint }) => world.store.deleteRecords(endpoint);
  world.planStore.plan(1, [entryAt(1)]);
  await world.clock.advance(500);
  assert.equal(standing(world).confirmed, 0);
  assert.deepEqual(world.planStore.subjects("endpoint-enacted"), []);
  world.store.onApplied = () => {};
  await world.until("confirmed", () => standing(world).confirmed === 1, 15_000);
  await world.closeAll();
});

test("a write that never sticks is tried again with growing waits", async () => {
  const world = new World();
  await world.start();
  let writes = 0;
  world.store.onApplied = ({ endpoint }) => {
    writes += 1;
    world.store.deleteRecords(endpoint);
  };
  world.planStore.plan(1, [entryAt(1)]);
  await world.clock.advance(60_000);
  assert(writes >= 5 && writes < 40, `${writes} writes in a minute`);
  await world.closeAll();
});

test("a lost reply is followed by a reading, not by the same write", async () => {
  const world = new World();
  await world.start();
  let writes = 0;
  world.store.onApplied = () => {
    writes += 1;
  };
  world.store.loseReplies(1);
  world.planStore.plan(1, [entryAt(1)]);
  await world.until("confirmed", () => standing(world).confirmed === 1);
  assert.equal(writes, 1);
  await world.until("told", () => world.planStore.subjects("endpoint-enacted").length === 1);
  await world.closeAll();
});

for (const [what, spoil] of [
  ["records deleted", (world: World) => world.store.deleteRecords(ENDPOINT)],
  ["one type deleted", (world: World) => world.store.deleteRecords(ENDPOINT, RRType.AAAA)],
  ["records changed", (world: World) => world.store.putRRset(rrsetAt("A", "203.0.113.9"))],
  ["a CNAME added", (world: World) => world.store.putRRset(rrsetAt("CNAME", "x.example."))],
  [
    "fence and records deleted",
    (world: World) => {
      world.store.deleteFence(ENDPOINT);
      world.store.deleteRecords(ENDPOINT);
    },
  ],
  ["the fence deleted", (world: World) => world.store.deleteFence(ENDPOINT)],
] as const) {
  test(`drift is found and repaired, higher in edition: ${what} by hand`, async () => {
    const world = new World();
    await world.start();
    world.planStore.plan(1, [entryAt(1)]);
    await world.until("confirmed", () => standing(world).confirmed === 1);
    const before = world.fence(ENDPOINT);
    spoil(world);
    await world.until("repaired", () => world.holds(entryAt(1)), 4_000);
    const after = world.fence(ENDPOINT);
    assert((after?.edition ?? 0) > (before?.edition ?? 0), "the edition rises with every write");
    assert.equal(after?.generation, 1);
    await world.until("told", () => world.planStore.subjects("drift-repaired").length === 1);
    assert.deepEqual(world.planStore.subjects("drift-found"), [ENDPOINT]);
    await world.closeAll();
  });
}

test("a name without its fence that answers waits for the plan store", async () => {
  const world = new World();
  await world.start();
  world.planStore.plan(1, [entryAt(1)]);
  await world.until("confirmed", () => standing(world).confirmed === 1);
  world.planStore.isDown = true;
  world.store.deleteFence(ENDPOINT);
  await world.clock.advance(10_000);
  assert.equal(world.fence(ENDPOINT), undefined);
  world.planStore.isDown = false;
  await world.until("fenced again", () => world.holds(entryAt(1)), 20_000);
  await world.closeAll();
});

test("a stalled enactor does not take a name back whose fence was deleted meanwhile", async () => {
  const world = new World();
  await world.start("enactor-az1", IDS.slice(0, 2));
  await world.start("enactor-az2", IDS.slice(0, 2));
  world.planStore.plan(1, [entryAt(1)]);
  await world.until("confirmed by both", () =>
    ["enactor-az1", "enactor-az2"].every((id) => standing(world, id).confirmed === 1),
  );
  await world.kill("enactor-az1"); // it knows generation 1
  world.planStore.plan(2, [entryAt(2)]);
  await world.until("generation 2", () => world.holds(entryAt(2)));
  await world.kill("enactor-az2");
  world.store.deleteFence(ENDPOINT);
  world.planStore.isDown = true;
  await world.start("enactor-az1", IDS.slice(0, 2));
  await world.clock.advance(20_000);
  assert.deepEqual(
    world.store.records.rrset(ENDPOINT, RRType.A),
    rrsetAt("A", "192.0.0.2", "198.51.0.2"),
    "generation 2 still answers",
  );
  world.planStore.isDown = false;
  await world.until("generation 2 is fenced again", () => world.holds(entryAt(2)), 30_000);
  await world.closeAll();
});

test("an enactor restarts from its disk and repairs with the plan store gone", async () => {
  const world = new World();
  await world.start();
  world.planStore.plan(1, entriesAt(1, 8));
  await world.until("confirmed", () => standing(world).confirmed === 8);
  await world.clock.advance(500); // marks reach the disk
  await world.kill("enactor-az1");
  world.planStore.isDown = true;
  const [spoilt] = entriesAt(1, 1);
  assert(spoilt !== undefined);
  world.store.deleteFence(spoilt.endpoint);
  world.store.deleteRecords(spoilt.endpoint);
  await world.start();
  await world.until("repaired", () => world.holds(spoilt));
  await world.until("confirmed", () => standing(world).confirmed === 8);
  assert.equal(standing(world).planStoreReachable, false);
  await world.closeAll();
});

test("a mark outlives a restart: records without fence are ours, not a stranger's", async () => {
  const world = new World();
  await world.start();
  world.planStore.plan(1, [entryAt(1)]);
  await world.until("confirmed", () => standing(world).confirmed === 1);
  await world.clock.advance(500);
  await world.kill("enactor-az1");
  world.store.deleteFence(ENDPOINT);
  await world.start();
  await world.until("fenced again", () => world.holds(entryAt(1)));
  await world.closeAll();
});

test("records that were never ours are refused and told, and left as they are", async () => {
  const world = new World();
  await world.start();
  world.store.putRRset(rrsetAt("A", "203.0.113.9"));
  world.planStore.plan(1, [entryAt(1)]);
  await world.clock.advance(3_000);
  assert.equal(world.fence(ENDPOINT), undefined);
  assert.deepEqual(world.planStore.subjects("write-refused"), [ENDPOINT]);
  assert.equal(standing(world).troubles[0]?.standing, "not-ours");
  await world.closeAll();
});

test("quarantine of one endpoint is told once and never stops the others", async () => {
  const world = new World();
  await world.start();
  const [bad, ...others] = entriesAt(1, 10);
  assert(bad !== undefined);
  world.store.putFenceText(bad.endpoint, "holdfast=2 something new");
  world.planStore.plan(1, [bad, ...others]);
  await world.until("others in place", () => others.every((entry) => world.holds(entry)));
  await world.clock.advance(10_000);
  assert.deepEqual(world.planStore.subjects("endpoint-quarantined"), [bad.endpoint]);
  assert.deepEqual(
    standing(world).quarantined.map(({ endpoint, store }) => [endpoint, store]),
    [[bad.endpoint, "memory"]],
  );
  world.store.deleteFence(bad.endpoint);
  await world.until("a person took the fence away", () => world.holds(bad));
  await world.closeAll();
});

test("a write that the server refuses is told once, and tried again later", async () => {
  const world = new World();
  await world.start();
  world.store.refusalOf = () => "REFUSED: it would hide another name";
  world.planStore.plan(1, [entryAt(1)]);
  await world.clock.advance(30_000);
  assert.deepEqual(world.planStore.subjects("write-refused"), [ENDPOINT]);
  assert.equal(standing(world).troubles[0]?.standing, "refused");
  world.store.refusalOf = () => undefined;
  await world.until("in place", () => world.holds(entryAt(1)), 15_000);
  await world.closeAll();
});

test("a paused gate stops every write; drift is still found and told; resume goes on", async () => {
  const world = new World();
  await world.start();
  world.planStore.plan(1, [entryAt(1)]);
  await world.until("confirmed", () => standing(world).confirmed === 1);
  const paused = { edition: 1, automation: "paused" } as const;
  world.store.putRRset(controlRRset(gateName(ZONE), gateText(paused)));
  await world.clock.advance(1_100);
  world.store.deleteRecords(ENDPOINT);
  world.planStore.plan(2, [entryAt(2), ...entriesAt(2, 3)]);
  await world.clock.advance(20_000);
  assert.deepEqual(world.store.records.rrsetsAt(ENDPOINT), []);
  assert.equal(world.fence(ENDPOINT)?.generation, 1);
  assert.equal(standing(world).stores[0]?.gates[ZONE], "closed: paused");
  assert.equal(
    (await world.store.writeGate(ZONE, gateText(paused), { edition: 2, automation: "on" })).kind,
    "applied",
  );
  await world.until("in place", () => world.holds(entryAt(2)), 1_500);
  await world.closeAll();
});

test("drift found behind a paused gate is told at once, and repaired when it opens", async () => {
  const world = new World();
  await world.start();
  world.planStore.plan(1, [entryAt(1)]);
  await world.until("confirmed", () => standing(world).confirmed === 1);
  world.store.putRRset(
    controlRRset(gateName(ZONE), gateText({ edition: 1, automation: "paused" })),
  );
  await world.clock.advance(1_100);
  world.store.deleteRecords(ENDPOINT);
  await world.until("told", () => world.planStore.subjects("drift-found").length === 1);
  assert.equal(standing(world).stores[0]?.drifted, 1);
  const resumed = gateText({ edition: 2, automation: "on" });
  world.store.putRRset(controlRRset(gateName(ZONE), resumed));
  await world.until("repaired", () => world.holds(entryAt(1)), 1_500);
  await world.until("told", () => world.planStore.subjects("drift-repaired").length === 1);
  assert.equal(world.planStore.subjects("drift-found").length, 1, "once");
  await world.closeAll();
});

test("a malformed gate counts as paused", async () => {
  const world = new World();
  world.store.putRRset(controlRRset(gateName(ZONE), "holdfast-gate=9"));
  await world.start();
  world.planStore.plan(1, [entryAt(1)]);
  await world.clock.advance(5_000);
  assert.equal(world.fence(ENDPOINT), undefined);
  assert.match(standing(world).stores[0]?.gates[ZONE] ?? "", /closed: .*not in its grammar/);
  await world.closeAll();
});

test("a switch thrown while an enactor slept stops its next write", async () => {
  const world = new World();
  await world.start();
  world.planStore.plan(1, [entryAt(1)]);
  await world.until("confirmed", () => standing(world).confirmed === 1);
  // No time passes: the enactor still believes that the gate is open.
  world.store.putRRset(
    controlRRset(gateName(ZONE), gateText({ edition: 1, automation: "paused" })),
  );
  world.planStore.plan(2, [entryAt(2)]);
  await world.clock.advance(10_000);
  assert.equal(world.fence(ENDPOINT)?.generation, 1);
  await world.closeAll();
});

test("the second takes over after its delay, not before, when the first is away", async () => {
  const world = new World();
  const endpoint = endpointOfRank(1, "enactor-az1");
  await world.start("enactor-az1", IDS); // the first of this endpoint never runs
  const entry = entryAt(1, { endpoint });
  world.planStore.plan(1, [entry]);
  const tookMs = await world.until("in place", () => world.holds(entry));
  assert(tookMs >= PREFERENCE_DELAY_MS, `after ${tookMs} ms`);
  assert(tookMs < PREFERENCE_DELAY_MS + 100, `after ${tookMs} ms`);
  world.store.deleteRecords(endpoint);
  await world.until("repaired", () => world.holds(entry), 4_000);
  await world.closeAll();
});

test("three enactors write each change about once between them", async () => {
  const world = new World();
  await world.startAll();
  let writes = 0;
  world.store.onApplied = () => {
    writes += 1;
  };
  for (let generation = 1; generation <= 10; generation += 1) {
    world.planStore.plan(generation, entriesAt(generation, 30));
    await world.clock.advance(2_000);
  }
  assert(entriesAt(10, 30).every((entry) => world.holds(entry)));
  assert.equal(writes, 300);
  for (const id of IDS) assert.equal(standing(world, id).confirmed, 30);
  await world.closeAll();
});

test("a fence newer than the plan known is never written over, and is told once", async () => {
  const world = new World();
  await world.start();
  world.store.putFenceText(ENDPOINT, fenceText(fenceOf(entryAt(9))));
  world.planStore.plan(1, [entryAt(1)]);
  await world.clock.advance(10_000);
  assert.equal(world.fence(ENDPOINT)?.generation, 9);
  assert.deepEqual(world.planStore.subjects("endpoint-superseded"), [ENDPOINT]);
  assert.equal(world.planStore.floorGeneration, 9, "so that the planner climbs above it");
  world.planStore.plan(10, [entryAt(10)]);
  await world.until("above it", () => world.holds(entryAt(10)));
  await world.closeAll();
});

test("an implausible fence raises nobody's next generation", async () => {
  const world = new World();
  await world.start();
  const far = fenceOf(entryAt(1), { generation: 999_999_999 });
  world.store.putFenceText(ENDPOINT, fenceText(far));
  world.planStore.plan(1, [entryAt(1)]);
  await world.clock.advance(5_000);
  assert.equal(world.planStore.floorGeneration, 0);
  assert.equal(standing(world).quarantined.length, 1);
  await world.closeAll();
});

test("a plan store restored from an old copy lowers nothing, whatever was deleted", async () => {
  const world = new World();
  await world.start();
  for (const generation of [1, 2, 3]) world.planStore.plan(generation, [entryAt(generation)]);
  await world.until("generation 3", () => world.holds(entryAt(3)));
  await world.until("confirmed", () => standing(world).confirmed === 1);
  await world.clock.advance(500);
  await world.kill("enactor-az1");
  world.planStore.restoreTo(1);
  const lowest: number[] = [];
  world.store.onApplied = (write) => lowest.push(write.fence.generation);
  await world.start();
  await world.clock.advance(3_000);
  assert.equal(world.planStore.floorGeneration, 3, "the planner learns from what was seen");
  // By hand, the fence: the plan store now confirms generation 1, and the mark must say no.
  world.store.deleteFence(ENDPOINT);
  await world.clock.advance(5_000);
  assert.equal(world.fence(ENDPOINT), undefined);
  world.store.deleteRecords(ENDPOINT);
  await world.until("not empty", () => world.holds(entryAt(3)));
  world.planStore.plan(4, [entryAt(4)], "restored");
  await world.until("generation 4", () => world.holds(entryAt(4)));
  assert(Math.min(...lowest) >= 3, `wrote ${lowest.join()}`);
  await world.closeAll();
});

for (const reached of [2, 3]) {
  test(`another line of plans is taken up whole, at generation ${reached}`, async () => {
    const world = new World();
    await world.start();
    const [first, second] = entriesAt(1, 2);
    assert(first !== undefined && second !== undefined);
    world.planStore.plan(1, [first]);
    world.planStore.plan(2, [second]);
    await world.until("confirmed", () => standing(world).confirmed === 2);
    const third = entryAt(2, { endpoint: ENDPOINT });
    world.planStore.isDown = true; // for no time at all: no call fails
    world.planStore.restoreTo(0);
    world.planStore.plan(1, [first], "other");
    world.planStore.plan(2, [third], "other");
    if (reached === 3) world.planStore.plan(3, entriesAt(3, 1), "other");
    world.planStore.isDown = false;
    world.planStore.hint({ topic: "connected" });
    await world.until("the other line", () => world.holds(third));
    await world.closeAll();
  });
}

test("a zone store that comes back is audited and repaired at once", async () => {
  const world = new World();
  await world.start();
  world.planStore.plan(1, entriesAt(1, 100));
  await world.until("confirmed", () => standing(world).confirmed === 100);
  world.store.isCutOff = true;
  await world.clock.advance(30_000);
  assert.equal(standing(world).stores[0]?.reachable, false);
  for (const { endpoint } of entriesAt(1, 40)) world.store.deleteRecords(endpoint);
  world.store.reconnect();
  await world.until("repaired", () => entriesAt(1, 40).every((entry) => world.holds(entry)), 500);
  await world.closeAll();
});

test("failures without contact do not hold up a reading that a reconnection cuts off", async () => {
  const world = new World({ network: { delayMsMax: 40, lossPerMille: 0 } });
  await world.start();
  world.planStore.plan(1, [entryAt(1)]);
  await world.until("confirmed", () => standing(world).confirmed === 1);
  world.store.isCutOff = true;
  await world.clock.advance(120_000);
  world.store.deleteRecords(ENDPOINT);
  world.store.reconnect();
  await world.clock.advance(1);
  world.store.reconnect(); // what is being read says nothing of what is there now
  await world.until("repaired", () => world.holds(entryAt(1)), 500);
  await world.closeAll();
});

test("nothing counts as confirmed after a loss of contact until it was read again", async () => {
  const world = new World();
  await world.start();
  world.planStore.plan(1, entriesAt(1, 20));
  await world.until("confirmed", () => standing(world).confirmed === 20);
  world.store.reconnect();
  assert.equal(standing(world).confirmed, 0);
  await world.until("confirmed again", () => standing(world).confirmed === 20);
  await world.closeAll();
});

test("events wait for the journal, bounded, and are not lost in a short absence", async () => {
  const world = new World();
  await world.start();
  world.planStore.plan(1, entriesAt(1, 50));
  await world.clock.advance(1);
  world.planStore.isDown = true;
  await world.clock.advance(30_000);
  assert.equal(standing(world).confirmed, 50, "enacting does not wait for the journal");
  world.planStore.isDown = false;
  await world.until(
    "told",
    () => world.planStore.subjects("endpoint-enacted").length >= 50,
    15_000,
  );
  await world.closeAll();
});

test("events are told as soon as the plan store answers again", async () => {
  const world = new World();
  await world.start();
  world.planStore.plan(1, [entryAt(1)]);
  await world.until("told", () => world.planStore.events.length > 0);
  world.planStore.isDown = true;
  world.store.deleteRecords(ENDPOINT);
  await world.clock.advance(60_000);
  assert(world.holds(entryAt(1)));
  world.planStore.isDown = false;
  world.planStore.hint({ topic: "connected" });
  await world.until("told", () => world.planStore.subjects("drift-repaired").length > 0, 50);
  await world.closeAll();
});

test("a plan store that hangs holds nothing up", async () => {
  const world = new World();
  await world.start();
  world.planStore.plan(1, [entryAt(1)]);
  await world.until("confirmed", () => standing(world).confirmed === 1);
  world.planStore.hangs = true;
  world.store.deleteRecords(ENDPOINT);
  await world.until("repaired", () => world.holds(entryAt(1)), 4_000);
  world.store.deleteFence(ENDPOINT);
  world.store.deleteRecords(ENDPOINT, RRType.A);
  await world.until("an emptied type is not waited for", () => world.holds(entryAt(1)), 6_000);
  await world.closeAll();
});
