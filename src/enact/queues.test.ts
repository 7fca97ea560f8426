import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { nameOf } from "../dns/index.ts";
import { DueQueue } from "./dueQueue.ts";
import { WorkQueue } from "./workQueue.ts";

test("DueQueue gives keys in the order of their last set times, each once", () => {
  const sets = fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 0, max: 99 })));
  fc.assert(
    fc.property(sets, fc.array(fc.integer({ min: 0, max: 20 })), (made, deleted) => {
      const queue = new DueQueue<number>();
      const model = new Map<number, number>();
      for (const [key, dueMs] of made) {
        queue.set(key, dueMs);
        model.set(key, dueMs);
      }
      for (const key of deleted) {
        queue.delete(key);
        model.delete(key);
      }
      const times = [...model.values()].sort((left, right) => left - right);
      assert.equal(queue.size, model.size);
      for (const dueMs of times) {
        assert.equal(queue.nextDueMs(), dueMs);
        assert.equal(queue.takeDue(dueMs - 1), undefined);
        const key = queue.takeDue(dueMs);
        assert(key !== undefined && model.get(key) === dueMs);
        model.delete(key);
      }
      assert.equal(queue.takeDue(1_000), undefined);
    }),
  );
});

test("DueQueue does not grow with how often a key is set", () => {
  const queue = new DueQueue<string>();
  for (let round = 0; round < 100_000; round += 1) queue.set("one", round);
  queue.set("two", 5);
  assert.equal(queue.takeDue(1_000_000), "two");
  assert.equal(queue.takeDue(1_000_000), "one");
  assert.equal(queue.size, 0);
});

test("WorkQueue gives urgent work first, zones by turns, and batches of one zone", () => {
  const [one, two] = [nameOf("one.example"), nameOf("two.example")];
  const queue = new WorkQueue<number>();
  for (let item = 0; item < 5; item += 1) queue.push(one, item, "background");
  for (let item = 10; item < 15; item += 1) queue.push(one, item, "urgent");
  for (let item = 20; item < 23; item += 1) queue.push(two, item, "urgent");
  assert.equal(queue.waiting("urgent"), 8);
  const taken = Array.from({ length: 7 }, () => queue.take(3)?.items);
  assert.deepEqual(taken, [
    [10, 11, 12],
    [20, 21, 22],
    [13, 14],
    [0, 1, 2],
    [3, 4],
    undefined,
    undefined,
  ]);
});
