import type { ProcessSpec } from "./process.ts";

/** What the supervisor is told. Every event carries the monotonic time, in milliseconds. */
export type SupervisorEvent = { readonly nowMs: number } & (
  | {
      /** What should be there: at the start, and after each accepted configuration. */
      readonly kind: "desired";
      readonly specs: readonly ProcessSpec[];
      /** Ids of processes that must begin anew to take up what changed. */
      readonly restart: readonly string[];
    }
  | { readonly kind: "spawned"; readonly id: string; readonly pid: number }
  | {
      readonly kind: "reported";
      readonly id: string;
      readonly pid: number;
      readonly ready: boolean;
    }
  | {
      /** It is gone, or could not be started at all (then without pid). */
      readonly kind: "exited";
      readonly id: string;
      readonly pid: number | undefined;
      /** For people: `exit code 1`, `SIGKILL`. */
      readonly how: string;
      /** It said that it cannot start, and why is in its log: the exit code was 1. */
      readonly refused: boolean;
      /** 0..999, drawn for the wait. */
      readonly draw: number;
    }
  | { readonly kind: "retry-due"; readonly id: string }
  /** It was asked to end long enough ago. */
  | { readonly kind: "overdue"; readonly id: string }
  /** The ids of those that somebody has stopped, as just seen. */
  | { readonly kind: "look"; readonly stopped: ReadonlySet<string> }
  /** TICK_MS passed. */
  | { readonly kind: "tick" }
  /** All must end. */
  | { readonly kind: "end" }
  | { readonly kind: "nameserver-turn" }
  | { readonly kind: "deadline" }
);

/** What the supervisor asks for. */
export type SupervisorEffect =
  | { readonly kind: "spawn"; readonly spec: ProcessSpec }
  | {
      readonly kind: "signal";
      readonly id: string;
      readonly pid: number;
      readonly signal: "SIGTERM" | "SIGKILL";
    }
  | {
      readonly kind: "wake";
      readonly afterMs: number;
      readonly what: "retry-due" | "overdue" | "nameserver-turn" | "deadline";
      /** For `retry-due` and `overdue`. */
      readonly id?: string;
    }
  | { readonly kind: "note"; readonly note: ProcessNote }
  /** Nothing is left. `problem` where it was not asked to end. */
  | { readonly kind: "finished"; readonly problem?: StartProblem };

/** A process without which nothing is of use cannot start. */
export interface StartProblem {
  readonly id: string;
  /** For people: `exit code 1`. */
  readonly how: string;
}

/** Something that people should hear of. */
export type ProcessNote = { readonly id: string } & (
  | { readonly kind: "started"; readonly pid: number; readonly restarts: number }
  | { readonly kind: "ended"; readonly how: string; readonly retryMs: number }
  | { readonly kind: "stopped"; readonly pid: number }
  | { readonly kind: "continued"; readonly pid: number }
  | { readonly kind: "silent"; readonly pid: number }
  | { readonly kind: "speaks-again"; readonly pid: number }
  | { readonly kind: "killed"; readonly pid: number }
);
