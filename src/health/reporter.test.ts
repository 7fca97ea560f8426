import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededChance } from "../../sim/seededChance.ts";
import { SimClock } from "../../sim/simClock.ts";
import { SILENT_LOG } from "../base/index.ts";
import { type HealthReport, healthKey, type TargetHealth } from "../plan/index.ts";
import { RETOLD_MIN, Reporter } from "./reporter.ts";

const SIGN_OF_LIFE_MS = 2_000;

function health(targetId: string, state: TargetHealth["state"]): TargetHealth {
  return { targetId, checkId: "http", state, fresh: true, sinceMs: 0, detail: "a test" };
}

/** A reporter, and a store that holds what it was told. */
function makeWorld(count: number) {
  const clock = new SimClock();
  const known = Array.from({ length: count }, (_, index) => health(`lb-${index}`, "up"));
  const held = new Map<string, TargetHealth>();
  const told: number[] = [];
  const take = ({ changed }: HealthReport): void => {
    told.push(changed.length);
    for (const one of changed) held.set(healthKey(one.targetId, one.checkId), one);
  };
  const planStore = { report: async (report: HealthReport) => take(report) };
  const chance = new SeededChance(1);
  const parts = { vantage: "p1", planStore, clock, chance, log: SILENT_LOG, known: () => known };
  return { clock, known, held, told, take, reporter: new Reporter(parts) };
}

test("a report that comes late and is old is put right by the next signs of life", async () => {
  const { clock, known, held, take, reporter } = makeWorld(3);
  const [first] = known;
  assert.ok(first !== undefined);
  reporter.offer(known);
  await clock.advance(100);
  take({ vantage: "p1", changed: [health(first.targetId, "down")] });
  await clock.advance(2 * SIGN_OF_LIFE_MS);
  assert.deepEqual([...held.values()], known);
  reporter.close();
});

test("all that is known is told over and over, a bounded number at a time", async () => {
  const { clock, known, held, told, reporter } = makeWorld(2 * RETOLD_MIN + 1);
  await clock.advance(4 * SIGN_OF_LIFE_MS);
  assert.equal(held.size, known.length);
  assert.deepEqual(told.slice(0, 4), [RETOLD_MIN, RETOLD_MIN, 1, RETOLD_MIN]);
  reporter.close();
});

test("what waits to be told is newer than what is known to be told again", async () => {
  const { clock, known, held, reporter } = makeWorld(1);
  await clock.advance(SIGN_OF_LIFE_MS - 1);
  reporter.offer([health("lb-0", "down")]);
  await clock.advance(1);
  assert.equal([...held.values()][0]?.state, "down");
  known[0] = health("lb-0", "down");
  reporter.close();
});

test("of many results a tenth is told again at a time: all within 20 s", async () => {
  const { clock, known, held, reporter } = makeWorld(20 * RETOLD_MIN);
  await clock.advance(10 * SIGN_OF_LIFE_MS);
  assert.equal(held.size, known.length);
  reporter.close();
});
