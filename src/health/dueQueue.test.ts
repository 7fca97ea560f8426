import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { DueQueue } from "./dueQueue.ts";

test("takeDue() gives items in the order of their times, and none before its time", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(50)), fc.nat(50), (times, nowMs) => {
      const queue = new DueQueue<number>();
      for (const atMs of times) queue.push(atMs, atMs);
      const taken: number[] = [];
      for (let item = queue.takeDue(nowMs); item !== undefined; item = queue.takeDue(nowMs)) {
        taken.push(item);
      }
      const inOrder = [...times].sort((left, right) => left - right);
      assert.deepEqual(
        taken,
        inOrder.filter((atMs) => atMs <= nowMs),
      );
      assert.equal(
        queue.firstMs,
        inOrder.find((atMs) => atMs > nowMs),
      );
    }),
  );
});

test("push() keeps the order when items are taken in between", () => {
  const queue = new DueQueue<string>();
  queue.push(3, "c");
  queue.push(1, "a");
  assert.equal(queue.takeDue(9), "a");
  queue.push(2, "b");
  assert.equal(queue.takeDue(9), "b");
  assert.equal(queue.takeDue(9), "c");
  assert.equal(queue.takeDue(9), undefined);
});
