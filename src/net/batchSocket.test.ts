import assert from "node:assert/strict";
import { createSocket, type Socket } from "node:dgram";
import { test } from "node:test";
import { type BatchCalls, loadBatchCalls } from "./batchCalls.ts";
import { openBatchSockets, RECEIVE_WAIT_MS_MAX } from "./batchListen.ts";
import { PACKET_OCTETS_MAX } from "./batchMemory.ts";
import { BatchSocket } from "./batchSocket.ts";
import { NetError } from "./netError.ts";
import { socketAddressAt, socketName } from "./socketName.ts";

async function calls(): Promise<BatchCalls> {
  const loaded = await loadBatchCalls();
  assert.ok(loaded.kind === "loaded", loaded.kind === "unavailable" ? loaded.reason : "");
  return loaded.calls;
}

function opened(port: BatchCalls, address: string) {
  const sockets = openBatchSockets(port, { address, port: 0 }, 1);
  const [handle] = sockets.handles;
  assert.ok(handle !== undefined);
  return { sockets, socket: new BatchSocket(port, handle), port: sockets.local.port };
}

/** A client whose datagrams are in the server's queue once `send` has resolved. */
async function client(type: "udp4" | "udp6", connectTo?: { address: string; port: number }) {
  const socket: Socket = createSocket(type);
  const replies: { text: string; from: string }[] = [];
  socket.on("message", (message, from) => {
    replies.push({ text: message.toString("latin1"), from: from.address });
  });
  if (connectTo !== undefined) {
    await new Promise<void>((done) => socket.connect(connectTo.port, connectTo.address, done));
  }
  const send = (text: string, port?: number, address?: string) =>
    new Promise<void>((done, fail) => {
      const over = (error: Error | null) => (error === null ? done() : fail(error));
      if (port === undefined || address === undefined) socket.send(text, over);
      else socket.send(text, port, address, over);
    });
  const replied = async (count: number) => {
    while (replies.length < count) await new Promise((next) => setImmediate(next));
    return replies;
  };
  return { socket, send, replied, replies };
}

/** Answers every datagram of one batch with its own octets in reverse. */
function turnRound(socket: BatchSocket): number {
  const count = socket.receive();
  for (let slot = 0; slot < count; slot += 1) {
    const at = socket.memory.packetAt(slot);
    socket.memory.octets.subarray(at, at + socket.octetsIn(slot)).reverse();
    socket.reply(slot, socket.octetsIn(slot));
  }
  socket.flush();
  return count;
}

for (const address of ["127.0.0.1", "::1"]) {
  test(`a batch is received and each datagram answered to its sender on ${address}`, async () => {
    const { sockets, socket, port } = opened(await calls(), address);
    const type = address === "::1" ? "udp6" : "udp4";
    const [one, other] = [await client(type), await client(type)];
    await one.send("abc", port, address);
    await other.send("defg", port, address);
    await one.send("", port, address);
    assert.equal(turnRound(socket), 3);
    assert.deepEqual(await one.replied(2), [
      { text: "cba", from: address },
      { text: "", from: address },
    ]);
    assert.deepEqual(await other.replied(1), [{ text: "gfed", from: address }]);
    assert.equal(socket.sourceOf(0).port, one.socket.address().port);
    assert.equal(socket.sourceOf(0).address, address);
    one.socket.close();
    other.socket.close();
    sockets.close();
  });
}

for (const [wildcard, asked] of [
  ["0.0.0.0", "127.0.0.7"],
  ["::", "::1"],
] as const) {
  test(`a socket bound to ${wildcard} replies from the address that was asked`, async () => {
    const { sockets, socket, port } = opened(await calls(), wildcard);
    const type = wildcard === "::" ? "udp6" : "udp4";
    // A connected client takes replies from that address alone.
    const one = await client(type, { address: asked, port });
    await one.send("abc");
    turnRound(socket);
    await one.send("def");
    turnRound(socket);
    assert.deepEqual(await one.replied(2), [
      { text: "cba", from: asked },
      { text: "fed", from: asked },
    ]);
    one.socket.close();
    sockets.close();
  });
}

test("only slots that are replied to are sent, in whatever order", async () => {
  const { sockets, socket, port } = opened(await calls(), "127.0.0.1");
  const one = await client("udp4");
  for (const text of ["0", "1", "2", "3"]) await one.send(text, port, "127.0.0.1");
  assert.equal(socket.receive(), 4);
  for (const slot of [3, 1]) socket.reply(slot, 1);
  socket.flush();
  assert.deepEqual((await one.replied(2)).map(({ text }) => text).sort(), ["1", "3"]);
  for (const text of ["4", "5"]) await one.send(text, port, "127.0.0.1");
  assert.equal(turnRound(socket), 2);
  assert.equal((await one.replied(4)).length, 4);
  one.socket.close();
  sockets.close();
});

test("clients that are gone cost nobody an answer", async () => {
  const { sockets, socket, port } = opened(await calls(), "127.0.0.1");
  const survivor = await client("udp4");
  for (let round = 0; round < 20; round += 1) {
    const gone = await client("udp4");
    await gone.send("x", port, "127.0.0.1");
    gone.socket.close();
    await survivor.send(String(round % 10), port, "127.0.0.1");
    let taken = 0;
    while (taken < 2) taken += turnRound(socket);
  }
  assert.equal((await survivor.replied(20)).length, 20);
  survivor.socket.close();
  sockets.close();
});

test("a reply that cannot go is left out, and the others of its batch go", async () => {
  const { sockets, socket, port } = opened(await calls(), "127.0.0.1");
  const one = await client("udp4");
  for (const text of ["a", "b", "c"]) await one.send(text, port, "127.0.0.1");
  assert.equal(socket.receive(), 3);
  const name = socket.memory.nameAt(1);
  socket.memory.octets.fill(0, name + 2, name + 4); // port 0: the system refuses it
  for (const slot of [0, 1, 2]) socket.reply(slot, 1);
  socket.flush();
  assert.equal(socket.unsent, 1);
  assert.deepEqual((await one.replied(2)).map(({ text }) => text).sort(), ["a", "c"]);
  one.socket.close();
  sockets.close();
});

test("a datagram longer than a slot is cut and said to be", async () => {
  const { sockets, socket, port } = opened(await calls(), "127.0.0.1");
  const one = await client("udp4");
  await one.send("x".repeat(PACKET_OCTETS_MAX + 1), port, "127.0.0.1");
  await one.send("y".repeat(PACKET_OCTETS_MAX), port, "127.0.0.1");
  assert.equal(socket.receive(), 2);
  assert.equal(socket.isCut(0), true);
  assert.equal(socket.octetsIn(0), PACKET_OCTETS_MAX);
  assert.equal(socket.isCut(1), false);
  const next = socket.memory.octets[socket.memory.packetAt(1) - 1];
  assert.equal(next, 0, "nothing is written behind a slot");
  one.socket.close();
  sockets.close();
});

test("receive() comes back by itself when nothing arrives", async () => {
  const { sockets, socket } = opened(await calls(), "127.0.0.1");
  const begunMs = performance.now();
  assert.equal(socket.receive(), 0);
  assert.ok(performance.now() - begunMs >= RECEIVE_WAIT_MS_MAX / 2, "it slept meanwhile");
  sockets.close();
});

test("receive() throws once its socket is closed", async () => {
  const { sockets, socket } = opened(await calls(), "127.0.0.1");
  sockets.close();
  assert.throws(() => socket.receive(), /EBADF/);
});

test("a reply can take its way back later, by another socket of the same handle", async () => {
  const port = await calls();
  for (const [address, to] of [
    ["127.0.0.1", "127.0.0.1"],
    ["0.0.0.0", "127.0.0.9"],
    ["::", "::1"],
  ] as const) {
    const { sockets, socket, port: number } = opened(port, address);
    const [handle] = sockets.handles;
    assert.ok(handle !== undefined);
    const other = new BatchSocket(port, handle);
    const one = await client(to === "::1" ? "udp6" : "udp4", { address: to, port: number });
    await one.send("x");
    assert.equal(socket.receive(), 1);
    other.sendBack(socket.wayBack(0), new Uint8Array([0x6c, 0x61, 0x74, 0x65]));
    assert.deepEqual(await one.replied(1), [{ text: "late", from: to }]);
    one.socket.close();
    sockets.close();
  }
});

test("sockets of one address share it, and no second program gets it", async () => {
  const port = await calls();
  const sockets = openBatchSockets(port, { address: "127.0.0.1", port: 0 }, 3);
  assert.equal(new Set(sockets.handles.map(({ fd }) => fd)).size, 3);
  assert.throws(
    () => openBatchSockets(port, sockets.local, 1),
    (error: unknown) => error instanceof NetError && error.fault.code === "address-in-use",
  );
  sockets.close();
  openBatchSockets(port, sockets.local, 1).close();
});

test("an address that is not of this machine is said to be unusable", async () => {
  const port = await calls();
  assert.throws(
    () => openBatchSockets(port, { address: "192.0.2.1", port: 0 }, 1),
    (error: unknown) => error instanceof NetError && error.fault.code === "address-unusable",
  );
});

test("loadBatchCalls() says why a machine cannot serve in batches", async () => {
  const loaded = await loadBatchCalls("darwin", "arm64");
  assert.equal(loaded.kind, "unavailable");
  assert.match(loaded.kind === "unavailable" ? loaded.reason : "", /darwin on arm64/);
});

test("socketName() and socketAddressAt() are each other's inverse", () => {
  for (const address of ["192.0.2.255", "::", "::1", "2001:db8::1:0:0:1", "fe80::ff", "1:2::"]) {
    const at = { address, port: 54_321 };
    assert.deepEqual(socketAddressAt(socketName(at), 0), at);
  }
  assert.deepEqual(socketAddressAt(socketName({ address: "::ffff:192.0.2.1", port: 1 }), 0), {
    address: "::ffff:c000:201",
    port: 1,
  });
});
