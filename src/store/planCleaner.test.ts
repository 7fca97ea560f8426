import assert from "node:assert/strict";
import { test } from "node:test";
import { SILENT_LOG } from "../base/index.ts";
import { appendPlan, ManualClock, options } from "./fixtures.suite.ts";
import { MemoryStore } from "./memory/memoryStore.ts";
import {
  CLEAN_EVERY_MS,
  ENTRIES_BETWEEN,
  PLANS_BETWEEN,
  PlanCleaner,
  type PlanKeep,
} from "./planCleaner.ts";
import { StoreError } from "./storeError.ts";

const KEEP: PlanKeep = { plansMin: 5, plansMax: 50, ageMs: 1_000 };

/** An age at which the plans of these tests, made at 5 ms of the wall clock, are this young. */
function clockAgeMs(leftMs: number): number {
  return new ManualClock().wallMs() - 5 + leftMs;
}

/** Lets what was promised happen. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

/** Time passes in small steps, and what it wakes is done. */
async function pass(clock: ManualClock, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += 1_000) {
    clock.advance(1_000);
    await settled();
  }
}

async function world(plans: number, keep = KEEP) {
  const clock = new ManualClock();
  const store = new MemoryStore(options(clock));
  for (let index = 0; index < plans; index += 1) await appendPlan(store, ["a"]);
  const cleaner = PlanCleaner.start({ store, clock, log: SILENT_LOG, keep });
  const count = async (): Promise<number> => (await store.summaries(1_000)).length;
  return { clock, store, cleaner, count };
}

test("PlanCleaner drops what is old soon after a start, and then every hour", async () => {
  const { clock, store, cleaner, count } = await world(20);
  await pass(clock, 40_000);
  assert.equal(await count(), KEEP.plansMin);
  for (let index = 0; index < 10; index += 1) await appendPlan(store, ["a"]);
  await pass(clock, CLEAN_EVERY_MS - 60_000);
  assert.equal(await count(), 15);
  await pass(clock, 60_000);
  assert.equal(await count(), KEEP.plansMin);
  await cleaner.close();
});

test("PlanCleaner keeps what is young, up to a count", async () => {
  const { clock, cleaner, count } = await world(60, { ...KEEP, ageMs: clockAgeMs(60_000) });
  await pass(clock, 40_000);
  assert.equal(await count(), KEEP.plansMax);
  await pass(clock, CLEAN_EVERY_MS);
  assert.equal(await count(), KEEP.plansMin, "an hour later they are old");
  await cleaner.close();
});

test("PlanCleaner looks after every so many plans, whatever the time", async () => {
  const { clock, store, cleaner, count } = await world(1);
  await pass(clock, 40_000);
  await settled();
  for (let index = 0; index < PLANS_BETWEEN; index += 1) await appendPlan(store, ["a"]);
  await settled();
  clock.advance(100);
  await settled();
  assert.equal(await count(), KEEP.plansMin);
  await cleaner.close();
});

test("PlanCleaner looks after so many entries, however few the plans are", async () => {
  const { clock, store, cleaner, count } = await world(1);
  await pass(clock, 40_000);
  const large = Array.from({ length: ENTRIES_BETWEEN / 10 }, (_, index) => `e${index + 100_000}`);
  for (let index = 0; index < 9; index += 1) await appendPlan(store, large);
  await settled();
  clock.advance(100);
  await settled();
  assert.equal(await count(), 10, "not yet");
  await appendPlan(store, large);
  await settled();
  await pass(clock, 10_000);
  assert.equal(await count(), KEEP.plansMin);
  await cleaner.close();
});

test("PlanCleaner goes on after a store that was full, and stops when it is closed", async () => {
  const clock = new ManualClock();
  let calls = 0;
  const store = {
    watch: () => () => {},
    summaries: async () => [],
    cleanUp: async () => {
      calls += 1;
      throw new StoreError({ code: "full" }, "Cannot drop old plans as the disk must have room");
    },
  };
  const cleaner = PlanCleaner.start({ store, clock, log: SILENT_LOG, keep: KEEP });
  await pass(clock, 40_000);
  assert.equal(calls, 1);
  await pass(clock, CLEAN_EVERY_MS);
  assert.equal(calls, 2);
  await cleaner.close();
  await pass(clock, CLEAN_EVERY_MS * 2);
  assert.equal(calls, 2);
});
