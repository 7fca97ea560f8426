import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { GUARD_MUTATIONS, type GuardMutation } from "./mutations.table.ts";
import { searchMutation } from "./suite.ts";

/** What changes elsewhere moves a mutation's world by a few. */
const SEEDS = 100;
/** Processes at once: what is measured is whether, not how fast. */
const JOBS = 2;

test("each safeguard that is taken out is caught by its check, near its own world", async () => {
  const waiting = [...GUARD_MUTATIONS];
  const missed: string[] = [];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const problem = await problemOf(next);
      if (problem !== undefined) missed.push(problem);
    }
  };
  await Promise.all(Array.from({ length: JOBS }, work));
  assert.deepEqual(missed, [], "find other worlds for them: node sim/guard/mutations/run.ts");
});

test("the table in the docs has them all", () => {
  const page = readFileSync(new URL("../../../docs/simulator.md", import.meta.url), "utf8");
  const rows = GUARD_MUTATIONS.map(rowOf);
  assert.ok(page.includes(`\n${rows.join("\n")}\n`), `must be:\n${rows.join("\n")}`);
});

test("no two mutations have one name", () => {
  assert.equal(new Set(GUARD_MUTATIONS.map(({ id }) => id)).size, GUARD_MUTATIONS.length);
});

function rowOf({ id, safeguard, caughtBy }: GuardMutation): string {
  return `| ${id} | ${safeguard} | ${caughtBy} |`;
}

async function problemOf(mutation: GuardMutation): Promise<string | undefined> {
  const { check = "nobody" } = await searchMutation(mutation, mutation.seed, SEEDS);
  return check === mutation.caughtBy ? undefined : `${mutation.id}: caught by ${check}`;
}
