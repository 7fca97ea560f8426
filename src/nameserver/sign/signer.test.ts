import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { noSpace, SimDisk } from "../../../sim/simDisk.ts";
import { utf8, utf8Text } from "../../base/index.ts";
import { dsRdata, RRType } from "../../dns/index.ts";
import { APEX, at, rrsetsOf, zoneOf } from "../zone/exampleZone.suite.ts";
import { encodeOrder, orderFile } from "./orders.ts";
import { DAY_MS, HOUR_MS, SignerWorld as World } from "./signerWorld.suite.ts";
import { SIGNING_FILE } from "./signingFile.ts";
import { activeKey } from "./zoneSigning.ts";

describe("Signer", () => {
  it("signs a zone that is turned on, and asks for the DS only once caches can know", async () => {
    const world = new World();
    await world.start();
    world.check();
    assert.equal(world.stage(), "settling");
    assert.equal(world.rdata(RRType.CDS).length, 0);
    await world.clock.advance(3 * HOUR_MS);
    assert.equal(world.stage(), "signed");
    const [dnskey = new Uint8Array(0)] = world.rdata(RRType.DNSKEY);
    assert.deepEqual(world.rdata(RRType.CDS), [dsRdata(APEX, dnskey)]);
    assert.deepEqual(world.rdata(RRType.CDNSKEY), [dnskey]);
    world.check();
  });

  it("leaves a zone alone that nobody wants signed", async () => {
    const world = new World();
    await world.start(false);
    await world.clock.advance(DAY_MS);
    assert.equal(world.commits, 0);
    assert.equal(await world.disk.read(SIGNING_FILE), undefined);
  });

  it("a key is on disk before anything is signed with it", async () => {
    const world = new World();
    world.disk.failWhen = ({ kind }) => (kind === "replace" ? noSpace() : undefined);
    await world.start();
    await world.clock.advance(HOUR_MS);
    assert.equal(world.commits, 0);
    world.disk.failWhen = () => undefined;
    await world.clock.advance(HOUR_MS);
    world.check();
  });

  it("goes on after a restart where it was, with the same key", async () => {
    const world = new World();
    await world.start();
    const keys = world.rdata(RRType.DNSKEY);
    await world.signer.close();
    await world.start();
    const { commits } = world;
    await world.clock.advance(3 * HOUR_MS);
    assert.equal(world.stage(), "signed");
    assert.deepEqual(world.rdata(RRType.DNSKEY), keys);
    assert.equal(world.commits, commits + 1, "only the CDS was added");
    world.check();
  });

  it("a first signing that the disk interrupts is taken up again", async () => {
    const world = new World();
    const many = Array.from({ length: 350 }, (_, index) => `n${index} 60 A 192.0.2.7`);
    world.data = zoneOf(many);
    world.commitsLeft = 3;
    await world.start();
    await world.clock.advance(HOUR_MS);
    assert.throws(() => world.check());
    assert.equal(world.stage(), "signing");
    world.commitsLeft = Number.POSITIVE_INFINITY;
    await world.clock.advance(HOUR_MS);
    world.check();
  });

  it("signatures are refreshed for a year, never with less left than SOA EXPIRE", async () => {
    const world = new World();
    world.tickMs = 6 * HOUR_MS;
    await world.start();
    for (let day = 0; day < 365; day += 5) {
      await world.clock.advance(5 * DAY_MS);
      assert.ok(world.leastLeft() > 28 * 86_400, `${world.leastLeft()} s are left on day ${day}`);
    }
    world.check();
    assert.ok(world.commits < 150, `${world.commits} commits`);
  });

  it("a clock that jumps renews and ends nothing, and says so; then work goes on", async () => {
    for (const jump of [80 * DAY_MS, -80 * DAY_MS, 4000 * DAY_MS]) {
      const world = new World();
      await world.start();
      await world.clock.advance(3 * HOUR_MS);
      const { commits } = world;
      world.clock.jumpWall(jump);
      await world.clock.advance(50 * DAY_MS);
      assert.equal(world.commits, commits, "nothing was signed");
      assert.equal(world.alarms.length, 1);
      assert.match(world.signer.report().problems.join(), /jumped/);
      world.clock.jumpWall(-jump);
      await world.clock.advance(12 * DAY_MS);
      world.check();
      assert.ok(world.commits > commits, "what had come due is signed");
    }
  });

  it("a change under a clock that jumped is signed by the time that is believed", async () => {
    const world = new World();
    await world.start();
    world.clock.jumpWall(1000 * DAY_MS);
    await world.clock.advance(HOUR_MS);
    world.commit([[at("www"), rrsetsOf(["www 60 A 192.0.2.77"])]]);
    world.clock.jumpWall(-1000 * DAY_MS);
    world.check();
  });

  it("a start with a clock too early signs nothing anew until a person says so", async () => {
    const world = new World();
    await world.start();
    await world.clock.advance(3 * HOUR_MS);
    await world.signer.close();
    world.clock.jumpWall(-400 * DAY_MS);
    const { commits } = world;
    await world.start();
    await world.clock.advance(DAY_MS);
    assert.equal(world.commits, commits);
    assert.match(world.alarms.join(), /earlier/);
    assert.match(await world.order("roll"), /clock/);
    assert.equal(await world.order("trust-clock"), "done");
    assert.equal(world.signer.report().problems.length, 0);
  });
});

describe("rolling a key", () => {
  it("each DS that may be cached leads to a key that signs the keys, at every step", async () => {
    const world = new World();
    await world.start();
    await world.clock.advance(3 * HOUR_MS);
    const [old = new Uint8Array(0)] = world.rdata(RRType.CDS);
    assert.equal(await world.order("roll"), "done");
    assert.equal(world.rdata(RRType.DNSKEY).length, 2);
    assert.deepEqual(world.rdata(RRType.CDS), [old], "not yet");
    assert.match(await world.order("ds-seen"), /roll-publish/);
    await world.clock.advance(2 * HOUR_MS);
    assert.equal(world.stage(), "roll-ds");
    const [next = new Uint8Array(0)] = world.rdata(RRType.CDS);
    assert.notDeepEqual(next, old);
    world.check();
    await world.clock.advance(30 * DAY_MS);
    assert.equal(world.stage(), "roll-ds", "only a person goes on");
    assert.equal(await world.order("ds-seen"), "done");
    const active = activeKey((await world.book())?.zones.get(APEX) ?? assert.fail());
    assert.deepEqual(dsRdata(APEX, active?.dnskey ?? assert.fail()), old);
    await world.clock.advance(2 * DAY_MS + HOUR_MS);
    assert.equal(world.stage(), "roll-retire");
    assert.equal(world.rdata(RRType.DNSKEY).length, 2, "its signatures are still cached");
    world.check();
    await world.clock.advance(3 * HOUR_MS);
    assert.equal(world.stage(), "signed");
    assert.equal(world.rdata(RRType.DNSKEY).length, 1);
    assert.deepEqual(world.rdata(RRType.CDS), [next]);
    world.check();
  });

  it("a jumped clock ends no wait", async () => {
    const world = new World();
    await world.start();
    await world.clock.advance(3 * HOUR_MS);
    assert.equal(await world.order("roll"), "done");
    world.clock.jumpWall(10 * DAY_MS);
    await world.clock.advance(20 * DAY_MS);
    assert.equal(world.stage(), "roll-publish");
    world.clock.jumpWall(-10 * DAY_MS);
    await world.clock.advance(HOUR_MS);
    assert.equal(world.stage(), "roll-ds");
  });

  it("a second roll waits for the first", async () => {
    const world = new World();
    await world.start();
    await world.clock.advance(3 * HOUR_MS);
    assert.equal(await world.order("roll"), "done");
    assert.match(await world.order("roll"), /must be signed: it is roll-publish/);
  });
});

describe("turning signing off", () => {
  it("asks the parent first, and takes nothing away before a person saw the DS gone", async () => {
    const world = new World();
    await world.start();
    await world.clock.advance(3 * HOUR_MS);
    world.want(false);
    await world.clock.advance(30 * DAY_MS);
    assert.equal(world.stage(), "leaving");
    assert.deepEqual(world.rdata(RRType.CDS), [Uint8Array.of(0, 0, 0, 0, 0)]);
    world.check();
    assert.equal(await world.order("ds-gone"), "done");
    await world.clock.advance(DAY_MS);
    world.check();
    await world.clock.advance(DAY_MS + HOUR_MS);
    assert.equal(world.stage(), undefined);
    const types = [...world.data.nodes()].flatMap(([, { rrsets }]) =>
      rrsets.map((one) => one.type),
    );
    for (const type of [RRType.RRSIG, RRType.NSEC, RRType.DNSKEY, RRType.CDS, RRType.CDNSKEY]) {
      assert.ok(!types.includes(type), `type ${type} is gone`);
    }
    assert.equal((await world.book())?.zones.size, 0);
  });

  it("a line lost from the configuration for a while changes nothing but the CDS", async () => {
    const world = new World();
    await world.start();
    await world.clock.advance(3 * HOUR_MS);
    const keys = world.rdata(RRType.DNSKEY);
    world.want(false);
    await world.clock.advance(DAY_MS);
    world.want(true);
    await world.clock.advance(DAY_MS);
    assert.equal(world.stage(), "signed");
    assert.deepEqual(world.rdata(RRType.DNSKEY), keys);
    assert.notEqual(world.rdata(RRType.CDS)[0]?.[0], 0);
    world.check();
  });
});

describe("lost keys", () => {
  it("nothing is changed, and no other key made, where the keys are lost", async () => {
    const world = new World();
    await world.start();
    await world.signer.close();
    const keys = world.rdata(RRType.DNSKEY);
    world.disk = new SimDisk();
    await world.start();
    await world.clock.advance(DAY_MS);
    assert.deepEqual(world.rdata(RRType.DNSKEY), keys);
    assert.match(world.signer.problem(APEX) ?? "", /restore/);
    assert.throws(() => world.commit([[at("www"), []]]), /Cannot sign/);
    world.want(false);
    assert.equal(await world.order("ds-gone"), "done");
    await world.clock.advance(DAY_MS);
    assert.equal(world.rdata(RRType.DNSKEY).length, 0);
    assert.equal(world.signer.problem(APEX), undefined);
  });

  it("a file of a newer holdfast stops signing, and says which holdfast to use", async () => {
    const world = new World();
    await world.start();
    await world.signer.close();
    await world.disk.replace(SIGNING_FILE, utf8('{"version":2}'));
    await world.start();
    await world.clock.advance(DAY_MS);
    assert.equal(utf8Text((await world.disk.read(SIGNING_FILE)) ?? utf8("")), '{"version":2}');
    for (const text of [world.alarms.join(), world.signer.problem(APEX) ?? ""]) {
      assert.match(text, /newer holdfast/);
      assert.doesNotMatch(text, /backup/);
    }
  });

  it("a file that cannot be read stops signing, and is not written over", async () => {
    const world = new World();
    await world.start();
    await world.signer.close();
    await world.disk.replace(SIGNING_FILE, utf8("{}"));
    await world.start();
    await world.clock.advance(DAY_MS);
    const order = encodeOrder({ zone: APEX, act: "ds-gone", actor: "test" });
    await world.disk.replace(orderFile("order0009"), order);
    await world.clock.advance(DAY_MS);
    assert.equal(utf8Text((await world.disk.read(SIGNING_FILE)) ?? utf8("")), "{}");
    assert.equal(world.alarms.length, 1, "said once");
    assert.match(world.signer.report().problems.join(), /not what this program writes/);
  });
});
