import { assert } from "../../base/index.ts";
import type { StartProblem, SupervisorEffect } from "./event.ts";
import { newProcess, type ProcessSpec, type ProcessState, STAGE_LAST, stageOf } from "./process.ts";

/** All that the supervisor knows. A value: each step makes a new one. */
export interface SupervisorState {
  readonly mode: "up" | "ending" | "finished";
  /** In the order in which they are shown and started. */
  readonly processes: ReadonlyMap<string, ProcessState>;
  /** Highest stage whose processes may be started. */
  readonly stage: number;
  /** Ticks since this stage was opened. */
  readonly stageTicks: number;
  /** Why all ends, where nobody asked for it. */
  readonly problem: StartProblem | undefined;
}

/** A state and what is to be done now, in order. */
export interface SupervisorStep {
  readonly state: SupervisorState;
  readonly effects: readonly SupervisorEffect[];
}

/** Before anything is desired. */
export const EMPTY_SUPERVISOR: SupervisorState = {
  mode: "up",
  processes: new Map(),
  stage: 0,
  stageTicks: 0,
  problem: undefined,
};

/** A step that does nothing. */
export function stay(state: SupervisorState): SupervisorStep {
  return { state, effects: [] };
}

/** The state with some fields of one process changed. */
export function change(
  state: SupervisorState,
  id: string,
  fields: Partial<ProcessState>,
): SupervisorState {
  const before = state.processes.get(id);
  assert(before !== undefined, `process ${id} is known`);
  return { ...state, processes: new Map(state.processes).set(id, { ...before, ...fields }) };
}

/** The state with these processes desired, in this order; others stay behind. */
export function withSpecs(
  state: SupervisorState,
  specs: readonly ProcessSpec[],
  nowMs: number,
): SupervisorState {
  const processes = new Map<string, ProcessState>();
  for (const spec of specs) {
    assert(!processes.has(spec.id), `process id ${spec.id} is unique`);
    processes.set(spec.id, state.processes.get(spec.id) ?? newProcess(spec, nowMs));
  }
  for (const [id, held] of state.processes) {
    if (!processes.has(id) && held.pid !== undefined) processes.set(id, held);
  }
  return { ...state, processes };
}

/** Starts all whose turn has come, opening the next stage where the one before is ready. */
export function startDue(before: SupervisorState, nowMs: number, late: boolean): SupervisorStep {
  if (before.mode !== "up") return stay(before);
  let state = before;
  const isOpenReady = [...state.processes.values()].every(
    (held) => stageOf(held.spec.role) > state.stage || !isAwaited(held),
  );
  if (state.stage < STAGE_LAST && state.processes.size > 0 && (isOpenReady || late)) {
    state = { ...state, stage: state.stage + 1, stageTicks: 0 };
  }
  const effects: SupervisorEffect[] = [];
  for (const { spec, phase } of state.processes.values()) {
    if (phase !== "waiting" || stageOf(spec.role) > state.stage) continue;
    state = change(state, spec.id, { phase: "starting", sinceMs: nowMs, spawnedMs: nowMs });
    effects.push({ kind: "spawn", spec });
  }
  return { state, effects };
}

/** Whether the next stage waits for it. A demo that cannot start must not hold up the rest. */
function isAwaited({ spec, ready, ending, failures }: ProcessState): boolean {
  if (ready || ending === "remove") return false;
  return spec.role !== "demo" || failures === 0;
}
