import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { healthKey, type TargetHealth } from "../plan/index.ts";
import {
  checkOf,
  Driver,
  NOT_RUN,
  PASS,
  policyOf,
  REFUSED,
  silence,
  targetOf,
} from "./drive.suite.ts";
import { PROBES_IN_FLIGHT_MAX } from "./proberState.ts";

const one = policyOf([targetOf("a")], [checkOf()]);

test("the first result sets the state at once, up or down, so that a start is quick", () => {
  for (const [result, want] of [
    [PASS, "up a"],
    [REFUSED, "down a"],
  ] as const) {
    const driver = new Driver();
    driver.answer = () => result;
    driver.adopt(one);
    driver.run(1_100);
    assert.deepEqual(driver.story, [want]);
    assert.equal(driver.told[0]?.health.detail, result.detail);
  }
});

test("down comes within interval x fall + time-out + jitter of the real failure", () => {
  for (let seed = 1; seed <= 300; seed += 1) {
    const driver = new Driver(seed);
    const check = checkOf({ fall: 1 + (seed % 4) });
    driver.adopt(policyOf([targetOf("a")], [check]));
    const failsAtMs = 3_000 + 7 * seed;
    driver.answer = (_address, asked, nowMs) => (nowMs < failsAtMs ? PASS : silence(asked));
    driver.run(failsAtMs + 20_000);
    assert.deepEqual(driver.story, ["up a", "down a"]);
    const lateMs = (driver.told[1]?.atMs ?? 0) - failsAtMs;
    const boundMs = check.intervalMs * check.fall + check.timeoutMs + check.jitterMs;
    assert.ok(lateMs <= boundMs, `seed ${seed}: ${lateMs} ms after, at most ${boundMs} ms allowed`);
  }
});

test("fewer failures than fall, and fewer passes than rise, turn nothing over", () => {
  const driver = new Driver();
  driver.adopt(policyOf([targetOf("a")], [checkOf({ fall: 3, rise: 3, jitterMs: 0 })]));
  // Two failures between passes, then down by three, then two passes between failures, then up.
  const results = "P FFP FFP FFF PPF PPF PPP P".replaceAll(" ", "");
  let asked = 0;
  driver.answer = () => {
    asked += 1;
    return results[asked - 1] === "F" ? REFUSED : PASS;
  };
  driver.run(30_000);
  assert.deepEqual(driver.story, ["up a", "down a", "up a"]);
  assert.equal(driver.told[1]?.health.detail, "connection refused");
  assert.equal(driver.told[2]?.health.detail, "3 of 3 passed");
  assert.equal(driver.told[1]?.health.sinceMs, 1_000_000 + (driver.told[1]?.atMs ?? 0));
});

test("a target that cannot be probed keeps its state, as not fresh, and says why", () => {
  const driver = new Driver();
  driver.adopt(one);
  driver.run(5_000);
  driver.answer = () => NOT_RUN;
  driver.run(60_000);
  driver.answer = () => PASS;
  driver.run(3_000);
  assert.deepEqual(driver.story, ["up a", "expired a", "fresh-again a"]);
  const expired = driver.told[1]?.health;
  assert.equal(expired?.state, "up");
  assert.equal(expired?.fresh, false);
  assert.match(expired?.detail ?? "", /^HTTP 200; no result for 4 s or more: too many files$/);
  assert.equal(driver.told[2]?.health.detail, "HTTP 200");
});

test("a probe that never ends gives its place back and counts as not run", () => {
  const driver = new Driver();
  driver.adopt(one);
  driver.run(3_000);
  driver.answer = () => undefined;
  driver.run(8_000);
  driver.answer = () => PASS;
  driver.run(8_000);
  assert.deepEqual(driver.story, ["up a", "expired a", "fresh-again a"]);
  assert.equal(driver.state.inFlight.size, 0);
});

test("a target known from before keeps its state till rise or fall, and its time", () => {
  const known: TargetHealth = {
    targetId: "a",
    checkId: "http",
    state: "up",
    fresh: true,
    sinceMs: 77,
    detail: "2 of 2 passed",
  };
  const driver = new Driver();
  driver.adopt(one, { health: new Map([[healthKey("a", "http"), known]]) });
  driver.answer = () => REFUSED;
  driver.run(1_050);
  assert.deepEqual(driver.story, ["confirmed a"]);
  assert.deepEqual(driver.told[0]?.health, known);
  driver.run(1_100);
  assert.deepEqual(driver.story, ["confirmed a", "down a"]);
});

test("a target in several pools with one check is probed once", () => {
  const driver = new Driver();
  const { pools } = one;
  driver.adopt({ ...one, pools: [...pools, ...pools.map((pool) => ({ ...pool, id: "more" }))] });
  driver.run(10_000);
  assert.ok(driver.probes >= 9 && driver.probes <= 10, `${driver.probes} probes in 10 s`);
});

test("probes are spread: no two of many targets keep marching in step", () => {
  const driver = new Driver();
  const targets = Array.from({ length: 100 }, (_, index) => targetOf(`t${index}`));
  driver.adopt(policyOf(targets, [checkOf()]));
  const starts = new Set<number>();
  driver.answer = (_address, _check, nowMs) => {
    starts.add(nowMs);
    return PASS;
  };
  driver.run(1_000);
  assert.ok(starts.size > 50, `${starts.size} different starts of 100 in the first second`);
  assert.equal(driver.told.length, 100, "all known within the first second");
});

test("probes under way are bounded, and everyone has a turn all the same", () => {
  const driver = new Driver();
  const targets = Array.from({ length: 3_000 }, (_, index) => targetOf(`t${index}`));
  driver.adopt(policyOf(targets, [checkOf({ timeoutMs: 900, intervalMs: 1_000 })]));
  let most = 0;
  driver.answer = (_address, check) => {
    most = Math.max(most, driver.state.inFlight.size);
    return silence(check);
  };
  driver.run(6_000);
  assert.equal(most, PROBES_IN_FLIGHT_MAX);
  assert.equal(new Set(driver.told.map(({ health }) => health.targetId)).size, 3_000);
});

test("a changed policy keeps the results of pairs that stay, and drops those that go", () => {
  const driver = new Driver();
  driver.adopt(policyOf([targetOf("a"), targetOf("b")], [checkOf()]));
  driver.run(3_000);
  driver.adopt(policyOf([targetOf("b"), targetOf("c")], [checkOf({ intervalMs: 2_000 })]));
  driver.run(4_000);
  assert.deepEqual(driver.story.toSorted(), ["up a", "up b", "up c"]);
  assert.deepEqual([...driver.state.pairs.keys()], ["b/http", "c/http"]);
});

test("a changed address is asked anew: late answers of the old one do not count", () => {
  const driver = new Driver();
  driver.answer = (address, check) => (address === "old" ? silence(check) : PASS);
  const at = (address: string) => policyOf([targetOf("a", address)], [checkOf({ fall: 1 })]);
  driver.adopt(at("new"));
  driver.run(3_000);
  driver.adopt(at("old"));
  driver.runToProbe();
  driver.adopt(at("new"));
  driver.run(3_000);
  assert.deepEqual(driver.story, ["up a"]);
  driver.adopt(at("old"));
  driver.run(3_000);
  assert.deepEqual(driver.story, ["up a", "down a"]);
});

test("passes, trouble of our own and stalls of any length never make a target down", () => {
  const event = fc.oneof(
    fc.record({ kind: fc.constant("run" as const), ms: fc.integer({ min: 1, max: 3_000 }) }),
    fc.record({ kind: fc.constant("stall" as const), ms: fc.integer({ min: 260, max: 90_000 }) }),
    fc.record({ kind: fc.constant("trouble" as const), ms: fc.integer({ min: 1, max: 9_000 }) }),
  );
  fc.assert(
    fc.property(fc.array(event, { maxLength: 30 }), fc.integer(), (events, seed) => {
      const driver = new Driver(seed);
      driver.adopt(policyOf([targetOf("a"), targetOf("b"), targetOf("c")], [checkOf({ fall: 1 })]));
      for (const { kind, ms } of events) {
        driver.answer = kind === "trouble" ? () => NOT_RUN : () => ({ ...PASS, latencyMs: 90 });
        if (kind === "stall") driver.stall(ms);
        else driver.run(ms);
      }
      assert.deepEqual(
        driver.story.filter((line) => line.startsWith("down")),
        [],
      );
    }),
    { numRuns: 200 },
  );
});
