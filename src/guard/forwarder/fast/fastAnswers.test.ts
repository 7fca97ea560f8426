import assert from "node:assert/strict";
import { test } from "node:test";
import { type Message, parseIpNetwork, Rcode, RRType } from "../../../dns/index.ts";
import { addresses, HOST, record, soa } from "../forwarder.suite.ts";
import { DEFAULT_BOOKED } from "../policyBook.ts";
import { ClientFilter } from "./clientFilter.ts";
import { type Asking, FastThread, FastWorld, messageOf, queryOf } from "./fastWorld.suite.ts";

const EDNS: Asking = { udpPayloadSize: 1232 };
const ANSWER = { answer: [record(HOST, "A", "192.0.2.1")] };
const NODATA = { authority: [soa("example", 60)] };
const NXDOMAIN = { ...NODATA, rcode: Rcode.NXDOMAIN };
const RRSIG = "A 13 2 60 20300101000000 20250101000000 4711 example. c2lnbmF0dXJl";

const SAYINGS: readonly (readonly [string, Partial<Message>, Asking])[] = [
  ["an address", ANSWER, {}],
  [
    "ten addresses behind an alias",
    {
      answer: [
        record(HOST, "CNAME", "lb.example.", 300),
        ...Array.from({ length: 10 }, (_, at) => record("lb.example", "A", `192.0.2.${at}`)),
      ],
    },
    {},
  ],
  ["an address, signed", { answer: [...ANSWER.answer, record(HOST, "RRSIG", RRSIG)] }, {}],
  ["an address, validated", { ...ANSWER, ad: true }, {}],
  ["IPv6", { answer: [record(HOST, "AAAA", "2001:db8::1", 9)] }, { type: RRType.AAAA }],
  ["text", { answer: [record(HOST, "TXT", '"hello"')] }, { type: RRType.TXT }],
  ["no data", NODATA, { type: RRType.MX }],
  ["no such name", NXDOMAIN, {}],
];
const FLAGS: readonly Asking[] = [
  {},
  EDNS,
  { udpPayloadSize: 4096, dnssecOk: true },
  { ...EDNS, cd: true },
  { ...EDNS, dnssecOk: true, cd: true },
  { ad: true },
];

for (const [what, says, asking] of SAYINGS) {
  test(`a thread says what the main thread says, octet for octet: ${what}`, async () => {
    for (const flags of FLAGS) {
      const world = new FastWorld();
      world.isTrusted = true;
      world.says(says);
      await world.send(queryOf(HOST, { ...asking, ...flags }));
      for (const waitMs of [0, 999, 1, 1500, 4499]) {
        await world.clock.advance(waitMs);
        const query = queryOf("aPi.EXAMPLE", { ...asking, ...flags });
        const fast = world.thread.ask(query);
        assert.ok(typeof fast !== "string", `${JSON.stringify(flags)}: ${String(fast)}`);
        let main: Uint8Array | undefined;
        world.forwarder.receive(query, "udp", (bytes) => {
          main = bytes;
        });
        assert.deepEqual(Buffer.from(fast), Buffer.from(main ?? []), JSON.stringify(flags));
      }
      assert.equal(world.asked, 1, "one question of the upstream");
    }
  });
}

test("what a thread does not understand is left to the main thread", async () => {
  const world = new FastWorld();
  const many = Array.from({ length: 40 }, (_, at) => record(HOST, "A", `192.0.2.${at}`));
  world.says({ answer: many });
  await world.send(queryOf(HOST, EDNS));
  const good = queryOf(HOST, EDNS);
  assert.equal(messageOf(world.thread.ask(good)).answer.length, 40);
  const changed = (at: number, octet: number): Uint8Array => {
    const bytes = good.slice();
    bytes[at] = octet;
    return bytes;
  };
  const opt = good.length - 11;
  const cases: Record<string, Uint8Array> = {
    "no recursion wanted": queryOf(HOST, { ...EDNS, rd: false }),
    "too large without EDNS": queryOf(HOST),
    "another opcode": changed(2, 0x29),
    "a response": changed(2, 0x81),
    "an RCODE": changed(3, 1),
    "two questions": changed(5, 2),
    "another class": changed(opt - 1, 3),
    "EDNS of version 1": changed(opt + 6, 1),
    "no OPT record": changed(opt + 2, 250),
    "cut short": good.slice(0, 20),
    "an option longer than the record": Uint8Array.from([
      ...changed(opt + 10, 5),
      ...[0, 10, 0, 8, 1],
    ]),
    "another type": queryOf(HOST, { ...EDNS, type: RRType.AAAA }),
    "another name": queryOf("ap1.example", EDNS),
    "not what DNSSEC wants": queryOf(HOST, { ...EDNS, dnssecOk: true }),
    "the upstream's truth": queryOf(HOST, { ...EDNS, cd: true }),
  };
  for (const [why, bytes] of Object.entries(cases)) {
    assert.equal(world.thread.ask(bytes), "handed over", why);
  }
  const cookie = [0, 10, 0, 8, 1, 2, 3, 4, 5, 6, 7, 8];
  const withCookie = Uint8Array.from([...changed(opt + 10, cookie.length), ...cookie]);
  assert.equal(messageOf(world.thread.ask(withCookie)).answer.length, 40, "a cookie is nothing");
  assert.equal(world.thread.counts().faults, 0);
});

test("nobody but this machine and who is allowed is answered", async () => {
  const world = new FastWorld();
  world.says(ANSWER);
  await world.ask();
  const network = parseIpNetwork("198.51.100.192/27");
  assert.ok(network !== undefined);
  const thread = new FastThread(world, 1, [network]);
  const query = queryOf(HOST);
  const answered = ["127.0.0.1", "127.255.255.254", "198.51.100.192", "198.51.100.223"];
  for (const from of answered) assert.equal(messageOf(thread.ask(query, from)).rcode, 0, from);
  const strangers = ["128.0.0.1", "198.51.100.191", "198.51.100.224", "0.0.0.0"];
  for (const from of strangers) assert.equal(thread.ask(query, from), "nothing", from);
  const { hits, dropped } = thread.counts();
  assert.deepEqual([hits, dropped], [4, 4]);
});

test("clients over IPv6 are told apart by prefixes that end within an octet, too", () => {
  const networks = ["2001:db8:1:8000::/49", "::1", "10.0.0.0/8"].flatMap((text) => {
    return parseIpNetwork(text) ?? [];
  });
  const filter = new ClientFilter(networks, 4);
  const has = (address: string): boolean => {
    const { octets } = parseIpNetwork(address) ?? {};
    assert.ok(octets !== undefined);
    return filter.has(new Int32Array(Uint8Array.from([9, 9, 9, 9, ...octets]).buffer), 1);
  };
  assert.deepEqual(["::1", "2001:db8:1:8000::", "2001:db8:1:ffff::9"].map(has), [true, true, true]);
  assert.deepEqual(["::2", "2001:db8:1:7fff::", "a00::", "::"].map(has), Array(4).fill(false));
});

for (const aheadMs of [0, 3_600_000, -3_600_000]) {
  test(`an answer ends with its time, the threads' clock ${aheadMs} ms ahead`, async () => {
    const world = new FastWorld(2 ** 22, aheadMs);
    world.says(ANSWER);
    await world.ask();
    await world.clock.advance(59_999);
    assert.deepEqual(addresses(messageOf(world.thread.ask(queryOf(HOST)))), ["192.0.2.1 1"]);
    await world.clock.advance(1);
    assert.equal(world.isFast(), false);
  });
}

test("a denial that comes early takes the answer out in the same step", async () => {
  const world = new FastWorld();
  await world.seenTwice(ANSWER);
  world.says(NODATA);
  const refreshing = world.forwarder.guard.refresh(`${HOST}.`, RRType.A);
  assert.equal(world.isFast(), true, "nothing is known yet");
  await refreshing;
  assert.equal(world.isFast(), false, "it is doubted");
  const held = await world.askBoth(queryOf(HOST));
  assert.deepEqual(addresses(held), ["192.0.2.1 30"]);
  await world.clock.advance(5000);
  await world.askBoth(queryOf(HOST));
  assert.equal(world.isFast(), false, "what is held is decided at each question");
  await world.clock.advance(DEFAULT_BOOKED.confirmMs + 1000);
  const denied = await world.askBoth(queryOf(HOST));
  assert.equal(denied.answer.length, 0);
  assert.equal(world.isFast(), true, "what is believed is passed on");
});

test("a change of one type takes out what threads say of the whole name", async () => {
  const world = new FastWorld();
  world.says(NXDOMAIN);
  await world.ask(HOST, { type: RRType.AAAA });
  assert.equal(world.isFast(HOST, { type: RRType.AAAA }), true);
  world.says(ANSWER);
  await world.ask();
  assert.equal(world.isFast(HOST, { type: RRType.AAAA }), false);
  const other = await world.askBoth(queryOf(HOST, { type: RRType.AAAA }));
  assert.equal(other.rcode, Rcode.NOERROR, "addresses are served: it is told as no data");
  assert.equal(world.isFast(HOST, { type: RRType.AAAA }), false);
});

test("what is stale, failed, or local is never a thread's", async () => {
  const world = new FastWorld();
  await world.seenTwice(ANSWER);
  await world.clock.advance(61_000);
  world.says({ rcode: Rcode.SERVFAIL });
  assert.deepEqual(addresses(await world.askBoth(queryOf(HOST))), ["192.0.2.1 30"]);
  assert.equal(world.isFast(), false);
  assert.equal((await world.askBoth(queryOf("other.example"))).rcode, Rcode.SERVFAIL);
  assert.equal(world.isFast("other.example"), false);
  await world.askBoth(queryOf("localhost"));
  assert.equal(world.isFast("localhost"), false);
});

test("no such name, unvalidated, is a thread's for ten seconds at a time", async () => {
  const world = new FastWorld();
  world.says(NXDOMAIN);
  await world.ask();
  await world.clock.advance(9_999);
  assert.equal(world.isFast(), true);
  await world.clock.advance(1);
  assert.equal(world.isFast(), false);
  await world.ask();
  assert.equal(world.isFast(), true);
  assert.equal(world.asked, 1, "the upstream was asked once");
});

test("another network, another configuration: everything goes at once", async () => {
  const world = new FastWorld();
  world.says(ANSWER);
  await world.ask();
  assert.equal(world.isFast(), true);
  world.network = "office";
  await world.clock.advance(1000);
  assert.equal(world.isFast(), false, "nobody asked the main thread");
  await world.ask();
  assert.equal(world.isFast(), true);
  world.forwarder.rulesChanged();
  assert.equal(world.isFast(), false);
  await world.ask();
  assert.equal(world.isFast(), true);
  world.forwarder.close();
  assert.equal(world.isFast(), false);
});

test("what a machine slept over is the main thread's: it is older than it looks", async () => {
  const world = new FastWorld();
  world.says(ANSWER);
  await world.ask();
  assert.equal(world.isFast(), true);
  world.clock.jumpWall(1500);
  assert.equal(world.isFast(), true, "the clock was set right");
  world.clock.jumpWall(-3_600_000);
  assert.equal(world.isFast(), true, "nobody sleeps backwards");
  world.clock.jumpWall(6000);
  assert.equal(world.isFast(), false);
  assert.equal(world.isFast(), false);
  await world.ask();
  assert.equal(world.isFast(), true);
});

test("what is asked for in the moment that a machine wakes is as old as it is", async () => {
  const world = new FastWorld();
  world.says({ answer: [record(HOST, "A", "192.0.2.1", 3600)] });
  await world.ask();
  await world.clock.advance(60_300);
  assert.equal(world.isFast(), true);
  world.sleep(8 * 3_600_000);
  assert.equal(world.isFast(), false);
  await world.clock.advance(300);
  await world.ask();
  await world.clock.advance(2000);
  assert.equal(world.isFast(), false, "it ended while the machine slept");
  await world.ask();
  assert.equal(world.asked, 2);
  assert.equal(world.isFast(), true);
});

test("a name that threads are often asked for is asked anew before its time ends", async () => {
  const world = new FastWorld();
  world.says(ANSWER);
  await world.ask();
  for (let times = 0; times < 3; times += 1) assert.equal(world.isFast(), true);
  await world.clock.advance(53_999);
  for (let times = 0; times < 9; times += 1) assert.equal(world.isFast(), true);
  await world.clock.advance(1);
  const early = world.thread.ask(queryOf(HOST));
  assert.equal(early, "handed over", "six seconds are left: the main thread hears of it");
  world.server.udp = () => [];
  for (let times = 0; times < 9; times += 1) await world.ask();
  assert.equal(world.forwarder.counts.prefetched, 1, "it is asked, however many wait for that");
  world.says(ANSWER);
  await world.clock.advance(2000);
  assert.equal(world.asked, 3, "and again, as the first question was lost");
  await world.ask();
  await world.clock.advance(10_000);
  assert.equal(world.isFast(), true, "the answer is new");
  assert.equal(world.forwarder.counts.prefetched, 1);
});

test("a name that nobody asks for is not asked anew, and one that is, is heard of", async () => {
  const world = new FastWorld();
  world.says({ answer: [record(HOST, "A", "192.0.2.1", 86_400)] });
  await world.ask();
  assert.equal(world.isFast(), true);
  await world.clock.advance(5 * 60_000);
  for (let times = 0; times < 2; times += 1) assert.equal(world.isFast(), true);
  assert.equal(world.isFast(), false, "five minutes: the machine must know that it is in use");
  assert.equal(world.isFast(), true, "but others are answered meanwhile");
  await world.ask();
  for (let times = 0; times < 9; times += 1) assert.equal(world.isFast(), true);
  assert.equal(world.asked, 1);
});
