import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { SeededChance } from "../../../sim/seededChance.ts";
import { SimClock, settle } from "../../../sim/simClock.ts";
import { utf8 } from "../../base/index.ts";
import { makeNotify, nameOf, Opcode, rcodeText, type TsigKey } from "../../dns/index.ts";
import { APEX } from "../zone/exampleZone.suite.ts";
import { FakeSecondaries } from "./fakeSecondaries.suite.ts";
import { Notifier } from "./notifier.ts";
import {
  NOTIFY_IDLE,
  NOTIFY_TIMES,
  type NotifyEvent,
  type NotifyState,
  notifyStep,
} from "./notifyMachine.ts";

const KEY: TsigKey = {
  name: nameOf("transfer."),
  algorithm: "hmac-sha256",
  secret: utf8("0123456789abcdef0123456789abcdef"),
};
const FIRST = { address: { address: "192.0.2.1", port: 53 } };
const SECOND = { address: { address: "192.0.2.2", port: 53 }, key: KEY.name };

class World {
  readonly clock = new SimClock();
  readonly peers = new FakeSecondaries([KEY], this.clock);
  readonly notifier: Notifier;

  constructor() {
    const chance = new SeededChance(1);
    this.notifier = new Notifier({
      client: this.peers.client(chance),
      clock: this.clock,
      chance,
      keyFor: (name) => (name === KEY.name ? KEY : undefined),
      messageOf: (zone, id) => makeNotify(id, { zone, rdata: SOA_RDATA, ttlSeconds: 60 }),
    });
    this.notifier.setSecondaries(APEX, [FIRST, SECOND]);
  }
}

// "." "." and five numbers.
const SOA_RDATA = new Uint8Array(22);

describe("notifyStep()", () => {
  const run = (state: NotifyState, ...events: readonly NotifyEvent[]) =>
    events.reduce((step, event) => notifyStep(step.state, event), { state, effects: [] } as {
      state: NotifyState;
      effects: readonly object[];
    });
  const changed = (serial: number): NotifyEvent => ({ kind: "changed", serial });
  const failed: NotifyEvent = { kind: "failed", problem: "lost" };

  it("sends at once, and only the newest of what came meanwhile", () => {
    const sent = run(NOTIFY_IDLE, changed(1));
    assert.deepEqual(sent.effects, [{ kind: "send", serial: 1 }]);
    const more = run(sent.state, changed(2), changed(3));
    assert.deepEqual(more.effects, []);
    const next = run(more.state, { kind: "answered" });
    assert.deepEqual(next.effects, [{ kind: "send", serial: 3 }]);
    const end = run(next.state, { kind: "answered" });
    assert.deepEqual([end.effects, end.state.phase, end.state.toldSerial], [[], "idle", 3]);
  });

  it("waits longer each time, and gives up after its tries", () => {
    let step = run(NOTIFY_IDLE, changed(1));
    const waits: number[] = [];
    for (let sends = 1; sends < NOTIFY_TIMES.sendsMax; sends += 1) {
      step = run(step.state, failed);
      const [wake] = step.effects as readonly { kind: string; afterMs: number }[];
      assert.equal(wake?.kind, "wake");
      waits.push(wake?.afterMs ?? 0);
      step = run(step.state, { kind: "woken" });
    }
    assert.deepEqual(waits.slice(0, 4), [500, 1000, 2000, 4000]);
    assert.equal(waits.at(-1), NOTIFY_TIMES.retryMsMax);
    const end = run(step.state, failed);
    assert.deepEqual([end.effects, end.state.phase], [[], "idle"]);
    assert.equal(end.state.problem, "lost");
  });

  it("tells a secondary that may be back of a change at once, with new tries", () => {
    const waiting = run(NOTIFY_IDLE, changed(1), failed);
    const step = run(waiting.state, changed(2));
    assert.deepEqual(step.effects, [{ kind: "cancel-wake" }, { kind: "send", serial: 2 }]);
    assert.equal(step.state.failures, 0);
  });

  it("has at most one message out, and ends with the newest told", () => {
    const kind = fc.constantFrom("changed", "answered", "failed", "woken");
    fc.assert(
      fc.property(fc.array(kind, { maxLength: 60 }), (kinds) => {
        let state = NOTIFY_IDLE;
        let out = 0;
        let serial = 0;
        const nextSerial = (): number => {
          serial += 1;
          return serial;
        };
        const take = (event: NotifyEvent) => {
          if (event.kind === "answered" || event.kind === "failed") out = 0;
          const step = notifyStep(state, event);
          out += step.effects.filter((effect) => effect.kind === "send").length;
          state = step.state;
          assert.ok(out <= 1);
        };
        for (const one of kinds) {
          if (one === "changed") take(changed(nextSerial()));
          else if (one === "woken") take({ kind: "woken" });
          else if (out === 1) take(one === "failed" ? failed : { kind: "answered" });
        }
        if (serial === 0) return;
        take(changed(nextSerial()));
        while (out === 1) take({ kind: "answered" });
        assert.equal(state.toldSerial, serial);
      }),
    );
  });
});

describe("Notifier", () => {
  it("tells every secondary, signed where it has a key", async () => {
    const world = new World();
    world.notifier.changed(APEX, 7);
    await settle();
    assert.deepEqual(
      world.peers.heard.map(({ place, isSigned, message }) => [place, isSigned, message.opcode]),
      [
        ["192.0.2.1:53", false, Opcode.NOTIFY],
        ["192.0.2.2:53", true, Opcode.NOTIFY],
      ],
    );
    await world.clock.advance(10);
    const states = world.notifier.statesOf(APEX).map(({ state }) => state);
    assert.deepEqual(
      states.map(({ toldSerial, phase }) => [toldSerial, phase]),
      [
        [7, "idle"],
        [7, "idle"],
      ],
    );
    await world.clock.advance(600_000);
    assert.equal(world.peers.heard.length, 2, "what was answered is not sent again");
  });

  it("repeats what gets no answer, a forged one, or an error", async () => {
    const world = new World();
    world.peers.behave("192.0.2.1:53", "silent");
    world.peers.behave("192.0.2.2:53", "unsigned");
    world.notifier.changed(APEX, 7);
    await world.clock.advance(600_000);
    assert.equal(world.peers.heard.length, 2 * NOTIFY_TIMES.sendsMax);
    assert.match(world.notifier.statesOf(APEX)[1]?.state.problem ?? "", /unsigned/);
    world.peers.behave("192.0.2.1:53", { rcode: 9 });
    world.notifier.changed(APEX, 8);
    await world.clock.advance(10);
    const [first] = world.notifier.statesOf(APEX);
    assert.match(first?.state.problem ?? "", new RegExp(rcodeText(9)));
    world.peers.behave("192.0.2.1:53", "right");
    await world.clock.advance(2_000);
    assert.equal(world.notifier.statesOf(APEX)[0]?.state.toldSerial, 8);
  });

  it("costs a dead secondary one message a second at most, however much changes", async () => {
    const world = new World();
    world.notifier.setSecondaries(APEX, [FIRST]);
    world.peers.behave("192.0.2.1:53", "silent");
    for (let change = 0; change < 1000; change += 1) {
      world.notifier.changed(APEX, change);
      await world.clock.advance(5);
    }
    assert.ok(world.peers.heard.length <= 6, `${world.peers.heard.length} messages in 5 s`);
  });

  it("tells who came since of the zone as it is, and the others nothing twice", async () => {
    const world = new World();
    world.notifier.setSecondaries(APEX, [FIRST]);
    world.notifier.changed(APEX, 7);
    await world.clock.advance(10);
    world.notifier.setSecondaries(APEX, [FIRST, SECOND]);
    for (let reload = 0; reload < 2; reload += 1) world.notifier.started(APEX, 7);
    await world.clock.advance(600_000);
    const places = world.peers.heard.map(({ place }) => place);
    assert.deepEqual(places, ["192.0.2.1:53", "192.0.2.2:53"]);
    assert.equal(world.notifier.statesOf(APEX)[1]?.state.toldSerial, 7);
  });

  it("goes on repeating to who does not answer while another comes", async () => {
    const world = new World();
    world.notifier.setSecondaries(APEX, [FIRST]);
    world.peers.behave("192.0.2.1:53", "silent");
    world.notifier.changed(APEX, 7);
    for (let look = 0; look < 100 && world.notifier.statesOf(APEX)[0]?.state.failures !== 1; ) {
      await world.clock.advance(100);
      look += 1;
    }
    assert.equal(world.notifier.statesOf(APEX)[0]?.state.phase, "waiting");
    world.notifier.setSecondaries(APEX, [FIRST, SECOND]);
    world.notifier.started(APEX, 7);
    await world.clock.advance(600_000);
    const first = world.peers.heard.filter(({ place }) => place === "192.0.2.1:53");
    assert.equal(first.length, NOTIFY_TIMES.sendsMax);
  });

  it("leaves no timer behind when it is closed", async () => {
    const world = new World();
    for (let reload = 0; reload < 2; reload += 1) world.notifier.started(APEX, 7);
    world.notifier.close();
    assert.equal(world.clock.pendingWakes, 0);
  });

  it("forgets who is no secondary any more", async () => {
    const world = new World();
    world.peers.behave("192.0.2.1:53", "silent");
    world.notifier.changed(APEX, 7);
    await world.clock.advance(10);
    world.notifier.setSecondaries(APEX, [SECOND]);
    const before = world.peers.heard.length;
    await world.clock.advance(600_000);
    assert.equal(world.peers.heard.length, before);
    assert.equal(world.notifier.statesOf(APEX)[0]?.state.toldSerial, 7, "who stays is known");
  });
});
