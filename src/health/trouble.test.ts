import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Answer,
  checkOf,
  Driver,
  NOT_RUN,
  PASS,
  policyOf,
  REFUSED,
  silence,
  targetOf,
} from "./drive.suite.ts";

function manyUp(count: number, fall = 2): Driver {
  const driver = new Driver();
  const targets = Array.from({ length: count }, (_, index) => targetOf(`t${index}`));
  driver.adopt(policyOf(targets, [checkOf({ fall })]));
  driver.run(3_000);
  assert.equal(driver.told.length, count, "all are up");
  return driver;
}

function downCount(driver: Driver): number {
  return driver.told.filter(({ change }) => change === "down").length;
}

/** Probes that the first `count` targets fail in the way given. */
function firstFail(count: number, how: Answer): Answer {
  return (address, check, nowMs) => {
    return Number(address.slice(1)) < count ? how(address, check, nowMs) : PASS;
  };
}

test("most targets failing at once, while the prober is well, are down in time", () => {
  const driver = manyUp(20);
  driver.answer = () => REFUSED;
  driver.run(2_700);
  assert.equal(downCount(driver), 20);
});

for (const fall of [1, 2]) {
  test(`most targets failing just after a stall are not believed at first (fall ${fall})`, () => {
    const driver = manyUp(20, fall);
    driver.answer = () => REFUSED; // what a network that comes up late says
    driver.stall(30_000);
    driver.run(1_500);
    driver.answer = () => PASS;
    driver.run(10_000);
    assert.equal(downCount(driver), 0);
    assert.ok(driver.effects.some((effect) => effect.kind === "discarded" && effect.pairs > 10));
    assert.ok(driver.effects.some((effect) => effect.kind === "stalled"));
  });
}

test("most targets that stay failed after a stall are down one doubt later", () => {
  const driver = manyUp(20);
  driver.answer = (_address, check) => silence(check);
  driver.stall(30_000);
  driver.run(6_000);
  assert.equal(downCount(driver), 20);
});

test("fewer than half failing are down when the doubt after a stall ends", () => {
  const driver = manyUp(20);
  driver.answer = firstFail(9, () => REFUSED);
  driver.stall(5_000);
  driver.run(3_500);
  assert.equal(downCount(driver), 9);
});

test("with few targets there is no mass: all failing after a stall are down", () => {
  const driver = manyUp(9);
  driver.answer = () => REFUSED;
  driver.stall(5_000);
  driver.run(3_500);
  assert.equal(downCount(driver), 9);
});

test("most targets failing while probes cannot be run here are not believed", () => {
  const driver = manyUp(20);
  // Descriptors run out: some probes cannot start, others break.
  driver.answer = (address, check) => (Number(address.slice(1)) < 4 ? NOT_RUN : silence(check));
  driver.run(1_600);
  driver.answer = () => PASS;
  driver.run(5_000);
  assert.equal(downCount(driver), 0);
});

test("a target that can never be probed does not hold up the verdict on others", () => {
  const driver = manyUp(20, 1);
  driver.answer = firstFail(1, () => NOT_RUN);
  driver.run(10_000);
  const failsAtMs = driver.nowMs;
  driver.answer = (address) => {
    if (address === "t0") return NOT_RUN;
    return Number(address.slice(1)) < 6 ? REFUSED : PASS;
  };
  driver.run(5_000);
  const down = driver.told.filter(({ change }) => change === "down");
  assert.equal(down.length, 5);
  for (const { atMs } of down) assert.ok(atMs - failsAtMs <= 1_000 + 100 + REFUSED.latencyMs);
});

test("targets that failed in the doubt and passed again are no part of a mass", () => {
  const driver = manyUp(20);
  driver.answer = firstFail(15, () => REFUSED);
  driver.stall(5_000);
  driver.run(1_050);
  driver.answer = firstFail(5, () => REFUSED);
  driver.run(3_000);
  assert.equal(downCount(driver), 5);
  assert.ok(!driver.effects.some((effect) => effect.kind === "discarded"));
});

test("a long stall voids every failure of the probes it caught", () => {
  const driver = new Driver();
  // Seldom probed, so that the doubt has ended long before the next regular probe.
  driver.adopt(policyOf([targetOf("t0")], [checkOf({ fall: 1, intervalMs: 30_000 })]));
  driver.run(5_000);
  driver.runToProbe();
  driver.stall(5_000, REFUSED); // a server that gave up on us looks like one that is broken
  driver.run(60_000);
  assert.equal(downCount(driver), 0);
});

test("a short stall voids missed deadlines only: a refusal still counts", () => {
  const driver = manyUp(3, 1);
  driver.answer = (_address, check) => silence(check);
  driver.runToProbe();
  driver.answer = () => PASS;
  driver.stall(400);
  driver.run(3_000);
  assert.equal(downCount(driver), 0, "deadlines that passed in the stall are void");
  driver.answer = () => REFUSED;
  driver.run(1_200);
  assert.equal(downCount(driver), 3);
});
