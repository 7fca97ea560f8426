import assert from "node:assert/strict";
import { test } from "node:test";
import type { CancelWake, Clock } from "../../base/index.ts";
import type { WriteOutcome } from "../../plan/index.ts";
import type { MemoryZoneStore } from "../../provider/index.ts";
import { carryOut, type DirectTask } from "./carryOut.ts";
import { clearStep } from "./clearStep.ts";
import { fenceIn, fenceOf, NAME, NOW_MS, readName, rrset, storeWith, ZONE } from "./zone.suite.ts";

/** A clock on which every wait is over at once. */
class HastyClock implements Clock {
  waitedMs = 0;
  monotonicMs(): number {
    return this.waitedMs;
  }
  wallMs(): number {
    return NOW_MS + this.waitedMs;
  }
  wakeAfter(afterMs: number, wake: () => void): CancelWake {
    this.waitedMs += afterMs;
    queueMicrotask(wake);
    return () => {};
  }
}

const OVERRIDE = { kind: "override" as const, id: "o-1", untilMs: NOW_MS + 3_600_000 };

function pinned(): MemoryZoneStore {
  return storeWith(fenceOf({ mark: OVERRIDE }), rrset("A", "192.0.2.99"));
}

function taskOn(store: MemoryZoneStore): DirectTask {
  const wish = { zone: ZONE, ownsWholeName: true, nowMs: NOW_MS };
  const decide: DirectTask["decide"] = (reading) => clearStep(reading, wish);
  return { storeId: store.id, store, zone: ZONE, endpoint: NAME, decide };
}

test("carryOut() writes once, and finds it done the next time", async () => {
  const store = pinned();
  const first = await carryOut(taskOn(store), new HastyClock());
  assert.equal(first.outcome, "written");
  const second = await carryOut(taskOn(store), new HastyClock());
  assert.equal(second.outcome, "already");
  assert.equal(fenceIn(await readName(store)).edition, 8);
});

test("carryOut() reads after a lost reply, and never writes twice", async () => {
  const store = pinned();
  store.loseReplies(1);
  const { outcome, write } = await carryOut(taskOn(store), new HastyClock());
  assert.equal(outcome, "written");
  assert.equal(write?.fence.edition, 8);
  assert.equal(fenceIn(await readName(store)).edition, 8);
});

test("carryOut() says that it may be written where nobody answers any more", async () => {
  const store = pinned();
  const task = taskOn(store);
  const commit = async (): Promise<readonly WriteOutcome[]> => {
    store.isCutOff = true;
    return [{ kind: "unknown", problem: "no answer" }];
  };
  store.commit = commit;
  const { outcome, text } = await carryOut(task, new HastyClock());
  assert.deepEqual([outcome, text], ["unknown", "cut off"]);
});

test("carryOut() changes nothing where it cannot read, and waits in between", async () => {
  const store = pinned();
  store.isCutOff = true;
  const clock = new HastyClock();
  const away = await carryOut(taskOn(store), clock);
  assert.deepEqual([away.outcome, away.text], ["failed", "cut off"]);
  assert.ok(clock.waitedMs > 0);
});

test("carryOut() decides anew where others were faster, and gives up after a while", async () => {
  const store = pinned();
  let races = 0;
  const commit = async (): Promise<readonly WriteOutcome[]> => {
    races += 1;
    return [{ kind: "condition-failed" }];
  };
  store.commit = commit;
  const { outcome } = await carryOut(taskOn(store), new HastyClock());
  assert.equal(outcome, "failed");
  assert.ok(races > 1 && races < 10, `${races} races`);
});

test("carryOut() tells the server's own words where it refuses", async () => {
  const store = pinned();
  store.refusalOf = () => "REFUSED: address-type-stays";
  const { outcome, text } = await carryOut(taskOn(store), new HastyClock());
  assert.deepEqual([outcome, text], ["refused", "REFUSED: address-type-stays"]);
});

test("carryOut() tells why a store was not opened", async () => {
  const task = { ...taskOn(pinned()), store: undefined, problem: "no key" };
  const { outcome, text } = await carryOut(task, new HastyClock());
  assert.deepEqual([outcome, text], ["failed", "no key"]);
});
