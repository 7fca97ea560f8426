/** What a process of a region does; one operating-system process has one role. */
export type Role = "nameserver" | "store" | "planner" | "prober" | "enactor" | "demo";

/** One process that must be there. */
export interface ProcessSpec {
  /** Human-readable and unique in the region, such as `enactor-az1`. */
  readonly id: string;
  readonly role: Role;
}

/** Where a process is in its life. */
type Phase =
  /** Its turn has not come: what it stands on is not there yet. */
  | "waiting"
  /** There, and has not said yet that it does its work. */
  | "starting"
  | "running"
  /** Runs, and says nothing: it hangs, or is starved. */
  | "silent"
  /** Somebody stopped it (SIGSTOP): it is reported and left alone. */
  | "stopped"
  /** Gone, and started again after a wait. */
  | "backing-off"
  /** Was asked to end, and has not yet. */
  | "ending"
  | "ended";

/** What the supervisor knows of one process. */
export interface ProcessState {
  readonly spec: ProcessSpec;
  readonly phase: Phase;
  /** Monotonic milliseconds when the phase began. */
  readonly sinceMs: number;
  /** Undefined while there is no such process. */
  readonly pid: number | undefined;
  /** Monotonic milliseconds when this process was spawned. */
  readonly spawnedMs: number;
  /** It has said that it does its work, since it was spawned. */
  readonly ready: boolean;
  /** It, or one before it, has been ready under this supervisor. */
  readonly everReady: boolean;
  /** Ticks since its last report: counted, not measured, so that our own stall accuses nobody. */
  readonly quietTicks: number;
  /** Times it was started again since this supervisor began. */
  readonly restarts: number;
  /** Ends in a row, each soon after its start: decides how long the next wait is. */
  readonly failures: number;
  /** Why it ends, while it does: `restart` brings it back at once. */
  readonly ending: "none" | "restart" | "remove";
}

/** A process whose turn has not come. */
export function newProcess(spec: ProcessSpec, nowMs: number): ProcessState {
  return {
    spec,
    phase: "waiting",
    sinceMs: nowMs,
    pid: undefined,
    spawnedMs: nowMs,
    ready: false,
    everReady: false,
    quietTicks: 0,
    restarts: 0,
    failures: 0,
    ending: "none",
  };
}

/** What must be ready before: nameserver, then store and demo, then all others. 0..STAGE_LAST. */
export function stageOf(role: Role): number {
  // The nameserver answers from what it held before anything else competes for the machine.
  if (role === "nameserver") return 0;
  // The demo's load balancers stand before the first probe: or the region would begin with nine
  // failures that are nobody's.
  return role === "store" || role === "demo" ? 1 : STAGE_LAST;
}

/** The stage of all that needs the ones before. Stages are in 0..STAGE_LAST. */
export const STAGE_LAST = 2;
