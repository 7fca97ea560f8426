import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SimClock } from "../../../sim/simClock.ts";
import { type CancelWake, SILENT_LOG } from "../../base/index.ts";
import { FakeClient } from "../fakeNetwork.suite.ts";
import type { Handled } from "../handled.ts";
import { TCP_LIMITS } from "./connectionTable.ts";
import { FairTurns, type WorkDone, type Worker } from "./fairTurns.ts";
import { TcpServer } from "./tcpServer.ts";

const LIMITS = { messagesPerTurn: 20, messagesPerVisit: 4, turnMs: 3 };

/** A clock whose tasks run one at a time: turns that follow each other for ever must be counted. */
class TurnClock extends SimClock {
  #tasks: (() => void)[] = [];
  #passedMs = 0;

  override wakeAfter(afterMs: number, task: () => void): CancelWake {
    if (afterMs > 0) return super.wakeAfter(afterMs, task);
    this.#tasks.push(task);
    return () => {
      this.#tasks = this.#tasks.filter((other) => other !== task);
    };
  }

  /** Lets time go by while something works. */
  pass(byMs: number): void {
    this.#passedMs += byMs;
  }

  override monotonicMs(): number {
    return super.monotonicMs() + this.#passedMs;
  }

  /** Runs what waits for its turn now, and nothing that this brings. */
  turn(): void {
    const tasks = this.#tasks;
    this.#tasks = [];
    for (const task of tasks) task();
  }
}

/** Has so many messages to work off. */
class Job implements Worker {
  readonly source: string;
  left: number;
  readonly log: string[];

  constructor(source: string, left: number, log: string[]) {
    this.source = source;
    this.left = left;
    this.log = log;
  }

  work(messagesMax: number): WorkDone {
    const messages = Math.min(messagesMax, this.left);
    this.left -= messages;
    this.log.push(this.source);
    return { messages, isMore: this.left > 0 };
  }

  fail(error: unknown): void {
    this.log.push(`${this.source}: ${error}`);
  }
}

describe("FairTurns", () => {
  it("gives sources equal turns, however many workers each has", () => {
    const clock = new TurnClock();
    const turns = new FairTurns(clock, LIMITS);
    const log: string[] = [];
    for (let index = 0; index < 9; index += 1) turns.ask(new Job("many", 100, log));
    const one = new Job("one", 100, log);
    turns.ask(one);
    log.length = 0;
    clock.turn();
    assert.equal(log.filter((source) => source === "one").length, 2);
    assert.equal(log.length, 5, "a turn is 20 messages in visits of 4");
  });

  it("visits a newcomer before those who keep it busy, behind one of them at most", () => {
    const clock = new TurnClock();
    const turns = new FairTurns(clock, LIMITS);
    const log: string[] = [];
    for (let index = 0; index < 1000; index += 1) turns.ask(new Job(`s${index}`, 100, log));
    for (let turn = 0; turn < 200; turn += 1) clock.turn();
    log.length = 0;
    turns.ask(new Job("newcomer", 1, log));
    clock.turn();
    assert.ok(log.indexOf("newcomer") <= 2, `it came at ${log.indexOf("newcomer")}`);
  });

  it("lets those who wait go on while newcomers never end", () => {
    const clock = new TurnClock();
    const turns = new FairTurns(clock, LIMITS);
    const log: string[] = [];
    turns.ask(new Job("busy", 1000, log));
    log.length = 0;
    for (let index = 0; index < 50; index += 1) {
      turns.ask(new Job(`new${index}a`, 4, log));
      turns.ask(new Job(`new${index}b`, 4, log));
      clock.turn();
    }
    assert.ok(log.filter((source) => source === "busy").length >= 50);
  });

  it("ends a turn when its time is over, and visits nobody who left", () => {
    const clock = new TurnClock();
    const turns = new FairTurns(clock, LIMITS);
    const log: string[] = [];
    const slow: Worker = {
      source: "slow",
      fail: () => {},
      work: () => {
        clock.pass(5);
        log.push("slow");
        return { messages: 1, isMore: true };
      },
    };
    const gone = new Job("gone", 100, log);
    turns.ask(gone);
    turns.forget(gone);
    log.length = 0;
    turns.ask(slow);
    clock.turn();
    assert.ok(log.length <= 3 && !log.includes("gone"), log.join());
    turns.close();
    assert.equal(turns.waitingSources, 0);
  });
});

const QUERY = Uint8Array.of(1, 2, 3);
const TRANSFER = Uint8Array.of(5, 5, 5);

/** Echoes; a transfer is so many messages of one octet. */
class Bench {
  readonly clock = new TurnClock();
  readonly server: TcpServer;
  readonly ends: string[] = [];
  length = 3;
  end: "whole" | "cut" = "whole";
  failsAt = Number.POSITIVE_INFINITY;

  constructor() {
    this.server = new TcpServer((message) => this.#handle(message), this.clock, SILENT_LOG);
  }

  connect(address: string): FakeClient {
    const client = new FakeClient(address);
    this.server.accept(client.stream);
    return client;
  }

  #handle(message: Uint8Array): Handled {
    if (message[0] !== TRANSFER[0]) return { kind: "replied", reply: message, isSigned: false };
    let sent = 0;
    const end = (value: "whole" | "cut") => {
      this.ends.push(value);
      return { done: true, value } as const;
    };
    const messages: Iterator<Uint8Array, "whole" | "cut", undefined> = {
      next: () => {
        if (sent === this.failsAt) assert.fail("a bug");
        if (sent === this.length) return end(this.end);
        sent += 1;
        return { done: false, value: Uint8Array.of(sent) };
      },
      return: () => end("cut"),
    };
    return { kind: "streaming", messages, isSigned: false };
  }
}

describe("FairTurns, failing workers", () => {
  it("ends the one whose work throws, and visits the others of its source and all else", () => {
    const clock = new TurnClock();
    const turns = new FairTurns(clock, LIMITS);
    const log: string[] = [];
    const broken = new Job("same", 1, log);
    broken.work = () => assert.fail("a bug");
    turns.ask(broken);
    turns.ask(new Job("same", 30, log));
    turns.ask(new Job("other", 30, log));
    for (let turn = 0; turn < 10; turn += 1) clock.turn();
    assert.equal(log.filter((line) => line.startsWith("same: ")).length, 1, "it is told");
    assert.equal(log.filter((line) => line === "same").length, 8);
    assert.equal(log.filter((line) => line === "other").length, 8);
    assert.equal(turns.waitingSources, 0);
  });
});

describe("TcpServer, transfers", () => {
  it("closes the connection whose transfer throws, and answers the others", () => {
    const bench = new Bench();
    bench.failsAt = 2;
    const client = bench.connect("192.0.2.1");
    const other = bench.connect("192.0.2.2");
    client.send(TRANSFER);
    for (let turn = 0; turn < 5; turn += 1) bench.clock.turn();
    assert.deepEqual([client.replies.length, client.isClosed], [2, true]);
    other.send(QUERY);
    bench.clock.turn();
    assert.deepEqual([other.replies.length, other.isClosed], [1, false]);
    assert.equal(bench.server.counts.open, 1);
  });

  it("sends every message in order, and then what was asked behind it", () => {
    const bench = new Bench();
    bench.length = 100;
    const client = bench.connect("192.0.2.1");
    client.send(TRANSFER, QUERY);
    for (let turn = 0; turn < 20; turn += 1) bench.clock.turn();
    assert.deepEqual(
      client.replies.slice(0, 100).map(([octet]) => octet),
      [...Array.from({ length: 100 }, (_, index) => index + 1)],
    );
    assert.deepEqual(client.replies[100], QUERY);
    assert.deepEqual(bench.ends, ["whole"]);
  });

  it("pulls nothing while the client does not read, and closes it after a while", async () => {
    const bench = new Bench();
    bench.length = 1000;
    const client = bench.connect("192.0.2.1");
    client.isStalled = true;
    client.send(TRANSFER);
    await bench.clock.advance(1000);
    assert.equal(client.replies.length, 1);
    client.drain();
    bench.clock.turn();
    assert.ok(client.replies.length > 1);
    client.isStalled = true;
    bench.clock.turn();
    await bench.clock.advance(TCP_LIMITS.stalledMs + 2_000);
    assert.ok(client.isClosed);
    assert.deepEqual(bench.ends, ["cut"], "what it held was given back");
  });

  it("answers others between the messages of a transfer", () => {
    const bench = new Bench();
    bench.length = 1000;
    const reader = bench.connect("192.0.2.1");
    reader.send(TRANSFER);
    const asker = bench.connect("192.0.2.2");
    asker.send(QUERY);
    bench.clock.turn();
    assert.equal(asker.replies.length, 1);
    assert.ok(reader.replies.length < 100);
  });

  it("closes the connection of a transfer that was cut", () => {
    const bench = new Bench();
    bench.end = "cut";
    const client = bench.connect("192.0.2.1");
    client.send(TRANSFER, QUERY);
    bench.clock.turn();
    assert.deepEqual([client.replies.length, client.isClosed], [3, true]);
  });

  it("answers a newcomer within a turn while 2,000 connections pipeline without end", () => {
    const bench = new Bench();
    const flood = Array.from({ length: 1_900 }, (_, index) =>
      bench.connect(`10.0.${index % 100}.1`),
    );
    const many = Array.from({ length: 50 }, () => QUERY);
    for (const client of flood) client.send(...many);
    for (let turn = 0; turn < 20; turn += 1) bench.clock.turn();
    const before = flood.reduce((sum, client) => sum + client.replies.length, 0);
    const newcomer = bench.connect("192.0.2.9");
    newcomer.send(QUERY);
    bench.clock.turn();
    assert.equal(newcomer.replies.length, 1);
    const answered = flood.reduce((sum, client) => sum + client.replies.length, 0);
    assert.ok(answered - before <= TCP_LIMITS.messagesPerTurn, "others waited for one turn");
  });
});
