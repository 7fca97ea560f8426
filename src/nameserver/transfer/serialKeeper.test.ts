import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SeededChance } from "../../../sim/seededChance.ts";
import { SimClock } from "../../../sim/simClock.ts";
import { SILENT_LOG } from "../../base/index.ts";
import { compareSerials, decodeSoa, type Name } from "../../dns/index.ts";
import { APEX, zoneOf } from "../zone/exampleZone.suite.ts";
import { ZoneDraft } from "../zone/zoneDraft.ts";
import { FakeSecondaries } from "./fakeSecondaries.suite.ts";
import { raisedSerial } from "./raisedSerial.ts";
import { SERIAL_TIMES, SerialKeeper } from "./serialKeeper.ts";

const SECONDARIES = ["192.0.2.1", "192.0.2.2"].map((address) => ({
  address: { address, port: 53 },
}));
const ASKING_MS = SERIAL_TIMES.answerMs * SERIAL_TIMES.firstAsksMax;

class World {
  readonly clock = new SimClock();
  readonly peers = new FakeSecondaries([], this.clock);
  readonly raised: number[] = [];
  readonly keeper: SerialKeeper;
  serial = 100;
  isCatalog = false;

  constructor(...serials: readonly (number | "silent")[]) {
    for (const [index, serial] of serials.entries()) {
      this.peers.behave(`192.0.2.${index + 1}:53`, serial === "silent" ? serial : { serial });
    }
    const chance = new SeededChance(1);
    this.keeper = new SerialKeeper({
      client: this.peers.client(chance),
      clock: this.clock,
      chance,
      log: SILENT_LOG,
      keyFor: () => undefined,
      serialOf: () => this.serial,
      raise: async (_zone: Name, above: number) => {
        this.raised.push(above);
        this.serial = (above + 1) >>> 0;
      },
      onSettled: () => {},
      isCatalog: () => this.isCatalog,
    });
  }
}

describe("SerialKeeper", () => {
  it("goes above the highest serial that secondaries hold before any transfer", async () => {
    const world = new World(90, 250);
    world.keeper.begin(APEX, false, SECONDARIES);
    assert.equal(world.keeper.isSettled(APEX), false);
    await world.clock.advance(10);
    assert.deepEqual(world.raised, [250]);
    assert.ok(world.keeper.isSettled(APEX));
    assert.deepEqual(world.keeper.unsettledZones, []);
  });

  it("leaves a serial alone that secondaries have, or are behind of", async () => {
    const world = new World(100, 42);
    world.keeper.begin(APEX, false, SECONDARIES);
    await world.clock.advance(10);
    assert.deepEqual(world.raised, []);
    assert.ok(world.keeper.isSettled(APEX));
  });

  it("takes the same serial for another's where the zone is new", async () => {
    const world = new World(100, 42);
    world.keeper.begin(APEX, true, SECONDARIES);
    await world.clock.advance(10);
    assert.deepEqual(world.raised, [100]);
  });

  it("compares as RFC 1982 does, across the end of the numbers", async () => {
    const world = new World(3, 4_294_967_290);
    world.serial = 4_294_967_000;
    world.keeper.begin(APEX, false, SECONDARIES);
    await world.clock.advance(10);
    assert.deepEqual(world.raised, [3]);
  });

  it("is above what it heard though updates raised the serial meanwhile", async () => {
    const world = new World(105, "silent");
    world.keeper.begin(APEX, false, SECONDARIES);
    world.serial = 110; // ten updates: none was transferred, so 105 is not ours
    await world.clock.advance(ASKING_MS);
    assert.deepEqual(world.raised, [105]);
  });

  it("goes on without an answer after its tries, and asks again later", async () => {
    const world = new World("silent", "silent");
    world.keeper.begin(APEX, true, SECONDARIES);
    await world.clock.advance(ASKING_MS - 1);
    assert.equal(world.keeper.isSettled(APEX), false);
    await world.clock.advance(2);
    assert.ok(world.keeper.isSettled(APEX));
    assert.deepEqual(world.keeper.unsettledZones, [APEX]);
    world.peers.behave("192.0.2.2:53", { serial: 900 });
    await world.clock.advance(SERIAL_TIMES.laterMs * 2);
    assert.deepEqual(world.raised, [900]);
    const asked = world.peers.heard.length;
    await world.clock.advance(SERIAL_TIMES.laterMs * 200);
    const later = world.peers.heard.length - asked;
    assert.ok(later <= SERIAL_TIMES.laterAsksMax, `${later} more questions in hours`);
  });

  it("takes a number given since the start for another life, of who had none", async () => {
    const world = new World(100, "silent");
    world.keeper.begin(APEX, false, SECONDARIES);
    await world.clock.advance(ASKING_MS + 1);
    world.serial = 107; // a backup of 100 was restored, and seven updates came
    world.keeper.noteAsked(APEX, 100, false);
    world.keeper.noteAsked(APEX, 105, true);
    assert.deepEqual(world.raised, []);
    world.keeper.noteAsked(APEX, 105, false);
    assert.deepEqual(world.raised, [107]);
  });

  it("goes by what the disk held, not by what the start made of it", async () => {
    const world = new World(101, 100);
    world.serial = 101; // the start itself wrote, as the configuration had changed
    world.keeper.begin(APEX, false, SECONDARIES, 100);
    await world.clock.advance(10);
    assert.deepEqual(world.raised, [101]);
  });

  it("holds a new catalog until a reload, where a secondary has one from before", async () => {
    const world = new World(42, "silent");
    world.isCatalog = true;
    world.keeper.begin(APEX, true, SECONDARIES);
    await world.clock.advance(ASKING_MS + 1);
    assert.equal(world.keeper.isSettled(APEX), false);
    assert.deepEqual(world.keeper.heldZones, [APEX]);
    world.keeper.begin(APEX, false, SECONDARIES);
    assert.ok(world.keeper.isSettled(APEX));
    assert.deepEqual(world.keeper.heldZones, []);
  });

  it("goes on with a catalog that was on disk, or that nobody has yet", async () => {
    for (const [first, isNew] of [
      [42, false],
      ["silent", true],
    ] as const) {
      const world = new World(first, "silent");
      world.isCatalog = true;
      world.keeper.begin(APEX, isNew, SECONDARIES);
      await world.clock.advance(ASKING_MS + 1);
      assert.ok(world.keeper.isSettled(APEX), `${first}`);
    }
  });

  it("asks a secondary that comes later, and nobody twice for its coming", async () => {
    const world = new World(100, 900);
    world.keeper.begin(APEX, true, SECONDARIES.slice(0, 1));
    await world.clock.advance(10);
    assert.deepEqual(world.raised, [100]);
    world.keeper.begin(APEX, false, SECONDARIES);
    assert.ok(world.keeper.isSettled(APEX), "transfers to the others go on");
    await world.clock.advance(10);
    assert.deepEqual(world.raised, [100, 900]);
    world.keeper.begin(APEX, false, SECONDARIES);
    await world.clock.advance(SERIAL_TIMES.laterMs * 2);
    assert.equal(world.peers.heard.length, 2);
  });

  it("asks one that comes later and is silent again, until it leaves", async () => {
    const world = new World(100, "silent");
    world.keeper.begin(APEX, false, SECONDARIES.slice(0, 1));
    await world.clock.advance(10);
    world.keeper.begin(APEX, false, SECONDARIES);
    await world.clock.advance(SERIAL_TIMES.laterMs * 4);
    assert.deepEqual(world.keeper.unsettledZones, [APEX]);
    const asked = world.peers.heard.length;
    assert.ok(asked >= 4, `asked ${asked} times`);
    world.keeper.begin(APEX, false, SECONDARIES.slice(0, 1));
    assert.deepEqual(world.keeper.unsettledZones, []);
    await world.clock.advance(SERIAL_TIMES.laterMs * 4);
    assert.ok(world.peers.heard.length <= asked + 1);
  });

  it("leaves no timer behind when it is closed", async () => {
    const world = new World("silent", "silent");
    world.keeper.begin(APEX, true, SECONDARIES);
    await world.clock.advance(ASKING_MS + 10);
    world.keeper.close();
    assert.equal(world.clock.pendingWakes, 0);
  });

  it("goes above a secondary that asks with a serial ahead, and not again at once", async () => {
    const world = new World(100, 100);
    world.keeper.begin(APEX, false, SECONDARIES);
    await world.clock.advance(10);
    world.keeper.noteAsked(APEX, 100, true);
    world.keeper.noteAsked(APEX, 5000, true);
    world.keeper.noteAsked(APEX, 9000, true);
    assert.deepEqual(world.raised, [5000]);
  });
});

describe("raisedSerial()", () => {
  it("is above both the serial given and the zone's own", () => {
    const zone = zoneOf([]);
    for (const above of [0, 99, 100, 101, 2 ** 31 + 50, 4_294_967_295]) {
      const [change] = raisedSerial(new ZoneDraft(zone), above);
      const [rdata] = change?.rrsets.find(({ type }) => type === 6)?.rdata ?? [];
      const serial = decodeSoa(rdata ?? assert.fail()).serial;
      const isBehind = compareSerials(above, 100) === "less";
      assert.equal(serial, isBehind ? 101 : (above + 1) >>> 0);
      assert.ok(
        change?.rrsets.some(({ type }) => type === 2),
        "the rest of the apex stays",
      );
    }
  });
});
