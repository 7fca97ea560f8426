import assert from "node:assert/strict";
import { test } from "node:test";
import type { ByteStream, Listening, SocketAddress } from "../../base/index.ts";
import {
  encodeMessage,
  frame,
  type IpNetwork,
  makeQuery,
  nameOf,
  parseIpNetwork,
  RRType,
} from "../../dns/index.ts";
import { serveClients } from "./clientServer.ts";
import { ForwarderWorld, HOST, record } from "./forwarder.suite.ts";

const ON: SocketAddress = { address: "127.0.0.1", port: 53 };
const QUERY = encodeMessage(makeQuery(9, nameOf(HOST), RRType.A, { rd: true }));

/** A client's connection: what it got, and whether it is open and read. */
class Client implements ByteStream {
  readonly remote: SocketAddress;
  queuedOctets = 0;
  replies = 0;
  isOpen = true;
  isRead = true;
  send: (bytes: Uint8Array) => void = () => {};
  #onClose: () => void = () => {};

  constructor(address: string) {
    this.remote = { address, port: 4000 };
  }

  write(): boolean {
    this.replies += 1;
    return true;
  }

  pause(): void {
    this.isRead = false;
  }

  resume(): void {
    this.isRead = true;
  }

  end(): void {
    this.destroy();
  }

  destroy(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.#onClose();
  }

  onDrain(): void {}

  onData(handler: (bytes: Uint8Array) => void): void {
    this.send = handler;
  }

  onClose(handler: () => void): void {
    this.#onClose = handler;
  }
}

class Served {
  readonly world = new ForwarderWorld();
  accept: (stream: ByteStream) => void = () => {};
  receive: (bytes: Uint8Array, from: SocketAddress, reply: () => void) => void = () => {};

  async start(allowed: readonly IpNetwork[] = []): Promise<this> {
    const listening: Listening = { local: ON, close: async () => {} };
    const { clock, forwarder } = this.world;
    this.world.says({ answer: [record(HOST, "A", "192.0.2.1")] });
    await serveClients(ON, {
      datagrams: {
        listen: async (_on, receive) => {
          this.receive = receive;
          return listening;
        },
      },
      streams: {
        listen: async (_on, accept) => {
          this.accept = accept;
          return listening;
        },
      },
      clock,
      forwarder,
      allowed,
    });
    return this;
  }

  connect(address = "127.0.0.1"): Client {
    const client = new Client(address);
    this.accept(client);
    return client;
  }

  /** Whether a datagram from there is answered. */
  async isAnswered(address: string): Promise<boolean> {
    let replies = 0;
    this.receive(QUERY, { address, port: 4000 }, () => {
      replies += 1;
    });
    await this.world.clock.advance(10);
    return replies === 1;
  }
}

test("only this machine is answered, and who was allowed", async () => {
  const closed = await new Served().start();
  const network = parseIpNetwork("10.0.0.0/8");
  assert.ok(network);
  const open = await new Served().start([network]);
  for (const address of ["127.0.0.1", "127.9.9.9", "::1"]) {
    assert.equal(await closed.isAnswered(address), true, address);
  }
  assert.equal(await closed.isAnswered("10.1.2.3"), false);
  assert.equal(closed.connect("10.1.2.3").isOpen, false);
  assert.equal(await open.isAnswered("10.1.2.3"), true);
  assert.equal(open.connect("10.1.2.3").isOpen, true);
  assert.equal(await open.isAnswered("192.0.2.1"), false);
});

test("pipelined queries are all answered, and not read on while too many wait", async () => {
  const served = await new Served().start();
  const client = served.connect();
  const many = Buffer.concat(Array.from({ length: 100 }, () => frame(QUERY)));
  client.send(new Uint8Array(many));
  assert.deepEqual([client.replies, client.isRead], [0, false]);
  await served.world.clock.advance(10);
  assert.deepEqual([client.replies, client.isRead, client.isOpen], [100, true, true]);
});

test("a client that asks nothing, reads nothing, or sends no query is let go", async () => {
  const served = await new Served().start();
  const idle = served.connect();
  await served.world.clock.advance(9000);
  idle.send(frame(QUERY));
  await served.world.clock.advance(9000);
  assert.equal(idle.isOpen, true);
  await served.world.clock.advance(1100);
  assert.equal(idle.isOpen, false);
  const deaf = served.connect();
  deaf.queuedOctets = 2 ** 21;
  deaf.send(frame(QUERY));
  assert.equal(deaf.isOpen, false);
  const noise = served.connect();
  noise.send(frame(Uint8Array.of(1, 2, 3)));
  assert.equal(noise.isOpen, false);
});

test("a client that sends an octet now and then asks nothing", async () => {
  const served = await new Served().start();
  const slow = served.connect();
  const query = frame(QUERY);
  for (let at = 0; at < 3; at += 1) {
    slow.send(query.subarray(at, at + 1));
    await served.world.clock.advance(4000);
  }
  assert.equal(slow.isOpen, false);
});

test("one client's pipeline takes no more room than its share, however it is cut", async () => {
  const served = await new Served().start();
  served.world.server.udp = () => [];
  const client = served.connect();
  const many = new Uint8Array(Buffer.concat(Array.from({ length: 3000 }, () => frame(QUERY))));
  client.send(many.subarray(0, 50_001));
  client.send(many.subarray(50_001));
  assert.deepEqual([served.world.forwarder.waiting, client.isRead], [64, false]);
  for (let waits = 0; waits < 2000 && client.replies < 3000; waits += 1) {
    await served.world.clock.advance(50);
  }
  assert.deepEqual([client.replies, client.isRead], [3000, true]);
});

test("for more connections than there is room, those that ask nothing make room", async () => {
  const served = await new Served().start();
  served.world.server.udp = () => [];
  const asking = served.connect();
  asking.send(frame(QUERY));
  const clients = Array.from({ length: 600 }, () => served.connect());
  assert.equal(asking.isOpen, true);
  const open = clients.map(({ isOpen }) => isOpen);
  assert.deepEqual([open.filter(Boolean).length, open.indexOf(true)], [511, 89]);
  for (const client of clients) if (client.isOpen) client.send(frame(QUERY));
  assert.equal(served.connect().isOpen, false, "all of them wait for an answer");
  clients[599]?.destroy();
  assert.equal(served.connect().isOpen, true);
});

test("whoever asked last stays longest", async () => {
  const served = await new Served().start();
  const clients = Array.from({ length: 512 }, () => served.connect());
  clients[0]?.send(frame(QUERY));
  await served.world.clock.advance(10);
  served.connect();
  assert.deepEqual(
    [clients[0]?.isOpen, clients[1]?.isOpen, clients[2]?.isOpen],
    [true, false, true],
  );
});
