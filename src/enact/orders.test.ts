// What people order, in a world of enactors: overrides, retirement, revival, epochs, the gate.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Name } from "../dns/index.ts";
import {
  type Fence,
  fenceName,
  fenceText,
  type Gate,
  gateName,
  rrsetsOf,
  type ServingEntry,
  weightsName,
  weightsOf,
  weightsText,
} from "../plan/index.ts";
import { controlRRset } from "../provider/controlText.ts";
import { ENDPOINT, entryAt, fenceOf, rrsetAt, tombstoneAt, ZONE } from "./samples.suite.ts";
import { entriesAt, IDS, World } from "./world.suite.ts";

const HOUR_MS = 3_600_000;
const PINNED = entryAt(99);

/** A moment that a fence can say: whole seconds. */
const wholeSecond = (world: World, inMs: number) => {
  return Math.ceil((world.clock.wallMs() + inMs) / 1_000) * 1_000;
};

const reportOf = (world: World, id = IDS[0] ?? "") => {
  const report = world.enactors.get(id)?.report();
  assert(report !== undefined);
  return report;
};

/** A person writes records and fence straight to the server. */
function writeByHand(world: World, entry: ServingEntry, fence: Fence): void {
  const { endpoint } = entry;
  world.store.deleteRecords(endpoint);
  for (const rrset of rrsetsOf(entry)) world.store.putRRset(rrset);
  const weights = weightsText(weightsOf(entry.rrsets, entry.answers));
  world.store.putRRset(controlRRset(weightsName(endpoint), weights));
  world.store.putFenceText(endpoint, fenceText(fence));
}

/** A direct override over what the endpoint holds. */
function pin(world: World, untilMs: number, id = "o1"): Fence {
  const held = world.fence(ENDPOINT);
  assert(held !== undefined);
  const { digest } = PINNED;
  const mark = { kind: "override", id, untilMs } as const;
  const fence: Fence = { ...held, edition: held.edition + 1, digest, mark };
  writeByHand(world, PINNED, fence);
  return fence;
}

const answersWith = (world: World, entry: ServingEntry) =>
  JSON.stringify(world.store.records.rrsetsAt(ENDPOINT)) === JSON.stringify(rrsetsOf(entry));

async function servingWorld(): Promise<World> {
  const world = new World();
  await world.startAll();
  world.planStore.plan(1, [entryAt(1)]);
  await world.until("confirmed", () => IDS.every((id) => reportOf(world, id).confirmed === 1));
  return world;
}

test("an override at the server is left alone and reported, whatever plans come", async () => {
  const world = await servingWorld();
  const untilMs = wholeSecond(world, HOUR_MS);
  const fence = pin(world, untilMs);
  world.planStore.plan(2, [entryAt(2)]);
  await world.clock.advance(20_000);
  assert(answersWith(world, PINNED));
  assert.deepEqual(world.fence(ENDPOINT), fence);
  const report = reportOf(world);
  const seen = [{ endpoint: ENDPOINT, store: "memory", id: "o1", untilMs }];
  assert.deepEqual(report.overrides, seen);
  assert.deepEqual([report.stores[0]?.overridden, report.pending], [1, 0]);
  await world.closeAll();
});

test("when an override ends the plan is back at once, not with the next audit", async () => {
  const world = new World();
  await world.start();
  const others = entriesAt(1, 2_000); // an audit of these takes ten seconds
  world.planStore.plan(1, [entryAt(1), ...others]);
  await world.until("confirmed", () => reportOf(world).confirmed === 2_001, 20_000);
  const untilMs = wholeSecond(world, 20_000);
  pin(world, untilMs);
  await world.until("seen", () => reportOf(world).overrides.length === 1, 15_000);
  await world.clock.advance(untilMs - world.clock.wallMs() - 1);
  assert(answersWith(world, PINNED), "to the end");
  await world.until("ended", () => world.holds(entryAt(1)), 100);
  await world.until("told", () => reportOf(world).overrides.length === 0);
  await world.closeAll();
});

test("what hands delete below an override is put back, also after a restart", async () => {
  const world = await servingWorld();
  pin(world, wholeSecond(world, HOUR_MS));
  await world.until("seen", () => IDS.every((id) => reportOf(world, id).overrides.length === 1));
  await world.clock.advance(1_000);
  for (const id of IDS) await world.kill(id);
  world.store.deleteRecords(ENDPOINT);
  await world.startAll();
  await world.until("put back", () => answersWith(world, PINNED));
  const fence = world.fence(ENDPOINT);
  assert.deepEqual([fence?.generation, fence?.mark?.kind], [1, "override"]);
  world.store.deleteRecords(ENDPOINT, 1);
  world.store.putRRset(rrsetAt("A", "203.0.113.66"));
  await world.until("put back", () => answersWith(world, PINNED));
  await world.until("told", () => world.planStore.subjects("drift-repaired").length >= 2);
  const told = world.planStore.events.find(({ kind }) => kind === "drift-repaired");
  assert.match(told?.text ?? "", /^override o1 repaired at memory/);
  await world.closeAll();
});

test("a plan takes an override up, and ends it before its time", async () => {
  const world = await servingWorld();
  const untilMs = wholeSecond(world, HOUR_MS);
  pin(world, untilMs);
  const { answers, rrsets } = PINNED;
  const taken = entryAt(2, { answers, rrsets, override: { id: "o1", untilMs } });
  world.planStore.plan(2, [taken]);
  await world.until("taken up", () => world.holds(taken));
  assert.deepEqual(world.fence(ENDPOINT)?.mark, { kind: "override", id: "o1", untilMs });
  world.store.deleteRecords(ENDPOINT);
  await world.until("repaired from the plan", () => world.holds(taken));
  const cleared = entryAt(3, { ends: ["o1"] });
  world.planStore.plan(3, [cleared]);
  await world.until("cleared", () => world.holds(cleared));
  assert.equal(world.fence(ENDPOINT)?.mark, undefined);
  await world.closeAll();
});

test("an override cleared at the server stays so while the plan still carries it", async () => {
  const world = await servingWorld();
  const untilMs = wholeSecond(world, HOUR_MS);
  const taken = entryAt(2, { override: { id: "o1", untilMs } });
  world.planStore.plan(2, [taken]);
  await world.until("pinned", () => world.holds(taken));
  const held = world.fence(ENDPOINT);
  assert(held !== undefined);
  const nowMs = wholeSecond(world, -1_000);
  const mark = { kind: "override", id: "o1", untilMs: nowMs } as const;
  world.store.putFenceText(ENDPOINT, fenceText({ ...held, edition: held.edition + 1, mark }));
  world.store.deleteRecords(ENDPOINT, 1);
  await world.until("repaired", () => world.holds(taken));
  assert.equal(fenceUntilMs(world.fence(ENDPOINT)), nowMs, "no longer than a person left it");
  await world.closeAll();
});

function fenceUntilMs(fence: Fence | undefined): number | undefined {
  return fence?.mark?.kind === "override" ? fence.mark.untilMs : undefined;
}

test("a name is retired, stays so for later plans, and comes back when revived", async () => {
  const world = await servingWorld();
  const others = entriesAt(2, 3);
  world.planStore.plan(2, [tombstoneAt(2), ...others]);
  await world.until("retired", () => world.fence(ENDPOINT)?.mark?.kind === "tombstone");
  assert.deepEqual(world.store.records.rrsetsAt(ENDPOINT), []);
  assert.deepEqual(world.store.records.rrsetsAt(weightsName(ENDPOINT)), []);
  await world.until("told", () => world.planStore.subjects("endpoint-enacted").includes(ENDPOINT));
  await world.until("in place", () => reportOf(world).pending === 0);
  assert.equal(reportOf(world).stores[0]?.retired, 1);
  world.planStore.plan(3, [entryAt(3)]); // an old configuration, put back
  await world.clock.advance(10_000);
  assert.deepEqual(world.store.records.rrsetsAt(ENDPOINT), []);
  const revived = entryAt(4, { revives: ["t1"] });
  world.planStore.plan(4, [revived]);
  await world.until("back", () => world.holds(revived));
  const texts = world.planStore.events.map(({ text }) => text).filter((text) => /name/.test(text));
  assert.match(texts.join("\n"), /the name retired at memory[\s\S]*the name back at memory/);
  await world.closeAll();
});

test("a name whose tombstone was deleted by hand stays retired, until it is revived", async () => {
  const world = await servingWorld();
  world.planStore.plan(2, [tombstoneAt(2)]);
  const isRetired = (id: string) => reportOf(world, id).stores[0]?.retired === 1;
  await world.until("retired", () => IDS.every(isRetired));
  world.store.deleteFence(ENDPOINT);
  world.planStore.plan(3, [entryAt(3)]);
  await world.clock.advance(5_000);
  assert.deepEqual(world.store.records.rrsetsAt(ENDPOINT), []);
  const revived = entryAt(4, { revives: ["t1"] });
  world.planStore.plan(4, [revived]);
  await world.until("back", () => world.holds(revived));
  await world.closeAll();
});

test("a raised epoch is told to the plan store, and nothing is written over it", async () => {
  const world = await servingWorld();
  const raised = entryAt(0, { epoch: 1 });
  writeByHand(world, raised, fenceOf(raised, { edition: 900 }));
  world.planStore.plan(2, [entryAt(2)]);
  await world.until("told", () => world.planStore.epochs.get(ENDPOINT) === 1);
  await world.until("seen", () => IDS.every((id) => reportOf(world, id).troubles.length === 1));
  assert(world.holds(raised));
  const { why } = reportOf(world).troubles[0] ?? {};
  assert.match(why ?? "", /the zone knows epoch 1, generation 0/);
  const next = entryAt(3, { epoch: 1 });
  world.planStore.plan(3, [next]);
  await world.until("above it", () => world.holds(next));
  await world.clock.advance(5_000);
  assert.equal(reportOf(world).troubles.length, 0);
  await world.closeAll();
});

test("an implausible epoch raises nobody's, and is quarantined", async () => {
  const world = await servingWorld();
  world.store.putFenceText(ENDPOINT, fenceText(fenceOf(entryAt(0, { epoch: 101 }))));
  await world.clock.advance(10_000);
  assert.equal(world.planStore.epochs.size, 0);
  assert.deepEqual(
    reportOf(world).quarantined.map(({ reason }) => reason),
    ["far-ahead"],
  );
  await world.closeAll();
});

test("one endpoint of two hundred that cannot be written holds up no other", async () => {
  const world = new World();
  await world.startAll();
  const [bad, ...others] = entriesAt(1, 200);
  assert(bad !== undefined);
  world.planStore.plan(1, [bad, ...others]);
  await world.until("in place", () => [bad, ...others].every((entry) => world.holds(entry)));
  const impostor = entryAt(1, { endpoint: bad.endpoint, answers: 1 });
  writeByHand(world, impostor, fenceOf(impostor, { edition: 50 }));
  await world.until("found", () => reportOf(world).quarantined.length === 1);
  for (const generation of [2, 3, 4]) {
    const changed = entriesAt(generation, 200).slice(1);
    world.planStore.plan(generation, changed);
    await world.until("199 go on", () => changed.every((entry) => world.holds(entry)), 1_500);
  }
  const [trouble] = reportOf(world).quarantined;
  assert.deepEqual([trouble?.endpoint, trouble?.reason], [bad.endpoint, "impostor"]);
  assert(world.holds(impostor), "it answers as it did");
  await world.closeAll();
});

async function setGate(world: World, automation: Gate["automation"]): Promise<void> {
  const found = await world.store.readGate(ZONE);
  const edition = found.kind === "gate" ? found.gate.edition + 1 : 1;
  const text = found.kind === "gate" ? found.text : undefined;
  const outcome = await world.store.writeGate(ZONE, text, { edition, automation });
  assert.equal(outcome.kind, "applied");
  await world.clock.advance(1_100);
}

test("a gate for repairs repairs drift, and enacts nothing new until it opens", async () => {
  const world = await servingWorld();
  await setGate(world, "repairs");
  world.planStore.plan(2, entriesAt(2, 1));
  world.store.deleteRecords(ENDPOINT);
  await world.until("repaired", () => world.holds(entryAt(1)));
  await world.clock.advance(5_000);
  const [fresh] = entriesAt(2, 1);
  assert(fresh !== undefined && !world.holds(fresh));
  assert.match(reportOf(world).stores[0]?.gates[ZONE] ?? "", /^repairs only holdfast-gate=1/);
  await setGate(world, "on");
  await world.until("enacted", () => world.holds(fresh));
  await world.closeAll();
});

test("a gate that the server lost with its disk stays shut, and is back in its place", async () => {
  const world = await servingWorld();
  await setGate(world, "paused");
  await world.clock.advance(500);
  for (const id of IDS) await world.kill(id);
  for (const name of [gateName(ZONE), fenceName(ENDPOINT), ENDPOINT]) {
    world.store.records.remove(name as Name);
  }
  await world.startAll();
  await world.until("gate back", () => reportOf(world).stores[0]?.gates[ZONE] === "closed: paused");
  await world.clock.advance(20_000);
  assert.deepEqual(world.store.records.rrsetsAt(ENDPOINT), [], "a person said: nothing is written");
  const found = await world.store.readGate(ZONE);
  assert.deepEqual(found.kind === "gate" ? found.gate : undefined, {
    edition: 1,
    automation: "paused",
  });
  assert.deepEqual(world.planStore.subjects("zone-paused"), [ZONE]);
  await setGate(world, "on");
  await world.until("repaired", () => world.holds(entryAt(1)));
  await world.closeAll();
});

test("a lost plan store is told where its new line runs into a zone's generation", async () => {
  const world = await servingWorld();
  world.planStore.plan(2, [entryAt(2)]);
  await world.until("generation 2", () => IDS.every((id) => reportOf(world, id).confirmed === 1));
  await world.until("in place", () => world.holds(entryAt(2)));
  for (const id of IDS) await world.kill(id);
  world.disks.clear(); // the enactors' memory is lost with it
  world.planStore.restoreTo(0);
  const other = entriesAt(2, 1);
  world.planStore.plan(1, [entryAt(1)], "other");
  world.planStore.plan(2, other, "other");
  await world.startAll();
  await world.until("told", () => world.planStore.floorGeneration === 3);
  await world.clock.advance(10_000);
  assert.equal(world.planStore.floorGeneration, 3, "the next plan is above it already");
  world.planStore.plan(4, [entryAt(4), ...other], "other");
  await world.until("above it", () => world.holds(entryAt(4)));
  await world.closeAll();
});

test("a retirement goes on without a fence, with the plan store's word", async () => {
  const world = await servingWorld();
  world.store.deleteFence(ENDPOINT);
  world.planStore.plan(2, [tombstoneAt(2)]);
  await world.until("retired", () => world.fence(ENDPOINT)?.mark?.kind === "tombstone");
  assert.deepEqual(world.store.records.rrsetsAt(ENDPOINT), []);
  await world.closeAll();
});

test("a plan that lacks an address type is quarantined, and says what to do", async () => {
  const world = await servingWorld();
  const [ipv4] = entryAt(2).rrsets;
  world.planStore.plan(2, [entryAt(2, { rrsets: [ipv4] })]);
  await world.until("found", () => reportOf(world).quarantined.length === 1);
  const [trouble] = reportOf(world).quarantined;
  assert.equal(trouble?.reason, "would-empty");
  assert.match(trouble?.why ?? "", /no AAAA for it.*add AAAA to the endpoint in the configuration/);
  assert(world.holds(entryAt(1)));
  await world.closeAll();
});

test("a lost plan store's new line is made to climb above what enactors hold", async () => {
  const world = await servingWorld();
  const override = { id: "o1", untilMs: wholeSecond(world, 5_000) };
  world.planStore.plan(2, [entryAt(2, { override })]);
  await world.until("pinned", () => world.fence(ENDPOINT)?.mark?.kind === "override");
  world.planStore.restoreTo(0);
  world.planStore.plan(1, [entryAt(1)], "other");
  world.planStore.plan(2, entriesAt(2, 1), "other");
  await world.until("told", () => world.planStore.floorGeneration === 3);
  await world.clock.advance(5_000);
  assert.equal(world.planStore.floorGeneration, 3, "the next plan is above it already");
  world.planStore.plan(4, entriesAt(4, 2).slice(1), "other"); // an urgent order came first
  await world.until("told again", () => world.planStore.floorGeneration === 5);
  world.planStore.plan(6, [entryAt(6, { ends: ["o1"] })], "other");
  await world.until("above it", () => world.fence(ENDPOINT)?.generation === 6);
  await world.closeAll();
});

test("a line put back that came as far again, unnoticed, is taken up whole", async () => {
  const world = await servingWorld();
  for (const generation of [2, 3]) world.planStore.plan(generation, [entryAt(generation)]);
  await world.until("in place", () => world.holds(entryAt(3)));
  await world.clock.advance(5_000);
  world.planStore.isDown = true; // for no time at all: no call fails, and nobody is told
  world.planStore.restoreTo(1);
  const [unheard, heard] = entriesAt(3, 2);
  assert(unheard !== undefined && heard !== undefined);
  world.planStore.plan(3, [unheard], "other");
  world.planStore.plan(4, [heard], "other");
  world.planStore.isDown = false;
  await world.until("read whole", () => world.holds(unheard) && world.holds(heard));
  await world.closeAll();
});
