import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SeededChance } from "../../sim/seededChance.ts";
import { SimClock, settle } from "../../sim/simClock.ts";
import { SimDisk } from "../../sim/simDisk.ts";
import { type Log, utf8 } from "../base/index.ts";
import {
  decodeMessage,
  encodeMessage,
  encodeUpdate,
  makeQuery,
  nameOf,
  Rcode,
  RRType,
  rcodeText,
  rdataText,
  signMessage,
  type TsigKey,
  type Update,
} from "../dns/index.ts";
import { NodeDnssecCrypto } from "../net/index.ts";
import { FakeNetwork } from "./fakeNetwork.suite.ts";
import { Nameserver } from "./nameserver.ts";
import { SIGNING_FILE } from "./sign/signingFile.ts";
import { APEX, at, endpointWrite, fenceLine, update } from "./zone/exampleZone.suite.ts";
import type { ZoneSetup } from "./zone/zoneSetup.ts";

const KEY: TsigKey = {
  name: nameOf("enactor-az1."),
  algorithm: "hmac-sha256",
  secret: utf8("0123456789abcdef0123456789abcdef"),
};
const SETUP: ZoneSetup = {
  name: APEX,
  primary: at("ns1"),
  hostmaster: at("hostmaster"),
  nameservers: [{ name: at("ns1"), addresses: ["192.0.2.53"] }],
  negativeTtlSeconds: 5,
  apexTtlSeconds: 60,
};
const HIDING: ZoneSetup = { ...SETUP, name: at("sub") };
const SEED = update([], ['_seed._holdfast 30 TXT "holdfast-seed=1"']);

class World {
  readonly disk = new SimDisk();
  readonly clock = new SimClock();
  readonly errors: string[] = [];
  network = new FakeNetwork();

  start(setups: readonly ZoneSetup[]): Promise<Nameserver> {
    this.network = new FakeNetwork();
    const log: Log = {
      info: () => {},
      warn: () => {},
      error: (text, facts) => void this.errors.push(`${text}: ${facts?.["problem"] ?? ""}`),
    };
    return Nameserver.start({
      setups,
      keys: [KEY],
      listen: [{ address: "127.0.0.1", port: 5300 }],
      disk: this.disk,
      clock: this.clock,
      chance: new SeededChance(1),
      log,
      datagrams: this.network,
      streams: this.network,
      dnssecCrypto: new NodeDnssecCrypto(),
    });
  }

  async send(bytes: Uint8Array) {
    const replies: Uint8Array[] = [];
    this.network.sendUdp(bytes, replies);
    for (let round = 0; round < 20 && replies.length === 0; round += 1) await settle();
    const decoded = decodeMessage(replies[0] ?? assert.fail("no reply"));
    return decoded.kind === "message" ? decoded.message : assert.fail(decoded.kind);
  }

  async ask(name: string, type: number): Promise<string> {
    const { rcode, answer } = await this.send(encodeMessage(makeQuery(7, at(name), type)));
    const texts = answer.map((record) => rdataText(record.type, record.rdata)).sort();
    return rcode === Rcode.NOERROR ? texts.join() : rcodeText(rcode);
  }

  async update(change: Update): Promise<void> {
    const timeSeconds = Math.floor(this.clock.wallMs() / 1000);
    const { bytes } = signMessage(encodeUpdate(9, change), KEY, { timeSeconds });
    assert.equal(rcodeText((await this.send(bytes)).rcode), "NOERROR");
  }
}

async function servingWorld(change: Update) {
  const world = new World();
  const nameserver = await world.start([SETUP]);
  await world.update(SEED);
  await world.update(change);
  return { world, nameserver };
}

const TARGET = update([], ["b.sub 60 A 192.0.2.1"]);
const ALIAS = update([], ["api 60 CNAME b.sub.example.test.", fenceLine("api", "CNAME")]);
const BELOW = endpointWrite(at("ep.sub"), { generation: 1, edition: 1 }, ["192.0.2.1"]);

describe("Nameserver, started with a configuration it cannot take up whole", () => {
  it("leaves a zone out that would hide endpoints, says so, and serves all it held", async () => {
    const { world, nameserver } = await servingWorld(BELOW);
    await nameserver.close();
    const apart = { ...SETUP, name: at("apart") };
    const after = await world.start([SETUP, HIDING, apart]);
    assert.equal(await world.ask("ep.sub", RRType.A), "192.0.2.1");
    const names = after.report().zones.map(({ name }) => name);
    assert.deepEqual(names, [APEX, apart.name]);
    assert.match(after.report().problems.join(), /^Cannot serve zone sub\.example\.test\. as /);
    assert.match(world.errors.join(), /^left a zone out: Cannot serve zone sub\.example\.test\./);
    await after.reload({ setups: [SETUP], keys: [KEY] });
    assert.deepEqual(after.report().problems, []);
  });

  it("leaves a zone out that would hide the target of an endpoint's CNAME", async () => {
    const { world, nameserver } = await servingWorld(TARGET);
    await world.update(ALIAS);
    const settings = { setups: [SETUP, HIDING], keys: [KEY] };
    await assert.rejects(nameserver.reload(settings), /1 lead to names below it, api\.example/);
    await nameserver.close();
    const after = await world.start([SETUP, HIDING]);
    assert.equal(after.report().problems.length, 1);
    assert.match(await world.ask("api", RRType.A), /192\.0\.2\.1/);
  });

  it("does not judge a zone anew that was there before the CNAME", async () => {
    const world = new World();
    const nameserver = await world.start([SETUP, HIDING]);
    for (const change of [SEED, TARGET, ALIAS]) await world.update(change);
    await nameserver.reload({ setups: [SETUP, HIDING], keys: [KEY] });
    await nameserver.close();
    const after = await world.start([SETUP, HIDING]);
    assert.deepEqual(after.report().problems, []);
    assert.equal(after.report().zones.length, 2);
  });

  it("says that a reload was refused until one is taken up", async () => {
    const { nameserver } = await servingWorld(BELOW);
    await assert.rejects(nameserver.reload({ setups: [SETUP, HIDING], keys: [KEY] }));
    await settle();
    assert.match(nameserver.report().problems.join(), /not taken up: .* sub\.example\.test\./);
    await nameserver.reload({ setups: [SETUP], keys: [KEY] });
    assert.deepEqual(nameserver.report().problems, []);
  });

  it("changes nothing in a signed zone whose keys cannot be read", async () => {
    const world = new World();
    const signed = { ...SETUP, dnssec: true };
    const first = await world.start([signed]);
    await world.update(SEED);
    await world.clock.advance(60_000);
    const ask = () =>
      Promise.all(
        [RRType.DNSKEY, RRType.NS, RRType.SOA].map((type) => {
          return world.ask("@", type);
        }),
      );
    const before = await ask();
    assert.match(before[0] ?? "", /^257 3 13 /);
    await first.close();
    await world.disk.replace(SIGNING_FILE, utf8("{"));
    const nameservers = [{ name: at("ns2"), addresses: ["192.0.2.54"] }];
    const after = await world.start([{ ...signed, nameservers }]);
    assert.deepEqual(await ask(), before);
    assert.equal(await world.ask("ns1", RRType.A), "192.0.2.53");
    assert.match(world.errors.join(), /cannot set up a zone: .* is signed, and its keys are not/);
    await after.close();
  });
});
