import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import type { DrillLine } from "../../src/cli/drills.ts";
import { ASSUMPTIONS } from "./assumptions.ts";
import { OTHER_EVENTS } from "./events/allEvents.ts";
import { drills } from "./index.ts";

describe("drills", () => {
  it("lists every event with what went wrong and what holds", () => {
    const ids = drills.list().map(({ id }) => id);
    assert.equal(ids[0], "aws-2025-10-20");
    assert.equal(new Set(ids).size, ids.length);
    for (const { id, wentWrong, safeguard } of drills.list()) {
      assert.match(id, /^[a-z0-9-]+-\d{4}-\d\d-\d\d$/);
      assert(wentWrong.length > 20 && safeguard.length > 20, id);
    }
  });

  it("has every assumption in its documentation, with the numbers of the code", () => {
    const file = new URL("../../docs/drills.md", import.meta.url);
    const written = readFileSync(file, "utf8").replaceAll(/\s+/g, " ");
    assert(ASSUMPTIONS.length > 5);
    for (const text of ASSUMPTIONS) assert(written.includes(`- ${text}`), text);
  });

  it("knows no other names", async () => {
    assert.equal(await drills.run("nothing", { seed: 1, tell: () => {} }), undefined);
  });

  for (const { id, verdict } of OTHER_EVENTS) {
    it(`${id}: every claim holds, and what does not hold yet is said`, async () => {
      const story: DrillLine[] = [];
      const tell = (line: DrillLine) => void story.push(line);
      const outcome = await drills.run(id, { seed: undefined, tell });
      assert(outcome !== undefined);
      assert(outcome.claims.length > 0);
      for (const { claim, holds, seen } of outcome.claims) assert(holds, `${claim}: ${seen}`);
      assert.equal(outcome.notHeldYet.length === 0, verdict === "held");
      assert(story.length > 0);
    });
  }
});
