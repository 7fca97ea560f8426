import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { SeededChance } from "../../sim/seededChance.ts";
import { SimClock, settle } from "../../sim/simClock.ts";
import { noSpace, SimDisk } from "../../sim/simDisk.ts";
import { SILENT_LOG, utf8 } from "../base/index.ts";
import {
  decodeMessage,
  encodeMessage,
  encodeUpdate,
  extendedErrors,
  type Message,
  makeQuery,
  nameOf,
  Rcode,
  RRType,
  rcodeText,
  rdataText,
  signMessage,
  type TsigKey,
  type Update,
  updateMessage,
  verifyMessage,
} from "../dns/index.ts";
import { FakeNetwork } from "./fakeNetwork.suite.ts";
import { Nameserver } from "./nameserver.ts";
import type { NameserverParts } from "./nameserverParts.ts";
import { editState } from "./state/editState.ts";
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
  nameservers: [
    { name: at("ns1"), addresses: ["192.0.2.53", "2001:db8::53"] },
    { name: nameOf("ns.example.org."), addresses: [] },
  ],
  negativeTtlSeconds: 5,
  apexTtlSeconds: 60,
};

class World {
  disk = new SimDisk();
  readonly clock = new SimClock();
  network = new FakeNetwork();
  setups: readonly ZoneSetup[] = [SETUP];

  start(rest: Partial<NameserverParts> = {}): Promise<Nameserver> {
    return Nameserver.start({
      setups: this.setups,
      keys: [KEY],
      listen: [{ address: "127.0.0.1", port: 5300 }],
      disk: this.disk,
      clock: this.clock,
      chance: new SeededChance(1),
      log: SILENT_LOG,
      datagrams: this.network,
      streams: this.network,
      ...rest,
    });
  }

  async udp(bytes: Uint8Array): Promise<Uint8Array | undefined> {
    const replies: Uint8Array[] = [];
    this.network.sendUdp(bytes, replies);
    for (let round = 0; round < 20 && replies.length === 0; round += 1) await settle();
    return replies[0];
  }

  async ask(name: string, type: number, edns?: number): Promise<Message> {
    const options = edns === undefined ? {} : { udpPayloadSize: edns };
    return read(await this.udp(encodeMessage(makeQuery(7, at(name), type, options))));
  }

  /** A signed request over UDP; the response's signature is checked. */
  async signed(bytes: Uint8Array, key = KEY, timeSeconds = this.seconds): Promise<Message> {
    const { bytes: signed, mac } = signMessage(bytes, key, { timeSeconds });
    const reply = (await this.udp(signed)) ?? assert.fail("no reply");
    const nowSeconds = this.seconds;
    const verified = verifyMessage(reply, () => key, { nowSeconds, requestMac: mac });
    assert.equal(verified.kind, "verified", JSON.stringify(verified));
    return read(reply);
  }

  async update(change: Update): Promise<string> {
    const response = await this.signed(encodeUpdate(9, change));
    return rcodeText(response.rcode);
  }

  get seconds(): number {
    return Math.floor(this.clock.wallMs() / 1000);
  }
}

function read(reply: Uint8Array | undefined): Message {
  const decoded = decodeMessage(reply ?? assert.fail("no reply"));
  assert.equal(decoded.kind, "message");
  return decoded.kind === "message" ? decoded.message : assert.fail();
}

function addresses(message: Message): string[] {
  return message.answer.map(({ type, rdata }) => rdataText(type, rdata)).sort();
}

/** Lets no disk operation go on until what it gives is called. */
function holdDisk(disk: SimDisk): () => void {
  const held: (() => void)[] = [];
  disk.delay = () => new Promise((resolve) => held.push(resolve));
  return () => {
    disk.delay = () => Promise.resolve();
    for (const goOn of held) goOn();
  };
}

const SEED = update([], ['_seed._holdfast 30 TXT "holdfast-seed=1"']);

async function seededWorld(rest: Partial<NameserverParts> = {}) {
  const world = new World();
  const nameserver = await world.start(rest);
  assert.equal(await world.update(SEED), "NOERROR");
  return { world, nameserver };
}

describe("Nameserver", () => {
  it("sets a new zone up from its configuration, and speaks of it once it is seeded", async () => {
    const world = new World();
    const nameserver = await world.start();
    const before = await world.ask("ns1", RRType.A, 1232);
    assert.equal(rcodeText(before.rcode), "SERVFAIL");
    assert.equal(extendedErrors(before)[0]?.code, 14);
    assert.equal(await world.update(SEED), "NOERROR");
    assert.deepEqual(addresses(await world.ask("ns1", RRType.A)), ["192.0.2.53"]);
    assert.deepEqual(addresses(await world.ask("ns1", RRType.AAAA)), ["2001:db8::53"]);
    const soa = addresses(await world.ask("@", RRType.SOA))[0];
    const serial = world.seconds + 1;
    assert.equal(soa, `ns1.${APEX} hostmaster.${APEX} ${serial} 300 60 2419200 5`);
    assert.equal(nameserver.report().zones[0]?.serial, serial);
  });

  it("answers what it held after a restart, with no other process alive", async () => {
    const { world } = await seededWorld();
    const write = endpointWrite(at("ep"), { generation: 1, edition: 1 }, ["192.0.2.1"]);
    assert.equal(await world.update(write), "NOERROR");
    world.disk = world.disk.crash("nothing", new SeededChance(1));
    world.network = new FakeNetwork();
    const operations = world.disk.operations;
    await world.start();
    assert.deepEqual(addresses(await world.ask("ep", RRType.A)), ["192.0.2.1"]);
    assert.equal(world.disk.operations, operations, "an unchanged configuration writes nothing");
  });

  it("answers what it held even from a disk that cannot be written", async () => {
    const { world } = await seededWorld();
    world.disk.failWhen = () => noSpace();
    world.network = new FakeNetwork();
    world.setups = [{ ...SETUP, apexTtlSeconds: 61 }];
    await world.start();
    assert.deepEqual(addresses(await world.ask("ns1", RRType.A)), ["192.0.2.53"]);
    assert.equal(await world.update(update([], ["x 60 A 192.0.2.1"])), "SERVFAIL");
  });

  it("sets up a new zone as soon as a disk that was full at the start has room", async () => {
    const { world } = await seededWorld();
    world.disk = new SimDisk();
    world.disk.failWhen = () => noSpace();
    world.network = new FakeNetwork();
    const nameserver = await world.start();
    assert.deepEqual(nameserver.report().zones, []);
    world.disk.failWhen = () => undefined;
    await world.clock.advance(5_000);
    assert.deepEqual(
      nameserver.report().zones.map(({ name }) => name),
      [APEX],
    );
    await nameserver.close();
  });

  it("rises above every serial it had, though its disk was lost", async () => {
    const { world, nameserver } = await seededWorld();
    const before = nameserver.report().zones[0]?.serial ?? 0;
    await world.clock.advance(60_000);
    world.disk = new SimDisk();
    world.network = new FakeNetwork();
    const after = await world.start();
    assert.ok((after.report().zones[0]?.serial ?? 0) > before);
    assert.equal(after.report().zones[0]?.isSeeded, false);
  });

  it("brings the apex in line with a changed configuration, with a new serial", async () => {
    const { world, nameserver } = await seededWorld();
    const before = nameserver.report().zones[0]?.serial ?? 0;
    const nameservers = [{ name: at("ns2"), addresses: ["192.0.2.54"] }];
    await nameserver.reload({ setups: [{ ...SETUP, nameservers }], keys: [KEY] });
    assert.deepEqual(addresses(await world.ask("@", RRType.NS)), [`ns2.${APEX}`]);
    assert.deepEqual(addresses(await world.ask("ns2", RRType.A)), ["192.0.2.54"]);
    assert.equal(nameserver.report().zones[0]?.serial, before + 1);
  });

  it("goes on serving a zone that left the configuration while it holds endpoints", async () => {
    const { world, nameserver } = await seededWorld();
    await world.update(endpointWrite(at("ep"), { generation: 1, edition: 1 }, ["192.0.2.1"]));
    await nameserver.reload({ setups: [], keys: [KEY] });
    assert.deepEqual(addresses(await world.ask("ep", RRType.A)), ["192.0.2.1"]);
    assert.equal(nameserver.report().zones[0]?.isInConfiguration, false);
    assert.equal(nameserver.report().zones[0]?.endpoints, 1);
  });

  it("stops serving a zone that left the configuration and holds no endpoint", async () => {
    const { world, nameserver } = await seededWorld();
    await nameserver.reload({ setups: [], keys: [KEY] });
    assert.equal(rcodeText((await world.ask("ns1", RRType.A)).rcode), "REFUSED");
    assert.deepEqual(nameserver.report().zones, []);
  });

  it("refuses a zone that would hide endpoints of another, and changes nothing", async () => {
    const { world, nameserver } = await seededWorld();
    const write = endpointWrite(at("ep.sub"), { generation: 1, edition: 1 }, ["192.0.2.1"]);
    assert.equal(await world.update(write), "NOERROR");
    for (const hiding of ["sub", "ep.sub"]) {
      const setups = [SETUP, { ...SETUP, name: at(hiding) }];
      await assert.rejects(nameserver.reload({ setups, keys: [KEY] }), {
        name: "NameserverError",
        fault: { code: "zone-hides-names", zone: at(hiding), inside: APEX, names: 1 },
      });
    }
    assert.deepEqual(addresses(await world.ask("ep.sub", RRType.A)), ["192.0.2.1"]);
    await nameserver.reload({ setups: [SETUP, { ...SETUP, name: at("other") }], keys: [KEY] });
  });

  it("goes on serving a zone that leaves while its first endpoint is on its way", async () => {
    const { world, nameserver } = await seededWorld();
    const release = holdDisk(world.disk);
    const write = endpointWrite(at("ep"), { generation: 1, edition: 1 }, ["192.0.2.1"]);
    const written = world.update(write);
    await settle();
    const reloaded = nameserver.reload({ setups: [], keys: [KEY] });
    await settle();
    release();
    await reloaded;
    assert.equal(await written, "NOERROR");
    assert.deepEqual(addresses(await world.ask("ep", RRType.A)), ["192.0.2.1"]);
  });

  it("refuses a zone that would hide an endpoint whose update is on its way", async () => {
    const { world, nameserver } = await seededWorld();
    const release = holdDisk(world.disk);
    const write = endpointWrite(at("ep.sub"), { generation: 1, edition: 1 }, ["192.0.2.1"]);
    const written = world.update(write);
    await settle();
    const reloaded = nameserver.reload({
      setups: [SETUP, { ...SETUP, name: at("sub") }],
      keys: [KEY],
    });
    const refused = assert.rejects(reloaded, { name: "NameserverError" });
    await settle();
    release();
    await refused;
    assert.equal(await written, "NOERROR");
    assert.deepEqual(addresses(await world.ask("ep.sub", RRType.A)), ["192.0.2.1"]);
  });

  it("refuses an endpoint where a zone is about to be served", async () => {
    const { world, nameserver } = await seededWorld();
    const release = holdDisk(world.disk);
    const reloaded = nameserver.reload({
      setups: [SETUP, { ...SETUP, name: at("sub") }],
      keys: [KEY],
    });
    await settle();
    const write = endpointWrite(at("ep.sub"), { generation: 1, edition: 1 }, ["192.0.2.1"]);
    const written = world.update(write);
    await settle();
    release();
    assert.equal(await written, "REFUSED");
    await reloaded;
    assert.equal(nameserver.report().zones.length, 2);
  });

  it("refuses a setup that it cannot serve", async () => {
    const long = nameOf(`${"a".repeat(60)}.${"b".repeat(60)}.${"c".repeat(60)}.${"d".repeat(55)}.`);
    const setups: readonly (readonly ZoneSetup[])[] = [
      [{ ...SETUP, negativeTtlSeconds: 31 }],
      [{ ...SETUP, nameservers: [] }],
      [{ ...SETUP, nameservers: [{ name: at("ns1"), addresses: ["192.0.2.256"] }] }],
      [SETUP, SETUP],
      [{ ...SETUP, name: long }],
    ];
    for (const malformed of setups) {
      const world = new World();
      world.setups = malformed;
      await assert.rejects(world.start(), /^NameserverError: Cannot serve zone .* as /);
      assert.equal(world.disk.operations, 0);
    }
  });

  it("opens no socket where one of its ports is taken", async () => {
    const world = new World();
    world.network.takenPorts.add(5301);
    const listen = [5300, 5301].map((port) => ({ address: "127.0.0.1", port }));
    await assert.rejects(world.start({ listen }), /EADDRINUSE/);
    assert.equal(world.network.openSockets.size, 0);
  });

  it("works on after records were removed behind its back, and lets them be repaired", async () => {
    const { world, nameserver } = await seededWorld();
    const first = endpointWrite(at("ep"), { generation: 1, edition: 1 }, ["192.0.2.1"]);
    await world.update(first);
    await nameserver.close();
    await editState(world.disk, (editor) => editor.set(APEX, at("ep"), []));
    world.network = new FakeNetwork();
    await world.start();
    assert.deepEqual(addresses(await world.ask("ep", RRType.A)), []);
    const fence = /"(holdfast=1.*)"/.exec(
      (await world.ask("_holdfast.ep", RRType.TXT)).answer
        .map(({ rdata }) => rdataText(RRType.TXT, rdata))
        .join(),
    );
    const previous = fence?.[1] ?? assert.fail();
    const repair = { generation: 1, edition: 2, previous };
    assert.equal(await world.update(endpointWrite(at("ep"), repair, ["192.0.2.1"])), "NOERROR");
    assert.deepEqual(addresses(await world.ask("ep", RRType.A)), ["192.0.2.1"]);
  });
});

describe("Nameserver, signed requests", () => {
  it("refuses an UPDATE that is not signed, or not with a key it knows", async () => {
    const { world, nameserver } = await seededWorld();
    const change = update([], ["x 60 A 192.0.2.1"]);
    const edns = { udpPayloadSize: 1232, version: 0, dnssecOk: false, options: [] };
    const response = read(await world.udp(encodeMessage({ ...updateMessage(1, change), edns })));
    assert.equal(rcodeText(response.rcode), "REFUSED");
    assert.deepEqual(extendedErrors(response), [{ code: 18, text: "" }], "it may be forged");
    const unknown = { ...KEY, name: nameOf("stranger.") };
    const { bytes } = signMessage(encodeUpdate(1, change), unknown, { timeSeconds: world.seconds });
    assert.equal(rcodeText(read(await world.udp(bytes)).rcode), "NOTAUTH");
    const wrong = { ...KEY, secret: utf8("another secret of 32 octets ....") };
    const forged = signMessage(encodeUpdate(1, change), wrong, { timeSeconds: world.seconds });
    assert.equal(rcodeText(read(await world.udp(forged.bytes)).rcode), "NOTAUTH");
    assert.equal(rcodeText((await world.ask("x", RRType.A)).rcode), "NXDOMAIN");
    assert.equal(nameserver.report().updatesAccepted, 1, "the seed mark");
  });

  it("answers BADTIME with its own signed time: a wrong clock locks nobody out", async () => {
    const { world } = await seededWorld();
    const bytes = encodeUpdate(1, update([], ["x 60 A 192.0.2.1"]));
    const timeSeconds = world.seconds - 4000;
    const { bytes: late, mac } = signMessage(bytes, KEY, { timeSeconds });
    const reply = (await world.udp(late)) ?? assert.fail();
    const verified = verifyMessage(reply, () => KEY, { nowSeconds: timeSeconds, requestMac: mac });
    assert.equal(verified.kind, "refused");
    assert.equal(verified.kind === "refused" && verified.error, Rcode.BADTIME);
    assert.equal(verified.kind === "refused" && verified.serverTimeSeconds, world.seconds);
  });

  it("says why it refuses by a rule, in an extended error, and counts it", async () => {
    const { world, nameserver } = await seededWorld();
    await world.update(endpointWrite(at("ep"), { generation: 1, edition: 1 }, ["192.0.2.1"]));
    const edns = { udpPayloadSize: 1232, version: 0, dnssecOk: false, options: [] };
    const change = { ...updateMessage(1, update(["ep A"], [])), edns };
    const response = await world.signed(encodeMessage(change));
    assert.equal(rcodeText(response.rcode), "REFUSED");
    assert.match(extendedErrors(response)[0]?.text ?? "", /^Cannot change ep\.example\.test\. as /);
    assert.equal(nameserver.report().refusals["change-carries-fence"], 1);
    assert.deepEqual(addresses(await world.ask("ep", RRType.A)), ["192.0.2.1"]);
  });

  it("answers NOTAUTH for another zone, NOTZONE for a name outside (RFC 2136)", async () => {
    const { world } = await seededWorld();
    const elsewhere = { ...SEED, zone: nameOf("example.org."), steps: [] };
    assert.equal(await world.update(elsewhere), "NOTAUTH");
    assert.equal(await world.update(update([], ["x.example.org. 60 A 192.0.2.1"])), "NOTZONE");
    assert.equal(await world.update({ ...SEED, zone: at("sub"), steps: [] }), "NOTAUTH");
  });

  it("gives whole RRsets to signed queries, to others what the weights say", async () => {
    const { world } = await seededWorld();
    const hosts = [1, 2, 3, 4].map((host) => `192.0.2.${host}`);
    await world.update(endpointWrite(at("ep"), { generation: 1, edition: 1 }, hosts));
    assert.equal((await world.ask("ep", RRType.A)).answer.length, 2);
    const whole = await world.signed(encodeMessage(makeQuery(1, at("ep"), RRType.ANY)));
    assert.deepEqual(addresses(whole), hosts);
  });

  it("keeps signed responses within what the client can take: TC, and still signed", async () => {
    const { world } = await seededWorld();
    const lines = Array.from({ length: 40 }, (_, host) => `big 60 A 192.0.2.${host + 1}`);
    await world.update(update([], lines));
    for (const size of [undefined, 512, 600, 1232]) {
      const options = size === undefined ? {} : { udpPayloadSize: size };
      const query = encodeMessage(makeQuery(1, at("big"), RRType.A, options));
      const { bytes } = signMessage(query, KEY, { timeSeconds: world.seconds });
      const reply = (await world.udp(bytes)) ?? assert.fail();
      assert.ok(reply.length <= (size ?? 512), `${reply.length} in ${size}`);
      assert.equal(read(reply).tc, size !== 1232);
    }
  });

  it("takes new keys, and no more the old ones, after a reload", async () => {
    const { world, nameserver } = await seededWorld();
    const next = { ...KEY, name: nameOf("enactor-az2.") };
    await nameserver.reload({ setups: [SETUP], keys: [next] });
    const bytes = encodeUpdate(1, update([], ["x 60 A 192.0.2.1"]));
    assert.equal(rcodeText((await world.signed(bytes, next)).rcode), "NOERROR");
    const { bytes: old } = signMessage(bytes, KEY, { timeSeconds: world.seconds });
    assert.equal(rcodeText(read(await world.udp(old)).rcode), "NOTAUTH");
  });
});

describe("Nameserver, UDP", () => {
  it("echoes the letter case of the question (0x20)", async () => {
    const { world } = await seededWorld();
    const query = encodeMessage(makeQuery(1, at("ns1"), RRType.A));
    query[13] = 0x4e; // "Ns1"
    const reply = (await world.udp(query)) ?? assert.fail();
    assert.equal(reply[13], 0x4e);
  });

  it("cuts answers to 512 octets without EDNS, and to 1232 with it (RFC 9715)", async () => {
    const { world } = await seededWorld();
    const lines = Array.from({ length: 100 }, (_, host) => `big 60 A 192.0.2.${host + 1}`);
    await world.update(update([], lines));
    for (const [edns, sizeMax] of [
      [undefined, 512],
      [4096, 1232],
      [100, 512],
    ] as const) {
      const response = await world.ask("big", RRType.A, edns);
      assert.equal(response.tc, true, `with ${edns}`);
      assert.equal(response.answer.length, 0);
      assert.ok(encodeMessage(response).length <= sizeMax);
    }
    const client = world.network.connect("198.51.100.1");
    client.send(encodeMessage(makeQuery(1, at("big"), RRType.A)));
    assert.equal(read(client.replies[0]).answer.length, 100);
  });

  it("says nothing to responses and scraps of a header, FORMERR to other garbage", async () => {
    const { world, nameserver } = await seededWorld();
    const query = encodeMessage(makeQuery(1, at("ns1"), RRType.A));
    const response = query.slice();
    response[2] = 0x80;
    assert.equal(await world.udp(response), undefined);
    assert.equal(await world.udp(query.slice(0, 11)), undefined);
    assert.equal(await world.udp(new Uint8Array(0)), undefined);
    assert.equal(rcodeText(read(await world.udp(query.slice(0, -1))).rcode), "FORMERR");
    assert.equal(nameserver.report().dropped, 3);
  });

  it("reads a message longer than any question only where it is signed", async () => {
    const { world } = await seededWorld();
    const lines = Array.from({ length: 100 }, (_, host) => `big 60 A 192.0.2.${host + 1}`);
    const long = encodeUpdate(1, update([], lines));
    assert.ok(long.length > 1232);
    assert.equal(rcodeText(read(await world.udp(long)).rcode), "REFUSED");
    const query = {
      ...makeQuery(1, at("ns1"), RRType.A),
      additional: updateMessage(1, update([], lines)).authority,
    };
    assert.equal(rcodeText(read(await world.udp(encodeMessage(query))).rcode), "REFUSED");
    assert.equal(rcodeText((await world.signed(long)).rcode), "NOERROR");
    const unknown = signMessage(long, { ...KEY, name: nameOf("x.") }, { timeSeconds: 0 }).bytes;
    assert.equal(rcodeText(read(await world.udp(unknown)).rcode), "NOTAUTH");
    assert.equal(rcodeText(read(await world.udp(long.slice(0, -1))).rcode), "FORMERR");
  });

  it("never throws and never amplifies much, whatever comes", async () => {
    const { world } = await seededWorld();
    const query = encodeMessage(makeQuery(1, at("ns1"), RRType.A, { udpPayloadSize: 1232 }));
    const signed = signMessage(query, KEY, { timeSeconds: world.seconds }).bytes;
    const change = encodeUpdate(1, SEED);
    const mutated = fc
      .tuple(
        fc.constantFrom(query, signed, change),
        fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { maxLength: 6 }),
        fc.nat(200),
      )
      .map(([bytes, changes, cut]) => {
        const copy = bytes.slice(0, Math.max(0, bytes.length - (cut > 150 ? cut - 150 : 0)));
        for (const [offset, octet] of changes) if (offset < copy.length) copy[offset] = octet;
        return copy;
      });
    await fc.assert(
      fc.asyncProperty(mutated, async (bytes) => {
        const replies: Uint8Array[] = [];
        world.network.sendUdp(bytes, replies);
        await settle();
        for (const reply of replies) assert.ok(reply.length <= 1232);
      }),
      { numRuns: 500 },
    );
  });
});

describe("Nameserver, hand-written updates", () => {
  it("refuses with nsupdate's means to empty, hide or loosen an endpoint", async () => {
    const { world } = await seededWorld();
    await world.update(endpointWrite(at("ep"), { generation: 1, edition: 1 }, ["192.0.2.1"]));
    const attempts: readonly (readonly [readonly string[], readonly string[]])[] = [
      [["ep"], []],
      [["ep A", "_holdfast.ep", "_weights._holdfast.ep"], []],
      [["ep"], ["ep 60 CNAME other.example.org."]],
      [[], ["ep 60 NS ns.example.org."]],
      [[], ["@ 60 DNAME example.org."]],
      [["ep A", "_holdfast.ep TXT"], [fenceLine("ep", "-", { edition: 9 })]],
      [["_seed._holdfast"], []],
    ];
    for (const [deletes, adds] of attempts) {
      assert.equal(await world.update(update(deletes, adds)), "REFUSED", `${deletes} ${adds}`);
    }
    assert.deepEqual(addresses(await world.ask("ep", RRType.A)), ["192.0.2.1"]);
  });
});
