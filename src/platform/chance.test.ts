import assert from "node:assert/strict";
import { test } from "node:test";
import { AssertionError } from "../base/index.ts";
import { RealChance } from "./chance.ts";

test("below() stays in 0..bound-1 and reaches both ends", () => {
  const chance = new RealChance().fork("test");
  const seen = new Set(Array.from({ length: 500 }, () => chance.below(3)));
  assert.deepEqual([...seen].sort(), [0, 1, 2]);
  assert.equal(chance.below(1), 0);
  assert.ok(chance.below(2 ** 32) < 2 ** 32);
});

test("below() stops the program when the bound is not a whole number in 1..2^32", () => {
  const chance = new RealChance();
  for (const bound of [0, -1, 1.5, 2 ** 32 + 1, Number.NaN]) {
    assert.throws(() => chance.below(bound), AssertionError, `bound ${bound}`);
  }
});
