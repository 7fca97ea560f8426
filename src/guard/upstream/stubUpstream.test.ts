import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededChance } from "../../../sim/seededChance.ts";
import { SimClock } from "../../../sim/simClock.ts";
import {
  ExtendedErrorCode,
  ednsWithErrors,
  encodeMessage,
  type Message,
  makeResponse,
  nameOf,
  Rcode,
  type ResourceRecord,
  RRType,
} from "../../dns/index.ts";
import { decodeStubMessage } from "../../dns/stub/index.ts";
import type { Outcome } from "../machine/outcome.ts";
import { Exchange, type UpstreamServer } from "./exchange.ts";
import { FakeServer, respond } from "./fakeServer.suite.ts";
import { type Heard, StubUpstream } from "./stubUpstream.ts";

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
  readonly heard: string[] = [];
  isTrusted = false;

  constructor(servers = SERVERS, mixesCase = false) {
    const { clock, server } = this;
    const exchange = new Exchange({
      datagrams: server,
      streams: server,
      secureStreams: () => server,
      clock,
      chance: new SeededChance(7),
      mixesCase,
      decode: decodeStubMessage,
    });
    const parts = { exchange, clock, servers: () => servers, network: () => "home" };
    const heard = ({ outcome }: Heard): void => {
      this.heard.push(values(outcome));
    };
    this.stub = new StubUpstream({ ...parts, heard, isTrusted: () => this.isTrusted });
  }

  /** Asks, and lets time pass until there is an outcome. */
  async ask(isDenialDoubted = false): Promise<Outcome> {
    let isDone = false;
    const asked = this.stub.ask(NAME, RRType.A, isDenialDoubted);
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

/** Servers, of which each says something of its own; nothing: it is silent. */
function saying(world: World, said: Readonly<Record<string, Partial<Message>>>): World {
  world.server.udp = (query, wire) => {
    const parts = said[world.server.asked.at(-1)?.to ?? ""];
    return parts === undefined ? [] : [respond(query, wire, parts)];
  };
  return world;
}

const [FIRST, SECOND] = ["192.0.2.53", "198.51.100.53"] as const;
const GOOD = { answer: [{ ...address(1), ttlSeconds: 300 }] };
const NOTHING = { rcode: Rcode.NXDOMAIN };

test("a denial that is doubted: a good answer of another server is the outcome", async () => {
  const world = saying(new World(), { [FIRST]: NOTHING, [SECOND]: GOOD });
  assert.equal(values(await world.ask()), "nxdomain");
  assert.equal(world.server.asked.length, 1);
  const outcome = await world.ask(true);
  assert.ok(outcome.kind === "answer" && outcome.isDisputed);
  assert.equal(values(outcome), "192.0.2.1");
  assert.deepEqual(world.heard, ["nxdomain", "192.0.2.1"]);
  assert.equal(world.server.open, 0);
});

test("a doubted denial stands where nobody has a good answer of his own", async () => {
  const plain = { udpPayloadSize: 1232, version: 0, dnssecOk: false, options: [] };
  const errors = [{ code: ExtendedErrorCode.STALE_ANSWER, text: "" }];
  const stale = { ...GOOD, edns: ednsWithErrors(plain, errors) };
  for (const other of [undefined, { rcode: Rcode.SERVFAIL }, stale, {}]) {
    const said = { [FIRST]: NOTHING, ...(other && { [SECOND]: other }) };
    const outcome = await saying(new World(), said).ask(true);
    assert.equal(values(outcome), "nxdomain");
    const agoMs = outcome.kind === "denial" && outcome.agoMs;
    assert.equal(agoMs, other === undefined ? 1500 : 0, "how long ago it was said");
  }
});

test("a denial beyond doubt is asked of nobody else, and taken from whoever says it", async () => {
  const sure = saying(new World(), { [FIRST]: { ...NOTHING, ad: true }, [SECOND]: GOOD });
  sure.isTrusted = true;
  assert.equal(values(await sure.ask(true)), "nxdomain");
  assert.equal(sure.server.asked.length, 1);
  const other = saying(new World(), { [FIRST]: NOTHING, [SECOND]: { ad: true } });
  other.isTrusted = true;
  const outcome = await other.ask(true);
  assert.ok(outcome.kind === "denial" && outcome.isAuthenticated && outcome.denial === "nodata");
});

test("nobody listens at a server: the next one is asked at once", async () => {
  const world = saying(new World(), { [SECOND]: GOOD });
  world.server.closed.add(FIRST);
  const startMs = world.clock.monotonicMs();
  assert.equal(values(await world.ask()), "192.0.2.1");
  assert.ok(world.clock.monotonicMs() - startMs <= 50);
  assert.equal(world.server.open, 0);
});

test("nobody listens anywhere: known within a second, but a restart is waited for", async () => {
  const world = saying(new World(), { [FIRST]: GOOD });
  for (const { address } of SERVERS) world.server.closed.add(address);
  const startMs = world.clock.monotonicMs();
  assert.equal(values(await world.ask()), "timeout");
  assert.ok(world.clock.monotonicMs() - startMs < 1000);
  world.clock.wakeAfter(200, () => world.server.closed.clear());
  assert.equal(values(await world.ask()), "192.0.2.1");
});

test("a server that knows no EDNS is asked once more without (RFC 6891 section 7)", async () => {
  for (const rcode of [Rcode.FORMERR, Rcode.NOTIMP]) {
    for (const isBare of [false, true]) {
      const world = new World();
      world.server.udp = (query, wire) => {
        if (query.edns === undefined) return [respond(query, wire, GOOD)];
        const { edns: _edns, ...plain } = makeResponse(query, rcode);
        const bytes = encodeMessage({ ...plain, ra: true, ...(isBare && { question: [] }) });
        if (!isBare) bytes.set(wire.subarray(12, 12 + NAME.length + 1), 12);
        return [bytes];
      };
      assert.equal(values(await world.ask()), "192.0.2.1");
      assert.equal(world.server.asked.length, 2);
      assert.equal(world.clock.monotonicMs() < 100, true);
    }
  }
});

test("who knows EDNS, or has another id, is not asked without it", async () => {
  const world = new World([SERVERS[0] ?? assert.fail()]);
  world.server.udp = (query, wire) => [respond(query, wire, { rcode: Rcode.FORMERR })];
  assert.equal(values(await world.ask()), "servfail");
  assert.equal(world.server.asked.length, 1);
  world.server.udp = (query) => {
    const { edns: _edns, ...plain } = makeResponse(query, Rcode.FORMERR);
    return [encodeMessage({ ...plain, id: query.id ^ 1, question: [] })];
  };
  assert.equal(values(await world.ask()), "timeout");
});
