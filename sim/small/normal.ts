import type { Phase, Progress, Standing, Writing } from "../../src/enact/progress.ts";
import type { LaneNow } from "./lane.ts";
import { once } from "./memo.ts";
import type { Now } from "./now.ts";
import { append, headOf, type LineNow } from "./planLine.ts";

/** Failures in a row beyond this only make waits longer, and here a wait may end at any time. */
const ATTEMPTS_TOLD_APART = 2;
/** More than that: for a look at whether fewer are enough. */
const ATTEMPTS_WHOLE = 4;

/**
 * A lane without what no decision asks: what was told to the journal, why something is as it is,
 * how long it has been so (no time passes here). Lanes that only differ in that are one.
 */
export const normalLane: (lane: LaneNow) => LaneNow = once((lane: LaneNow): LaneNow => {
  return lane.progress === undefined ? lane : { ...lane, progress: normal(lane.progress) };
});

/** Counts only what a wait's length depends on: else there would be no end of states. */
export const cappedLane: (lane: LaneNow) => LaneNow = once((lane: LaneNow): LaneNow => {
  if (lane.progress === undefined) return lane;
  const { attempts } = lane.progress;
  return { ...lane, progress: { ...lane.progress, attempts: Math.min(attempts, ATTEMPTS_WHOLE) } };
});

/** Where nothing can be killed any more, it does not matter what a disk lacks. */
export const settledLane: (lane: LaneNow) => LaneNow = once((lane: LaneNow): LaneNow => {
  if (lane.stale === undefined) return lane;
  const { stale: _, ...kept } = lane;
  return kept;
});

/**
 * Where no store goes back any more, it does not matter what its copies hold; and what a store says
 * to a second planner's plan that is no child of the newest plan, it will always say.
 */
export function settledNow<World extends Now>(now: World): World {
  const { rival, ...kept } = now.circumstances;
  const line = withoutCopies(now.line);
  const { generation, digest } = headOf(line);
  if (rival === undefined) return { ...now, line };
  const isChild = rival.parentGeneration === generation && rival.parentDigest === digest;
  const isOver = !isChild && append(line, rival) === undefined;
  return isOver ? { ...now, line, circumstances: kept } : { ...now, line };
}

const withoutCopies = once((line: LineNow): LineNow => {
  if (line.plans.every(({ orders }) => orders.length === 0)) return line;
  return { ...line, plans: line.plans.map(({ delta }) => ({ delta, orders: [] })) };
});

function normal(progress: Progress): Progress {
  const {
    behindSinceMs: _since,
    doubts: _doubts,
    refusalTold: _told,
    readBack,
    ...kept
  } = progress;
  const back = readBack && { readBack: { writing: normalWriting(readBack.writing), sure: true } };
  return {
    ...kept,
    ...back,
    phase: normalPhase(progress.phase),
    standing: normalStanding(progress.standing),
    attempts: Math.min(progress.attempts, ATTEMPTS_TOLD_APART),
    driftTold: false,
  };
}

function normalPhase(phase: Phase): Phase {
  if (phase.kind !== "writing") return phase;
  const { pinned } = phase.writing;
  const known = pinned === undefined ? {} : { pinned };
  return { kind: "writing", writing: { ...normalWriting(phase.writing), ...known } };
}

function normalWriting({ entry, fence }: Writing): Writing {
  return { entry, why: "advance", fence, isByMemory: false };
}

function normalStanding(standing: Standing): Standing {
  switch (standing.kind) {
    case "behind":
    case "drifted":
    case "unconfirmed":
    case "unreadable":
      return { kind: "behind" };
    case "quarantined":
    case "not-ours":
    case "refused":
      return { ...standing, why: "" };
    default:
      return standing;
  }
}
