import assert from "node:assert/strict";
import { test } from "node:test";
import { needs } from "../peers.ts";
import { differenceText } from "./compare.ts";
import { compareServers } from "./comparison.ts";

const QUESTIONS = 20_000;
const SEED = 2;
const SHOWN_MAX = 5;

test(
  `NSD and Knot answer ${QUESTIONS} questions (seed ${SEED}) as we do, but for what is explained`,
  needs("nsd", "knotd"),
  async () => {
    const { unexplained, explained } = await compareServers(QUESTIONS, SEED);
    const texts = unexplained.slice(0, SHOWN_MAX).map(({ asked, peer, ours, theirs }) => {
      return differenceText(asked, peer, ours, theirs);
    });
    assert.equal(unexplained.length, 0, `differences:\n${texts.join("\n")}`);
    const unused = [...explained].filter(([, count]) => count === 0).map(([why]) => why);
    assert.deepEqual(unused, [], "explanations that nothing needs");
  },
);
