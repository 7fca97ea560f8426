import type {
  EndpointWrite,
  Fence,
  PlanEntry,
  PlannedContent,
  Position,
  Reading,
  WriteOutcome,
} from "../plan/index.ts";
import type { Wait } from "./backoff.ts";
import type { DecisionFacts, QuarantineWhy, ReadReading, WriteWhy } from "./decision.ts";
import type { Happening } from "./happening.ts";
import type { HighWaterMark } from "./highWaterMark.ts";

/** What the machine waits for; at most one thing at a time. */
export type Phase =
  /** Nothing: the next look is the audit's. */
  | { readonly kind: "idle" }
  /** A wake. */
  | { readonly kind: "waiting" }
  /** A reading. */
  | { readonly kind: "reading" }
  /** The plan store's word that the entry is the newest. */
  | { readonly kind: "confirming"; readonly reading: ReadReading }
  /** The outcome of a write. */
  | { readonly kind: "writing"; readonly writing: Writing }
  /** The zone's gate to open. */
  | { readonly kind: "held" };

/** A write on its way. */
export interface Writing {
  readonly entry: PlanEntry;
  readonly why: WriteWhy;
  readonly drift?: string;
  readonly fence: Fence;
  /** It was written on what memory says is there, without a reading before. */
  readonly isByMemory: boolean;
  /** What the fence's override pins, where it has one. */
  readonly pinned?: PlannedContent;
}

/** A write that was not there when it was read, and may turn up all the same. */
export interface Doubt {
  readonly writing: Writing;
  /** `condition-failed` may be the answer to a message that was doubled on its way. */
  readonly answer: "none" | "condition-failed";
}

/** How the endpoint stood when it was last looked at. */
export type Standing =
  | { readonly kind: "unseen" }
  | { readonly kind: "confirmed" }
  | { readonly kind: "behind" }
  | { readonly kind: "drifted"; readonly why: string }
  | { readonly kind: "superseded"; readonly seen: Position }
  | { readonly kind: "overridden" }
  | {
      readonly kind: "retired";
      /** No fence says so: whoever does not know may bring the name back. */
      readonly isUnfenced: boolean;
    }
  | {
      readonly kind: "quarantined";
      readonly reason: QuarantineWhy;
      readonly why: string;
      /** Nothing is missing of what it should answer. */
      readonly isWhole: boolean;
    }
  | { readonly kind: "not-ours"; readonly why: string; readonly isWhole: boolean }
  | { readonly kind: "unconfirmed" }
  | { readonly kind: "unreadable"; readonly why: string }
  | { readonly kind: "refused"; readonly why: string };

/** One endpoint in one zone store. */
export interface Progress {
  /** The newest entry offered. */
  readonly entry: PlanEntry;
  /** This enactor's place in the order of those who see to the endpoint; 0 is first. */
  readonly rank: number;
  readonly phase: Phase;
  readonly standing: Standing;
  /** Failures in a row. */
  readonly attempts: number;
  /** Since when the zone is known not to hold the entry (monotonic); undefined where it does. */
  readonly behindSinceMs?: number;
  /** A write whose effect the next reading shows. `sure`: the store said that it was applied. */
  readonly readBack?: { readonly writing: Writing; readonly sure: boolean };
  /** Writes that may yet turn up; oldest first, a few at most. */
  readonly doubts?: readonly Doubt[];
  /** Drift told to the journal and not yet repaired. */
  readonly driftTold: boolean;
  /** The refusal told to the journal and not yet overcome. */
  readonly refusalTold?: string;
}

/** Whether this enactor may write to the zone now. */
export type GateState =
  /** `text` is a condition of every write; undefined: the zone has no gate. */
  | { readonly kind: "open"; readonly text: string | undefined }
  /** Only what mends drift may be written. */
  | { readonly kind: "repairs"; readonly text: string | undefined }
  | { readonly kind: "closed"; readonly why: string };

/** What a step knows of the world. */
export interface StepFacts extends DecisionFacts {
  readonly mark: HighWaterMark | undefined;
  readonly gate: GateState;
  readonly monotonicMs: number;
}

/** What can happen to one endpoint in one zone store. */
export type ProgressEvent =
  | { readonly kind: "offered"; readonly entry: PlanEntry }
  /** Audit, new contact, gate opened: look again. */
  | { readonly kind: "look" }
  | { readonly kind: "due" }
  | { readonly kind: "read"; readonly reading: Reading }
  | { readonly kind: "newest"; readonly answer: "confirmed" | "unavailable" }
  | { readonly kind: "written"; readonly outcome: WriteOutcome };

/** What is to be done, in order. */
export type ProgressEffect =
  | { readonly kind: "read" }
  | { readonly kind: "wait"; readonly wait: Wait }
  | { readonly kind: "write"; readonly write: EndpointWrite }
  /** Look again when the gate opens. */
  | { readonly kind: "hold" }
  /** Read the gate again: a write's condition failed. */
  | { readonly kind: "read-gate" }
  | { readonly kind: "ask-newest" }
  /** A plausible fence was seen or written; `pinned`: with all that its override pins. */
  | { readonly kind: "seen"; readonly fence: Fence; readonly pinned?: PlannedContent }
  /** Somebody knows a newer plan: ask the plan store for it. */
  | { readonly kind: "superseded"; readonly seen: Position }
  | { readonly kind: "tell"; readonly happening: Happening };

/** The outcome of one step. */
export interface ProgressStep {
  readonly progress: Progress;
  readonly effects: readonly ProgressEffect[];
}
