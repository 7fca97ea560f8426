import type { DrillClaim, DrillLine } from "../../../src/cli/drills.ts";
import { claimOf, type Drill, type DrillResult } from "../drill.ts";
import { sentence } from "../page/answersChart.ts";
import { replayPage } from "../page/page.ts";
import {
  type DesignReplay,
  type Replay,
  type StoryLine,
  secondText,
  spanText,
  type WriteMark,
} from "../replay.ts";
import { EVENT_SEED } from "./eventSchedule.ts";
import { replayEvent } from "./replayEvent.ts";

/** The event that Holdfast is the answer to. */
export const AWS_2025: Drill = {
  id: "aws-2025-10-20",
  title: "Cloud database, 20 October 2025",
  wentWrong: "a race of two enactors and a clean-up emptied the name of a regional endpoint",
  safeguard: "the fence: whatever makes a write safe is checked in the same step as the write",
  verdict: "held",
  seed: EVENT_SEED,
  run: async (seed, options) => {
    const replay = await replayEvent(seed);
    for (const line of storyOf(replay)) options.tell(line);
    return resultOf(replay);
  },
};

/** The stories of both designs in one order of time. */
function storyOf({ designs }: Replay): readonly DrillLine[] {
  const told = designs.flatMap((design) => {
    return design.story.map((line) => ({ atMs: line.atMs, line: lineOf(design, line) }));
  });
  return told.toSorted((left, right) => left.atMs - right.atMs).map(({ line }) => line);
}

function lineOf({ id }: DesignReplay, { atMs, who, text, weight }: StoryLine): DrillLine {
  const side = id === "2025" ? "2025" : "holdfast";
  const tone = weight === "detail" ? "plain" : id === "2025" ? "bad" : "good";
  return { time: secondText(atMs), side, who, text, tone };
}

function resultOf(replay: Replay): DrillResult {
  const [then, ours] = replay.designs;
  const late = lateWrites(ours);
  const always: readonly DrillClaim[] = [
    claimOf(
      "Holdfast's name is never empty",
      ours.emptyMs === 0 && ours.spans.length > 0,
      sentence(replay, ours),
    ),
    claimOf(
      "Holdfast's name never goes back to an older plan",
      ours.backwards === 0,
      `${ours.applied} plans reached it, it went back ${ours.backwards} times`,
    ),
  ];
  const inTheRunShown: readonly DrillClaim[] = [
    claimOf(
      "What the late enactor sent to Holdfast's name was refused at the write",
      late.length > 0,
      late.map(({ who, generation }) => `plan ${generation} of ${who}`).join(", ") || "nothing",
    ),
    claimOf(
      "The same schedule empties the design of 2025, until people repair it by hand",
      then.emptyMs > 0,
      `empty for ${spanText(then.emptyMs)}, ${then.backwards} times backwards`,
    ),
  ];
  // By chance, another seed may bring about neither the race nor the late write.
  const isShown = replay.seed === EVENT_SEED;
  const claims = [...always, ...inTheRunShown.filter(({ holds }) => isShown || holds)];
  return { claims, notHeldYet: [], detail: replay, page: replayPage(replay) };
}

/** Writes of plans older than what had been written by then. */
function lateWrites({ writes }: DesignReplay): readonly WriteMark[] {
  let highest = 0;
  return writes.filter(({ generation, outcome }) => {
    if (outcome === "applied") highest = Math.max(highest, generation);
    return outcome === "refused" && generation < highest;
  });
}
