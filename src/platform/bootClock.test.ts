import assert from "node:assert/strict";
import { test } from "node:test";
import { SimClock } from "../../sim/simClock.ts";
import { BootClock } from "./bootClock.ts";
import { RealClock } from "./clock.ts";

const HOUR_MS = 3_600_000;

test("time goes on while the machine sleeps, and is even while it does not", async () => {
  const awake = new SimClock();
  let sleptMs = 5 * HOUR_MS + 900;
  // Some systems tell it in whole seconds.
  const uptimeMs = (): number => Math.floor((awake.monotonicMs() + sleptMs) / 1000) * 1000;
  const clock = new BootClock(awake, uptimeMs);
  const startMs = clock.monotonicMs();
  for (let passedMs = 0; passedMs < 60_000; passedMs += 370) {
    assert.equal(clock.monotonicMs() - startMs, passedMs);
    await awake.advance(370);
  }
  const beforeMs = clock.monotonicMs();
  sleptMs += HOUR_MS;
  await awake.advance(1000);
  const passedMs = clock.monotonicMs() - beforeMs;
  assert.ok(Math.abs(passedMs - HOUR_MS - 1000) <= 1000, `${passedMs} ms`);
});

test("two of one machine, in whatever thread and since whenever, tell the same time", () => {
  const apartMs = new BootClock(new RealClock()).monotonicMs();
  const again = new BootClock(new RealClock()).monotonicMs();
  assert.ok(Math.abs(again - apartMs) < 2000, `${again - apartMs} ms`);
});
