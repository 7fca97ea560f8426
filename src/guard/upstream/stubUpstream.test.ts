import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededChance } from "../../../sim/seededChance.ts";
import { SimClock } from "../../../sim/simClock.ts";
import { type Message, nameOf, Rcode, type ResourceRecord, RRType } from "../../dns/index.ts";
import type { Outcome } from "../machine/outcome.ts";
import { Exchange, type UpstreamServer } from "./exchange.ts";
import { FakeServer, respond } from "./fakeServer.suite.ts";
import { StubUpstream } from "./stubUpstream.ts";

const NAME = "api.example.";
const SERVERS: readonly UpstreamServer[] = [
  { address: "192.0.2.53", port: 53 },
  { address: "198.51.100.53", port: 53 },
];

function address(last: number): ResourceRecord {
  const rdata = Uint8Array.of(192, 0, 2, last);
  return { name: nameOf(NAME), type: RRType.A, class: 1, ttlSeconds: 30, rdata };
}

/** A stub, and the servers that it asks. */
class World {
  readonly clock = new SimClock();
  readonly server = new FakeServer();
  readonly stub: StubUpstream;

  constructor(servers = SERVERS, mixesCase = false) {
    const { clock, server } = this;
    const exchange = new Exchange({
      datagrams: server,
      streams: server,
      secureStreams: () => server,
      clock,
      chance: new SeededChance(7),
      mixesCase,
    });
    const parts = { exchange, clock, servers: () => servers, network: () => "home" };
    this.stub = new StubUpstream({ ...parts, isTrusted: () => false });
  }

  /** Asks, and lets time pass until there is an outcome. */
  async ask(): Promise<Outcome> {
    let isDone = false;
    const asked = this.stub.ask(NAME, RRType.A);
    void asked.finally(() => {
      isDone = true;
    });
    for (let waits = 0; waits < 200 && !isDone; waits += 1) await this.clock.advance(50);
    return asked;
  }
}

function values(outcome: Outcome): string {
  if (outcome.kind === "answer") return outcome.values.join(" ");
  return outcome.kind === "failure" ? outcome.failure : outcome.denial;
}

test("the first server is asked, over UDP, with recursion and EDNS", async () => {
  const world = new World();
  world.server.udp = (query, wire) => {
    assert.ok(query.rd && query.ad && query.edns !== undefined);
    return [respond(query, wire, { answer: [address(1)] })];
  };
  assert.equal(values(await world.ask()), "192.0.2.1");
  assert.deepEqual(
    world.server.asked.map(({ by, to }) => `${by} ${to}`),
    ["udp 192.0.2.53"],
  );
  assert.equal(world.server.open, 0);
});

test("ids differ from question to question", async () => {
  const world = new World();
  const ids = new Set<number>();
  world.server.udp = (query, wire) => {
    ids.add(query.id);
    return [respond(query, wire, { answer: [address(1)] })];
  };
  for (let asked = 0; asked < 50; asked += 1) await world.ask();
  assert.ok(ids.size > 45, `${ids.size} of 50`);
});

test("answers of others are not heard: wrong id, question or letter case, a query", async () => {
  const world = new World(SERVERS, true);
  world.server.udp = (query, wire) => {
    const forged = { answer: [address(66)] };
    const wrongId = respond({ ...query, id: query.id ^ 1 }, wire, forged);
    const other = [{ name: nameOf("bank.example"), type: RRType.A, class: 1 }];
    const question = respond({ ...query, question: other }, wire.with(12, 4), forged);
    const lower = respond(query, wire, forged).map((octet, at) => {
      return at >= 12 && at < 25 && octet >= 0x41 && octet <= 0x5a ? octet | 0x20 : octet;
    });
    const right = respond(query, wire, { answer: [address(1)] });
    return [wrongId, question, wire, lower, Uint8Array.of(1, 2, 3), right];
  };
  assert.equal(values(await world.ask()), "192.0.2.1");
});

test("a flood of guesses: the question is asked again over TCP", async () => {
  const world = new World();
  world.server.udp = (query, wire) =>
    Array.from({ length: 20 }, (_, guess) =>
      respond({ ...query, id: (query.id + 1 + guess) & 0xffff }, wire, { answer: [address(66)] }),
    );
  world.server.tcp = (query, wire) => [respond(query, wire, { answer: [address(1)] })];
  assert.equal(values(await world.ask()), "192.0.2.1");
  assert.equal(world.server.open, 0);
});

test("an answer that is cut off is asked for over TCP", async () => {
  const world = new World();
  world.server.udp = (query, wire) => [respond(query, wire, { tc: true })];
  world.server.tcp = (query, wire) => [respond(query, wire, { answer: [address(1)] })];
  assert.equal(values(await world.ask()), "192.0.2.1");
});

test("a silent server, one that is not there, one that fails: the next is asked", async () => {
  const world = new World();
  world.server.dead.add("192.0.2.53");
  world.server.udp = (query, wire) => [respond(query, wire, { answer: [address(1)] })];
  assert.equal(values(await world.ask()), "192.0.2.1");
  world.server.dead.clear();
  world.server.udp = (query, wire) => {
    if (world.server.asked.at(-1)?.to === "192.0.2.53") return [];
    return [respond(query, wire, { answer: [address(2)] })];
  };
  assert.equal(values(await world.ask()), "192.0.2.2");
  world.server.udp = (query, wire) => {
    const isFirst = world.server.asked.at(-1)?.to === "192.0.2.53";
    const parts = isFirst ? { rcode: Rcode.SERVFAIL } : { answer: [address(3)] };
    return [respond(query, wire, parts)];
  };
  assert.equal(values(await world.ask()), "192.0.2.3");
  assert.equal(world.server.open, 0);
});

test("all servers fail: the failure is told; nobody answers: a time-out within 5 s", async () => {
  const world = new World();
  world.server.udp = (query, wire) => [respond(query, wire, { rcode: Rcode.SERVFAIL })];
  assert.equal(values(await world.ask()), "servfail");
  world.server.udp = () => [];
  const startMs = world.clock.monotonicMs();
  assert.equal(values(await world.ask()), "timeout");
  assert.ok(world.clock.monotonicMs() - startMs <= 5100);
});

test("a server with a TLS name is asked over TLS alone", async () => {
  const world = new World([{ address: "192.0.2.53", port: 853, tlsName: "dns.example" }]);
  world.server.tcp = (query, wire) => [respond(query, wire, { answer: [address(1)] })];
  assert.equal(values(await world.ask()), "192.0.2.1");
  assert.deepEqual(
    world.server.asked.map(({ by }) => by),
    ["tcp"],
  );
});

test("a server that was silent is asked after the others, for a while", async () => {
  const world = new World();
  const good = (query: Message, wire: Uint8Array) => [
    respond(query, wire, { answer: [address(1)] }),
  ];
  world.server.udp = good;
  world.server.dead.add("192.0.2.53");
  const servers = () => world.server.asked.map(({ to }) => to).join();
  await world.ask();
  world.server.dead.clear();
  world.server.asked.length = 0;
  await world.ask();
  assert.equal(servers(), "198.51.100.53");
  await world.clock.advance(30_000);
  await world.ask();
  assert.equal(servers(), "198.51.100.53,192.0.2.53");
});
