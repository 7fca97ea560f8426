import assert from "node:assert/strict";
import { test } from "node:test";
import { SimClock } from "../../../sim/simClock.ts";
import type { CancelWake } from "../../base/index.ts";
import { encodeMessage, makeQuery, nameOf, Rcode, RRType } from "../../dns/index.ts";
import { respond } from "../upstream/fakeServer.suite.ts";
import { addresses, errorsOf, ForwarderWorld, HOST, record, soa } from "./forwarder.suite.ts";
import { DEFAULT_BOOKED } from "./policyBook.ts";

const GOOD = { answer: [record(HOST, "A", "192.0.2.1")] };
const NODATA = { authority: [soa("example", 30)] };
const NXDOMAIN = { ...NODATA, rcode: Rcode.NXDOMAIN };

test("an answer is remembered for its TTL, which is counted down", async () => {
  const world = new ForwarderWorld();
  world.says(GOOD);
  const first = await world.ask();
  assert.deepEqual(addresses(first), ["192.0.2.1 60"]);
  assert.ok(first.ra && first.qr && !first.aa && first.id === 77);
  await world.clock.advance(20_000);
  assert.deepEqual(addresses(await world.ask()), ["192.0.2.1 40"]);
  assert.equal(world.asked, 1);
  await world.clock.advance(41_000);
  assert.deepEqual(addresses(await world.ask()), ["192.0.2.1 60"]);
  assert.equal(world.asked, 2);
  const { hits, misses } = world.forwarder.counts;
  assert.deepEqual({ hits, misses }, { hits: 1, misses: 2 });
});

test("no TTL is told that is longer than a week", async () => {
  const world = new ForwarderWorld();
  world.says({ answer: [record(HOST, "A", "192.0.2.1", 2 ** 31 - 1)] });
  assert.deepEqual(addresses(await world.ask()), ["192.0.2.1 604800"]);
  await world.clock.advance(86_400_000);
  assert.deepEqual(addresses(await world.ask()), ["192.0.2.1 518400"]);
});

test("a denial is remembered as long as its SOA says (RFC 2308)", async () => {
  const world = new ForwarderWorld();
  world.says(NXDOMAIN);
  const denied = await world.ask("nope.example");
  assert.equal(denied.rcode, Rcode.NXDOMAIN);
  assert.deepEqual(
    denied.authority.map(({ type, ttlSeconds }) => [type, ttlSeconds]),
    [[RRType.SOA, 30]],
  );
  await world.clock.advance(29_000);
  await world.ask("nope.example");
  assert.equal(world.asked, 1);
  await world.clock.advance(2000);
  await world.ask("nope.example");
  assert.equal(world.asked, 2);
});

test("questions that come together are one question upstream", async () => {
  const world = new ForwarderWorld();
  world.says(GOOD);
  const all = await Promise.all(Array.from({ length: 50 }, () => world.ask()));
  assert.ok(all.every((message) => addresses(message).length === 1));
  assert.equal(world.asked, 1);
});

test("a suspicious denial: held addresses, short TTL, no AD, an error, an event", async () => {
  const world = new ForwarderWorld();
  world.isTrusted = true;
  await world.seenTwice({ ...GOOD, ad: true });
  assert.equal((await world.ask(HOST, { ad: true })).ad, true);
  world.says(NODATA);
  await world.clock.advance(61_000);
  const held = await world.ask(HOST, { ad: true });
  assert.deepEqual(addresses(held), ["192.0.2.1 30"]);
  assert.equal(held.ad, false);
  assert.match(errorsOf(held).join(), /^3 held: upstream says NODATA since \d{4}-.*Z; docs/);
  assert.deepEqual(
    world.events.map(({ kind }) => kind),
    ["hold-began"],
  );
  assert.equal(world.forwarder.held()[0]?.name, `${HOST}.`);
  assert.equal(world.forwarder.counts.held, 1);
  await world.clock.advance(world.policy.confirmMs + 60_000);
  assert.deepEqual(addresses(await world.ask()), []);
});

/** Time passes between any two looks at it, as it does on real machines. */
class PassingClock extends SimClock {
  #passedMs = 0;

  override monotonicMs(): number {
    this.#passedMs += 3;
    return super.monotonicMs() + this.#passedMs;
  }

  override wakeAfter(afterMs: number, task: () => void): CancelWake {
    assert.ok(afterMs >= 0, `a wait of ${afterMs} ms`);
    return super.wakeAfter(afterMs, task);
  }
}

test("a hold goes on though time passes while it is looked after", async () => {
  const world = new ForwarderWorld(2 ** 22, new PassingClock());
  world.policy = { ...DEFAULT_BOOKED, confirmMs: 3_600_000, recheckMs: 100, proofMs: 107 };
  await world.seenTwice(GOOD);
  world.says(NODATA);
  await world.clock.advance(61_000);
  for (let times = 0; times < 1000; times += 1) {
    assert.deepEqual(addresses(await world.ask()).length, 1);
    await world.clock.advance(times % 10);
  }
});

test("while addresses are held, NXDOMAIN of other types is told as NODATA (RFC 8020)", async () => {
  const world = new ForwarderWorld();
  await world.seenTwice(GOOD);
  world.says(NXDOMAIN);
  await world.clock.advance(61_000);
  // Before the addresses are denied themselves, too: clients ask for both at once.
  const other = await world.ask(HOST, { type: RRType.AAAA });
  assert.deepEqual([other.rcode, other.answer.length, other.authority.length], [0, 0, 1]);
  assert.match(errorsOf(other).join(), /^3 held/);
  assert.equal((await world.ask()).answer.length, 1);
  assert.equal((await world.ask(HOST, { type: 65 })).rcode, Rcode.NOERROR);
  assert.equal((await world.ask(HOST, { type: 65, cd: true })).rcode, Rcode.NXDOMAIN);
  await world.clock.advance(world.policy.confirmMs + 31_000);
  assert.equal((await world.ask()).rcode, Rcode.NXDOMAIN);
  assert.equal((await world.ask(HOST, { type: RRType.AAAA })).rcode, Rcode.NXDOMAIN);
  assert.equal((await world.ask(HOST, { type: 65 })).rcode, Rcode.NXDOMAIN);
});

test("a denial that is validated takes the name away with all its types", async () => {
  const world = new ForwarderWorld();
  world.isTrusted = true;
  await world.seenTwice(GOOD);
  world.says({ ...NXDOMAIN, ad: true });
  assert.equal((await world.ask(HOST, { type: RRType.AAAA })).rcode, Rcode.NXDOMAIN);
});

test("with CD it is the upstream's truth, and never what is held", async () => {
  const world = new ForwarderWorld();
  await world.seenTwice(GOOD);
  assert.deepEqual(addresses(await world.ask(HOST, { cd: true })), ["192.0.2.1 60"]);
  world.says(NODATA);
  await world.clock.advance(61_000);
  assert.deepEqual(addresses(await world.ask()), ["192.0.2.1 30"]);
  const truth = await world.ask(HOST, { cd: true });
  assert.deepEqual([truth.rcode, truth.answer.length, truth.cd], [Rcode.NOERROR, 0, true]);
  assert.ok(world.server.asked.some(({ wire }) => ((wire[3] ?? 0) & 0x10) !== 0));
  world.server.udp = () => [];
  await world.clock.advance(61_000);
  assert.equal((await world.ask(HOST, { cd: true })).rcode, Rcode.SERVFAIL);
});

test("types that are no addresses are denied as the upstream denies them", async () => {
  const world = new ForwarderWorld();
  world.policy = { ...DEFAULT_BOOKED, minAgeMs: 0 };
  world.says({ answer: [record(HOST, "TXT", '"words"', 1)] });
  for (let times = 0; times < 3; times += 1) {
    assert.equal((await world.ask(HOST, { type: RRType.TXT })).answer.length, 1);
    await world.clock.advance(2000);
  }
  world.says(NODATA);
  assert.equal((await world.ask(HOST, { type: RRType.TXT })).answer.length, 0);
});

test("while no upstream answers, the last good answer is served stale (RFC 8767)", async () => {
  const world = new ForwarderWorld();
  world.isTrusted = true;
  const chain = [record(HOST, "CNAME", "lb.example."), record("lb.example", "A", "192.0.2.1")];
  world.says({ answer: chain, ad: true });
  assert.equal((await world.ask(HOST, { ad: true })).ad, true);
  assert.equal((await world.ask(HOST, { cd: true })).answer.length, 2);
  world.says({ answer: [record(HOST, "TXT", '"words"')] });
  await world.ask(HOST, { type: RRType.TXT });
  world.server.udp = () => [];
  await world.clock.advance(61_000);
  const stale = await world.ask(HOST, { ad: true });
  assert.deepEqual([addresses(stale), stale.ad], [["192.0.2.1 30"], false]);
  assert.equal((await world.ask(HOST, { cd: true })).rcode, Rcode.SERVFAIL, "never with CD");
  assert.equal(stale.answer.length, 2, "the chain is kept");
  assert.match(errorsOf(stale).join(), /^3 stale/);
  const text = await world.ask(HOST, { type: RRType.TXT });
  assert.deepEqual([text.answer.length, text.answer[0]?.ttlSeconds], [1, 30]);
  await world.clock.advance(7 * 86_400_000);
  const failed = await world.ask();
  assert.equal(failed.rcode, Rcode.SERVFAIL);
  assert.match(errorsOf(failed).join(), /^23 no upstream answered/);
});

test("an upstream's SERVFAIL is passed on with its own words", async () => {
  const world = new ForwarderWorld();
  const bogus = { code: 15, data: Uint8Array.of(0, 6, 0x62, 0x61, 0x64) };
  world.server.udp = (query, wire) => {
    const { edns } = query;
    assert.ok(edns);
    return [respond(query, wire, { rcode: Rcode.SERVFAIL, edns: { ...edns, options: [bogus] } })];
  };
  const failed = await world.ask();
  assert.equal(failed.rcode, Rcode.SERVFAIL);
  assert.deepEqual(errorsOf(failed), ["6 bad", "0 upstream: servfail"]);
});

test("signatures are for those who ask for them, and AD for those who can read it", async () => {
  const world = new ForwarderWorld();
  const signature = record(
    HOST,
    "RRSIG",
    "A 13 2 60 20300101000000 20260101000000 1 example. AAAA",
  );
  world.says({ answer: [...GOOD.answer, signature], ad: true });
  const types = async (dnssecOk: boolean) => {
    const { answer, ad, edns } = await world.ask(HOST, { dnssecOk });
    return [answer.map(({ type }) => type), ad, edns?.dnssecOk];
  };
  assert.deepEqual(await types(true), [[RRType.A, RRType.RRSIG], false, true]);
  assert.deepEqual(await types(false), [[RRType.A], false, false]);
  assert.equal(world.asked, 1, "one message serves both");
  world.isTrusted = true;
  await world.clock.advance(61_000);
  assert.deepEqual(await types(true), [[RRType.A, RRType.RRSIG], true, true]);
  assert.deepEqual(await types(false), [[RRType.A], false, false]);
});

test("a name that is asked for often is asked anew before its TTL ends", async () => {
  const world = new ForwarderWorld();
  world.says(GOOD);
  for (let times = 0; times < 4; times += 1) await world.ask();
  await world.clock.advance(55_000);
  assert.deepEqual(addresses(await world.ask()), ["192.0.2.1 5"]);
  await world.clock.advance(100);
  assert.equal(world.asked, 2);
  assert.deepEqual(addresses(await world.ask()), ["192.0.2.1 60"]);
  // Asked for once: it may as well end.
  world.says({ answer: [record("rare.example", "A", "192.0.2.2")] });
  await world.ask("rare.example");
  await world.clock.advance(55_000);
  await world.ask("rare.example");
  assert.equal(world.forwarder.counts.prefetched, 1);
});

test("a response that does not fit is cut over UDP, and whole over TCP", async () => {
  const world = new ForwarderWorld();
  const many = Array.from({ length: 60 }, (_, at) => record(HOST, "A", `192.0.2.${at}`));
  world.says({ answer: many });
  const cut = await world.ask(HOST, { udpPayloadSize: 512 });
  assert.deepEqual([cut.tc, cut.answer.length], [true, 0]);
  const small = await world.ask(HOST, { udpPayloadSize: 100 });
  assert.equal(small.tc, true, "512 octets are for everybody");
  const whole = await world.ask(HOST, { way: "tcp" });
  assert.deepEqual([whole.tc, whole.answer.length], [false, 60]);
});

test("what is heard in one network is not told in another", async () => {
  const world = new ForwarderWorld();
  world.says(GOOD);
  await world.ask();
  await world.ask(HOST, { type: RRType.TXT });
  world.network = "office";
  world.says({ answer: [record(HOST, "A", "192.0.2.9")] });
  assert.deepEqual(addresses(await world.ask()), ["192.0.2.9 60"]);
  // Back home its addresses are known yet, but the message is the office's.
  world.network = "home";
  world.says(GOOD);
  assert.deepEqual(addresses(await world.ask()), ["192.0.2.1 60"]);
});

test("queries that wait are bounded, of one name and of all; what is known is told", async () => {
  const world = new ForwarderWorld();
  world.says({ answer: [record(HOST, "A", "192.0.2.1", 1000)] });
  await world.ask();
  world.server.udp = () => [];
  world.server.tcp = () => [];
  let replies = 0;
  const taken = (name: string, count: number): number => {
    const query = encodeMessage(makeQuery(1, nameOf(name), RRType.A, { rd: true }));
    const all = Array.from({ length: count }, () => {
      return world.forwarder.receive(query, "udp", () => {
        replies += 1;
      });
    });
    return all.filter(Boolean).length;
  };
  assert.equal(taken("silent.example", 5000), 512);
  for (let at = 1; at < 8; at += 1) assert.equal(taken(`silent-${at}.example`, 512), 512);
  assert.equal(taken("other.example", 1), 0, "no more wait");
  assert.equal(world.forwarder.waiting, 4096);
  assert.deepEqual([taken(HOST, 1), replies], [1, 1]);
  await world.clock.advance(10_000);
  assert.deepEqual([world.forwarder.waiting, replies], [0, 4097]);
  assert.equal(taken("other.example", 1), 1);
  await world.clock.advance(31_000);
  assert.equal(taken("silent.example", 512), 512, "nobody of those before waits any more");
});

test("while an upstream is known to fail, what is stale is told at once", async () => {
  const world = new ForwarderWorld();
  world.says({ answer: [record(HOST, "A", "192.0.2.1")] });
  await world.ask();
  world.server.udp = () => [];
  world.server.tcp = () => [];
  await world.clock.advance(61_000);
  const waited = async (): Promise<number> => {
    const sinceMs = world.clock.monotonicMs();
    assert.deepEqual(addresses(await world.ask()), ["192.0.2.1 30"]);
    return world.clock.monotonicMs() - sinceMs;
  };
  assert.ok((await waited()) >= 1800, "nobody knows yet");
  await world.clock.advance(5000);
  const asked = () => world.asked;
  for (let times = 0; times < 4; times += 1) {
    const before = asked();
    await world.clock.advance(31_000);
    assert.ok((await waited()) < 100, "it is asked again behind the answer");
    await world.clock.advance(5000);
    assert.ok(asked() > before);
  }
  await world.clock.advance(120_000);
  assert.ok((await waited()) >= 1800, "that was long ago");
});

test("a flood of names that are not there takes no name that is held up", async () => {
  const world = new ForwarderWorld(2 ** 20);
  await world.seenTwice({ answer: [record(HOST, "A", "192.0.2.1")] });
  world.says({ rcode: Rcode.NXDOMAIN, authority: [soa("example", 60)] });
  await world.clock.advance(61_000);
  assert.deepEqual(addresses(await world.ask()), ["192.0.2.1 30"]);
  for (let at = 0; at < 1500; at += 1) await world.ask(`random-${at}.example`);
  assert.ok(world.forwarder.entries < 1000, "memory is bounded");
  assert.deepEqual(addresses(await world.ask()), ["192.0.2.1 30"]);
});

test("names with many addresses take the room of many names", async () => {
  const world = new ForwarderWorld(2 ** 20);
  const answer = Array.from({ length: 60 }, (_, at) => record(HOST, "A", `192.0.2.${at}`));
  world.server.udp = (query, wire) => {
    const [{ name = nameOf(HOST) } = {}] = query.question;
    return [respond(query, wire, { answer: answer.map((one) => ({ ...one, name })) })];
  };
  world.server.tcp = world.server.udp;
  for (let at = 0; at < 500; at += 1) await world.ask(`many-${at}.example`);
  const { entries } = world.forwarder;
  assert.ok(entries > 10 && entries < 60, `${entries} of 12 kB in 0.4 MB`);
});

test("a refresh that fails rests, however often the name is asked for", async () => {
  const world = new ForwarderWorld();
  world.says({ answer: [record(HOST, "A", "192.0.2.1", 1000)] });
  for (let times = 0; times < 4; times += 1) await world.ask();
  world.says({ rcode: Rcode.SERVFAIL });
  await world.clock.advance(905_000);
  for (let times = 0; times < 50; times += 1) {
    assert.equal(addresses(await world.ask()).length, 1);
    await world.clock.advance(1000);
  }
  assert.ok(world.asked <= 4, `${world.asked} questions`);
});

test("what is no question for a forwarder is refused, and not passed on", async () => {
  const world = new ForwarderWorld();
  const rcode = async (change: object) => {
    const query = makeQuery(1, nameOf(HOST), RRType.A, { rd: true, udpPayloadSize: 1232 });
    return (await world.send(encodeMessage({ ...query, ...change }))).rcode;
  };
  const question = (type: number, rrClass = 1) => ({
    question: [{ name: nameOf(HOST), type, class: rrClass }],
  });
  assert.equal(await rcode({ rd: false }), Rcode.REFUSED);
  assert.equal(await rcode({ opcode: 4 }), Rcode.NOTIMP);
  assert.equal(await rcode(question(252)), Rcode.REFUSED);
  assert.equal(await rcode(question(1, 3)), Rcode.REFUSED);
  assert.equal(await rcode({ question: [] }), Rcode.FORMERR);
  const edns = { udpPayloadSize: 1232, version: 1, dnssecOk: false, options: [] };
  assert.equal(await rcode({ edns }), Rcode.BADVERS);
  assert.equal(world.server.asked.length, 0);
  const response = encodeMessage({ ...makeQuery(1, nameOf(HOST), RRType.A), qr: true });
  assert.equal(
    world.forwarder.receive(response, "udp", () => assert.fail()),
    false,
  );
});

test("names of this machine, and of nobody, are answered here", async () => {
  const world = new ForwarderWorld();
  assert.deepEqual(addresses(await world.ask("app.localhost")), ["127.0.0.1 3600"]);
  assert.equal((await world.ask("x.onion")).rcode, Rcode.NXDOMAIN);
  assert.equal((await world.ask("_dns.resolver.arpa", { type: 64 })).answer.length, 0);
  assert.equal(world.server.asked.length, 0);
});
