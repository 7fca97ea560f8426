import type { AvailabilityPoint, Dependent } from "./dependents.ts";

/** What a name answered from one moment on. */
export interface AnswerSpan {
  /** Wall clock, as all times of a replay. */
  readonly atMs: number;
  /** `older`: from a plan older than one that it had answered from before. */
  readonly state: "current" | "older" | "empty";
  /** Of the plan that it points at or holds; undefined: none. */
  readonly generation: number | undefined;
}

/** A write of an enactor to the name. */
export interface WriteMark {
  readonly atMs: number;
  readonly who: string;
  readonly generation: number;
  /** `refused`: its condition did not hold. */
  readonly outcome: "applied" | "refused";
}

/** One line of the story. */
export interface StoryLine {
  readonly atMs: number;
  readonly who: string;
  readonly text: string;
  /** `turn`: here the run takes a turn; the others may be left out where space is short. */
  readonly weight: "turn" | "detail";
}

/** The generation that was the newest from a moment on. */
export interface PlanMark {
  readonly atMs: number;
  readonly generation: number;
}

/** What became of one design. */
export interface DesignReplay {
  readonly id: "2025" | "holdfast";
  /** `The design of 2025`. */
  readonly title: string;
  readonly spans: readonly AnswerSpan[];
  readonly plans: readonly PlanMark[];
  readonly writes: readonly WriteMark[];
  readonly story: readonly StoryLine[];
  /** How long the name was empty. */
  readonly emptyMs: number;
  /** Times that it went back to an older plan. */
  readonly backwards: number;
  /** Changes of plan that reached the name. */
  readonly applied: number;
}

/** Availability of one kind of dependents under each design. */
export interface DependentReplay {
  readonly dependent: Dependent;
  readonly curves: readonly {
    readonly design: DesignReplay["id"];
    readonly points: readonly AvailabilityPoint[];
    /** 1 is an hour in which nothing worked for anybody. */
    readonly hoursLost: number;
  }[];
}

/** A moment of the real event. */
export interface EventMark {
  readonly atMs: number;
  readonly text: string;
}

/** The event, replayed under both designs with one schedule. */
export interface Replay {
  readonly id: string;
  readonly title: string;
  readonly endpoint: string;
  readonly seed: number;
  readonly startMs: number;
  readonly endMs: number;
  /** The moments around the race. */
  readonly raceFromMs: number;
  readonly raceToMs: number;
  readonly event: readonly EventMark[];
  readonly designs: readonly [DesignReplay, DesignReplay];
  readonly dependents: readonly DependentReplay[];
  /** Those who depend on a name take longer than the name itself. */
  readonly dependentsEndMs: number;
  readonly positiveTtlSeconds: number;
  readonly negativeTtlSeconds: Readonly<Record<DesignReplay["id"], number>>;
}

/** `06:48`, of UTC. */
export function clockText(atMs: number): string {
  return new Date(atMs).toISOString().slice(11, 16);
}

/** `06:48:03`, of UTC. */
export function secondText(atMs: number): string {
  return new Date(atMs).toISOString().slice(11, 19);
}

/** `2 h 37 min`, `42 s`, `0 s`. */
export function spanText(spanMs: number): string {
  const seconds = Math.round(spanMs / 1000);
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const rest = minutes % 60;
  return rest === 0 ? `${minutes / 60} h` : `${Math.floor(minutes / 60)} h ${rest} min`;
}
