import assert from "node:assert/strict";
import { test } from "node:test";
import type { ProcessRow } from "../../supervise/index.ts";
import { processViewsAlone } from "./processView.ts";

const RUNNING = { state: "running", sinceMs: 0, restarts: 0 } as const;

test("processViewsAlone() says how far each is behind, from what they told themselves", () => {
  const rows: readonly ProcessRow[] = [
    { ...RUNNING, id: "store", role: "store", pid: 1, state: "stopped", reportAgeMs: 7_000 },
    {
      ...RUNNING,
      id: "planner",
      role: "planner",
      pid: 2,
      reportAgeMs: 300,
      report: { generation: 9 },
    },
    {
      ...RUNNING,
      ...{ id: "enactor-az1", role: "enactor", pid: 3, reportAgeMs: 500 },
      report: { generation: 6, lagMs: 0, pending: 0, confirmed: 7, quarantined: [], troubles: [] },
    },
  ];
  const [store, planner, enactor] = processViewsAlone(rows);
  assert.equal(store?.lagMs, 7_000, "silent since it was stopped");
  assert.equal(planner?.lagMs, 300);
  assert.equal(enactor?.generation, 6);
  assert.equal(enactor?.lagMs, 500, "behind plan 9 since its last report, at most");
  assert.equal(enactor?.pending, undefined, "it cannot know what of plan 9 is not in place");
});
