import assert from "node:assert/strict";
import { test } from "node:test";
import { gateName, gateText, seedName } from "../plan/index.ts";
import { controlRRset } from "../provider/controlText.ts";
import { entryAt, ZONE } from "./samples.suite.ts";
import { SEED_UNCONFIRMED_MS } from "./seeder.ts";
import { entriesAt, World, type WorldOptions } from "./world.suite.ts";

const makeWorld = (network?: WorldOptions["network"]) => {
  const abilities = { needsSeed: true };
  return new World(network === undefined ? { abilities } : { abilities, network });
};
const isSeeded = (world: World) => world.store.records.rrsetsAt(seedName(ZONE)).length > 0;

test("a zone is seeded when every endpoint of the plan was confirmed, not before", async () => {
  const world = makeWorld();
  await world.start();
  const entries = entriesAt(1, 30);
  let seededEarly = false;
  world.store.onApplied = () => {
    seededEarly ||= isSeeded(world);
  };
  world.planStore.plan(1, entries);
  await world.until("seeded", () => isSeeded(world));
  assert(!seededEarly, "not before the last endpoint was in place");
  await world.clock.advance(3_000);
  assert.deepEqual(world.planStore.subjects("zone-seeded"), [ZONE]);
  assert.deepEqual(world.enactors.get("enactor-az1")?.report().stores[0]?.unseeded, []);
  await world.closeAll();
});

test("one endpoint that is not in place keeps the zone from speaking", async () => {
  const world = makeWorld();
  await world.start();
  const [bad, ...others] = entriesAt(1, 10);
  assert(bad !== undefined);
  world.store.putFenceText(bad.endpoint, "not a fence");
  world.planStore.plan(1, [bad, ...others]);
  await world.clock.advance(10_000);
  assert(!isSeeded(world));
  await world.closeAll();
});

test("a zone without endpoints is seeded once a plan or a policy exists, not before", async () => {
  const world = makeWorld();
  await world.start();
  await world.clock.advance(5_000);
  assert(!isSeeded(world), "nothing is known of the zone");
  world.planStore.policyEndpoints = [];
  await world.until("seeded", () => isSeeded(world));
  await world.closeAll();
});

test("an endpoint wanted by the policy and not planned yet keeps the zone silent", async () => {
  const world = makeWorld();
  await world.start();
  const [first, second] = entriesAt(1, 2);
  assert(first !== undefined && second !== undefined);
  world.planStore.policyEndpoints = [
    { name: first.endpoint, zone: ZONE },
    { name: second.endpoint, zone: ZONE },
  ];
  world.planStore.plan(1, [first]);
  await world.clock.advance(5_000);
  assert(!isSeeded(world));
  world.planStore.plan(2, [second]);
  await world.until("seeded", () => isSeeded(world));
  await world.closeAll();
});

test("an endpoint heard of at the last moment keeps the zone silent", async () => {
  const world = makeWorld();
  await world.start();
  const [first, second] = entriesAt(1, 2);
  assert(first !== undefined && second !== undefined);
  world.planStore.plan(1, [first]);
  await world.until("in place", () => world.holds(first), 100);
  world.store.refusalOf = ({ endpoint }) => (endpoint === second.endpoint ? "no" : undefined);
  world.planStore.isDown = true; // for no time at all: nobody is told of the new plan
  world.planStore.plan(2, [second]);
  world.planStore.isDown = false;
  await world.clock.advance(10_000);
  assert(!isSeeded(world));
  await world.closeAll();
});

test("a paused zone is not seeded", async () => {
  const world = makeWorld();
  await world.start();
  world.planStore.plan(1, [entryAt(1)]);
  await world.until("in place", () => world.holds(entryAt(1)));
  const paused = gateText({ edition: 1, automation: "paused" });
  world.store.putRRset(controlRRset(gateName(ZONE), paused));
  world.store.records.remove(seedName(ZONE));
  world.store.reconnect();
  await world.clock.advance(10_000);
  assert(!isSeeded(world));
  await world.closeAll();
});

test("a server that lost its disk is filled and only then seeded again, however slow", async () => {
  const world = makeWorld({ delayMsMax: 2_000, lossPerMille: 0 });
  await world.start();
  const entries = entriesAt(1, 12);
  world.planStore.plan(1, entries);
  await world.until("seeded", () => isSeeded(world), 60_000);
  await world.clock.advance(1_500); // readings are on their way
  for (const { endpoint } of entries) {
    world.store.deleteFence(endpoint);
    world.store.deleteRecords(endpoint);
  }
  world.store.records.remove(seedName(ZONE));
  world.store.reconnect();
  await world.until("seeded", () => isSeeded(world), 60_000);
  assert(
    entries.every((entry) => world.holds(entry)),
    "all was in place when it was seeded",
  );
  await world.closeAll();
});

test("an enactor that cannot ask the plan store seeds only after a long silence", async () => {
  const world = makeWorld();
  await world.start();
  world.planStore.plan(1, [entryAt(1)]);
  await world.until("seeded", () => isSeeded(world));
  await world.clock.advance(500);
  await world.kill("enactor-az1");
  world.planStore.isDown = true;
  world.store.records.remove(seedName(ZONE));
  await world.start();
  await world.clock.advance(SEED_UNCONFIRMED_MS - 2_000);
  assert(!isSeeded(world), "others may know more");
  await world.clock.advance(5_000);
  assert(isSeeded(world), "nobody else is there");
  await world.closeAll();
});

test("an enactor that knows no plan never seeds by itself", async () => {
  const world = makeWorld();
  world.planStore.isDown = true;
  await world.start();
  await world.clock.advance(60_000);
  assert(!isSeeded(world));
  await world.closeAll();
});
