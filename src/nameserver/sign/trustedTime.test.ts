import assert from "node:assert/strict";
import { test } from "node:test";
import { judgeTime, type TimeRecord } from "./trustedTime.ts";

const NOW = 1_800_000_000;
const DAY = 86_400;
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

test("at the start, a clock within an hour of what is on record is taken as it is", () => {
  for (const wall of [NOW + 999, NOW - 30]) {
    const judged = judgeTime(undefined, at(wall), BEFORE);
    assert.equal(judged.problem, undefined);
    assert.deepEqual([judged.nowSeconds, judged.certainSeconds], [wall, wall]);
  }
});

test("at the start, a clock days past the record is told apart from what is certain", () => {
  const record = { newestSeconds: NOW, lastExpirationSeconds: NOW + 90 * DAY };
  let judged = judgeTime(undefined, at(NOW + 60 * DAY, 5), record);
  for (let day = 1; day <= 10; day += 1) {
    judged = judgeTime(judged.anchor, at(NOW + (60 + day) * DAY, 5 + day * DAY), record);
    assert.equal(judged.problem, undefined);
    assert.equal(judged.nowSeconds, NOW + (60 + day) * DAY);
    assert.equal(judged.certainSeconds, NOW + day * DAY, "only what ran has certainly passed");
    assert.equal(judged.beginSeconds, NOW + day * DAY);
  }
});

test("a clock in doubt may be set back to what is certain, no further, and not forward", () => {
  const record = { newestSeconds: NOW, lastExpirationSeconds: NOW + 90 * DAY };
  const { anchor } = judgeTime(undefined, at(NOW + 60 * DAY), record);
  const corrected = judgeTime(anchor, at(NOW + 20, 10), record);
  assert.equal(corrected.problem, undefined);
  assert.deepEqual([corrected.nowSeconds, corrected.anchor.doubtSeconds], [NOW + 20, 0]);
  const less = judgeTime(anchor, at(NOW + 40 * DAY + 10, 10), record);
  assert.equal(less.problem, undefined);
  assert.equal(less.certainSeconds, NOW + 10);
  for (const wall of [NOW - DAY, NOW + 61 * DAY]) {
    const judged = judgeTime(anchor, at(wall, 10), record);
    assert.match(judged.problem ?? "", /jumped/);
    assert.equal(judged.certainSeconds, NOW + 10);
  }
});

test("under a clock that is not believed, signatures begin by the earlier of both times", () => {
  const { anchor } = judgeTime(undefined, at(NOW), NEVER);
  assert.equal(judgeTime(anchor, at(NOW - DAY, 10), NEVER).beginSeconds, NOW - DAY);
  assert.equal(judgeTime(anchor, at(NOW + DAY, 10), NEVER).beginSeconds, NOW + 10);
  assert.equal(judgeTime(undefined, at(NOW - DAY), BEFORE).beginSeconds, NOW - DAY);
  assert.equal(judgeTime(undefined, at(0), BEFORE).beginSeconds, 1_735_689_600, "not in 1970");
});

test("a machine without a battery for its clock signs nothing in 1970", () => {
  assert.match(judgeTime(undefined, at(1000), NEVER).problem ?? "", /earlier/);
});
