import { assertNever } from "../base/index.ts";
import { fenceText, type Reading } from "../plan/index.ts";
import { backoff } from "./backoff.ts";
import { buildWrite } from "./buildWrite.ts";
import { plausibleFence } from "./decide.ts";
import type { Decision, ReadReading } from "./decision.ts";
import type { Happening } from "./happening.ts";
import type {
  Progress,
  ProgressEffect,
  ProgressStep,
  Standing,
  StepFacts,
  Writing,
} from "./progress.ts";
import { takeOverInMs } from "./rank.ts";

type WriteDecision = Extract<Decision, { readonly kind: "write" }>;

/** What follows from a reading and the decision about it. */
export function stepDecision(
  held: Progress,
  reading: Reading,
  decision: Decision,
  facts: StepFacts,
): ProgressStep {
  if (reading.kind === "unreadable") {
    const standing: Standing = { kind: "unreadable", why: reading.problem };
    const attempts = held.attempts + 1;
    return {
      progress: { ...held, standing, attempts, phase: { kind: "waiting" } },
      effects: [{ kind: "wait", wait: backoff(attempts) }],
    };
  }
  const fence = plausibleFence(held.entry, reading, facts);
  const seen: ProgressEffect[] = fence === undefined ? [] : [{ kind: "seen", fence }];
  const back = readBack(held, reading, decision);
  const next = stepRead(back.progress, reading, decision, facts, back.slipped);
  return { progress: next.progress, effects: [...seen, ...back.effects, ...next.effects] };
}

/** What the reading says of the write before it. */
function readBack(
  held: Progress,
  reading: ReadReading,
  decision: Decision,
): ProgressStep & { readonly slipped: boolean } {
  const { readBack: back, ...progress } = held;
  if (back === undefined) return { progress: held, effects: [], slipped: false };
  const { writing, sure } = back;
  const isThere = reading.fence.kind === "fence" && reading.fence.text === fenceText(writing.fence);
  if (isThere && decision.kind === "write" && decision.why === "repair") {
    return { progress, effects: [], slipped: true }; // applied, yet not what was written
  }
  if (!isThere && !sure) return { progress, effects: [], slipped: false };
  const { drift, fence, why } = writing;
  const effects: ProgressEffect[] = [];
  if (drift === undefined) tell(effects, { kind: "enacted", why, fence });
  else {
    // Applied without an answer: the journal has not heard of the drift yet.
    if (!progress.driftTold) tell(effects, { kind: "drift-found", drift });
    tell(effects, { kind: "drift-repaired", drift, fence });
  }
  return { progress: { ...progress, driftTold: false }, effects, slipped: false };
}

function stepRead(
  progress: Progress,
  reading: ReadReading,
  decision: Decision,
  facts: StepFacts,
  slipped: boolean,
): ProgressStep {
  const { standing } = progress;
  switch (decision.kind) {
    case "done":
      return settle(progress, { kind: "confirmed" }, []);
    case "write":
      return stepWrite(progress, reading, decision, facts, slipped);
    case "superseded": {
      const effects: ProgressEffect[] = [{ kind: "superseded" }];
      const { seen } = decision;
      if (standing.kind !== "superseded") tell(effects, { kind: "superseded", seen });
      return settle(progress, { kind: "superseded", seen }, effects);
    }
    case "quarantine": {
      const { why, problem } = decision;
      const effects: ProgressEffect[] = [];
      if (standing.kind !== "quarantined" || standing.why !== problem) {
        tell(effects, { kind: "quarantined", why, problem });
      }
      return settle(progress, { kind: "quarantined", why: problem }, effects);
    }
    case "leave-alone":
      return settle(progress, { kind: decision.why === "override" ? "overridden" : "retired" }, []);
    case "not-ours":
      return stepNotOurs(progress, decision.problem);
    case "confirm-newest":
      return stepConfirm(progress, reading, facts);
    case "unknown":
      return settle(progress, standing, []); // only of unreadable readings, handled before
    default:
      return assertNever(decision);
  }
}

/**
 * Fence and records are read one after the other, and another enactor may have created them in
 * between: what is not ours at the second look is told.
 */
function stepNotOurs(progress: Progress, problem: string): ProgressStep {
  const standing: Standing = { kind: "not-ours", why: problem };
  if (progress.standing.kind !== "not-ours") {
    return {
      progress: { ...progress, standing, phase: { kind: "waiting" } },
      effects: [{ kind: "wait", wait: backoff(1) }],
    };
  }
  const effects: ProgressEffect[] = [];
  if (progress.refusalTold !== problem) tell(effects, { kind: "refused", problem });
  return settle({ ...progress, refusalTold: problem }, standing, effects);
}

function stepWrite(
  held: Progress,
  reading: ReadReading,
  decision: WriteDecision,
  facts: StepFacts,
  slipped: boolean,
): ProgressStep {
  const { drift } = decision;
  const standing: Standing =
    drift === undefined ? { kind: "behind" } : { kind: "drifted", why: drift };
  const behindSinceMs = held.behindSinceMs ?? facts.monotonicMs;
  const progress: Progress = { ...held, standing, behindSinceMs };
  if (slipped) {
    const attempts = progress.attempts + 1;
    return {
      progress: { ...progress, attempts, phase: { kind: "waiting" } },
      effects: [{ kind: "wait", wait: backoff(attempts) }],
    };
  }
  const afterMs = takeOverInMs(progress.rank, behindSinceMs, facts.monotonicMs);
  if (afterMs > 0) {
    const effect: ProgressEffect = { kind: "wait", wait: { afterMs, jitterMs: 0 } };
    return { progress: { ...progress, phase: { kind: "waiting" } }, effects: [effect] };
  }
  return beginWrite(progress, reading, decision, facts);
}

/** Writes the progress's entry in place of what was read, unless the gate is closed. */
export function beginWrite(
  progress: Progress,
  reading: ReadReading,
  decision: WriteDecision,
  facts: StepFacts,
): ProgressStep {
  const { entry } = progress;
  if (facts.gate.kind === "closed") {
    const effects: ProgressEffect[] = [{ kind: "hold" }];
    const tellDrift = decision.drift !== undefined && !progress.driftTold;
    if (tellDrift && decision.drift !== undefined) {
      tell(effects, { kind: "drift-found", drift: decision.drift });
    }
    const driftTold = progress.driftTold || tellDrift;
    return { progress: { ...progress, driftTold, phase: { kind: "held" } }, effects };
  }
  if (entry.kind === "tombstone") return settle(progress, { kind: "retired" }, []);
  const write = buildWrite(entry, { reading, mark: facts.mark, facts }, facts.gate.text);
  const { drift, why } = decision;
  const writing: Writing = {
    entry,
    why,
    fence: write.fence,
    ...(drift === undefined ? {} : { drift }),
  };
  return {
    progress: { ...progress, phase: { kind: "writing", writing } },
    effects: [{ kind: "write", write }],
  };
}

function stepConfirm(held: Progress, reading: ReadReading, facts: StepFacts): ProgressStep {
  const behindSinceMs = held.behindSinceMs ?? facts.monotonicMs;
  const progress: Progress = { ...held, behindSinceMs };
  if (facts.newest === "unasked") {
    return {
      progress: { ...progress, phase: { kind: "confirming", reading } },
      effects: [{ kind: "ask-newest" }],
    };
  }
  const attempts = progress.attempts + 1;
  const standing: Standing = { kind: "unconfirmed" };
  return {
    progress: { ...progress, attempts, standing, phase: { kind: "waiting" } },
    effects: [{ kind: "wait", wait: backoff(attempts) }],
  };
}

/** Nothing more to do until something new is heard. */
function settle(
  held: Progress,
  standing: Standing,
  effects: readonly ProgressEffect[],
): ProgressStep {
  const { behindSinceMs: _, refusalTold, ...progress } = held;
  const isConfirmed = standing.kind === "confirmed";
  const driftTold = !isConfirmed && held.driftTold;
  const told = isConfirmed || refusalTold === undefined ? {} : { refusalTold };
  return {
    progress: { ...progress, ...told, standing, driftTold, attempts: 0, phase: { kind: "idle" } },
    effects,
  };
}

function tell(effects: ProgressEffect[], happening: Happening): void {
  effects.push({ kind: "tell", happening });
}
