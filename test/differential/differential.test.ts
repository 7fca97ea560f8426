import assert from "node:assert/strict";
import { test } from "node:test";
import { needs } from "../peers.ts";
import { differenceText } from "./compare.ts";
import { compareServers } from "./comparison.ts";

const SEED = 2;
const SHOWN_MAX = 5;
/** So many questions need every explanation. */
const WHOLE_QUESTIONS_MIN = 20_000;
const RUNS = [
  { questions: 20_000, threads: 1, isSigned: false, what: "from threads" },
  { questions: 5_000, threads: 0, isSigned: false, what: "from the main thread" },
  { questions: 20_000, threads: 1, isSigned: true, what: "of signed zones, which are proved" },
] as const;

for (const { what, ...run } of RUNS) {
  test(
    `NSD and Knot answer ${run.questions} questions as we do ${what}, but for what is explained`,
    needs("nsd", "knotd"),
    async () => {
      const { unexplained, explained, unproved } = await compareServers({ ...run, seed: SEED });
      const texts = unexplained.slice(0, SHOWN_MAX).map(({ asked, peer, ours, theirs }) => {
        return differenceText(asked, peer, ours, theirs);
      });
      assert.equal(unexplained.length, 0, `differences:\n${texts.join("\n")}`);
      assert.deepEqual(unproved.slice(0, SHOWN_MAX), [], "denials that no validator believes");
      const unused = [...explained].filter(([, count]) => count === 0).map(([why]) => why);
      const isWhole = run.questions >= WHOLE_QUESTIONS_MIN;
      if (isWhole) assert.deepEqual(unused, [], "explanations that nothing needs");
    },
  );
}
