import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SeededChance } from "../../../sim/seededChance.ts";
import { SimClock } from "../../../sim/simClock.ts";
import { SILENT_LOG } from "../../base/index.ts";
import { type Message, makeIxfrQuery, Opcode } from "../../dns/index.ts";
import { APEX, at, rrsetsOf, zoneOf } from "../zone/exampleZone.suite.ts";
import { ZoneDraft } from "../zone/zoneDraft.ts";
import { FakeSecondaries } from "./fakeSecondaries.suite.ts";
import { openZone } from "./openedZone.ts";
import { raisedSerial } from "./raisedSerial.ts";
import { Transfers } from "./transfers.ts";

const ADDRESS = { address: "192.0.2.1", port: 53 };
const PLACE = "192.0.2.1:53";

/** A zone, its one secondary, and commits as the committer makes them. */
class World {
  readonly clock = new SimClock();
  readonly peers = new FakeSecondaries([], this.clock);
  readonly zone = zoneOf([]);
  readonly transfers = new Transfers({
    zoneOf: (apex) => (apex === APEX ? this.zone : undefined),
    open: () => openZone(this.zone),
    keyFor: () => undefined,
    raise: async (_zone, above) => {
      await Promise.resolve(); // commits come later than what asks for them
      this.commit({}, above);
    },
    dialer: this.peers,
    sourceFor: () => undefined,
    clock: this.clock,
    chance: new SeededChance(1),
    log: SILENT_LOG,
  });

  async start(): Promise<void> {
    const rules = { secondaries: [{ address: ADDRESS }], transferTo: [] };
    this.transfers.configure(new Map([[APEX, rules]]), new Set());
    await this.clock.advance(5_000);
  }

  get serial(): number {
    return this.zone.serial ?? assert.fail();
  }

  commit(sets: Readonly<Record<string, string>>, above = this.serial): void {
    const draft = new ZoneDraft(this.zone);
    for (const [name, line] of Object.entries(sets)) {
      draft.set(at(name), rrsetsOf([`${name} ${line}`]));
    }
    for (const { name, rrsets } of raisedSerial(draft, above)) draft.set(name, rrsets);
    this.transfers.onDurable({ zone: APEX, changes: draft.changes() });
    this.zone.apply(draft);
    this.transfers.onShown();
  }

  /** Asks for changes since a serial, and takes the answer to its end. */
  ask(serial: number, transport: "udp" | "tcp" = "tcp"): void {
    const { service } = this.transfers;
    const request: Message = makeIxfrQuery(1, APEX, serial);
    const answer = service.answer(request, { source: ADDRESS, transport });
    if (answer.kind === "messages") while (answer.messages.next().done !== true);
  }

  get notified(): number {
    return this.peers.heard.filter(({ message }) => message.opcode === Opcode.NOTIFY).length;
  }
}

describe("Transfers", () => {
  it("tells a secondary of a change in the same moment, and has its difference ready", async () => {
    const world = new World();
    await world.start();
    const { serial, notified } = world;
    world.commit({ a: "60 A 192.0.2.7" });
    await world.clock.advance(0);
    assert.equal(world.notified, notified + 1);
    world.ask(serial);
    assert.equal(world.transfers.service.counts.ixfr, 1);
    const [secondary] = world.transfers.report().secondaries;
    assert.equal(secondary?.transferredSerial, world.serial);
  });

  it("leads nowhere from serials that it had before it went above a secondary's", async () => {
    const world = new World();
    await world.start();
    const { serial } = world;
    world.commit({ a: "60 A 192.0.2.7" });
    world.ask(serial + 1_000); // its content under our numbers may be another
    await world.clock.advance(0);
    assert.ok(world.serial > serial + 1_000, `serial ${world.serial}`);
    const raised = world.serial;
    world.commit({ b: "60 A 192.0.2.8" });
    for (const held of [serial, serial + 1, serial + 1_000]) world.ask(held);
    const { counts } = world.transfers.service;
    assert.deepEqual([counts.ixfr, counts.ixfrAsAxfr], [0, 3]);
    world.ask(raised);
    assert.equal(world.transfers.service.counts.ixfr, 1);
  });

  it("lets nobody who forges a secondary's address push its serial about", async () => {
    const world = new World();
    await world.start();
    const { serial } = world;
    world.ask(serial + 2 ** 31 - 1, "udp");
    world.ask(serial + 1_000, "udp");
    await world.clock.advance(5_000);
    assert.equal(world.serial, serial);
    const [secondary] = world.transfers.report().secondaries;
    assert.deepEqual(
      [secondary?.askedSerial, secondary?.transferredSerial],
      [undefined, undefined],
    );
  });

  it("asks and tells a secondary that a reload brings, as at start", async () => {
    const world = new World();
    world.transfers.configure(new Map([[APEX, { secondaries: [], transferTo: [] }]]), new Set());
    await world.clock.advance(5_000);
    world.peers.behave(PLACE, { serial: 42 });
    await world.start();
    assert.equal(world.peers.heard.length, world.notified + 1, "it was asked once");
    assert.equal(world.notified, 1);
    assert.equal(world.transfers.report().secondaries[0]?.notifiedSerial, world.serial);
  });

  it("goes above what its secondary holds before the zone is transferred", async () => {
    const world = new World();
    world.peers.behave(PLACE, { serial: 7_000 });
    const rules = { secondaries: [{ address: ADDRESS }], transferTo: [] };
    world.transfers.configure(new Map([[APEX, rules]]), new Set());
    world.ask(1);
    assert.equal(world.transfers.service.counts.notReady, 1);
    await world.clock.advance(5_000);
    assert.equal(world.serial, 7_001);
    world.ask(7_000);
    assert.equal(world.transfers.service.counts.ixfrAsAxfr, 1);
  });
});
