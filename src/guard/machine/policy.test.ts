import assert from "node:assert/strict";
import { test } from "node:test";
import { DEFAULT_POLICY, policyProblems } from "./policy.ts";

test("an upstream that failed is left alone for a second at least, five minutes at most", () => {
  for (const failureBackOffMs of [1000, 30_000, 300_000]) {
    assert.deepEqual(policyProblems({ ...DEFAULT_POLICY, failureBackOffMs }), []);
  }
  for (const failureBackOffMs of [0, 999, 300_001, Number.NaN]) {
    const [problem = ""] = policyProblems({ ...DEFAULT_POLICY, failureBackOffMs });
    assert.match(problem, /failureBackOffMs as it must be 1000\.\.300000/);
  }
});
