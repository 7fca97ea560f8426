import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, it } from "node:test";
import { SCENARIOS } from "../scenarios/index.ts";
import { mutated, mutationOf } from "./mutate.ts";
import { MUTATIONS } from "./mutations.table.ts";
import { isCaught, play, playAll, tableOf } from "./suite.ts";

describe("the mutation suite", () => {
  it("finds the text of every mutation where it says, once", () => {
    for (const { id, edits } of MUTATIONS) {
      for (const { file } of edits) {
        const text = readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");
        assert.notEqual(mutated(text, file, edits), text, id);
      }
    }
  });

  it("knows each mutation by one name, and each scenario", () => {
    assert.equal(new Set(MUTATIONS.map(({ id }) => id)).size, MUTATIONS.length);
    const ids = new Set(SCENARIOS.map(({ id }) => id));
    assert.equal(ids.size, SCENARIOS.length);
    for (const { id, scenario } of MUTATIONS) assert.ok(ids.has(scenario), `${id}: ${scenario}`);
    const used = new Set(MUTATIONS.map(({ scenario }) => scenario));
    assert.deepEqual(
      [...ids].filter((id) => !used.has(id)),
      [],
    );
    assert.throws(() => mutationOf("none of them"), /no mutation has that name/);
  });

  it("refuses an edit whose text is gone, or is there twice", () => {
    const edit = { file: "a.ts", find: "x", replace: "y" };
    assert.throws(() => mutated("z", "a.ts", [edit]), /it is 0 times/);
    assert.throws(() => mutated("x x", "a.ts", [edit]), /it is 2 times/);
    assert.equal(mutated("a x", "a.ts", [{ ...edit, replace: "$&" }]), "a $&");
  });

  it("holds every scenario with every safeguard in place", async () => {
    for (const { id, broken, story } of await play(undefined, [])) {
      assert.deepEqual(broken, [], `${id}: ${story.join("\n")}`);
    }
  });

  it("catches every mutation by the checker that it belongs to, in its own scenario", async () => {
    const all = await playAll(MUTATIONS);
    const missed = all.filter((one) => !isCaught(one));
    assert.equal(missed.length, 0, tableOf(missed));
  });
});
