import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { type AgedPlan, CROWDED_PLANS_MIN, cutOf, ENTRIES_CROWDED, type Stock } from "./cleanUp.ts";

/** Young plans of a full cell each: no count and no age would drop one of them. */
const KEEP_ALL = { plansMin: 1_000, plansMax: 20_000, madeAfterMs: 0 };
const CELL = 100_000;

function plansOf(count: number, changedCount: number): readonly AgedPlan[] {
  return Array.from({ length: count }, (_, index) => {
    return { generation: index + 1, madeAtMs: 5, changedCount };
  });
}

/** How many plans are left once every step is taken. */
function leftOf(count: number, changedCount: number, isFileCrowded = false): number {
  let left = plansOf(count, changedCount);
  for (;;) {
    const stock: Stock = { plans: left.length, entries: left.length * changedCount, isFileCrowded };
    const { plans, oldestGeneration } = cutOf(left, stock, KEEP_ALL);
    if (plans === 0) return left.length;
    left = left.slice(plans);
    assert.equal(left[0]?.generation, oldestGeneration);
  }
}

describe("cutOf() in a crowded store", () => {
  it("keeps plans of many entries only as long as there is room", () => {
    assert.equal(leftOf(ENTRIES_CROWDED / CELL, CELL), ENTRIES_CROWDED / CELL);
    assert.equal(leftOf(60, CELL), ENTRIES_CROWDED / CELL);
    assert.equal(leftOf(900, 100), 900);
  });

  it("keeps a few whatever they take, and never fewer for a file that is past its share", () => {
    assert.equal(leftOf(60, ENTRIES_CROWDED), CROWDED_PLANS_MIN);
    assert.equal(leftOf(900, 1, true), CROWDED_PLANS_MIN);
    assert.equal(leftOf(CROWDED_PLANS_MIN, 1, true), CROWDED_PLANS_MIN);
    assert.equal(leftOf(1, ENTRIES_CROWDED * 2, true), 1);
  });
});
