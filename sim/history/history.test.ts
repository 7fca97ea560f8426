import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { OURS } from "../ours/ours.ts";
import { runSchedule } from "../runSchedule.ts";
import { drawSchedule } from "../schedule/draw.ts";
import {
  DESIGN_2025,
  design2025,
  LONG_PACE,
  PUBLISHED_FIX,
  publishedFix,
} from "./historyDesign.ts";
import { drawLongSchedule } from "./longSchedule.ts";
import { outcomesOf, seedsFrom } from "./outcomes.ts";

/** The same worlds and faults for every design, counted from the first. */
const SHORT = seedsFrom(1, 60);
const LONG = seedsFrom(1, 10);

describe("designs of history", () => {
  it("fail in long worlds, where ours holds: same seeds, same faults", async () => {
    const then = await outcomesOf(design2025({ pace: LONG_PACE }), drawLongSchedule, LONG);
    const fixed = await outcomesOf(publishedFix({ pace: LONG_PACE }), drawLongSchedule, LONG);
    const ours = await outcomesOf(OURS, drawLongSchedule, LONG);
    console.log(
      `of ${LONG.length} long worlds: 2025 emptied in ${then.emptied.length} (first ` +
        `${then.emptied[0]}), stuck ${then.stuck.length}, backwards ${then.backwards.length}; ` +
        `published fix emptied ${fixed.emptied.length}, backwards ${fixed.backwards.length} ` +
        `(first ${fixed.backwards[0]}); ours ${ours.all.length} violations`,
    );
    assert(then.emptied.length > 0, "the race empties a name");
    assert.deepEqual(then.stuck, then.emptied, "what is emptied stays so: nothing can repair it");
    assert(fixed.backwards.length > 0, "the fix lets an old plan over a newer one");
    assert.deepEqual(fixed.emptied, [], "but what it applied last is never deleted");
    assert.deepEqual(ours.all, []);
  });

  it("go backwards in the short worlds of the simulator too, where ours does not", async () => {
    const then = await outcomesOf(DESIGN_2025, drawSchedule, SHORT);
    const fixed = await outcomesOf(PUBLISHED_FIX, drawSchedule, SHORT);
    const ours = await outcomesOf(OURS, drawSchedule, SHORT);
    console.log(
      `of ${SHORT.length} short worlds: backwards 2025 ${then.backwards.length}, ` +
        `published fix ${fixed.backwards.length}; ours ${ours.all.length} violations`,
    );
    assert(then.backwards.length > 0);
    assert(fixed.backwards.length > 0);
    assert.deepEqual(ours.all, []);
  });

  it("replay a seed step by step", async () => {
    const run = (seed: number) =>
      runSchedule(design2025({ pace: LONG_PACE }), drawLongSchedule(seed), { goesOn: true });
    const [first, second, other] = [await run(3), await run(3), await run(4)];
    assert.equal(first.digest, second.digest);
    assert.notEqual(first.digest, other.digest);
  });
});
