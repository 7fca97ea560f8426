import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SimClock, settle } from "../../../sim/simClock.ts";
import { SILENT_LOG } from "../../base/index.ts";
import { FakeClient } from "../fakeNetwork.suite.ts";
import type { Handled } from "../requests.ts";
import { sourceKey } from "../sourceKey.ts";
import { TCP_LIMITS } from "./connectionTable.ts";
import { TcpServer } from "./tcpServer.ts";

const QUERY = Uint8Array.of(1, 2, 3);
const SIGNED = Uint8Array.of(9, 9, 9);
const UPDATE = Uint8Array.of(7, 7, 7);
const NO_REQUEST = Uint8Array.of(0, 0, 0);

/** Echoes; knows the messages above. Replies to UPDATEs wait for `release`. */
class Bench {
  readonly clock = new SimClock();
  readonly server: TcpServer;
  readonly waiting: ((reply: Uint8Array) => void)[] = [];
  handledCount = 0;

  constructor(limits: Partial<typeof TCP_LIMITS> | Record<string, number> = {}) {
    this.server = new TcpServer((message) => this.#handle(message), this.clock, SILENT_LOG, {
      ...TCP_LIMITS,
      ...limits,
    });
  }

  connect(address: string): FakeClient {
    const client = new FakeClient(address);
    this.server.accept(client.stream);
    return client;
  }

  #handle(message: Uint8Array): Handled {
    this.handledCount += 1;
    if (message.length === 0 || message[0] === NO_REQUEST[0]) return { kind: "dropped" };
    if (message[0] === UPDATE[0]) {
      return { kind: "updating", reply: new Promise((resolve) => this.waiting.push(resolve)) };
    }
    return { kind: "replied", reply: message, isSigned: message[0] === SIGNED[0] };
  }
}

describe("TcpServer", () => {
  it("answers pipelined messages of one chunk, and messages cut anywhere", () => {
    const client = new Bench().connect("192.0.2.1");
    client.send(QUERY, SIGNED, QUERY);
    assert.equal(client.replies.length, 3);
    for (const octet of [0, 3, 1, 2, 3]) client.sendOctets(Uint8Array.of(octet));
    assert.deepEqual(client.replies[3], QUERY);
  });

  it("answers a query while an UPDATE waits for the disk (RFC 7766 6.2.1.1)", async () => {
    const bench = new Bench();
    const client = bench.connect("192.0.2.1");
    client.send(UPDATE, QUERY);
    assert.deepEqual(client.replies, [QUERY]);
    bench.waiting[0]?.(UPDATE);
    await settle();
    assert.deepEqual(client.replies, [QUERY, UPDATE]);
  });

  it("evicts the longest idle of the source with most connections, and tells nobody else", () => {
    const bench = new Bench({ connectionsMax: 10 });
    const many = Array.from({ length: 8 }, () => bench.connect("192.0.2.1"));
    const few = [bench.connect("192.0.2.2"), bench.connect("192.0.2.3")];
    many[0]?.send(QUERY); // no longer the longest idle
    const newcomer = bench.connect("192.0.2.4");
    assert.deepEqual(many.map(({ isClosed }) => isClosed).indexOf(true), 1);
    assert.ok([...few, newcomer].every(({ isClosed }) => !isClosed));
    newcomer.send(QUERY);
    assert.equal(newcomer.replies.length, 1);
    assert.deepEqual([bench.server.counts.open, bench.server.counts.evicted], [10, 1]);
  });

  it("never evicts who signed, and refuses a newcomer where everybody did", () => {
    const bench = new Bench({ connectionsMax: 3 });
    const signed = ["192.0.2.1", "192.0.2.1", "192.0.2.2"].map((source) => {
      const client = bench.connect(source);
      client.send(SIGNED);
      return client;
    });
    assert.ok(bench.connect("192.0.2.3").isClosed);
    assert.ok(signed.every(({ isClosed }) => !isClosed));
    assert.equal(bench.server.counts.refused, 1);
  });

  it("holds one source to its share, at its own cost", () => {
    const bench = new Bench({ perSourceMax: 5 });
    const clients = Array.from({ length: 12 }, () => bench.connect("2001:db8::1"));
    assert.equal(clients.filter(({ isClosed }) => !isClosed).length, 5);
    assert.equal(bench.connect("2001:db8:0:0:ffff::2").isClosed, false);
    assert.equal(bench.server.counts.open, 5, "one /64 is one source");
  });

  it("lets signed clients and others in during 10,000 idle connections from 100 sources", () => {
    const bench = new Bench();
    const enactor = bench.connect("127.0.0.1");
    enactor.send(SIGNED);
    for (let index = 0; index < 10_000; index += 1) bench.connect(`127.0.1.${index % 100}`);
    assert.equal(bench.server.counts.open, TCP_LIMITS.connectionsMax);
    enactor.send(SIGNED);
    assert.equal(enactor.replies.length, 2);
    const other = bench.connect("127.0.2.1");
    other.send(QUERY);
    assert.equal(other.replies.length, 1);
  });

  it("closes who sends nothing, then who sends no more, then who signed", async () => {
    const bench = new Bench();
    const silent = bench.connect("192.0.2.1");
    const slow = bench.connect("192.0.2.2");
    const asked = bench.connect("192.0.2.3");
    const signed = bench.connect("192.0.2.4");
    asked.send(QUERY);
    signed.send(SIGNED);
    for (let second = 0; second < 7; second += 1) {
      slow.sendOctets(Uint8Array.of(1)); // a message that never gets whole
      await bench.clock.advance(1000);
    }
    assert.deepEqual(
      [silent, slow, asked, signed].map(({ isClosed }) => isClosed),
      [true, true, false, false],
    );
    await bench.clock.advance(30_000);
    assert.deepEqual([asked.isClosed, signed.isClosed], [true, false]);
    await bench.clock.advance(600_000);
    assert.ok(signed.isClosed);
    assert.equal(bench.server.counts.timedOut, 4);
  });

  it("stops answering a client that does not read, and closes it after a while", async () => {
    const bench = new Bench();
    const client = bench.connect("192.0.2.1");
    client.isStalled = true;
    client.send(QUERY, QUERY, QUERY);
    assert.equal(client.replies.length, 1);
    assert.ok(client.isPaused);
    client.drain();
    assert.equal(client.replies.length, 3);
    assert.equal(client.isPaused, false);
    client.isStalled = true;
    client.send(QUERY);
    await bench.clock.advance(12_000);
    assert.ok(client.isClosed);
  });

  it("takes no more UPDATEs from a connection than it may have outstanding", async () => {
    const bench = new Bench({ outstandingMax: 2 });
    const client = bench.connect("192.0.2.1");
    client.send(UPDATE, UPDATE, UPDATE);
    assert.equal(bench.waiting.length, 2);
    assert.ok(client.isPaused);
    bench.waiting[0]?.(UPDATE);
    await settle();
    assert.equal(bench.waiting.length, 3);
    bench.waiting[1]?.(UPDATE);
    bench.waiting[2]?.(UPDATE);
    await settle();
    assert.equal(client.isPaused, false);
  });

  it("gives others their turn after some messages of one connection", async () => {
    const bench = new Bench({ messagesPerTurn: 10 });
    const client = bench.connect("192.0.2.1");
    client.send(...Array.from({ length: 35 }, () => QUERY));
    assert.equal(bench.handledCount, 10);
    assert.ok(client.isPaused);
    await bench.clock.advance(10);
    assert.equal(client.replies.length, 35);
    assert.equal(client.isPaused, false);
  });

  it("closes the connection that brings the octets waiting over their bound", () => {
    const bench = new Bench({ pendingOctetsMax: 1000 });
    const [first, second] = [bench.connect("192.0.2.1"), bench.connect("192.0.2.2")];
    first.sendOctets(Uint8Array.of(0xff, 0xff, ...new Uint8Array(600)));
    second.sendOctets(Uint8Array.of(0xff, 0xff, ...new Uint8Array(600)));
    assert.deepEqual([first.isClosed, second.isClosed], [false, true]);
    assert.equal(bench.server.counts.pendingOctets, 602);
  });

  it("closes the one with most octets waiting, not the next one that sends some", () => {
    const bench = new Bench({ pendingOctetsMax: 1000 });
    const partial = (octets: number) => Uint8Array.of(0xff, 0xff, ...new Uint8Array(octets));
    const [greedy, modest] = [bench.connect("192.0.2.1"), bench.connect("192.0.2.2")];
    greedy.sendOctets(partial(900));
    modest.sendOctets(partial(90));
    const asker = bench.connect("192.0.2.3");
    asker.sendOctets(partial(30));
    assert.deepEqual(
      [greedy, modest, asker].map(({ isClosed }) => isClosed),
      [true, false, false],
    );
  });

  it("closes who signed only after everybody else with octets waiting", () => {
    const bench = new Bench({ pendingOctetsMax: 1000 });
    const partial = (octets: number) => Uint8Array.of(0xff, 0xff, ...new Uint8Array(octets));
    const [enactor, other] = [bench.connect("192.0.2.1"), bench.connect("192.0.2.2")];
    enactor.send(SIGNED);
    enactor.sendOctets(partial(900));
    other.sendOctets(partial(200));
    assert.deepEqual([enactor.isClosed, other.isClosed], [false, true]);
    enactor.sendOctets(new Uint8Array(200));
    assert.ok(enactor.isClosed);
  });

  it("closes who sends what is no request, and reads no more of it", () => {
    const bench = new Bench();
    const client = bench.connect("192.0.2.1");
    client.send(QUERY, NO_REQUEST, QUERY);
    assert.deepEqual([client.replies.length, client.isClosed], [1, true]);
    const zeros = bench.connect("192.0.2.1");
    zeros.sendOctets(new Uint8Array(65_536)); // 32,768 messages of no octets
    assert.ok(zeros.isClosed);
    assert.equal(bench.handledCount, 3);
    assert.equal(bench.server.counts.pendingOctets, 0);
  });

  it("counts all octets of a chunk until the last of its messages is handled", async () => {
    const bench = new Bench({ messagesPerTurn: 2 });
    const client = bench.connect("192.0.2.1");
    client.send(QUERY, QUERY, QUERY);
    assert.equal(bench.server.counts.pendingOctets, 15);
    await bench.clock.advance(10);
    assert.deepEqual([bench.server.counts.pendingOctets, client.replies.length], [0, 3]);
  });

  it("closes every connection when it is closed, and takes no more", () => {
    const bench = new Bench();
    const client = bench.connect("192.0.2.1");
    bench.server.close();
    assert.ok(client.isClosed);
    assert.ok(bench.connect("192.0.2.1").isClosed);
    assert.equal(bench.clock.pendingWakes, 0);
  });
});

describe("sourceKey()", () => {
  for (const [address, key] of [
    ["192.0.2.1", "192.0.2.1"],
    ["::ffff:192.0.2.1", "192.0.2.1"],
    ["2001:db8::1", "2001:db8:0:0"],
    ["2001:DB8:0:0:1::", "2001:db8:0:0"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1:2"],
    ["::1", "0:0:0:0"],
    ["fe80::1%eth0", "fe80:0:0:0"],
  ] as const) {
    it(`counts ${address} as ${key}`, () => assert.equal(sourceKey(address), key));
  }
});
