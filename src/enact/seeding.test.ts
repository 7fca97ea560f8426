import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededChance } from "../../sim/seededChance.ts";
import { SimDisk } from "../../sim/simDisk.ts";
import { SILENT_LOG } from "../base/index.ts";
import type { Name } from "../dns/index.ts";
import {
  fenceText,
  gateName,
  gateText,
  rrsetsOf,
  type ServingEntry,
  seedName,
} from "../plan/index.ts";
import { controlRRset } from "../provider/controlText.ts";
import { MemoryZoneStore } from "../provider/index.ts";
import { entryAt, fenceOf, tombstoneAt, tombstoneFence, ZONE } from "./samples.suite.ts";
import { SEED_NEWCOMER_MS, SEED_UNCONFIRMED_MS } from "./seeder.ts";
import { Enactor } from "./service.ts";
import { SET_ASIDE_MS } from "./standings.ts";
import { endpointOfRank, entriesAt, IDS, World, type WorldOptions } from "./world.suite.ts";

const makeWorld = (network?: WorldOptions["network"]) => {
  const abilities = { needsSeed: true };
  return new World(network === undefined ? { abilities } : { abilities, network });
};
const isSeeded = (world: World) => world.store.records.rrsetsAt(seedName(ZONE)).length > 0;

/** Does something, once, after an enactor found that all is in place and the mark is missing. */
function beforeSeed({ store }: World, act: () => void): void {
  const readSeed = store.readSeed.bind(store);
  store.readSeed = async (zone) => {
    const held = await readSeed(zone);
    store.readSeed = readSeed;
    act();
    return held;
  };
}

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
  world.store.refusalOf = ({ endpoint }) => (endpoint === bad.endpoint ? "no" : undefined);
  world.planStore.plan(1, [bad, ...others]);
  await world.clock.advance(2 * SET_ASIDE_MS);
  assert(!isSeeded(world));
  await world.closeAll();
});

test("an empty name that is set aside is waited for, and does not silence the zone", async () => {
  const world = makeWorld();
  await world.start();
  const [bad, ...others] = entriesAt(1, 10);
  assert(bad !== undefined);
  world.store.putFenceText(bad.endpoint, "not a fence");
  world.planStore.plan(1, [bad, ...others]);
  await world.clock.advance(SET_ASIDE_MS - 5_000);
  assert(!isSeeded(world));
  await world.until("seeded", () => isSeeded(world), 10_000);
  await world.clock.advance(2_000);
  const told = world.planStore.events.find(({ kind }) => kind === "zone-seeded");
  assert.match(told?.text ?? "", /but 1 set aside, which lack something/);
  await world.closeAll();
});

test("a zone most of whose names are set aside and empty stays silent", async () => {
  const world = makeWorld();
  await world.start();
  const entries = entriesAt(1, 5);
  for (const { endpoint } of entries.slice(0, 3)) world.store.putFenceText(endpoint, "not a fence");
  world.planStore.plan(1, entries);
  await world.clock.advance(2 * SET_ASIDE_MS);
  assert(!isSeeded(world));
  await world.closeAll();
});

test("names that are set aside and lack nothing do not hold up the zone", async () => {
  const world = makeWorld();
  await world.start();
  const [spoilt, foreign, dead, ...others] = entriesAt(1, 5);
  assert(spoilt !== undefined && foreign !== undefined && dead !== undefined);
  for (const rrset of [...rrsetsOf(spoilt), ...rrsetsOf(foreign)]) world.store.putRRset(rrset);
  for (const { endpoint } of [spoilt, dead]) world.store.putFenceText(endpoint, "not a fence");
  const { endpoint } = dead;
  world.planStore.plan(1, [spoilt, foreign, tombstoneAt(1, { endpoint }), ...others]);
  await world.until("seeded", () => isSeeded(world));
  const standings = world.enactors
    .get("enactor-az1")
    ?.report()
    .troubles.map((one) => one.standing);
  assert.deepEqual(standings, ["quarantined", "not-ours", "quarantined"]);
  await world.closeAll();
});

test("a name that is set aside with half of its types is waited for", async () => {
  const world = makeWorld();
  await world.start();
  const [half, ...others] = entriesAt(1, 3);
  assert(half !== undefined);
  const [a] = rrsetsOf(half);
  assert(a !== undefined);
  world.store.putRRset(a);
  world.store.putFenceText(half.endpoint, "not a fence");
  world.planStore.plan(1, [half, ...others]);
  await world.clock.advance(10_000);
  assert(!isSeeded(world));
  await world.closeAll();
});

test("a zone is not seeded over a retired name that an old disk just brought back", async () => {
  const world = makeWorld();
  await world.start();
  const [old, other] = entriesAt(1, 2);
  assert(old !== undefined && other !== undefined);
  beforeSeed(world, () => {
    for (const rrset of rrsetsOf(old)) world.store.putRRset(rrset);
    world.store.putFenceText(old.endpoint, fenceText(fenceOf(old)));
  });
  const { endpoint } = old;
  world.planStore.plan(2, [tombstoneAt(2, { endpoint }), entryAt(2, { endpoint: other.endpoint })]);
  await world.until("seeded, without the audit's help", () => isSeeded(world), 1_600);
  assert.equal(world.fence(endpoint)?.mark?.kind, "tombstone", "only when it was retired again");
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

test("a zone is not seeded with what a plan heard of at the last moment has changed", async () => {
  const world = makeWorld();
  const endpoint = endpointOfRank(1, "enactor-az1"); // it waits for the first to write
  await world.start("enactor-az1", IDS);
  beforeSeed(world, () => {
    world.planStore.isDown = true; // for no time at all: nobody is told of the new plan
    world.planStore.plan(2, [entryAt(2, { endpoint })]);
    world.planStore.isDown = false;
  });
  world.planStore.plan(1, [entryAt(1, { endpoint })]);
  await world.until("seeded", () => isSeeded(world), 10_000);
  assert(world.holds(entryAt(2, { endpoint })), "it may have held it before it lost its disk");
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

test("an enactor whose disk was lost after the plan store leaves a zone to others", async () => {
  const world = makeWorld();
  const ids = ["enactor-az1", "enactor-az2"];
  const [orphan, other] = entriesAt(1, 2);
  assert(orphan !== undefined && other !== undefined);
  for (const id of ids) await world.start(id, ids);
  world.planStore.plan(1, [orphan, other]);
  await world.until("seeded", () => isSeeded(world));
  await world.clock.advance(1_000);
  // The configuration dropped one name, then the plan store was lost, then the server's disk.
  world.planStore.restoreTo(0);
  const again = entryAt(2, { endpoint: other.endpoint });
  await world.until("told", () => world.planStore.floorGeneration === 1);
  world.planStore.plan(2, [again], "another");
  await world.until("in place", () => world.holds(again));
  for (const id of ids) await world.kill(id);
  world.disks.delete("enactor-az1");
  for (const { endpoint } of [orphan, again]) {
    world.store.deleteFence(endpoint);
    world.store.deleteRecords(endpoint);
  }
  world.store.records.remove(seedName(ZONE));
  world.store.reconnect();
  await world.start("enactor-az1", ids);
  await world.until("put in place", () => world.holds(again));
  await world.clock.advance(SEED_NEWCOMER_MS - 2_000);
  assert(!isSeeded(world), "others may know more");
  await world.start("enactor-az2", ids);
  await world.until("seeded", () => isSeeded(world));
  assert(world.holds(orphan), "with the name that only one of them knew");
  await world.closeAll();
});

test("an enactor that nobody who knows more comes to help seeds after a while", async () => {
  const world = makeWorld();
  world.planStore.plan(2, [entryAt(2)], "another");
  world.planStore.floorGeneration = 1;
  await world.start();
  await world.clock.advance(SEED_NEWCOMER_MS - 2_000);
  assert(!isSeeded(world));
  await world.until("seeded", () => isSeeded(world));
  await world.closeAll();
});

test("a plan store that was lost is told so, also where its new line has come as far", async () => {
  const world = makeWorld();
  await world.start();
  const [orphan, other] = entriesAt(1, 2);
  assert(orphan !== undefined && other !== undefined);
  world.planStore.plan(1, [orphan, other]);
  await world.until("seeded", () => isSeeded(world));
  world.planStore.isDown = true;
  world.planStore.restoreTo(0);
  world.planStore.plan(1, [other], "another");
  world.planStore.isDown = false;
  await world.until("told", () => world.planStore.floorGeneration === 1);
  assert.equal(world.planStore.remembered.size, 0, "it may be in the policy, and planned soon");
  world.planStore.policyEndpoints = [{ name: other.endpoint, zone: ZONE }];
  await world.until("told", () => world.planStore.remembered.size > 0);
  assert.deepEqual([...world.planStore.remembered.values()], [orphan]);
  await world.closeAll();
});

test("only what zones hold is told of: not what was retired or changed since", async () => {
  const world = makeWorld();
  await world.start();
  const [orphan, retired, changed, other] = entriesAt(1, 4);
  assert(orphan !== undefined && retired !== undefined && changed !== undefined && other);
  world.planStore.plan(1, [orphan, retired, changed, other]);
  await world.until("seeded", () => isSeeded(world));
  // Another enactor, of which this one hears nothing, did what plans said that are lost.
  world.planStore.isDown = true;
  const { digest } = retired;
  const tombstone = { ...tombstoneFence(2), digest };
  world.store.putFenceText(retired.endpoint, fenceText(tombstone));
  world.store.deleteRecords(retired.endpoint);
  const newer = fenceOf(entryAt(2, { endpoint: changed.endpoint, answers: 1 }));
  world.store.putFenceText(changed.endpoint, fenceText(newer));
  await world.clock.advance(5_000);
  world.planStore.restoreTo(0);
  world.planStore.policyEndpoints = [{ name: other.endpoint, zone: ZONE }];
  world.planStore.isDown = false;
  await world.until("told", () => world.planStore.remembered.size > 0, 15_000);
  await world.clock.advance(5_000);
  assert.deepEqual([...world.planStore.remembered.values()], [orphan]);
  await world.closeAll();
});

test("an enactor that has not read a zone since it began tells of nothing there", async () => {
  const world = makeWorld();
  await world.start();
  world.planStore.plan(1, [entryAt(1)]);
  await world.until("seeded", () => isSeeded(world));
  await world.clock.advance(1_000);
  await world.kill("enactor-az1");
  world.planStore.restoreTo(0);
  world.planStore.policyEndpoints = [];
  world.store.isCutOff = true; // and others may write there what this one never hears of
  await world.start();
  await world.clock.advance(5_000);
  assert.equal(world.planStore.remembered.size, 0);
  world.store.isCutOff = false;
  await world.until("told", () => world.planStore.remembered.size > 0, 15_000);
  await world.closeAll();
});

/** Drops all but one name from the configuration, and loses the plan store. */
function loseLine(world: World, kept: ServingEntry): void {
  world.planStore.restoreTo(0);
  world.planStore.policyEndpoints = [{ name: kept.endpoint, zone: ZONE }];
  world.planStore.plan(2, [entryAt(2, { endpoint: kept.endpoint })], "another");
}

test("what was read before the line was lost is not told of: zones may have gone on", async () => {
  const world = makeWorld();
  await world.start();
  const [orphan, retired, changed, again, other] = entriesAt(1, 5);
  assert(orphan !== undefined && retired !== undefined && changed !== undefined);
  assert(again !== undefined && other !== undefined);
  world.planStore.plan(1, [orphan, retired, changed, again, other]);
  await world.until("seeded", () => isSeeded(world));
  await world.clock.advance(1_000);
  const told = new Set<Name>();
  world.planStore.remember = async (entries) => {
    for (const { endpoint } of entries) told.add(endpoint);
  };
  // No audit comes in between.
  world.store.putFenceText(retired.endpoint, fenceText(tombstoneFence(2)));
  world.store.deleteRecords(retired.endpoint);
  const newer = fenceOf(entryAt(2, { endpoint: changed.endpoint, answers: 1 }));
  world.store.putFenceText(changed.endpoint, fenceText(newer));
  const made = fenceOf(again, { generation: 2 });
  world.store.putFenceText(again.endpoint, fenceText(made));
  loseLine(world, other);
  await world.until("told", () => told.size > 0);
  await world.clock.advance(10_000);
  assert.deepEqual([...told], [orphan.endpoint]);
  await world.closeAll();
});

test("a reading that was under way when the line was lost is made again", async () => {
  const world = makeWorld();
  await world.start();
  const [orphan, other] = entriesAt(1, 2);
  assert(orphan !== undefined && other !== undefined);
  world.planStore.plan(1, [orphan, other]);
  await world.until("seeded", () => isSeeded(world));
  await world.clock.advance(1_000);
  let release = () => {};
  const late = new Promise<void>((resolve) => {
    release = resolve;
  });
  const read = world.store.read.bind(world.store);
  world.store.read = async (zone, endpoints) => {
    const readings = await read(zone, endpoints);
    await late;
    return readings;
  };
  world.store.reconnect();
  await world.clock.advance(100);
  world.store.putFenceText(orphan.endpoint, fenceText(tombstoneFence(2)));
  world.store.deleteRecords(orphan.endpoint);
  loseLine(world, other);
  await world.clock.advance(100);
  release();
  await world.clock.advance(1);
  world.planStore.hint({ topic: "connected" });
  await world.clock.advance(10_000);
  assert.equal(world.planStore.remembered.size, 0);
  await world.closeAll();
});

test("what a line lacks is known after a restart as well", async () => {
  const world = makeWorld();
  await world.start();
  const [orphan, other] = entriesAt(1, 2);
  assert(orphan !== undefined && other !== undefined);
  world.planStore.plan(1, [orphan, other]);
  await world.until("seeded", () => isSeeded(world));
  loseLine(world, other);
  world.planStore.policyEndpoints = undefined; // it is not known yet what is dropped
  await world.clock.advance(5_000);
  await world.kill("enactor-az1");
  world.planStore.policyEndpoints = [{ name: other.endpoint, zone: ZONE }];
  await world.start();
  await world.until("told", () => world.planStore.remembered.size > 0);
  assert.deepEqual([...world.planStore.remembered.values()], [orphan]);
  await world.closeAll();
});

test("of two zone stores, each has a say in what is told unless it does not answer", async () => {
  const world = makeWorld();
  const second = new MemoryZoneStore({ id: "second" });
  const stores = new Map([world.store, second].map((store) => [store.id, store]));
  const enactor = await Enactor.start({
    id: "enactor-az1",
    enactorIds: ["enactor-az1"],
    planStore: world.planStore,
    journal: world.planStore,
    zoneStores: stores,
    zones: [{ name: ZONE, storeIds: [...stores.keys()] }],
    disk: new SimDisk(),
    clock: world.clock,
    chance: new SeededChance(1),
    log: SILENT_LOG,
  });
  const [orphan, ahead, other] = entriesAt(1, 3);
  assert(orphan !== undefined && ahead !== undefined && other !== undefined);
  world.planStore.plan(1, [orphan, ahead, other]);
  await world.until("in both", () => enactor.report().confirmed === 6);
  const made = fenceOf(ahead, { generation: 2 });
  second.putFenceText(ahead.endpoint, fenceText(made));
  loseLine(world, other);
  await world.until("told", () => world.planStore.remembered.size > 0);
  await world.clock.advance(10_000);
  assert.deepEqual([...world.planStore.remembered.values()], [orphan]);
  world.planStore.remembered.clear();
  second.isCutOff = true;
  world.planStore.restoreTo(0);
  await world.until("told", () => world.planStore.remembered.size > 0, 30_000);
  await enactor.close();
});

/** Starts where the zone cannot be read, and raises the floor once the plan was heard of. */
async function startBeforeFloor(world: World, floorGeneration: number): Promise<void> {
  world.store.isCutOff = true;
  await world.start();
  await world.clock.advance(1_000);
  world.planStore.floorGeneration = floorGeneration;
  world.planStore.hint({ topic: "connected" });
  await world.clock.advance(1_000);
  world.store.isCutOff = false;
  world.store.reconnect();
}

test("an enactor without memory that met a lost plan store before others waits too", async () => {
  const world = makeWorld();
  world.planStore.plan(2, [entryAt(2)], "another");
  await startBeforeFloor(world, 9);
  await world.clock.advance(SEED_NEWCOMER_MS - 5_000);
  assert(!isSeeded(world));
  await world.until("seeded", () => isSeeded(world), 10_000);
  await world.closeAll();
});

test("a floor raised in the course of things makes no newcomer of who has a memory", async () => {
  const world = makeWorld();
  world.planStore.plan(2, [entryAt(2)]);
  await world.start();
  await world.until("seeded", () => isSeeded(world));
  await world.clock.advance(1_000);
  await world.kill("enactor-az1");
  world.store.records.remove(seedName(ZONE));
  await startBeforeFloor(world, 3);
  await world.until("seeded", () => isSeeded(world), 10_000);
  await world.closeAll();
});
