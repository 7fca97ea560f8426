import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededChance } from "../../sim/seededChance.ts";
import { SimClock } from "../../sim/simClock.ts";
import { noSpace, SimDisk } from "../../sim/simDisk.ts";
import { RecordLog, RecordLogError, SILENT_LOG, utf8 } from "../base/index.ts";
import { fenceText, type Gate, type PlanEntry } from "../plan/index.ts";
import { EnactorState } from "./enactorState.ts";
import { ENDPOINT, entryAt, fenceOf, tombstoneAt, ZONE } from "./samples.suite.ts";

const chance = new SeededChance(1);
const open = (disk: SimDisk, clock: SimClock) => {
  return EnactorState.open(disk, clock, chance, SILENT_LOG);
};
const news = (generation: number, ...entries: readonly PlanEntry[]) => {
  const digest = `d${generation}`;
  const head = { region: "test", generation, digest, floorGeneration: 0, epochs: [] };
  return { head, entries, isWholeLine: false };
};

const gateOf = (edition: number, automation: Gate["automation"]): Gate => ({ edition, automation });

test("EnactorState gives back entries, marks and cursor after a power cut", async () => {
  const clock = new SimClock();
  const disk = new SimDisk();
  const state = await open(disk, clock);
  const other = entryAt(2, { endpoint: ZONE, answers: 3 });
  state.follow(news(2, entryAt(1), other));
  state.see("a", ENDPOINT, fenceOf(entryAt(1)));
  const override = { kind: "override", id: "o", untilMs: 1_000_000 } as const;
  state.see("b", ENDPOINT, fenceOf(entryAt(9), { mark: override }));
  await clock.advance(1_000);
  const next = await open(disk.crash("nothing", chance), clock);
  assert.deepEqual(
    next.entries,
    new Map([
      [ENDPOINT, entryAt(1)],
      [ZONE, other],
    ]),
  );
  assert.deepEqual(next.cursor, { generation: 2, digest: "d2" });
  assert.deepEqual(next.mark("a", ENDPOINT), state.mark("a", ENDPOINT));
  assert.deepEqual(next.mark("b", ENDPOINT), state.mark("b", ENDPOINT));
  assert.equal(next.highest?.generation, 9);
});

test("EnactorState takes nothing older, and remembers the highest edition", async () => {
  const state = await open(new SimDisk(), new SimClock());
  assert.equal(state.follow(news(3, entryAt(3))).length, 1);
  assert.equal(state.follow(news(2, entryAt(2))).length, 0);
  assert.deepEqual(state.entries.get(ENDPOINT), entryAt(3));
  state.see("a", ENDPOINT, fenceOf(entryAt(3), { edition: 40 }));
  state.see("a", ENDPOINT, fenceOf(entryAt(2), { edition: 90 }));
  const mark = state.mark("a", ENDPOINT);
  assert.deepEqual([mark?.generation, mark?.editionMax], [3, 90]);
});

test("EnactorState knows which entries the plan store's line does not have", async () => {
  const state = await open(new SimDisk(), new SimClock());
  const other = entryAt(2, { endpoint: ZONE });
  state.follow(news(2, entryAt(1), other));
  assert(state.isOnLine(other));
  state.follow({ ...news(1, entryAt(1)), isWholeLine: true });
  assert(state.isOnLine(entryAt(1)));
  assert(!state.isOnLine(other), "the line went back behind it");
  state.follow(news(3, entryAt(3, { endpoint: ZONE })));
  assert(state.isOnLine(entryAt(3, { endpoint: ZONE })));
});

test("EnactorState gives back entries of orders, what overrides pin, and gates", async () => {
  const clock = new SimClock();
  const disk = new SimDisk();
  const state = await open(disk, clock);
  const { answers, rrsets } = entryAt(9);
  const override = { id: "o1", untilMs: 5_000 };
  const beneath = { answers: 2, rrsets } as const;
  const entry = entryAt(3, { override, beneath, ends: ["o0"], revives: ["t1", "t2"] });
  state.follow(news(3, entry));
  const fence = fenceOf(entryAt(9), { mark: { kind: "override", ...override } });
  state.see("a", ENDPOINT, fence);
  state.see("a", ENDPOINT, fence, { answers, rrsets });
  state.seeGate("a", ZONE, { edition: 4, automation: "repairs" });
  await clock.advance(1_000);
  const next = await open(disk.crash("nothing", chance), clock);
  assert.deepEqual(next.entries.get(ENDPOINT), entry);
  assert.deepEqual(next.mark("a", ENDPOINT)?.pinned, { answers, rrsets });
  assert.deepEqual(next.gate("a", ZONE), { edition: 4, automation: "repairs" });
  assert.equal(next.gate("b", ZONE), undefined);
});

test("EnactorState reads a file of the version before, and says in it what is new", async () => {
  const clock = new SimClock();
  const disk = new SimDisk();
  const old = await RecordLog.open(disk, "state.log", { magic: "holdfast-enact", version: 1 });
  const cursor = { kind: "cursor", cursor: { generation: 2, digest: "d2" } };
  const entry = { kind: "entry", entry: entryAt(2) };
  const fence = fenceText(fenceOf(entryAt(2)));
  const mark = { kind: "mark", storeId: "a", endpoint: ENDPOINT, fence, editionMax: 30 };
  await old.log.append([cursor, entry, mark].map((record) => utf8(JSON.stringify(record))));
  const state = await open(disk, clock);
  assert.deepEqual(state.entries.get(ENDPOINT), entryAt(2));
  assert.equal(state.mark("a", ENDPOINT)?.editionMax, 30);
  state.seeGate("a", ZONE, { edition: 1, automation: "paused" });
  await state.close();
  const now = await RecordLog.open(disk, "state.log", { magic: "holdfast-enact", version: 2 });
  assert.equal(now.version, 2, "a version that cannot know gates refuses the file");
  const next = await open(disk, clock);
  assert.deepEqual(next.entries.get(ENDPOINT), entryAt(2));
  assert.equal(next.gate("a", ZONE)?.automation, "paused");
});

test("EnactorState takes no gate for old that counts on from what was put back", async () => {
  const state = await open(new SimDisk(), new SimClock());
  const [slept, newest] = [gateOf(6, "repairs"), gateOf(7, "on")];
  state.seeGate("a", ZONE, slept);
  state.seeGate("a", ZONE, newest);
  assert.equal(state.isOldGate("a", ZONE, slept), true);
  state.seeGate("a", ZONE, slept);
  assert.deepEqual(state.gate("a", ZONE), newest, "an old one that came back is no newer for that");
  const other = await open(new SimDisk(), new SimClock());
  other.seeGate("a", ZONE, newest);
  other.seeGate("a", ZONE, slept); // of those that it never saw, one is as good as another
  assert.equal(other.isOldGate("a", ZONE, newest), false, "a person went on from there");
  other.seeGate("a", ZONE, newest);
  assert.deepEqual(other.gate("a", ZONE), newest);
  assert.equal(other.isOldGate("a", ZONE, slept), true);
});

test("EnactorState knows where it is above the line's tombstones", async () => {
  const state = await open(new SimDisk(), new SimClock());
  const tombstone = tombstoneAt(2);
  state.follow(news(3, entryAt(3, { revives: [tombstone.tombstoneId] })));
  assert.deepEqual(state.aheadOfTombstones, []);
  state.follow({ ...news(5, tombstone), isWholeLine: true });
  assert.deepEqual(state.aheadOfTombstones, [{ epoch: 0, generation: 3 }]);
  assert.equal(state.aheadOfLine, undefined, "no plan makes a tombstone anew for its position");
  state.follow(news(6, tombstoneAt(6)));
  assert.deepEqual(state.aheadOfTombstones, []);
  state.follow({ ...news(5, tombstone), isWholeLine: true });
  state.follow({ ...news(0), isWholeLine: true });
  assert.deepEqual(state.aheadOfTombstones, []);
});

test("EnactorState knows the epochs of zones above the plan's, until it has them", async () => {
  const clock = new SimClock();
  const disk = new SimDisk();
  const state = await open(disk, clock);
  state.follow(news(1, entryAt(1)));
  state.see("a", ENDPOINT, fenceOf(entryAt(1)));
  assert.deepEqual(state.epochsAhead(), []);
  state.see("a", ENDPOINT, fenceOf(entryAt(0, { epoch: 2 })));
  assert.deepEqual(state.epochsAhead(), [{ endpoint: ENDPOINT, epoch: 2 }]);
  await clock.advance(1_000);
  const next = await open(disk.crash("nothing", chance), clock);
  assert.deepEqual(next.epochsAhead(), [{ endpoint: ENDPOINT, epoch: 2 }]);
  next.follow(news(2, entryAt(2, { epoch: 1 })));
  assert.deepEqual(next.epochsAhead(), [{ endpoint: ENDPOINT, epoch: 2 }]);
  next.follow(news(3, entryAt(3, { epoch: 2 })));
  assert.deepEqual(next.epochsAhead(), []);
  next.follow({ ...news(1, entryAt(1)), isWholeLine: true });
  assert.deepEqual(next.epochsAhead(), [{ endpoint: ENDPOINT, epoch: 2 }], "the store was lost");
});

test("EnactorState keeps a tombstone entry", async () => {
  const clock = new SimClock();
  const disk = new SimDisk();
  const state = await open(disk, clock);
  const head = { region: "test", generation: 4, digest: "d", floorGeneration: 0, epochs: [] };
  const tombstone = tombstoneAt(4, { ends: ["o0"], revives: ["t0"] });
  state.follow({ head, entries: [tombstone], isWholeLine: true });
  await state.close();
  assert.deepEqual((await open(disk, clock)).entries.get(ENDPOINT), tombstone);
});

test("EnactorState goes on in memory with a full disk, and saves when there is room", async () => {
  const clock = new SimClock();
  const disk = new SimDisk();
  const state = await open(disk, clock);
  disk.failWhen = () => noSpace();
  state.follow(news(1, entryAt(1)));
  await clock.advance(60_000);
  assert.deepEqual(state.entries.get(ENDPOINT), entryAt(1));
  disk.failWhen = () => undefined;
  state.follow(news(2, entryAt(2)));
  await clock.advance(20_000);
  const next = await open(disk.crash("nothing", chance), clock);
  assert.deepEqual(next.entries.get(ENDPOINT), entryAt(2));
});

test("EnactorState puts a damaged file aside, and starts without it", async () => {
  const clock = new SimClock();
  const disk = new SimDisk();
  const state = await open(disk, clock);
  for (const generation of [1, 2, 3]) {
    state.follow(news(generation, entryAt(generation)));
    await clock.advance(100);
  }
  disk.tamper("state.log", (bytes) => bytes.map((octet, at) => (at === 60 ? octet ^ 255 : octet)));
  const next = await open(disk, clock);
  assert.equal(next.entries.size, 0);
  assert((await disk.list()).includes("state.log.damaged"));
});

test("EnactorState refuses a file of a newer version, and leaves it alone", async () => {
  const disk = new SimDisk();
  const clock = new SimClock();
  const newer = await RecordLog.open(disk, "state.log", { magic: "holdfast-enact", version: 3 });
  await newer.log.append([utf8("what this version cannot know")]);
  const before = await disk.read("state.log");
  await assert.rejects(
    open(disk, clock),
    (error) => error instanceof RecordLogError && error.fault.code === "log-too-new",
  );
  assert.deepEqual(await disk.read("state.log"), before);
});

test("EnactorState rewrites its file before it grows without bound", async () => {
  const clock = new SimClock();
  const disk = new SimDisk();
  const state = await open(disk, clock);
  const cause = "x".repeat(400_000);
  for (let generation = 1; generation <= 60; generation += 1) {
    state.follow(news(generation, entryAt(generation, { cause })));
    await clock.advance(100);
  }
  const octets = (await disk.read("state.log"))?.length ?? 0;
  assert(octets < 60 * 400_000 * 0.6, `${octets} octets after 60 changes of 400,000`);
  assert.equal((await open(disk, clock)).entries.get(ENDPOINT)?.generation, 60);
});

test("EnactorState knows what it holds and another line does not have at all", async () => {
  const state = await open(new SimDisk(), new SimClock());
  state.follow({ ...news(3, entryAt(3)), isWholeLine: true });
  assert.deepEqual(state.unknownToLine, []);
  state.follow({ ...news(4), isWholeLine: true });
  assert.deepEqual(state.unknownToLine, [entryAt(3)]);
  state.follow(news(5, entryAt(5)));
  assert.deepEqual(state.unknownToLine, []);
});
