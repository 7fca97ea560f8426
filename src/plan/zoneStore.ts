import type { Name, RRset } from "../dns/index.ts";
import type { Fence } from "./fence.ts";
import type { Gate } from "./gate.ts";
import type { Weights } from "./weights.ts";

/** What a zone store can do, as data: shown to people, and used to plan the work. */
export interface ZoneStoreAbilities {
  /** How far one condition reaches: see DESIGN.md, "Providers say what they can do". */
  readonly fencing: "fenced multi-record" | "fenced single set" | "unfenced";
  /** Weights and answer counts are honoured; otherwise every client gets whole RRsets. */
  readonly weightedAnswers: boolean;
  /** The gate is a condition of the write itself. */
  readonly gateIsCondition: boolean;
  /** Our own nameserver: says nothing of a zone before its seed mark is written. */
  readonly needsSeed: boolean;
  /** Writes offered in one commit, and requests outstanding at once. */
  readonly writesPerCommitMax: number;
}

/** A fence as found in a zone. */
export type FenceFound =
  | { readonly kind: "none" }
  | { readonly kind: "fence"; readonly fence: Fence; readonly text: string }
  /** Not in the grammar, or more than one record: taken neither for older nor for newer. */
  | { readonly kind: "malformed"; readonly problem: string; readonly texts: readonly string[] };

/** What was read of one endpoint. */
export type Reading =
  | {
      readonly kind: "read";
      readonly endpoint: Name;
      readonly fence: FenceFound;
      /** Every RRset found at the endpoint's own name, of any type; in order of type code. */
      readonly rrsets: readonly RRset[];
      /** As held; undefined where absent or malformed. */
      readonly weights?: Weights;
    }
  /** Unknown: change nothing, try again later. */
  | { readonly kind: "unreadable"; readonly endpoint: Name; readonly problem: string };

/** A gate as found in a zone. `none` is a zone never paused: automation is on. */
export type GateFound =
  | { readonly kind: "none" }
  | { readonly kind: "gate"; readonly gate: Gate; readonly text: string }
  | { readonly kind: "malformed"; readonly problem: string; readonly texts: readonly string[] }
  | { readonly kind: "unreadable"; readonly problem: string };

/** What must still be so in the same atomic step as the write. */
export interface WriteCondition {
  /** Exactly this fence text, or these records of one; undefined: there is no fence. */
  readonly fence: string | readonly string[] | undefined;
  /** Exactly this gate text; undefined: there is no gate; `unchecked`: a person's own act. */
  readonly gate: string | undefined | "unchecked";
  /** The endpoint's name owns nothing at all: for a name that was never ours. */
  readonly nameNotInUse: boolean;
  /** The endpoint's own RRsets that must be exactly these; absent: not looked at. */
  readonly records?: readonly RRset[];
}

/** One endpoint's change: records, weights and fence, all or nothing. */
export interface EndpointWrite {
  readonly endpoint: Name;
  readonly condition: WriteCondition;
  /** RR types deleted whole first (all that the fence says is held, and all that is written). */
  readonly deleteTypes: readonly number[];
  /** None for a tombstone, and for nothing else. */
  readonly rrsets: readonly RRset[];
  /** Undefined: deleted; for a tombstone, and for nothing else. */
  readonly weights: Weights | undefined;
  readonly fence: Fence;
}

/** What became of one write. */
export type WriteOutcome =
  | { readonly kind: "applied" }
  /** The condition did not hold: nothing was changed. Read, then decide again. */
  | { readonly kind: "condition-failed" }
  /** The server will not: nothing was changed, and trying again will not help by itself. */
  | { readonly kind: "refused"; readonly problem: string }
  /** Time-out or lost reply: it may have been applied. Read, never repeat blindly. */
  | { readonly kind: "unknown"; readonly problem: string };

/** Names that a seed mark may ask about: of the longest names, as many as one message holds. */
export const UNFENCED_MAX = 200;

/** Where the served records of zones live, each with a fence of its own per endpoint. */
export interface ZoneStore {
  /** Human-readable id from the configuration, such as `embedded`. */
  readonly id: string;
  readonly abilities: ZoneStoreAbilities;
  /** Reads endpoints of one zone, answers in the same order. Never rejects. */
  read(zone: Name, endpoints: readonly Name[]): Promise<readonly Reading[]>;
  /** Commits writes of one zone, each on its own condition; outcomes in order. Never rejects. */
  commit(zone: Name, writes: readonly EndpointWrite[]): Promise<readonly WriteOutcome[]>;
  readGate(zone: Name): Promise<GateFound>;
  /** Replaces the gate on condition that it is exactly as `expected` (undefined: absent). */
  writeGate(zone: Name, expected: string | undefined, gate: Gate): Promise<WriteOutcome>;
  /** Whether the zone's seed mark is there; `unknown` where it could not be read. */
  readSeed(zone: Name): Promise<"seeded" | "unseeded" | "unknown">;
  /**
   * Marks the zone as seeded; harmless where it is. `unfenced`: endpoints that must have no fence
   * in the same atomic step, {@link UNFENCED_MAX} at most.
   */
  writeSeed(zone: Name, unfenced: readonly Name[]): Promise<WriteOutcome>;
  /** Calls back whenever contact was lost and is back: what was read before may be old. */
  onReconnect(listener: () => void): void;
  close(): void;
}
