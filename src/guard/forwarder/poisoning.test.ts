import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededChance } from "../../../sim/seededChance.ts";
import { mutated } from "../../../test/fuzz/mutate.ts";
import { decodeMessage, encodeMessage, makeQuery, nameOf, Rcode, RRType } from "../../dns/index.ts";
import { respond } from "../upstream/fakeServer.suite.ts";
import { addresses, ForwarderWorld, HOST, record, soa } from "./forwarder.suite.ts";
import { keptMessage } from "./keptMessage.ts";
import { MessageCache } from "./messageCache.ts";

test("records that nobody asked for are neither remembered nor passed on", async () => {
  const world = new ForwarderWorld();
  const evil = record("bank.example", "A", "203.0.113.66");
  world.says({
    answer: [record(HOST, "A", "192.0.2.1"), evil],
    authority: [record("example", "NS", "ns.evil.test."), evil],
    additional: [evil, record("ns.evil.test", "A", "203.0.113.66")],
  });
  const told = await world.ask(HOST, { dnssecOk: true });
  assert.deepEqual(addresses(told), ["192.0.2.1 60"]);
  assert.deepEqual([told.authority.length, told.additional.length], [0, 0]);
  const message = { ...makeQuery(1, nameOf(HOST), RRType.A), additional: [evil] };
  assert.deepEqual(keptMessage(message, nameOf(HOST), RRType.A).additional, []);
  world.says({ answer: [record("bank.example", "A", "192.0.2.7")] });
  assert.deepEqual(addresses(await world.ask("bank.example")), ["192.0.2.7 60"]);
});

test("a chain to elsewhere answers the name asked for, and no other", async () => {
  const world = new ForwarderWorld();
  world.says({
    answer: [record(HOST, "CNAME", "bank.example."), record("bank.example", "A", "203.0.113.66")],
  });
  assert.equal((await world.ask()).answer.length, 2);
  world.says({ answer: [record("bank.example", "A", "192.0.2.7")] });
  assert.deepEqual(addresses(await world.ask("bank.example")), ["192.0.2.7 60"]);
});

test("a denial with the SOA of another zone is used for seconds only", async () => {
  const world = new ForwarderWorld();
  world.says({ rcode: Rcode.NXDOMAIN, authority: [soa("evil.test", 10_000)] });
  assert.equal((await world.ask()).authority.length, 0);
  await world.clock.advance(6000);
  await world.ask();
  assert.equal(world.asked, 2);
});

test("answers with a wrong id, or to another question, are not taken", async () => {
  const world = new ForwarderWorld();
  const forged = { answer: [record(HOST, "A", "203.0.113.66")] };
  world.server.udp = (query, wire) => {
    const wrongId = respond(query, wire, forged);
    wrongId[0] = (wrongId[0] ?? 0) ^ 1;
    const elsewhere = makeQuery(query.id, nameOf("other.example"), RRType.A);
    const wrongName = encodeMessage({ ...elsewhere, qr: true, ...forged });
    const right = respond(query, wire, { answer: [record(HOST, "A", "192.0.2.1")] });
    return [wrongId, wrongName, right];
  };
  assert.deepEqual(addresses(await world.ask()), ["192.0.2.1 60"]);
});

test("ids of questions are spread, and none follows from another", async () => {
  const world = new ForwarderWorld();
  world.says({ answer: [] });
  for (let at = 0; at < 100; at += 1) await world.ask(`n${at}.example`);
  const ids = world.server.asked.map(({ wire }) => ((wire[0] ?? 0) << 8) | (wire[1] ?? 0));
  const steps = ids.slice(1).map((id, at) => id - (ids[at] ?? 0));
  assert.ok(new Set(ids).size > 95 && new Set(steps).size > 95);
});

test("memory is bounded by octets, whatever is asked for", async () => {
  const octetsMax = 2 ** 20;
  const world = new ForwarderWorld(octetsMax);
  const text = `"${"x".repeat(250)}" `.repeat(16);
  world.server.udp = (query, wire) => [respond(query, wire, { tc: true })];
  world.server.tcp = (query, wire) => {
    const owner = query.question[0]?.name.slice(0, -1) ?? HOST;
    return [respond(query, wire, { answer: [record(owner, "TXT", text)] })];
  };
  for (let at = 0; at < 600; at += 1) await world.ask(`n${at}.example`, { type: RRType.TXT });
  const { cache, entries } = world.forwarder;
  assert.ok(cache.octets <= octetsMax && cache.evicted > 100, `${cache.octets} octets`);
  assert.ok(entries <= 600 && cache.size < 600);
  // What went is asked for again.
  assert.equal((await world.ask("n0.example", { type: RRType.TXT, way: "tcp" })).answer.length, 1);
});

test("a message that is larger than the whole memory is not remembered", () => {
  const cache = new MessageCache(1000);
  const message = {
    ...makeQuery(1, nameOf(HOST), RRType.A),
    answer: Array.from({ length: 50 }, (_, at) => record(HOST, "A", `192.0.2.${at}`)),
  };
  cache.put("small", { ...message, answer: [] }, 0, 60);
  cache.put("large", message, 0, 60);
  assert.ok(cache.get("small") !== undefined && cache.get("large") === undefined);
});

test("5,000 hostile packets of clients: no throw, one reply at most, none too long", async () => {
  const world = new ForwarderWorld();
  world.says({ answer: [record(HOST, "A", "192.0.2.1")] });
  const chance = new SeededChance(5);
  const queries = [RRType.A, RRType.TXT, RRType.SOA, 255].map((type) => {
    return encodeMessage(makeQuery(1, nameOf(HOST), type, { rd: true, udpPayloadSize: 4096 }));
  });
  let replies = 0;
  for (let at = 0; at < 5000; at += 1) {
    let own = 0;
    world.forwarder.receive(mutated(queries, chance), "udp", (bytes) => {
      own += 1;
      assert.ok(bytes.length <= 1232 && own === 1);
      assert.equal(decodeMessage(bytes).kind, "message");
      replies += 1;
    });
    if (at % 100 === 0) await world.clock.advance(100);
  }
  await world.clock.advance(20_000);
  assert.ok(replies > 1000, `${replies} replies`);
  assert.equal(world.forwarder.waiting, 0);
});

test("2,000 hostile packets of the upstream: every client gets a response", async () => {
  const world = new ForwarderWorld();
  const chance = new SeededChance(6);
  world.server.udp = (query, wire) => {
    const good = respond(query, wire, {
      answer: [record(HOST, "CNAME", "lb.example."), record("lb.example", "A", "192.0.2.1")],
      authority: [soa("example", 30)],
    });
    const hostile = mutated([good], chance);
    hostile.set(good.subarray(0, Math.min(hostile.length, 2)));
    return [hostile];
  };
  world.server.tcp = () => [];
  for (let at = 0; at < 2000; at += 1) {
    let told = 0;
    const query = makeQuery(1, nameOf(at % 2 === 0 ? HOST : `n${at}.example`), RRType.A, {
      rd: true,
    });
    world.forwarder.receive(encodeMessage(query), "udp", () => {
      told += 1;
    });
    for (let waits = 0; waits < 12 && told === 0; waits += 1) {
      await world.clock.advance(waits === 0 ? 0 : 1000);
    }
    assert.equal(told, 1);
  }
});
