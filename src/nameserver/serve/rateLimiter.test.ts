import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededChance } from "../../../sim/seededChance.ts";
import { RateLimiter, SEND } from "./rateLimiter.ts";
import { RateLimitTable } from "./rateLimitTable.ts";

const LIMIT = { responsesPerSecond: 10, slip: 0, exempt: [] };
const ADDRESS = Int32Array.of(0x0902_00c0);
const DAY_MS = 86_400_000;

function limiters(): readonly [RateLimiter, RateLimiter] {
  const { share } = new RateLimitTable(LIMIT, new SeededChance(1));
  return [new RateLimiter(share, 1), new RateLimiter(share, 1)];
}

/** How many of 100 responses go at that time. */
function sent(limiter: RateLimiter, nowMs: number): number {
  limiter.begin(nowMs);
  const verdicts = Array.from({ length: 100 }, () => limiter.judge(ADDRESS, 0, 1, 1));
  return verdicts.filter((verdict) => verdict === SEND).length;
}

test("a thread whose batch began before another's is given nothing for the time between", () => {
  const [one, other] = limiters();
  assert.equal(sent(one, 5000), 10);
  for (let round = 0; round < 50; round += 1) {
    assert.equal(sent(other, 4999), 0);
    assert.equal(sent(one, 5000), 0);
  }
  assert.equal(sent(other, 5500), 5, "half a second");
});

test("a bucket that was not used for long is full, whatever the clock's number wraps to", () => {
  for (const days of [1, 20, 26, 45, 60]) {
    const [one] = limiters();
    assert.equal(sent(one, 1000), 10);
    assert.equal(sent(one, 1000 + days * DAY_MS), 10, `${days} days`);
    assert.equal(sent(one, 1000 + days * DAY_MS + 500), 5, "half a second later");
  }
});
