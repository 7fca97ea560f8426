import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { Client } from "undici";
import { SILENT_LOG } from "../../base/index.ts";
import {
  appendPlan,
  deltaAfter,
  ManualClock,
  options,
  REAL_CLOCK,
  serving,
} from "../fixtures.suite.ts";
import { failsWith } from "../makeStore.suite.ts";
import { MemoryStore } from "../memory/memoryStore.ts";
import { override } from "../orderFixtures.suite.ts";
import { SMALL_OCTETS_MAX } from "./operation.ts";
import { SILENCE_MS_MAX } from "./protocol.ts";
import { SUBSCRIBERS_MAX, serveStore } from "./serveStore.ts";
import { SocketStore } from "./socketStore.ts";

const folder = mkdtempSync(join(tmpdir(), "holdfast-faults-"));
after(() => rmSync(folder, { recursive: true }));

const ports = { clock: REAL_CLOCK, log: SILENT_LOG };
let sockets = 0;
function newPath(): string {
  sockets += 1;
  return join(folder, `${sockets}.sock`);
}

async function owner(path = newPath()) {
  const store = new MemoryStore(options(new ManualClock()));
  const served = await serveStore(store, path, ports);
  return { store, served, path };
}

function nextHint(store: SocketStore, topic: string): Promise<void> {
  return new Promise((resolve) => {
    const stop = store.watch((hint) => {
      if (hint.topic !== topic) return;
      stop();
      resolve();
    });
  });
}

/** Gives way until `condition` holds; the test's own time-out is the deadline. */
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}

async function post(path: string, operation: string, body: string, protocol = "3") {
  const client = new Client("http://plan-store", { socketPath: path });
  const headers = { "content-type": "application/json", "holdfast-protocol": protocol };
  const request = { method: "POST", path: `/v1/${operation}`, headers, body } as const;
  const response = await client.request(request);
  const answer = JSON.parse(await response.body.text());
  await client.close();
  return { status: response.statusCode, answer };
}

const slow = { timeout: 30_000 };

test("SocketStore is unreachable at once where nobody listens", slow, async () => {
  const store = new SocketStore(newPath(), ports);
  await assert.rejects(store.head(), failsWith("unreachable"));
  await store.close();
});

test("SocketStore gives up on an owner that takes the call and never answers", slow, async () => {
  const path = newPath();
  const held: Socket[] = [];
  const silent = createServer((socket) => held.push(socket.resume()));
  await new Promise<void>((resolve) => silent.listen(path, resolve));
  const clock = new ManualClock();
  const store = new SocketStore(path, { clock, log: SILENT_LOG });
  const call = assert.rejects(store.head(), /no answer in 10000 ms/);
  await until(() => held.length > 0);
  clock.advance(10_000);
  await call;
  await store.close();
  for (const socket of held) socket.destroy();
  silent.close();
});

test("SocketStore ends its calls under way when it is closed", slow, async () => {
  const path = newPath();
  const held: Socket[] = [];
  const silent = createServer((socket) => held.push(socket.resume()));
  await new Promise<void>((resolve) => silent.listen(path, resolve));
  const store = new SocketStore(path, ports);
  const call = assert.rejects(store.head(), failsWith("unreachable"));
  await until(() => held.length > 0);
  await store.close();
  await call;
  for (const socket of held) socket.destroy();
  silent.close();
});

test("SocketStore says connected again after the owner was gone", slow, async () => {
  const first = await owner();
  const store = new SocketStore(first.path, ports);
  const topics: string[] = [];
  store.watch((hint) => topics.push(hint.topic));
  await until(() => topics.includes("connected"));
  await first.served.close();
  await assert.rejects(store.head(), failsWith("unreachable"));
  topics.length = 0;
  const second = await owner(first.path);
  await until(() => topics.includes("connected"));
  await appendPlan(store, ["a"]);
  assert.equal((await second.store.head()).generation, 1);
  await until(() => topics.includes("plan"));
  await store.close();
  await second.served.close();
});

test(
  "SocketStore takes an owner that fell silent for lost, and comes back by itself",
  slow,
  async () => {
    const path = newPath();
    const held: Socket[] = [];
    const lines = '{"kind":"hint","topic":"connected"}\n';
    const head = "HTTP/1.1 200 OK\r\nholdfast-protocol: 3\r\ntransfer-encoding: chunked\r\n\r\n";
    const chunk = `${lines.length.toString(16)}\r\n${lines}\r\n`;
    const stalls = createServer((socket) => {
      held.push(socket);
      socket.on("error", () => {});
      socket.once("data", () => socket.write(head + chunk));
    });
    await new Promise<void>((resolve) => stalls.listen(path, resolve));
    const clock = new ManualClock();
    const store = new SocketStore(path, { clock, log: SILENT_LOG });
    await nextHint(store, "connected");
    clock.advance(SILENCE_MS_MAX);
    await until(() => held[0]?.destroyed === true || held[0]?.readableEnded === true);
    const again = nextHint(store, "connected");
    const nudge = setInterval(() => clock.advance(100), 5); // the back-off waits on this clock
    await again;
    clearInterval(nudge);
    assert.ok(held.length >= 2);
    await store.close();
    for (const socket of held) socket.destroy();
    stalls.close();
  },
);

test("serveStore() neither waits for nor queues for a watcher that never reads", slow, async () => {
  const { store, served, path } = await owner();
  const watcher = connect(path);
  watcher.pause();
  watcher.write("GET /v1/watch HTTP/1.1\r\nhost: plan-store\r\nholdfast-protocol: 3\r\n\r\n");
  const other = new SocketStore(path, ports);
  await nextHint(other, "connected");
  const rounds = 60_000;
  for (let generation = 1; generation <= rounds; generation += 1) {
    await store.raiseFloor({ epoch: 0, generation });
    if (generation % 20 === 0) await new Promise(setImmediate);
  }
  assert.equal((await other.head()).floorGeneration, rounds);
  // It reads at last: what it gets is a small part of what happened, and then what is newest.
  await appendPlan(store, ["a"]);
  let heard = "";
  watcher.on("data", (chunk) => {
    heard += String(chunk);
  });
  watcher.resume();
  await until(() => heard.includes(`"generation":${rounds + 1}}`));
  assert.ok(heard.length < rounds * 10, `${heard.length} octets for ${rounds} hints`);
  watcher.destroy();
  await other.close();
  await served.close();
});

test("serveStore() refuses one watcher too many and keeps the others", slow, async () => {
  const { served, path } = await owner();
  const sockets = Array.from({ length: SUBSCRIBERS_MAX }, () => {
    const socket = connect(path);
    socket.write("GET /v1/watch HTTP/1.1\r\nhost: plan-store\r\nholdfast-protocol: 3\r\n\r\n");
    return socket;
  });
  const heard = sockets.map((socket) => new Promise((resolve) => socket.once("data", resolve)));
  await Promise.all(heard);
  const client = new Client("http://plan-store", { socketPath: path });
  const headers = { "holdfast-protocol": "3" };
  const late = await client.request({ method: "GET", path: "/v1/watch", headers });
  assert.equal(late.statusCode, 409);
  await late.body.dump();
  await client.close();
  for (const socket of sockets) socket.destroy();
  await served.close();
});

test(
  "serveStore() refuses a caller with a newer protocol, and says which it knows",
  slow,
  async () => {
    const { served, path } = await owner();
    const { status, answer } = await post(path, "head", "{}", "4");
    assert.equal(status, 426);
    assert.deepEqual(answer.fault, { code: "newer-format", found: 4, known: 3 });
    await served.close();
  },
);

test("serveStore() refuses a caller of an older version, and says what to do", slow, async () => {
  const { served, path } = await owner();
  const { status, answer } = await post(path, "head", "{}", "1");
  assert.equal(status, 400);
  assert.match(answer.message, /must be 3: it is 1, of an older Holdfast. Restart it/);
  await served.close();
});

test("SocketStore refuses an owner with a newer protocol", slow, async () => {
  const path = newPath();
  const newer = createServer((socket) => {
    const body = '{"answer":{"brave":"new"}}';
    const head = `HTTP/1.1 200 OK\r\nholdfast-protocol: 4\r\ncontent-length: ${body.length}\r\n`;
    socket.once("data", () => socket.end(`${head}\r\n${body}`));
  });
  await new Promise<void>((resolve) => newer.listen(path, resolve));
  const store = new SocketStore(path, ports);
  await assert.rejects(store.head(), failsWith("newer-format"));
  await store.close();
  newer.close();
});

const empty = serving("a", 1);
const pinned = override("a", "o-a-1");
const malformed = [
  { operation: "head", body: "not json", why: "it is not JSON" },
  { operation: "head", body: '{"more":1}', why: "an unknown member may mean something to others" },
  { operation: "changesAfter", body: '{"generation":-1}', why: "there is no generation -1" },
  { operation: "history", body: '{"endpoint":"A.example.","limit":1}', why: "not canonical" },
  { operation: "history", body: '{"endpoint":"a..example.","limit":1}', why: "not a name" },
  {
    operation: "append",
    body: JSON.stringify(
      deltaAfter(
        { generation: 0, digest: "" },
        { generation: 1, changed: [{ ...empty, rrsets: [] as never }] },
      ),
    ),
    why: "an entry without RRsets would empty a name",
  },
  {
    operation: "append",
    body: JSON.stringify(
      deltaAfter(
        { generation: 0, digest: "" },
        {
          generation: 1,
          changed: [{ ...empty, rrsets: [{ type: "A", ttlSeconds: 5, records: [] as never }] }],
        },
      ),
    ),
    why: "an RRset without records would empty a name",
  },
  {
    operation: "putOrders",
    body: JSON.stringify([{ ...pinned, rrsets: [] }]),
    why: "pins nothing",
  },
  { operation: "putOrders", body: JSON.stringify([{ ...pinned, more: 1 }]), why: "says more" },
  { operation: "putOrders", body: JSON.stringify([{ ...pinned, kind: "wish" }]), why: "no kind" },
  { operation: "putOrders", body: JSON.stringify([{ ...pinned, id: "O 1" }]), why: "no fence id" },
  { operation: "endOrders", body: '{"ids":"all","actor":"a","why":"b"}', why: "ids are a list" },
  {
    operation: "raiseEpochs",
    body: JSON.stringify([{ endpoint: "a.example.", epoch: -1 }]),
    why: "there is no epoch -1",
  },
  {
    operation: "raiseEpochs",
    body: JSON.stringify(Array(1_001).fill({ endpoint: "a.example.", epoch: 1 })),
    why: "more than a store keeps",
  },
  { operation: "cleanUp", body: '{"plansMin":1}', why: "half a retention" },
];

for (const { operation, body, why } of malformed) {
  test(`serveStore() refuses ${operation} ${body.slice(0, 30)}: ${why}`, slow, async () => {
    const { store, served, path } = await owner();
    const { status, answer } = await post(path, operation, body);
    assert.equal(status, 400);
    assert.equal(answer.fault.code, "malformed");
    assert.equal((await store.head()).generation, 0);
    await served.close();
  });
}

test("serveStore() refuses what is no operation", slow, async () => {
  const { served, path } = await owner();
  const { status, answer } = await post(path, "format", "{}");
  assert.deepEqual([status, answer.fault.code], [409, "refused"]);
  await served.close();
});

test("SocketStore refuses by itself to send more than the owner would take", slow, async () => {
  const { served, path } = await owner();
  const store = new SocketStore(path, ports);
  const text = "x".repeat(16_000);
  const event = { atMs: 1, kind: "drift-found", actor: "a", subject: "s", facts: {} } as const;
  const count = Math.ceil(SMALL_OCTETS_MAX / text.length);
  const events = Array.from({ length: count }, () => ({ ...event, text }));
  await assert.rejects(store.record(events), failsWith("refused"));
  await store.close();
  await served.close();
});

test("serveStore() makes a socket that only its owner may open, and removes it", slow, async () => {
  const { served, path } = await owner();
  assert.equal(statSync(path).mode & 0o777, 0o600);
  await served.close();
  assert.throws(() => statSync(path));
});

test("serveStore() takes the place of a socket that a dead owner left", slow, async () => {
  const path = newPath();
  const left = createServer();
  await new Promise<void>((resolve) => left.listen(path, resolve));
  const { served } = await owner(path);
  const store = new SocketStore(path, ports);
  assert.equal((await store.head()).generation, 0);
  await store.close();
  await served.close();
  left.close();
});

test("serveStore() leaves a file alone that is not a socket", slow, async () => {
  const path = newPath();
  writeFileSync(path, "precious");
  await assert.rejects(owner(path), failsWith("refused"));
  assert.equal(readFileSync(path, "utf8"), "precious");
});

test("serveStore() and SocketStore refuse a path that a socket cannot have", slow, async () => {
  const path = `/${"x".repeat(100)}`;
  await assert.rejects(owner(path), /must be <= 100 octets: it is 101/);
  assert.throws(() => new SocketStore(path, ports), failsWith("refused"));
});
