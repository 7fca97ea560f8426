import assert from "node:assert/strict";
import { test } from "node:test";
import { SimClock } from "../../../sim/simClock.ts";
import type { ByteStream, SocketAddress, StreamDialer } from "../../base/index.ts";
import { frame } from "../../dns/index.ts";
import { KeptStreams } from "./keptStreams.ts";

const SERVER: SocketAddress = { address: "192.0.2.53", port: 853 };
const QUESTION = frame(Uint8Array.of(1, 2, 3));

/** One connection of a test: what was written, and a server that says what it is told to. */
class Wire implements ByteStream {
  readonly remote = SERVER;
  readonly queuedOctets = 0;
  written = 0;
  isOpen = true;
  say: (bytes: Uint8Array) => void = () => {};
  #onClose: () => void = () => {};

  write(): boolean {
    this.written += 1;
    return true;
  }

  pause(): void {}
  resume(): void {}
  onDrain(): void {}

  end(): void {
    this.destroy();
  }

  destroy(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.#onClose();
  }

  onData(handler: (bytes: Uint8Array) => void): void {
    this.say = handler;
  }

  onClose(handler: () => void): void {
    this.#onClose = handler;
  }
}

class World implements StreamDialer {
  readonly clock = new SimClock();
  readonly wires: Wire[] = [];
  readonly kept = new KeptStreams(this, this.clock);

  async dial(): Promise<ByteStream> {
    const wire = new Wire();
    this.wires.push(wire);
    return wire;
  }

  wire(at: number): Wire {
    const wire = this.wires[at];
    assert.ok(wire, `connection ${at}`);
    return wire;
  }

  /** Asks over a stream; what came, or "closed". */
  async ask(): Promise<{ readonly stream: ByteStream; readonly heard: string[] }> {
    const stream = await this.kept.dial(SERVER, 1000);
    const heard: string[] = [];
    stream.onData(() => heard.push("answer"));
    stream.onClose(() => heard.push("closed"));
    stream.write(QUESTION);
    return { stream, heard };
  }
}

test("a stream whose question was answered serves the next one", async () => {
  const world = new World();
  const first = await world.ask();
  world.wire(0).say(QUESTION);
  first.stream.destroy();
  const second = await world.ask();
  world.wire(0).say(QUESTION);
  assert.deepEqual([first.heard, second.heard], [["answer"], ["answer"]]);
  assert.deepEqual([world.wires.length, world.wire(0).written], [1, 2]);
});

test("a stream whose answer did not come, or not whole, serves nobody else", async () => {
  const world = new World();
  (await world.ask()).stream.destroy();
  assert.equal(world.wire(0).isOpen, false);
  const half = await world.ask();
  world.wire(1).say(QUESTION.subarray(0, 3));
  half.stream.destroy();
  assert.equal(world.wire(1).isOpen, false);
});

test("two questions at once have a stream each", async () => {
  const world = new World();
  await world.ask();
  await world.ask();
  assert.equal(world.wires.length, 2);
});

test("what nobody uses is closed, and so is what speaks unasked", async () => {
  const world = new World();
  for (const at of [0, 1]) {
    const { stream } = await world.ask();
    world.wire(at).say(QUESTION);
    stream.destroy();
    assert.equal(world.wire(at).isOpen, true);
    if (at === 0) await world.clock.advance(11_000);
    else world.wire(at).say(QUESTION);
    assert.equal(world.wire(at).isOpen, false);
  }
  await world.ask();
  assert.equal(world.wires.length, 3);
});

test("a stream that the server closes as it is used again is replaced, once", async () => {
  const world = new World();
  const first = await world.ask();
  world.wire(0).say(QUESTION);
  first.stream.destroy();
  const second = await world.ask();
  world.wire(0).destroy();
  await world.clock.advance(1);
  assert.deepEqual([world.wires.length, world.wire(1).written, second.heard], [2, 1, []]);
  world.wire(1).destroy();
  await world.clock.advance(1);
  assert.deepEqual([world.wires.length, second.heard], [2, ["closed"]]);
});
