import type { PlannedContent, Position, Reading } from "../plan/index.ts";
import type { HighWaterMark } from "./highWaterMark.ts";

/** What was read, where it was read: the part of a {@link Reading} that a decision stands on. */
export type ReadReading = Extract<Reading, { readonly kind: "read" }>;

/** What a decision knows besides the entry, the reading and the mark. */
export interface DecisionFacts {
  /** Wall clock: only says whether an override has ended. */
  readonly wallMs: number;
  /** Highest generation of any plan or plausible fence known here: beyond it lies "far ahead". */
  readonly newestGeneration: number;
  /** The store keeps the whole name for us: any RRset that is not ours is a difference. */
  readonly ownsWholeName: boolean;
  /** What the plan store says to "is this entry the newest?", where it was asked. */
  readonly newest: "unasked" | "confirmed" | "unavailable";
}

/** Why a write is made; each is one row of the fence table. */
export type WriteWhy =
  /** Neither fence nor records: the endpoint is new here. */
  | "create"
  /** The fence is older than the entry. */
  | "advance"
  /** Same generation, records not as they must be. */
  | "repair"
  /** The fence is older than the entry, which is a tombstone: the name stops answering. */
  | "retire"
  /** The entry names the tombstone that is there, or was last there: the name answers again. */
  | "revive"
  /** An override has ended. */
  | "override-ended"
  /** An override was taken back, or another has its place, before it ended. */
  | "override-cleared"
  /** An override holds, but its records are not what it pinned: they are put back. */
  | "override-restored"
  /** An override holds, its records are gone, and nobody here saw them: empty is worse. */
  | "override-emptied"
  /** Fence and records were deleted by hand. */
  | "recreate"
  /** The fence was deleted by hand; the plan store confirmed the entry as the newest. */
  | "refence";

/** Why an endpoint is quarantined: a person must look. */
export type QuarantineWhy =
  | "malformed"
  | "far-ahead"
  | "impostor"
  /** The plan lacks an address type that the name has. */
  | "would-empty";

/** What an enactor does about one endpoint in one zone store. */
export type Decision =
  /** Fence and records are the entry's: nothing to do. */
  | { readonly kind: "done" }
  /** Write the entry or what is pinned, on condition that the zone is as it was read. */
  | {
      readonly kind: "write";
      readonly why: WriteWhy;
      /**
       * The difference, for people; where the zone drifted from what it should hold. Such a write
       * is a repair, and made where the gate allows repairs only.
       */
      readonly drift?: string;
      /**
       * Written in the entry's place: what an override pins (`override-restored`), what was read
       * (`refence` of a name that is to be retired), or what was there below a newer fence than the
       * entry's (`recreate`).
       */
      readonly pinned?: PlannedContent;
    }
  /** Somebody newer was here: drop the entry, go to the newest plan. */
  | { readonly kind: "superseded"; readonly seen: Position; readonly by: "fence" | "mark" }
  /** Write nothing, tell people. */
  | { readonly kind: "quarantine"; readonly why: QuarantineWhy; readonly problem: string }
  /** Nothing to do for an enactor until the override ends; wall clock. */
  | { readonly kind: "leave-alone"; readonly why: "override"; readonly untilMs: number }
  /** Nothing to do for an enactor: the name is retired on purpose. */
  | { readonly kind: "leave-alone"; readonly why: "retired" | "retiring" }
  /** Records that were never ours: refuse until the operator adopts the name. */
  | { readonly kind: "not-ours"; readonly problem: string }
  /** The name answers without a fence: only the plan store's newest entry may be written. */
  | { readonly kind: "confirm-newest" }
  /** Nothing is known: change nothing, try again later. */
  | { readonly kind: "unknown"; readonly problem: string };

/** A decision to write. */
export type WriteDecision = Extract<Decision, { readonly kind: "write" }>;

/** One endpoint in one store, with all that a decision needs of it. */
export interface Situation {
  readonly reading: ReadReading;
  readonly mark: HighWaterMark | undefined;
  readonly facts: DecisionFacts;
}
