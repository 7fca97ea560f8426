import assert from "node:assert/strict";
import { test } from "node:test";
import { ApiError } from "../apiError.ts";
import { TestClock } from "../world.suite.ts";
import { inParts, PART_ORDERS } from "./inParts.ts";

const ITEMS = Array.from({ length: PART_ORDERS * 2 + 1 }, (_, place) => place);

test("what is much goes in parts, in order, and others have their turn in between", async () => {
  const events: string[] = [];
  const clock = new TestClock();
  clock.wakeAfter = (_, task) => {
    events.push("others");
    task();
    return () => {};
  };
  const done = await inParts(clock, ITEMS, async (part) => {
    events.push(`${part[0]}..${part.at(-1)}`);
    return part.length;
  });
  assert.equal(done, ITEMS.length);
  const [one, two] = [PART_ORDERS, 2 * PART_ORDERS];
  assert.deepEqual(events, [
    ...[`0..${one - 1}`, "others", `${one}..${two - 1}`, "others", `${two}..${two}`],
  ]);
});

test("nothing at all is no part", async () => {
  assert.equal(await inParts(new TestClock(), [], async () => 1), 0);
});

test("a first part that fails fails by itself; a later one says what was done before", async () => {
  const failing = (from: number) => {
    return inParts(new TestClock(), ITEMS, async (part) => {
      if (part[0] === from) throw new Error("the store is full");
      return part.length;
    });
  };
  await assert.rejects(failing(0), /^Error: the store is full$/);
  await assert.rejects(failing(PART_ORDERS), (error) => {
    assert.ok(error instanceof ApiError);
    assert.match(error.message, /5000 of 10001 endpoints are done, then: the store is full/);
    return true;
  });
});

test("told to stop, it goes no further, and says how far it came", async () => {
  let parts = 0;
  const work = inParts(
    new TestClock(),
    ITEMS,
    async (part) => {
      parts += 1;
      return part.length;
    },
    () => parts === 1,
  );
  await assert.rejects(work, /Stopped: 5000 of 10001 endpoints were done/);
  assert.equal(parts, 1);
});
