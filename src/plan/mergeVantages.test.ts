import assert from "node:assert/strict";
import { test } from "node:test";
import type { TargetHealth } from "./inventory.ts";
import { mergeVantages, type VantageResult } from "./mergeVantages.ts";

type State = TargetHealth["state"];

function said(vantage: string, state: State, facts: Partial<VoteFacts> = {}): VantageResult {
  const { vantageFresh = true, resultFresh = true, sinceMs = 1_000 } = facts;
  const result: TargetHealth = {
    targetId: "lb-a1",
    checkId: "http",
    state,
    fresh: resultFresh,
    sinceMs,
    detail: `${vantage} says ${state}`,
  };
  return { vantage, fresh: vantageFresh, result };
}

interface VoteFacts {
  readonly vantageFresh: boolean;
  readonly resultFresh: boolean;
  readonly sinceMs: number;
}

const stale = { vantageFresh: false };
const last = (state: State): TargetHealth => ({ ...said("before", state).result, sinceMs: 7 });

const cases: readonly {
  readonly results: readonly VantageResult[];
  readonly last?: TargetHealth;
  readonly want: `${State} ${"fresh" | "kept"}`;
  readonly why: string;
}[] = [
  { results: [said("p1", "down")], want: "down fresh", why: "one of one is a majority" },
  {
    results: [said("p1", "down"), said("p2", "up")],
    last: last("up"),
    want: "up fresh",
    why: "half is no majority: one prober's bad day is not a failure",
  },
  {
    results: [said("p1", "down"), said("p2", "up"), said("p3", "down")],
    last: last("up"),
    want: "down fresh",
    why: "two of three are a majority",
  },
  {
    results: [said("p1", "down", stale), said("p2", "up"), said("p3", "down", stale)],
    last: last("up"),
    want: "up fresh",
    why: "stale vantages have no vote",
  },
  {
    results: [said("p1", "down", stale), said("p2", "down", stale)],
    last: last("up"),
    want: "up kept",
    why: "with nobody fresh the last merged state is kept, whatever stale ones said",
  },
  {
    results: [said("p1", "down", { resultFresh: false }), said("p2", "up")],
    last: last("down"),
    want: "up fresh",
    why: "a vantage that could not probe the target lately has no vote on it",
  },
  {
    results: [said("p1", "unknown")],
    last: last("down"),
    want: "down kept",
    why: "a prober that forgot everything does not make a known state unknown",
  },
  { results: [said("p1", "unknown")], want: "unknown kept", why: "nothing was ever confirmed" },
  {
    results: [said("p1", "down", stale), said("p2", "up", stale)],
    want: "up kept",
    why: "of two states without a vote the one that keeps the target in",
  },
];

for (const { results, last, want, why } of cases) {
  test(`mergeVantages() gives "${want}": ${why}`, () => {
    for (const order of [results, results.toReversed()]) {
      const merged = mergeVantages(order, last);
      assert.equal(`${merged?.state} ${merged?.fresh ? "fresh" : "kept"}`, want);
    }
  });
}

test("mergeVantages() keeps the time at which a state began when it is confirmed", () => {
  const merged = mergeVantages([said("p1", "down", { sinceMs: 90 })], last("down"));
  assert.equal(merged?.sinceMs, 7);
});

test("mergeVantages() says how many of the vantages agree, where there are several", () => {
  const merged = mergeVantages(
    [said("p1", "down"), said("p2", "down"), said("p3", "up")],
    undefined,
  );
  assert.equal(merged?.detail, "p1 says down (2 of 3 vantages)");
});
