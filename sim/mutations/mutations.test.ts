import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { SCENARIOS } from "../scenarios/index.ts";
import { DOCUMENT, documentText, readDocument } from "./document.ts";
import { editsOf, mutated, mutationOf } from "./mutate.ts";
import { MUTATIONS } from "./mutations.table.ts";
import { isCaught, play, playAll, whyNot } from "./suite.ts";

/** Processes at once: what is measured is whether, not how fast. */
const JOBS = 2;

describe("the mutation suite", () => {
  // Every process loads the same files but for one: what Node compiled of them is kept.
  const cache = mkdtempSync(join(tmpdir(), "holdfast-mutations-"));
  before(() => {
    process.env["NODE_COMPILE_CACHE"] = cache;
  });
  after(() => {
    delete process.env["NODE_COMPILE_CACHE"];
    rmSync(cache, { recursive: true, force: true });
  });

  it("finds the text of every mutation where it says, once", () => {
    for (const { id } of MUTATIONS) {
      for (const part of ["all", "stand-ins"] as const) {
        const edits = editsOf(id, part);
        for (const { file } of edits) {
          const text = readFileSync(new URL(`../../${file}`, import.meta.url), "utf8");
          assert.notEqual(mutated(text, file, edits), text, id);
        }
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

  it("is documented as it is", () => {
    const text = readFileSync(DOCUMENT, "utf8");
    const said = readDocument(text);
    assert.equal(text, documentText(new Map(), said), "run it with --docs");
    assert.deepEqual(
      said.filter(({ searched }) => searched === "-"),
      [],
      "search random worlds for it: --seeds 100 --docs <mutation>",
    );
  });

  it("holds every scenario with every safeguard in place", async () => {
    for (const { id, broken, story } of await play(undefined, "all", [])) {
      assert.equal(broken, undefined, `${id}: ${story.join("\n")}`);
    }
  });

  it("catches every mutation by the checker that it belongs to, in its own scenario", async () => {
    const all = await playAll(MUTATIONS, JOBS);
    const missed = all.filter((one) => !isCaught(one));
    const why = missed.map((one) => `${one.mutation.id}: ${whyNot(one)}`);
    assert.equal(missed.length, 0, why.join("\n"));
  });
});
