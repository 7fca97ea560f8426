import assert from "node:assert/strict";
import { test } from "node:test";
import { Subscriber } from "./subscriber.ts";

/** A stream that takes texts until its room is used up, like a socket whose peer reads slowly. */
class SlowStream {
  readonly taken: unknown[] = [];
  room: number;

  constructor(room: number) {
    this.room = room;
  }

  readonly write = (text: string): boolean => {
    assert.ok(text.endsWith("\n"));
    this.taken.push(JSON.parse(text));
    this.room -= 1;
    return this.room > 0;
  };
}

test("Subscriber passes hints on at once while the stream takes them", () => {
  const stream = new SlowStream(9);
  const subscriber = new Subscriber(stream.write);
  subscriber.hint({ topic: "plan", generation: 1 });
  subscriber.journalRose(4);
  subscriber.alive();
  assert.deepEqual(stream.taken, [
    { kind: "hint", topic: "plan", generation: 1 },
    { kind: "journal", seq: 4 },
    { kind: "alive" },
  ]);
});

test("Subscriber keeps one line per topic for a stream that takes nothing", () => {
  const stream = new SlowStream(1);
  const subscriber = new Subscriber(stream.write);
  subscriber.alive();
  for (let generation = 1; generation <= 100_000; generation += 1) {
    subscriber.hint({ topic: "plan", generation });
    subscriber.hint({ topic: "health" });
    subscriber.journalRose(generation);
    subscriber.alive();
  }
  assert.equal(subscriber.waiting, 3);
  assert.deepEqual(stream.taken, [{ kind: "alive" }]);
});

test("Subscriber sends the newest of each topic once the stream drains, as far as it takes", () => {
  const stream = new SlowStream(1);
  const subscriber = new Subscriber(stream.write);
  subscriber.alive();
  for (const generation of [1, 2, 3]) subscriber.hint({ topic: "plan", generation });
  subscriber.journalRose(8);
  stream.room = 1;
  subscriber.drained();
  assert.deepEqual(stream.taken.slice(1), [{ kind: "hint", topic: "plan", generation: 3 }]);
  stream.room = 9;
  subscriber.drained();
  assert.deepEqual(stream.taken.slice(2), [{ kind: "journal", seq: 8 }]);
  assert.equal(subscriber.waiting, 0);
});
