import { assert, assertNever } from "../base/index.ts";
import { comparePositions, type PlanEntry, type WriteOutcome } from "../plan/index.ts";
import { backoff, REFUSED_RETRY_MS } from "./backoff.ts";
import { decide } from "./decide.ts";
import { keepDoubt } from "./doubts.ts";
import type {
  Phase,
  Progress,
  ProgressEffect,
  ProgressEvent,
  ProgressStep,
  Standing,
  StepFacts,
  Writing,
} from "./progress.ts";
import { takeOverInMs } from "./rank.ts";
import { rememberedReading } from "./rememberedReading.ts";
import { sameEntry } from "./sameEntry.ts";
import { beginWrite, stepDecision } from "./stepDecision.ts";

/** Condition failures in a row that are read again at once: a lost race is no reason to wait. */
const RACES_AT_ONCE_MAX = 2;

/** An endpoint that this enactor has not looked at yet. */
export function newProgress(entry: PlanEntry, rank: number): Progress {
  assert(rank >= 0, "a rank is a place from 0");
  return {
    entry,
    rank,
    phase: { kind: "idle" },
    standing: { kind: "unseen" },
    attempts: 0,
    driftTold: false,
  };
}

/**
 * Decides what an enactor does next about one endpoint in one zone store. Performs nothing. What
 * arrives late (a wake of a wait that has ended) changes nothing.
 */
export function stepProgress(
  progress: Progress,
  event: ProgressEvent,
  facts: StepFacts,
): ProgressStep {
  const { phase } = progress;
  switch (event.kind) {
    case "offered":
      return stepOffered(progress, event.entry, facts);
    case "look":
      return isBusy(phase) ? stay(progress) : read(progress);
    case "due":
      return isWakened(progress) ? read(progress) : stay(progress);
    case "read": {
      assert(phase.kind === "reading", "a reading arrives only where one was asked for");
      const decision = decide(progress.entry, event.reading, facts.mark, facts);
      return stepDecision(progress, event.reading, decision, facts);
    }
    case "newest": {
      assert(phase.kind === "confirming", "the plan store answers only where it was asked");
      const asked: StepFacts = { ...facts, newest: event.answer };
      const decision = decide(progress.entry, phase.reading, facts.mark, asked);
      return stepDecision(progress, phase.reading, decision, asked);
    }
    case "written":
      assert(phase.kind === "writing", "an outcome follows a write");
      return stepWritten(progress, phase.writing, event.outcome);
    default:
      return assertNever(event);
  }
}

function stepOffered(held: Progress, entry: PlanEntry, facts: StepFacts): ProgressStep {
  const order = comparePositions(entry, held.entry);
  const isSame = sameEntry(entry, held.entry);
  if (order < 0 || (isSame && held.standing.kind !== "unseen")) return stay(held);
  const behindSinceMs = held.behindSinceMs ?? facts.monotonicMs;
  const progress: Progress = { ...held, entry, standing: afterOffer(held, entry), behindSinceMs };
  if (isBusy(held.phase)) return stay(progress); // the newest entry is used when it ends
  // A refusal may have been about the old entry; any other wait is about the store: wait it out.
  if (held.phase.kind === "waiting" && held.standing.kind !== "refused") return stay(progress);
  const remainingMs = takeOverInMs(progress.rank, behindSinceMs, facts.monotonicMs);
  if (remainingMs > 0) return wait(progress, remainingMs);
  const remembered = rememberedReading({ ...progress, standing: held.standing }, facts);
  if (remembered === undefined) return read(progress);
  return beginWrite(progress, { ...remembered, isByMemory: true }, facts);
}

/**
 * What was in place for the entry before is not in place for this one, and no zone that lost it
 * speaks without it: others may have put it there before.
 */
function afterOffer({ standing }: Progress, entry: PlanEntry): Standing {
  if (standing.kind === "confirmed") return { kind: "behind" };
  return standing.kind === "retired" && entry.kind === "serving" ? { kind: "unseen" } : standing;
}

function stepWritten(progress: Progress, writing: Writing, outcome: WriteOutcome): ProgressStep {
  const attempts = progress.attempts + 1;
  switch (outcome.kind) {
    case "applied": {
      const tellDrift = writing.drift !== undefined && !progress.driftTold;
      const { fence, pinned } = writing;
      const known = pinned === undefined ? {} : { pinned };
      const effects: ProgressEffect[] = [{ kind: "seen", fence, ...known }];
      if (tellDrift && writing.drift !== undefined) {
        effects.push({ kind: "tell", happening: { kind: "drift-found", drift: writing.drift } });
      }
      const next: Progress = {
        ...progress,
        driftTold: progress.driftTold || tellDrift,
        readBack: { writing, sure: true },
      };
      return read(next, effects);
    }
    case "condition-failed": {
      const next = keepDoubt({ ...progress, attempts }, writing, "condition-failed");
      const effects: ProgressEffect[] = [{ kind: "read-gate" }];
      if (attempts <= RACES_AT_ONCE_MAX) return read(next, effects);
      return waitFor(next, effects);
    }
    case "refused": {
      const { problem } = outcome;
      const isTold = progress.refusalTold === problem;
      const effects: ProgressEffect[] = isTold
        ? []
        : [{ kind: "tell", happening: { kind: "refused", problem } }];
      effects.push({
        kind: "wait",
        wait: { afterMs: REFUSED_RETRY_MS / 2, jitterMs: REFUSED_RETRY_MS / 2 },
      });
      const standing = { kind: "refused", why: problem } as const;
      const next = { ...progress, attempts, standing, refusalTold: problem };
      return { progress: { ...next, phase: { kind: "waiting" } }, effects };
    }
    case "unknown":
      // It may have been applied: a reading decides, never a repeat.
      return waitFor({ ...progress, attempts, readBack: { writing, sure: false } }, []);
    default:
      return assertNever(outcome);
  }
}

/** An override's end wakes those who have nothing else to do. */
function isWakened({ phase, standing }: Progress): boolean {
  if (phase.kind === "idle") return standing.kind === "overridden";
  return phase.kind === "waiting" || phase.kind === "held";
}

function isBusy(phase: Phase): boolean {
  return phase.kind === "reading" || phase.kind === "confirming" || phase.kind === "writing";
}

function stay(progress: Progress): ProgressStep {
  return { progress, effects: [] };
}

function read(progress: Progress, before: readonly ProgressEffect[] = []): ProgressStep {
  return {
    progress: { ...progress, phase: { kind: "reading" } },
    effects: [...before, { kind: "read" }],
  };
}

function wait(progress: Progress, afterMs: number): ProgressStep {
  const effect: ProgressEffect = { kind: "wait", wait: { afterMs, jitterMs: 0 } };
  return { progress: { ...progress, phase: { kind: "waiting" } }, effects: [effect] };
}

function waitFor(progress: Progress, before: readonly ProgressEffect[]): ProgressStep {
  const effect: ProgressEffect = { kind: "wait", wait: backoff(progress.attempts) };
  return { progress: { ...progress, phase: { kind: "waiting" } }, effects: [...before, effect] };
}
