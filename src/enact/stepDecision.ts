import { assertNever } from "../base/index.ts";
import {
  type Fence,
  fenceText,
  type PlanEntry,
  type PlannedContent,
  type Reading,
} from "../plan/index.ts";
import { backoff } from "./backoff.ts";
import { buildWrite } from "./buildWrite.ts";
import { plausibleFence } from "./decide.ts";
import type { Decision, ReadReading, WriteDecision, WriteWhy } from "./decision.ts";
import { doubtUnanswered, giveUpDoubts, settleDoubts } from "./doubts.ts";
import type { Happening } from "./happening.ts";
import { answersWhole } from "./match.ts";
import { pinnedContent } from "./pinned.ts";
import type {
  GateState,
  Progress,
  ProgressEffect,
  ProgressStep,
  Standing,
  StepFacts,
  Writing,
} from "./progress.ts";
import { takeOverInMs } from "./rank.ts";

type OpenGate = Exclude<GateState, { readonly kind: "closed" }>;

/** Writes that leave the position as it is: asked for again at once, they did not stick. */
const MENDING: ReadonlySet<WriteWhy> = new Set(["repair", "override-restored"]);
/** Longest time that an override's end is not looked at: wall clocks jump. */
const OVERRIDE_LOOK_MS_MAX = 30_000;

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
    const { progress, happenings } = giveUpDoubts(held);
    return {
      progress: { ...progress, standing, attempts, phase: { kind: "waiting" } },
      effects: [...happenings.map(asTold), { kind: "wait", wait: backoff(attempts) }],
    };
  }
  const fence = plausibleFence(held.entry, reading, facts);
  const seen: ProgressEffect[] = [];
  if (fence !== undefined) {
    const pinned = pinnedContent(reading, fence);
    seen.push({ kind: "seen", fence, ...(pinned === undefined ? {} : { pinned }) });
  }
  const back = readBack(held, reading, decision);
  const settled = settleDoubts(back.progress, reading);
  const told = settled.happenings.map(asTold);
  const next = stepRead(settled.progress, reading, decision, facts, back.slipped);
  return { progress: next.progress, effects: [...seen, ...back.effects, ...told, ...next.effects] };
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
  const isMending = decision.kind === "write" && MENDING.has(decision.why);
  if (isThere && isMending) {
    // Applied, yet not what was written: by the server, or by a hand that was quick.
    const effects = [asTold({ kind: "outcome-unknown", fence: writing.fence })];
    return { progress, effects, slipped: true };
  }
  if (!isThere && !sure) {
    const doubted = doubtUnanswered(progress, writing, reading);
    const effects = doubted.happenings.map(asTold);
    return { progress: doubted.progress, effects, slipped: false };
  }
  const { drift, fence, why } = writing;
  const effects: ProgressEffect[] = [];
  if (drift === undefined || why === "advance") tell(effects, { kind: "enacted", why, fence });
  if (drift !== undefined) {
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
  const { standing, entry } = progress;
  const retired: Standing = { kind: "retired", isUnfenced: reading.fence.kind === "none" };
  switch (decision.kind) {
    case "done":
      return settle(progress, entry.kind === "tombstone" ? retired : { kind: "confirmed" }, []);
    case "write":
      return stepWrite(progress, reading, decision, facts, slipped);
    case "superseded": {
      const { seen } = decision;
      const effects: ProgressEffect[] = [{ kind: "superseded", seen }];
      if (standing.kind !== "superseded") tell(effects, { kind: "superseded", seen });
      return settle(progress, { kind: "superseded", seen }, effects);
    }
    case "quarantine": {
      const { why, problem } = decision;
      const effects: ProgressEffect[] = [];
      if (standing.kind !== "quarantined" || standing.why !== problem) {
        tell(effects, { kind: "quarantined", why, problem });
      }
      const isWhole = answersWhole(entry, reading, facts.mark);
      const aside: Standing = { kind: "quarantined", reason: why, why: problem, isWhole };
      return settle(progress, aside, effects);
    }
    case "leave-alone":
      return decision.why === "override"
        ? settle(progress, { kind: "overridden" }, [lookAtEnd(decision.untilMs, facts)])
        : settle(progress, retired, []);
    case "not-ours":
      return stepNotOurs(progress, decision.problem, answersWhole(entry, reading, facts.mark));
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
function stepNotOurs(progress: Progress, problem: string, isWhole: boolean): ProgressStep {
  const standing: Standing = { kind: "not-ours", why: problem, isWhole };
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
  return beginWrite(progress, { reading, decision, isByMemory: false }, facts);
}

/** What a write follows from. */
interface WriteBasis extends Pick<Writing, "isByMemory"> {
  readonly reading: ReadReading;
  readonly decision: WriteDecision;
}

/** Writes the progress's entry in place of what was read, unless the gate is closed. */
export function beginWrite(
  progress: Progress,
  { reading, decision, isByMemory }: WriteBasis,
  facts: StepFacts,
): ProgressStep {
  const { entry } = progress;
  if (!mayWrite(facts.gate, decision)) {
    const effects: ProgressEffect[] = [{ kind: "hold" }];
    const tellDrift = decision.drift !== undefined && !progress.driftTold;
    if (tellDrift && decision.drift !== undefined) {
      tell(effects, { kind: "drift-found", drift: decision.drift });
    }
    const driftTold = progress.driftTold || tellDrift;
    return { progress: { ...progress, driftTold, phase: { kind: "held" } }, effects };
  }
  const situation = { reading, mark: facts.mark, facts };
  const write = buildWrite(entry, decision, situation, facts.gate.text);
  const { drift, why } = decision;
  const pinned = pinnedBy(entry, decision, write.fence);
  const writing: Writing = {
    entry,
    why,
    fence: write.fence,
    isByMemory,
    ...(drift === undefined ? {} : { drift }),
    ...(pinned === undefined ? {} : { pinned }),
  };
  return {
    progress: { ...progress, phase: { kind: "writing", writing } },
    effects: [{ kind: "write", write }],
  };
}

function mayWrite(gate: GateState, { drift }: WriteDecision): gate is OpenGate {
  if (gate.kind === "repairs") return drift !== undefined;
  return gate.kind === "open";
}

function pinnedBy(
  entry: PlanEntry,
  { pinned }: WriteDecision,
  fence: Fence,
): PlannedContent | undefined {
  if (fence.mark?.kind !== "override") return undefined;
  if (entry.kind === "tombstone") return pinned;
  return pinned ?? { answers: entry.answers, rrsets: entry.rrsets };
}

/** Looks again when the override ends, and now and then until then. */
function lookAtEnd(untilMs: number, { wallMs }: StepFacts): ProgressEffect {
  const afterMs = Math.max(0, Math.min(untilMs - wallMs, OVERRIDE_LOOK_MS_MAX));
  return { kind: "wait", wait: { afterMs, jitterMs: 0 } };
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

function asTold(happening: Happening): ProgressEffect {
  return { kind: "tell", happening };
}

function tell(effects: ProgressEffect[], happening: Happening): void {
  effects.push({ kind: "tell", happening });
}
