import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import type { DrillOutcome, DrillSummary, Drills } from "../drills.ts";
import type { CliActions } from "../runCli.ts";
import { withFolder } from "../world.suite.ts";

const RACE: DrillSummary = {
  id: "race-2025-10-20",
  title: "A race",
  wentWrong: "two writers, no check",
  safeguard: "the fence",
  verdict: "held in part",
};

function actionsOf(changes: Partial<DrillOutcome> = {}): CliActions {
  const drills: Drills = {
    list: () => [RACE],
    run: async (id, { seed = 5, tell }) => {
      if (id !== RACE.id) return undefined;
      tell({ time: "06:48:00", side: "2025", who: "enactor", text: "deletes", tone: "bad" });
      const claims = [{ claim: "never empty", holds: true, seen: "0 times" }];
      const outcome = { ...RACE, seed, claims, notHeldYet: ["no waves"], detail: { steps: 3 } };
      return { ...outcome, page: "<!doctype html>", ...changes };
    },
  };
  return { run: async () => 0, guard: async () => 0, drills: async () => drills };
}

describe("holdfast drill", () => {
  it("prints the story, then claims, then what is not held yet", () =>
    withFolder(async (cli) => {
      const { code, out } = await cli.run(["drill", RACE.id], actionsOf());
      assert.equal(code, 0);
      assert.match(out, /06:48:00 {2}2025 +enactor deletes\n/);
      assert.match(out, /A race \(seed 5\): held in part\n {2}holds {2}never empty: 0 times\n/);
      assert.match(out, /not held yet {2}no waves\n/);
    }));

  it("exits with 1 where a claim does not hold", () =>
    withFolder(async (cli) => {
      const claims = [{ claim: "never empty", holds: false, seen: "once" }];
      const { code, out } = await cli.run(["drill", RACE.id], actionsOf({ claims }));
      assert.equal(code, 1);
      assert.match(out, /FAILS {2}never empty: once/);
    }));

  it("writes the page where it is told to, and by the drill's name elsewhere", () =>
    withFolder(async (cli) => {
      const words = ["drill", RACE.id, "--html"];
      assert.equal((await cli.run([...words, "race.html"], actionsOf())).code, 0);
      assert.equal(readFileSync(join(cli.cwd, "race.html"), "utf8"), "<!doctype html>");
      const { err } = await cli.run(words, actionsOf());
      assert.match(err, /race-2025-10-20\.html: open it/);
      const missing = await cli.run([...words, "no/such/folder.html"], actionsOf());
      assert.equal(missing.code, 1);
      assert.match(missing.err, /Cannot write the page to .*name another file with --html/);
      const none = await cli.run(words, actionsOf({ page: undefined }));
      assert.equal(none.code, 2);
      assert.match(none.err, /draws no page: leave --html out/);
    }));

  it("takes a seed, and prints JSON without the story or the page", () =>
    withFolder(async (cli) => {
      const words = ["drill", RACE.id, "--seed", "77", "--json"];
      const { out } = await cli.run(words, actionsOf());
      const outcome: { seed?: number; page?: string; detail?: unknown } = JSON.parse(out);
      assert.equal(outcome.seed, 77);
      assert.equal(outcome.page, undefined);
      assert.deepEqual(outcome.detail, { steps: 3 });
    }));

  it("refuses a name or a seed that is none, and says which there are", () =>
    withFolder(async (cli) => {
      const unknown = await cli.run(["drill", "nothing"], actionsOf());
      assert.equal(unknown.code, 2);
      assert.match(unknown.err, /no drill "nothing": they are race-2025-10-20/);
      for (const seed of ["-1", "x", "4294967296"]) {
        const { code } = await cli.run(["drill", RACE.id, `--seed=${seed}`], actionsOf());
        assert.equal(code, 2, seed);
      }
    }));

  it("lists drills for people and as JSON", () =>
    withFolder(async (cli) => {
      const { code, out } = await cli.run(["drill", "list"], actionsOf());
      assert.equal(code, 0);
      assert.match(out, /race-2025-10-20 {2}held in part\n {4}A race\n {4}then: two writers/);
      const json = await cli.run(["drill", "list", "--json"], actionsOf());
      assert.deepEqual(JSON.parse(json.out), { drills: [RACE] });
    }));
});
