/** A replay of something that happened to others, as `drill list` shows it. */
export interface DrillSummary {
  /** `aws-2025-10-20`. */
  readonly id: string;
  readonly title: string;
  /** What went wrong then, in a few words. */
  readonly wentWrong: string;
  /** What of Holdfast is put to the test. */
  readonly safeguard: string;
  /** Whether Holdfast holds against all of it today. */
  readonly verdict: "held" | "held in part" | "not held yet";
}

/** Something that a drill looks at, and what it saw. */
export interface DrillClaim {
  readonly claim: string;
  readonly holds: boolean;
  readonly seen: string;
}

/** What came of a drill. */
export interface DrillOutcome extends DrillSummary {
  /** Of the run: the same seed gives the same run. */
  readonly seed: number;
  readonly claims: readonly DrillClaim[];
  /** What no safeguard of today covers, one sentence each. */
  readonly notHeldYet: readonly string[];
  /** For programs: all that was seen. */
  readonly detail: unknown;
  /** One self-contained HTML page; undefined where the drill draws none. */
  readonly page: string | undefined;
}

/** What a drill is run with. */
export interface DrillOptions {
  /** Undefined: the drill's own. */
  readonly seed: number | undefined;
  /** One line of the story, as it unfolds. */
  tell(line: DrillLine): void;
}

/** One line of a drill's story. */
export interface DrillLine {
  /** `06:47:58`, of the event's own time. */
  readonly time: string;
  /** Which side it happens on; empty where there is only one. */
  readonly side: string;
  readonly who: string;
  readonly text: string;
  readonly tone: "good" | "bad" | "warn" | "plain" | "dim";
}

/** The drills. They are no part of the product's own path: who starts the program brings them. */
export interface Drills {
  list(): readonly DrillSummary[];
  /** Undefined where there is no such drill. */
  run(id: string, options: DrillOptions): Promise<DrillOutcome | undefined>;
}

/** What commands of drills are made with. */
export type LoadDrills = () => Promise<Drills>;
