import assert from "node:assert/strict";
import { test } from "node:test";
import { judgeTime, type TimeRecord } from "./trustedTime.ts";

const NOW = 1_800_000_000;
const NEVER: TimeRecord = { newestSeconds: 0, lastExpirationSeconds: 0 };
const BEFORE: TimeRecord = { newestSeconds: NOW, lastExpirationSeconds: NOW + 1000 };

function at(wallSeconds: number, monotonicSeconds = 0) {
  return { wallSeconds, monotonicSeconds };
}

test("a clock that goes on as it should is believed, also over months of slow drift", () => {
  let judged = judgeTime(undefined, at(NOW), NEVER);
  for (let day = 1; day <= 200; day += 1) {
    const wall = NOW + day * 86_400 + day * 20;
    judged = judgeTime(judged.anchor, at(wall, day * 86_400), NEVER);
    assert.equal(judged.problem, undefined);
    assert.equal(judged.nowSeconds, wall);
  }
});

test("a clock that jumps while this runs is not believed, forward or back", () => {
  const { anchor } = judgeTime(undefined, at(NOW), NEVER);
  for (const wall of [NOW + 100 * 86_400, NOW - 86_400, NOW + 200]) {
    const judged = judgeTime(anchor, at(wall, 10), NEVER);
    assert.match(judged.problem ?? "", /jumped/);
    assert.equal(judged.nowSeconds, NOW + 10);
  }
});

test("a clock that jumped and came back is believed again", () => {
  const first = judgeTime(undefined, at(NOW), NEVER);
  const jumped = judgeTime(first.anchor, at(NOW + 10_000_000, 10), NEVER);
  const back = judgeTime(jumped.anchor, at(NOW + 20, 20), NEVER);
  assert.equal(back.problem, undefined);
  assert.equal(back.nowSeconds, NOW + 20);
});

test("at the start, a clock earlier than what was signed is not believed", () => {
  const judged = judgeTime(undefined, at(0, 5), BEFORE);
  assert.match(judged.problem ?? "", /earlier/);
  assert.equal(judged.nowSeconds, NOW);
  const later = judgeTime(judged.anchor, at(100, 105), BEFORE);
  assert.equal(later.nowSeconds, NOW + 100);
  const set = judgeTime(later.anchor, at(NOW + 500, 106), BEFORE);
  assert.deepEqual([set.problem, set.nowSeconds], [undefined, NOW + 500]);
});

test("at the start, a clock later than every signature is not believed", () => {
  const judged = judgeTime(undefined, at(NOW + 1001), BEFORE);
  assert.match(judged.problem ?? "", /later/);
  assert.equal(judged.nowSeconds, NOW);
});

test("at the start, a clock within the signatures on record is believed", () => {
  assert.equal(judgeTime(undefined, at(NOW + 999), BEFORE).problem, undefined);
  assert.equal(judgeTime(undefined, at(NOW - 30), BEFORE).problem, undefined);
});

test("a machine without a battery for its clock signs nothing in 1970", () => {
  assert.match(judgeTime(undefined, at(1000), NEVER).problem ?? "", /earlier/);
});
