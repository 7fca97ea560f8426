import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededChance } from "../../../sim/seededChance.ts";
import { SimClock } from "../../../sim/simClock.ts";
import { SILENT_LOG } from "../../base/index.ts";
import { type Message, makeRRset, nameOf, Opcode, Rcode, RRType } from "../../dns/index.ts";
import type { EndpointWrite, ZoneStore } from "../../plan/index.ts";
import { zoneStoreSuite } from "../zoneStore.suite.ts";
import { OUTSTANDING_MAX, REQUEST_MS_MAX } from "./dnsChannel.ts";
import { FakeDnsServer, KEY, type Manner } from "./fakeDnsServer.suite.ts";
import { Rfc2136ZoneStore } from "./rfc2136ZoneStore.ts";

const ZONE = nameOf("example.org");
const NAME = nameOf("www.example.org");

function setUp(kind: "embedded" | "plain" = "embedded") {
  const clock = new SimClock();
  const server = new FakeDnsServer(() => Math.floor(clock.wallMs() / 1_000));
  const store = new Rfc2136ZoneStore({
    id: "test",
    server: { address: "127.0.0.1", port: 53 },
    key: KEY,
    kind,
    dialer: server.dialer,
    clock,
    chance: new SeededChance(1),
    log: SILENT_LOG,
  });
  let reconnects = 0;
  store.onReconnect(() => {
    reconnects += 1;
  });
  return { clock, server, store, reconnects: () => reconnects };
}

for (const kind of ["embedded", "plain"] as const) {
  zoneStoreSuite(`Rfc2136ZoneStore (${kind})`, async () => {
    const { clock, server, store } = setUp(kind);
    let isCut = false;
    // After the cut the suite waits for answers that never come: let time pass meanwhile.
    const pass = setInterval(() => {
      if (isCut) void clock.advance(REQUEST_MS_MAX);
    }, 1);
    return {
      store,
      putRRset: (rrset) => server.records.put(rrset),
      cutOff: () => {
        isCut = true;
        server.mannerOf = () => ({ kind: "silent" });
      },
      close: async () => {
        clearInterval(pass);
        store.close();
      },
    };
  });
}

const write: EndpointWrite = {
  endpoint: NAME,
  condition: { fence: undefined, gate: undefined, nameNotInUse: true },
  deleteTypes: [RRType.A],
  rrsets: [makeRRset(NAME, RRType.A, 5, [Uint8Array.of(192, 0, 2, 1)])],
  weights: { answers: "all", byType: new Map([["A", [1]]]) },
  fence: { epoch: 0, generation: 1, edition: 1, types: ["A"], digest: "0123456789abcdef" },
};

/** Runs what takes time on the simulated clock. */
async function passing<Result>(clock: SimClock, work: Promise<Result>): Promise<Result> {
  let isDone = false;
  void work.finally(() => {
    isDone = true;
  });
  for (let step = 0; step < 200 && !isDone; step += 1) await clock.advance(100);
  return work;
}

const isUpdate = (message: Message) => message.opcode === Opcode.UPDATE;
const commit = async (store: ZoneStore) => (await store.commit(ZONE, [write]))[0];
const readOne = async (store: ZoneStore) => (await store.read(ZONE, [NAME]))[0];

const outcomes: readonly { manner: Manner; want: string; why: string }[] = [
  { manner: { kind: "answer" }, want: "applied", why: "NOERROR" },
  { manner: { kind: "silent" }, want: "unknown", why: "it may yet be applied" },
  { manner: { kind: "mute" }, want: "unknown", why: "it was applied, and nobody said so" },
  { manner: { kind: "unsigned" }, want: "unknown", why: "anyone could have said that" },
  { manner: { kind: "forged" }, want: "unknown", why: "somebody without the key said that" },
  { manner: { kind: "truncated" }, want: "unknown", why: "no whole response over TCP is none" },
  { manner: { kind: "hang-up" }, want: "unknown", why: "it may have been applied" },
  ...[
    [Rcode.NXRRSET, "condition-failed", "RFC 2136 section 3.2: the fence is another one"],
    [Rcode.YXRRSET, "condition-failed", "there is a fence"],
    [Rcode.YXDOMAIN, "condition-failed", "the name is in use"],
    [Rcode.NXDOMAIN, "condition-failed", "the name is not in use"],
    [Rcode.REFUSED, "refused", "the server will not"],
    [Rcode.NOTAUTH, "refused", "not its zone"],
    [Rcode.NOTZONE, "refused", "not in its zone"],
    [Rcode.FORMERR, "refused", "not understood"],
    [Rcode.NOTIMP, "refused", "it takes no updates"],
    [Rcode.SERVFAIL, "unknown", "the server may not know what it did"],
    [15, "unknown", "no RCODE that means anything here"],
  ].map(([rcode, want, why]) => ({
    manner: { kind: "rcode", rcode: Number(rcode) } as const,
    want: String(want),
    why: String(why),
  })),
];

for (const { manner, want, why } of outcomes) {
  const rcode = manner.kind === "rcode" ? ` ${manner.rcode}` : "";
  test(`commit() is ${want} when the server is ${manner.kind}${rcode}: ${why}`, async () => {
    const { clock, server, store } = setUp();
    server.mannerOf = () => manner;
    assert.equal((await passing(clock, commit(store)))?.kind, want);
    assert.equal(server.requests.filter(isUpdate).length, 1, "a write is sent once");
    store.close();
  });
}

for (const { manner } of outcomes.filter(({ manner: { kind } }) => kind !== "answer")) {
  const rcode = manner.kind === "rcode" ? ` ${manner.rcode}` : "";
  const isThere = manner.kind === "rcode" && manner.rcode === Rcode.NXDOMAIN;
  if (isThere) continue; // an authoritative NXDOMAIN is an answer: nothing is there
  test(`read() is unreadable when the server is ${manner.kind}${rcode}`, async () => {
    const { clock, server, store } = setUp();
    server.mannerOf = () => manner;
    assert.equal((await passing(clock, readOne(store)))?.kind, "unreadable");
    store.close();
  });
}

test("read() is unreadable when the server is not authoritative", async () => {
  const { clock, server, store } = setUp();
  server.mannerOf = () => ({ kind: "not-authoritative" });
  assert.equal((await passing(clock, readOne(store)))?.kind, "unreadable", "a denial");
  server.records.put(makeRRset(NAME, RRType.A, 5, [Uint8Array.of(192, 0, 2, 1)]));
  assert.equal((await passing(clock, readOne(store)))?.kind, "unreadable", "an answer");
  store.close();
});

test("read() is unreadable when only one of its queries fails", async () => {
  for (const broken of ["_holdfast.www", "_weights", "www"]) {
    const { clock, server, store } = setUp();
    assert.equal((await passing(clock, commit(store)))?.kind, "applied");
    server.mannerOf = ({ question }) =>
      question[0]?.name.startsWith(broken)
        ? { kind: "rcode", rcode: Rcode.SERVFAIL }
        : { kind: "answer" };
    assert.equal((await passing(clock, readOne(store)))?.kind, "unreadable", broken);
    store.close();
  }
});

test("read() asks for the fence before the records, where it was not told besides", async () => {
  const { clock, server, store } = setUp();
  await passing(clock, readOne(store));
  const asked = server.requests.map(({ question }) => question[0]?.name);
  assert.deepEqual(asked, [NAME, `_holdfast.${NAME}`, `_weights._holdfast.${NAME}`, NAME]);
  store.close();
});

test("read() takes one question where the server tells fence and weights besides", async () => {
  const { clock, server, store } = setUp();
  assert.equal((await passing(clock, commit(store)))?.kind, "applied");
  const byParts = await passing(clock, readOne(store));
  server.tellsBesides = true;
  server.requests.length = 0;
  assert.deepEqual(await passing(clock, readOne(store)), byParts);
  assert.equal(server.requests.length, 1);
  store.close();
});

test("commit() gives the server's own words when it refuses", async () => {
  const { clock, server, store } = setUp();
  server.mannerOf = () => ({
    kind: "rcode",
    rcode: Rcode.REFUSED,
    text: "it would empty the name",
  });
  const problem = "REFUSED: it would empty the name";
  assert.deepEqual(await passing(clock, commit(store)), { kind: "refused", problem });
  store.close();
});

test("a wrong clock is corrected by the server's signed time, once for all", async () => {
  const { clock, server, store } = setUp();
  clock.jumpWall(-3_600_000);
  const right = Math.floor(clock.wallMs() / 1_000) + 3_600;
  server.nowSeconds = () => right;
  assert.equal((await passing(clock, commit(store)))?.kind, "applied");
  assert.equal(server.requests.length, 1, "BADTIME means that nothing was done");
  const before = server.requests.length;
  assert.equal((await passing(clock, readOne(store)))?.kind, "read");
  assert.equal(server.requests.length, before + 4, "the offset is kept");
  store.close();
});

test("a server that says BADTIME to its own time is given up, not asked for ever", async () => {
  const { clock, server, store } = setUp();
  let seconds = 0;
  server.nowSeconds = () => {
    seconds += 100_000;
    return seconds;
  };
  assert.equal((await passing(clock, commit(store)))?.kind, "unknown");
  store.close();
});

test("requests are pipelined, bounded, and matched however replies are ordered", async () => {
  const { clock, server, store } = setUp();
  server.reversesReplies = true;
  const names = Array.from({ length: 300 }, (_, index) => nameOf(`e${index}.example.org`));
  for (const name of names.slice(0, 5)) {
    server.records.put(makeRRset(name, RRType.A, 5, [Uint8Array.of(192, 0, 2, 1)]));
  }
  const readings = await passing(clock, store.read(ZONE, names));
  assert.deepEqual(
    readings.map(({ endpoint }) => endpoint),
    names,
  );
  const held = readings.filter((reading) => reading.kind === "read" && reading.rrsets.length > 0);
  assert.equal(held.length, 5);
  assert(new Set(server.ids.slice(0, OUTSTANDING_MAX)).size === OUTSTANDING_MAX, "ids differ");
  const steps = server.ids.slice(1).map((id, index) => id - (server.ids[index] ?? 0));
  assert(new Set(steps).size > 200, "ids do not follow a pattern");
  store.close();
});

test("a lost connection fails what is outstanding, is dialled again, and is told", async () => {
  const { clock, server, store, reconnects } = setUp();
  assert.equal((await passing(clock, readOne(store)))?.kind, "read");
  assert.equal(reconnects(), 1);
  server.isDown = true;
  server.hangUp();
  await clock.advance(1);
  assert.equal((await readOne(store))?.kind, "unreadable", "at once, not after a time-out");
  await clock.advance(10_000);
  assert(server.dials > 10 && server.dials < 40, `${server.dials} dials in 10 s are bounded`);
  server.isDown = false;
  await clock.advance(1_000);
  assert.equal(reconnects(), 2, "within a second of its return");
  assert.equal((await passing(clock, readOne(store)))?.kind, "read");
  store.close();
});

test("what is outstanding when the connection goes has failed at once", async () => {
  const { clock, server, store } = setUp();
  server.mannerOf = () => ({ kind: "silent" });
  const outcome = commit(store);
  await clock.advance(10);
  server.mannerOf = () => ({ kind: "answer" });
  server.hangUp();
  await clock.advance(10);
  const pending = Symbol("pending");
  const settled = await Promise.race([outcome, clock.advance(1).then(() => pending)]);
  assert(settled !== pending && typeof settled !== "symbol" && settled?.kind === "unknown");
  await clock.advance(5_000);
  assert.equal(server.requests.filter(isUpdate).length, 1);
  store.close();
});

test("no more than the limit is outstanding, and the rest waits its turn", async () => {
  const { clock, server, store } = setUp();
  server.mannerOf = () => ({ kind: "silent" });
  const names = Array.from({ length: 300 }, (_, index) => nameOf(`e${index}.example.org`));
  void store.read(ZONE, names);
  for (let turn = 0; turn < 10; turn += 1) await clock.advance(10);
  assert.equal(server.requests.length, OUTSTANDING_MAX);
  store.close();
});

test("a server that hangs is left for a new connection after a time-out", async () => {
  const { clock, server, store, reconnects } = setUp();
  await passing(clock, readOne(store));
  server.mannerOf = () => ({ kind: "silent" });
  const reading = readOne(store);
  await clock.advance(REQUEST_MS_MAX + 2_000);
  assert.equal((await reading)?.kind, "unreadable");
  assert(reconnects() >= 2, "dialled again");
  store.close();
});

test("one unanswered request among answered ones does not cost the connection", async () => {
  const { clock, server, store, reconnects } = setUp();
  server.mannerOf = (request) => (isUpdate(request) ? { kind: "silent" } : { kind: "answer" });
  const outcome = commit(store);
  for (let second = 0; second < 8; second += 1) {
    await clock.advance(1_000);
    await passing(clock, readOne(store));
  }
  assert.equal((await outcome)?.kind, "unknown");
  assert.equal(reconnects(), 1);
  store.close();
});

test("writeSeed() does nothing over another connection than the mark was read on", async () => {
  const { clock, server, store } = setUp();
  assert.equal((await store.writeSeed(ZONE, [])).kind, "condition-failed", "never read");
  assert.equal(await passing(clock, store.readSeed(ZONE)), "unseeded");
  server.hangUp(); // and comes back with an empty disk
  await clock.advance(2_000);
  const outcome = await passing(clock, store.writeSeed(ZONE, []));
  assert.notEqual(outcome.kind, "applied");
  assert.equal(server.requests.filter(isUpdate).length, 0);
  assert.equal(await passing(clock, store.readSeed(ZONE)), "unseeded");
  assert.equal((await passing(clock, store.writeSeed(ZONE, []))).kind, "applied");
  store.close();
});

test("close() ends everything that waits", async () => {
  const { clock, server, store } = setUp();
  server.mannerOf = () => ({ kind: "silent" });
  const reading = readOne(store);
  await clock.advance(10);
  store.close();
  assert.equal((await reading)?.kind, "unreadable");
  assert.equal((await readOne(store))?.kind, "unreadable");
  await clock.advance(5_000);
  assert.equal(clock.pendingWakes, 0, "no timer is left");
});
