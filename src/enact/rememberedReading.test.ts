import assert from "node:assert/strict";
import { test } from "node:test";
import { fenceText } from "../plan/index.ts";
import type { Progress, StepFacts } from "./progress.ts";
import { rememberedReading } from "./rememberedReading.ts";
import { entryAt, FACTS, fenceOf, markAt } from "./samples.suite.ts";
import { newProgress } from "./stepProgress.ts";

const confirmed: Progress = { ...newProgress(entryAt(7), 0), standing: { kind: "confirmed" } };
const factsWith = (changes: Partial<StepFacts>): StepFacts => ({
  ...FACTS,
  mark: undefined,
  gate: { kind: "open", text: undefined },
  monotonicMs: 0,
  ...changes,
});

test("rememberedReading() is the fence last seen, and claims nothing of the records", () => {
  const fence = fenceOf(entryAt(6));
  const remembered = rememberedReading(confirmed, factsWith({ mark: markAt(fence) }));
  assert.deepEqual(remembered?.reading.fence, { kind: "fence", fence, text: fenceText(fence) });
  assert.deepEqual(remembered?.reading.rrsets, []);
});

for (const { name, progress, facts } of [
  {
    name: "an endpoint that was not confirmed lately",
    progress: { ...confirmed, standing: { kind: "behind" } } as const,
    facts: factsWith({ mark: markAt(fenceOf(entryAt(6))) }),
  },
  {
    name: "an override: it is judged by its records",
    progress: confirmed,
    facts: factsWith({
      mark: markAt(
        fenceOf(entryAt(6), { mark: { kind: "override", id: "o", untilMs: FACTS.wallMs + 1 } }),
      ),
    }),
  },
  {
    name: "a tombstone",
    progress: confirmed,
    facts: factsWith({
      mark: markAt(
        fenceOf(entryAt(6), { types: [], mark: { kind: "tombstone", id: "t", atMs: 0 } }),
      ),
    }),
  },
  {
    name: "the entry's own generation: only the records tell",
    progress: confirmed,
    facts: factsWith({ mark: markAt(fenceOf(entryAt(7))) }),
  },
  {
    name: "a new endpoint that has a mark: somebody may have deleted the fence",
    progress: newProgress(entryAt(7), 0),
    facts: factsWith({ mark: markAt(fenceOf(entryAt(6))) }),
  },
]) {
  test(`rememberedReading() is nothing to write on for ${name}`, () => {
    assert.equal(rememberedReading(progress, facts), undefined);
  });
}
