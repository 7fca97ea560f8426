import { assertNever } from "../base/index.ts";
import {
  comparePositions,
  FAR_AHEAD_MAX,
  type Fence,
  isFarAhead,
  type PlanEntry,
  type Reading,
  type ServingEntry,
} from "../plan/index.ts";
import type { Decision, DecisionFacts, ReadReading, Situation } from "./decision.ts";
import type { HighWaterMark } from "./highWaterMark.ts";
import { answering, differenceOf, endpointRRsets } from "./match.ts";

/** Epochs rise only by a person's confirmed act: nobody does that a hundred times unheard. */
export const EPOCHS_AHEAD_MAX = 100;
/** Highest edition that can still rise within the fence's grammar of fifteen digits. */
export const EDITION_MAX = 999_999_999_999_998;

/**
 * The fence table of DESIGN.md: what to do about one endpoint in one zone store. Total and pure:
 * the same entry, reading, mark and facts always give the same decision.
 */
export function decide(
  entry: PlanEntry,
  reading: Reading,
  mark: HighWaterMark | undefined,
  facts: DecisionFacts,
): Decision {
  if (reading.kind === "unreadable") return { kind: "unknown", problem: reading.problem };
  const situation: Situation = { reading, mark, facts };
  const found = reading.fence;
  switch (found.kind) {
    case "malformed":
      return { kind: "quarantine", why: "malformed", problem: found.problem };
    case "none":
      return decideWithoutFence(entry, situation);
    case "fence":
      return decideWithFence(entry, found.fence, situation);
    default:
      return assertNever(found);
  }
}

function decideWithFence(entry: PlanEntry, fence: Fence, situation: Situation): Decision {
  const ahead = farAhead(entry, fence, situation.facts);
  if (ahead !== undefined) return { kind: "quarantine", why: "far-ahead", problem: ahead };
  if (fence.mark?.kind === "tombstone") return decideAtTombstone(entry, fence);
  if (fence.mark?.kind === "override") {
    return decideAtOverride(entry, fence, fence.mark.untilMs, situation);
  }
  const order = comparePositions(fence, entry);
  if (order > 0) return { kind: "superseded", seen: fence, by: "fence" };
  if (order < 0) return advance(entry, "advance");
  if (fence.digest !== entry.digest) {
    return {
      kind: "quarantine",
      why: "impostor",
      problem:
        `generation ${fence.generation} was issued twice: ` +
        `the zone holds digest ${fence.digest}, the plan says ${entry.digest}`,
    };
  }
  if (entry.kind === "tombstone") return { kind: "leave-alone", why: "retiring" };
  const drift = driftOf(entry, fence, situation);
  return drift === undefined ? { kind: "done" } : { kind: "write", why: "repair", drift };
}

/** Only an entry that names this tombstone may bring the name back, and none can yet. */
function decideAtTombstone(entry: PlanEntry, fence: Fence): Decision {
  const isThisRetirement =
    entry.kind === "tombstone" &&
    comparePositions(entry, fence) === 0 &&
    entry.digest === fence.digest;
  return isThisRetirement ? { kind: "done" } : { kind: "leave-alone", why: "retired" };
}

function decideAtOverride(
  entry: PlanEntry,
  fence: Fence,
  untilMs: number,
  { reading, facts }: Situation,
): Decision {
  const isOlder = comparePositions(entry, fence) < 0;
  if (facts.wallMs >= untilMs) {
    return isOlder
      ? { kind: "superseded", seen: fence, by: "fence" }
      : advance(entry, "override-ended");
  }
  // The override's records are known only to who wrote it. As long as every address type that it
  // pinned still answers, a person's word counts; an emptied name takes the newest entry.
  const held = endpointRRsets(reading, entry.zone);
  if (answering(held, fence.types) === "whole") return { kind: "leave-alone", why: "override" };
  return isOlder
    ? { kind: "superseded", seen: fence, by: "fence" }
    : advance(entry, "override-emptied");
}

function decideWithoutFence(entry: PlanEntry, situation: Situation): Decision {
  const { reading, mark, facts } = situation;
  if (entry.kind === "tombstone") return { kind: "leave-alone", why: "retiring" };
  const held = endpointRRsets(reading, entry.zone);
  if (mark === undefined) {
    if (held.length === 0) return { kind: "write", why: "create" };
    return { kind: "not-ours", problem: "it has records, but never had a fence of ours" };
  }
  if (mark.fence.mark?.kind === "tombstone") return { kind: "leave-alone", why: "retired" };
  // The plan store may have gone back in time (restored from a copy): the mark is the lower bound.
  if (comparePositions(entry, mark) < 0) {
    return { kind: "superseded", seen: mark, by: "mark" };
  }
  const left = answering(held, mark.fence.types);
  if (left === "nothing") {
    return { kind: "write", why: "recreate", drift: "fence and records are gone" };
  }
  if (facts.newest === "confirmed") {
    return { kind: "write", why: "refence", drift: "the fence is gone" };
  }
  // A type without addresses is empty (rule 1), and nobody is there to be asked: do not wait.
  if (left === "lacking" && facts.newest === "unavailable") {
    return { kind: "write", why: "recreate", drift: "the fence and an address type are gone" };
  }
  return { kind: "confirm-newest" };
}

function advance(
  entry: PlanEntry,
  why: "advance" | "override-ended" | "override-emptied",
): Decision {
  if (entry.kind === "tombstone") return { kind: "leave-alone", why: "retiring" };
  if (why !== "override-emptied") return { kind: "write", why };
  return { kind: "write", why, drift: "the override's records are gone" };
}

function driftOf(entry: ServingEntry, fence: Fence, situation: Situation): string | undefined {
  const { reading, facts } = situation;
  const wanted = entry.rrsets.map((rrset) => rrset.type);
  if (fence.types.join() !== wanted.join()) return `the fence lists types ${fence.types.join()}`;
  return differenceOf(entry, reading, facts.ownsWholeName);
}

function farAhead(entry: PlanEntry, fence: Fence, facts: DecisionFacts): string | undefined {
  if (fence.epoch - entry.epoch > EPOCHS_AHEAD_MAX) {
    return `its epoch ${fence.epoch} is over ${EPOCHS_AHEAD_MAX} ahead of ${entry.epoch}`;
  }
  if (isFarAhead(fence.generation, facts.newestGeneration)) {
    return `its generation ${fence.generation} is over ${FAR_AHEAD_MAX} ahead of the newest plan`;
  }
  if (fence.edition > EDITION_MAX) return `its edition ${fence.edition} cannot rise`;
  return undefined;
}

/** Whether a fence is believed at all: neither malformed nor implausibly far ahead. */
export function plausibleFence(
  entry: PlanEntry,
  reading: ReadReading,
  facts: DecisionFacts,
): Fence | undefined {
  if (reading.fence.kind !== "fence") return undefined;
  return farAhead(entry, reading.fence.fence, facts) === undefined
    ? reading.fence.fence
    : undefined;
}
