import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { HoldDownWatch, WATCHED_MS_MAX } from "./holdDownWatch.ts";
import { retirementOf } from "./planner.suite.ts";

const DAY_MS = 24 * 3_600_000;
const DAY = retirementOf({ holdDownMs: DAY_MS, atMs: 1_000_000 });

/** Long past the end of either wait, by the wall clock. */
const LATE_MS = 1_000_000 + 2 * DAY_MS;

/** Both clocks: monotonic, and the wall's, which jumps as a test likes. */
function at(nowMs: number, wallMs = LATE_MS): { readonly nowMs: number; readonly wallMs: number } {
  return { nowMs, wallMs };
}

describe("HoldDownWatch", () => {
  it("wants an hour watched of a long wait, whatever the wall clock says", () => {
    const watch = new HoldDownWatch();
    watch.see([DAY], at(500));
    assert.equal(watch.leftMs(DAY, at(500)), WATCHED_MS_MAX);
    assert.equal(watch.leftMs(DAY, at(500 + WATCHED_MS_MAX - 1)), 1);
    assert.equal(watch.leftMs(DAY, at(500 + WATCHED_MS_MAX)), 0);
  });

  it("wants the wall clock past the end as well", () => {
    const watch = new HoldDownWatch();
    watch.see([DAY], at(0));
    assert.equal(watch.leftMs(DAY, at(10 * DAY_MS, 1_000_000)), DAY_MS);
  });

  it("watches all of a wait shorter than an hour", () => {
    const watch = new HoldDownWatch();
    const short = retirementOf({ holdDownMs: 60_000 });
    watch.see([short], at(0));
    assert.equal(watch.leftMs(short, at(59_999)), 1);
    assert.equal(watch.leftMs(short, at(60_000)), 0);
  });

  it("has not watched what it never saw, and forgets what was taken back", () => {
    const watch = new HoldDownWatch();
    assert.equal(watch.leftMs(DAY, at(10 * DAY_MS)), WATCHED_MS_MAX);
    watch.see([DAY], at(0));
    watch.see([], at(10));
    watch.see([DAY], at(20));
    assert.equal(watch.leftMs(DAY, at(WATCHED_MS_MAX)), 20);
  });

  it("goes on counting while it sees the same again, and starts over where it is told to", () => {
    const watch = new HoldDownWatch();
    watch.see([DAY], at(0));
    watch.see([DAY], at(WATCHED_MS_MAX));
    assert.equal(watch.leftMs(DAY, at(WATCHED_MS_MAX)), 0);
    watch.startOver();
    watch.see([DAY], at(WATCHED_MS_MAX));
    assert.equal(watch.leftMs(DAY, at(WATCHED_MS_MAX)), WATCHED_MS_MAX);
  });

  it("waits for what was left at first sight, however far the wall clock jumps later", () => {
    const watch = new HoldDownWatch();
    const wallMs = 1_000_000 + DAY_MS / 4;
    watch.see([DAY], at(0, wallMs));
    assert.equal(watch.leftMs(DAY, at(1_000)), DAY_MS * 0.75 - 1_000);
    assert.equal(watch.leftMs(DAY, at(DAY_MS * 0.75)), 0);
  });

  it("never waits longer than the hold-down by its own clock, though the wall's was behind", () => {
    const watch = new HoldDownWatch();
    watch.see([DAY], at(0, 0));
    assert.equal(watch.leftMs(DAY, at(0)), DAY_MS);
    assert.equal(watch.leftMs(DAY, at(DAY_MS)), 0);
  });

  it("waits for what is left, and an hour at least, once it starts anew", () => {
    const half = new HoldDownWatch();
    half.see([DAY], at(0, 1_000_000 + DAY_MS / 2));
    assert.equal(half.leftMs(DAY, at(0)), DAY_MS / 2);
    const nearly = new HoldDownWatch();
    nearly.see([DAY], at(0, 1_000_000 + DAY_MS - 60_000));
    assert.equal(nearly.leftMs(DAY, at(0)), WATCHED_MS_MAX);
  });
});
