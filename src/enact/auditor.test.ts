import assert from "node:assert/strict";
import { test } from "node:test";
import { SimClock } from "../../sim/simClock.ts";
import type { Name } from "../dns/index.ts";
import { AUDIT_PASS_MS_MIN, AUDIT_PER_SECOND, Auditor } from "./auditor.ts";
import { entriesAt } from "./world.suite.ts";

function setUp(count: number) {
  const clock = new SimClock();
  const looked: Name[] = [];
  const lane = { hasRoom: true };
  const auditor = new Auditor(
    clock,
    (endpoint) => looked.push(endpoint),
    () => lane.hasRoom,
  );
  auditor.setEndpoints(entriesAt(1, count).map(({ endpoint }) => endpoint));
  return { clock, looked, lane, auditor };
}

test("Auditor looks at every endpoint in turn, a bounded number a second, for ever", async () => {
  const { clock, looked, auditor } = setUp(1_000);
  await clock.advance(1_000);
  assert(looked.length <= AUDIT_PER_SECOND && looked.length > AUDIT_PER_SECOND / 2);
  await clock.advance(AUDIT_PASS_MS_MIN + 9_500);
  assert.equal(new Set(looked).size, 1_000);
  assert(looked.length > 1_000, "a second pass has begun");
  auditor.close();
});

test("Auditor does not read a small region over and over", async () => {
  const { clock, looked, auditor } = setUp(7);
  await clock.advance(10 * AUDIT_PASS_MS_MIN);
  assert(looked.length >= 7 * 9 && looked.length <= 7 * 11, `${looked.length} looks`);
  auditor.close();
});

test("Auditor leaves a busy lane alone", async () => {
  const { clock, looked, lane, auditor } = setUp(100);
  lane.hasRoom = false;
  await clock.advance(10_000);
  assert.deepEqual(looked, []);
  auditor.close();
  lane.hasRoom = true;
  await clock.advance(10_000);
  assert.deepEqual(looked, [], "closed");
});
