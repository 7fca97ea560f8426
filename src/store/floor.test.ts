import assert from "node:assert/strict";
import { test } from "node:test";
import { FAR_AHEAD_MAX, FLOOR_MAX } from "../plan/index.ts";
import { provesOldCopy, raisedFloor } from "./floor.ts";

function head(generation: number, floorGeneration: number) {
  return { region: "use1", generation, digest: "", floorGeneration, epochs: [] };
}

const cases = [
  { plan: 5, floor: 0, seen: 7, want: 7, why: "a plan that the store does not have" },
  { plan: 9, floor: 0, seen: 7, want: 7, why: "below the plan: it changes nothing" },
  { plan: 5, floor: 7, seen: 7, want: undefined, why: "seen before" },
  { plan: 5, floor: 7, seen: 6, want: undefined, why: "a floor never falls" },
  { plan: 1, floor: 0, seen: 9e6, want: 1 + FAR_AHEAD_MAX, why: "one plausible step" },
  { plan: 1, floor: 2e6, seen: 9e6, want: 2e6 + FAR_AHEAD_MAX, why: "the next, above the floor" },
  { plan: 1, floor: FLOOR_MAX, seen: FLOOR_MAX + 9, want: undefined, why: "numbers never run out" },
  { plan: 1, floor: FLOOR_MAX - 1, seen: FLOOR_MAX + 9, want: FLOOR_MAX, why: "at the bound" },
  { plan: 1, floor: 0, seen: Number.NaN, want: undefined, why: "no number at all" },
];

for (const { plan, floor, seen, want, why } of cases) {
  test(`raisedFloor() is ${want} at plan ${plan}, floor ${floor}, seen ${seen}: ${why}`, () => {
    assert.equal(raisedFloor(head(plan, floor), { epoch: 0, generation: seen }), want);
  });
}

test("provesOldCopy() holds where a zone has what no plan here made", () => {
  assert.equal(provesOldCopy(head(5, 6)), true);
  assert.equal(provesOldCopy(head(5, 5)), false);
});
