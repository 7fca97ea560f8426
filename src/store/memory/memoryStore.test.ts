import assert from "node:assert/strict";
import { test } from "node:test";
import { ManualClock, options } from "../fixtures.suite.ts";
import { intakeSuite } from "../intake.suite.ts";
import { planStoreSuite } from "../planStore.suite.ts";
import { MemoryStore } from "./memoryStore.ts";

planStoreSuite("MemoryStore", async (clock, journalEventsMax) => {
  return new MemoryStore(options(clock, journalEventsMax));
});

intakeSuite("MemoryStore", async (clock) => new MemoryStore(options(clock)));

test("MemoryStore is unreachable once it was closed", async () => {
  const store = new MemoryStore(options(new ManualClock()));
  await store.close();
  await assert.rejects(store.head(), { fault: { code: "unreachable", operation: "head" } });
});
