import assert from "node:assert/strict";
import { createSocket } from "node:dgram";
import { test } from "node:test";
import {
  type Listening,
  type Log,
  type LogFacts,
  SILENT_LOG,
  type SocketAddress,
} from "../base/index.ts";
import {
  decodeMessage,
  encodeMessage,
  type Message,
  makeQuery,
  makeResponse,
  type Name,
  nameOf,
  Opcode,
  RRType,
} from "../dns/index.ts";
import { NO_RATE_LIMIT, type RateLimit, UdpService } from "../nameserver/index.ts";
import { arenaOf, testZone } from "../nameserver/serve/testArena.suite.ts";
import { HEADER_ROOT } from "../nameserver/zone/arenaLayout.ts";
import { rrsetsOf } from "../nameserver/zone/exampleZone.suite.ts";
import { NetError, RealChance, RealClock, UdpListener } from "../net/index.ts";
import { openUdpThreads } from "./udpThreads.ts";

const APEX = nameOf("example.test.");
const WWW = nameOf("www.example.test.");
const ZONE = testZone(
  APEX,
  rrsetsOf([
    "@ 60 SOA ns1.example.test. hostmaster.example.test. 100 300 60 2419200 5",
    "www 60 A 192.0.2.1",
    "*.wild 60 A 192.0.2.2",
  ]),
);

/** Serves the zone; UPDATEs come to this thread, which answers NOERROR to them. */
async function serve(
  perAddress: number,
  log: Log = SILENT_LOG,
  rest: { addresses?: number; places?: number; rateLimit?: RateLimit } = {},
) {
  const { addresses, places, rateLimit = NO_RATE_LIMIT } = rest;
  const threads = await openUdpThreads(perAddress, log, addresses, places);
  const service = new UdpService({
    arena: arenaOf([ZONE]).memory,
    nsid: "",
    rateLimit,
    threads,
    datagrams: new UdpListener(),
    handle: (bytes) => {
      const decoded = decodeMessage(bytes);
      assert.ok(decoded.kind === "message");
      const reply = encodeMessage(makeResponse(decoded.message, 0));
      return { kind: "replied", reply, isSigned: false };
    },
    clock: new RealClock(),
    chance: new RealChance(),
    log,
  });
  return { service, threads };
}

/** Asks, once more each second, until there is an answer. */
async function ask(port: number, query: Message, address = "127.0.0.1"): Promise<Message> {
  const socket = createSocket(address.includes(":") ? "udp6" : "udp4");
  try {
    return await new Promise((resolve) => {
      socket.on("message", (bytes) => {
        const decoded = decodeMessage(new Uint8Array(bytes));
        assert.ok(decoded.kind === "message");
        resolve(decoded.message);
      });
      const send = () => socket.send(encodeMessage(query), port, address);
      const again = setInterval(send, 1000);
      socket.once("close", () => clearInterval(again));
      send();
    });
  } finally {
    socket.close();
  }
}

const updateOf = (zone: Name): Message => {
  const query = makeQuery(7, zone, RRType.SOA);
  return { ...query, opcode: Opcode.UPDATE };
};

for (const [perAddress, by, address] of [
  [2, "threads", "127.0.0.1"],
  [1, "threads", "::"],
  [0, "main thread", "127.0.0.1"],
] as const) {
  test(`${by} on ${address}: both paths answer, updates are passed on`, async () => {
    const { service } = await serve(perAddress);
    const listening = await service.listen({ address, port: 0 });
    const { port } = listening.local;
    const to = address === "::" ? "::1" : address;
    try {
      for (let id = 1; id <= 10; id += 1) {
        const answer = await ask(port, makeQuery(id, WWW, RRType.A), to);
        assert.deepEqual([answer.id, answer.answer.length], [id, 1]);
      }
      const wild = await ask(port, makeQuery(3, nameOf("x.wild.example.test."), RRType.A), to);
      assert.equal(wild.answer.length, 1);
      assert.equal((await ask(port, updateOf(APEX), to)).opcode, Opcode.UPDATE);
      const report = service.report();
      assert.equal(report.by, by);
      assert.equal(report.threads, perAddress);
      assert.equal(report.counts.general, 1);
      assert.equal(report.counts.handedOver, 1);
      assert.equal(report.counts.responses[0], 11);
    } finally {
      await listening.close();
      service.close();
    }
    assert.equal(service.report().threads, 0);
  });
}

test("threads on one address: a second program is told that it is taken", async () => {
  const { service } = await serve(1);
  const listening = await service.listen({ address: "127.0.0.1", port: 0 });
  await assert.rejects(
    service.listen(listening.local),
    (error: unknown) => error instanceof NetError && error.fault.code === "address-in-use",
  );
  await listening.close();
  const again = await service.listen(listening.local);
  await again.close();
  service.close();
});

test("addresses share the places for threads; the main thread serves what is left", async () => {
  const lines: string[] = [];
  const warn = (text: string) => void lines.push(text);
  const few = { addresses: 2, places: 3 };
  const { service, threads } = await serve(3, { ...SILENT_LOG, warn }, few);
  assert.ok("listen" in threads);
  const on: SocketAddress = { address: "127.0.0.1", port: 0 };
  const listening: Listening[] = [];
  try {
    // Each of two gets as many, whoever comes first; of those that nobody told of, one is lucky.
    for (const free of [2, 1, 0, 0]) {
      listening.push(await service.listen(on));
      assert.equal(threads.freePlaces, free);
    }
    for (const { local } of listening) {
      assert.equal((await ask(local.port, makeQuery(1, WWW, RRType.A))).answer.length, 1);
    }
    assert.equal(service.report().threads, 3);
    assert.deepEqual(lines, ["UDP on an address is served by the main thread"]);
  } finally {
    for (const one of listening) await one.close();
    service.close();
  }
  assert.equal(threads.freePlaces, 3);
});

test("threads keep one rate limit together, whichever of them is asked", async () => {
  const rate = 5;
  const rateLimit = { responsesPerSecond: rate, slip: 0, exempt: [] };
  const { service } = await serve(3, SILENT_LOG, { rateLimit });
  const listening = await service.listen({ address: "127.0.0.1", port: 0 });
  const { port } = listening.local;
  const begunMs = performance.now();
  const query = encodeMessage(makeQuery(1, WWW, RRType.A));
  const sockets = Array.from({ length: 24 }, () => createSocket("udp4"));
  let sent = 0;
  for (let round = 1; round <= 10; round += 1) {
    for (const socket of sockets) socket.send(query, port, "127.0.0.1");
    sent += sockets.length;
    while (service.report().counts.received < sent)
      await new Promise((next) => setTimeout(next, 1));
  }
  const seconds = (performance.now() - begunMs) / 1000;
  const { responses } = service.report().counts;
  const answered = responses.reduce((sum, count) => sum + count, 0);
  for (const socket of sockets) socket.close();
  await listening.close();
  service.close();
  // What two threads write at once may be counted once: a few more, never a multiple.
  assert.ok(answered <= 2 * rate * (1 + seconds), `${answered} of ${sent} in ${seconds} s`);
});

test("a thread that cannot start says why", async () => {
  const threads = await openUdpThreads(1, SILENT_LOG);
  assert.ok("listen" in threads);
  const ended: number[] = [];
  const service = {
    plan: { arena: "no arena" },
    receive: () => {},
    ended: (thread: number) => void ended.push(thread),
  };
  await assert.rejects(
    threads.listen({ address: "127.0.0.1", port: 0 }, service),
    /Cannot start a serving thread/,
  );
  assert.equal(threads.running, 0);
  assert.deepEqual(ended, [0], "what it held is let go");
});

test("a thread that ends unasked is started again, and said so", async () => {
  const lines: { message: string; facts: LogFacts | undefined }[] = [];
  const error = (message: string, facts?: LogFacts) => void lines.push({ message, facts });
  const { service, threads } = await serve(1, { ...SILENT_LOG, error });
  assert.ok("listen" in threads);
  const listening = await service.listen({ address: "127.0.0.1", port: 0 });
  const { port } = listening.local;
  assert.equal((await ask(port, makeQuery(1, WWW, RRType.A))).answer.length, 1);
  // A root that is nowhere: the next batch meets a bug outside of any one message.
  const words = new Int32Array(service.plan.arena);
  const root = Atomics.load(words, HEADER_ROOT);
  Atomics.store(words, HEADER_ROOT, -8);
  const query = ask(port, makeQuery(2, WWW, RRType.A));
  while (threads.restarts === 0) await new Promise((next) => setTimeout(next, 5));
  Atomics.store(words, HEADER_ROOT, root);
  assert.equal((await query).answer.length, 1);
  assert.equal(service.report().restarts >= 1, true);
  assert.match(lines[0]?.message ?? "", /ended, and is started again/);
  assert.equal(lines[0]?.facts?.["thread"], 0);
  await listening.close();
  service.close();
});
