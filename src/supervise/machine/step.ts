import { assert, assertNever } from "../../base/index.ts";
import { stepEnd, stepFinish, stepKill, stepNameserverTurn } from "./ending.ts";
import type { SupervisorEffect, SupervisorEvent } from "./event.ts";
import {
  BACK_OFF_MS_MIN,
  backOffMs,
  FIRST_TRIES_MAX,
  QUIET_TICKS_MAX,
  QUIET_TICKS_START_MAX,
  SHUTDOWN_MS,
  STAGE_TICKS_MAX,
  STEADY_MS,
} from "./limits.ts";
import type { ProcessSpec, ProcessState } from "./process.ts";
import {
  change,
  type SupervisorState,
  type SupervisorStep,
  startDue,
  stay,
  withSpecs,
} from "./state.ts";

/** Decides what is done next. Performs nothing: the caller runs the effects in order. */
export function stepSupervisor(state: SupervisorState, event: SupervisorEvent): SupervisorStep {
  switch (event.kind) {
    case "desired":
      return stepDesired(state, event.specs, new Set(event.restart), event.nowMs);
    case "spawned":
      return stepSpawned(state, event.id, event.pid);
    case "reported":
      return stepReported(state, event);
    case "exited":
      return stepExited(state, event);
    case "retry-due":
      if (state.processes.get(event.id)?.phase !== "backing-off") return stay(state);
      return startDue(change(state, event.id, { phase: "waiting" }), event.nowMs, false);
    case "overdue":
      return stepOverdue(state, event.id, event.nowMs);
    case "look":
      return stepLook(state, event.stopped, event.nowMs);
    case "tick":
      return stepTick(state, event.nowMs);
    case "end":
      return state.mode === "up" ? stepEnd(state, event.nowMs) : stay(state);
    case "nameserver-turn":
      return stepNameserverTurn(state, event.nowMs);
    case "deadline":
      return stepKill(state);
    default:
      return assertNever(event);
  }
}

function stepDesired(
  before: SupervisorState,
  specs: readonly ProcessSpec[],
  restart: ReadonlySet<string>,
  nowMs: number,
): SupervisorStep {
  if (before.mode !== "up") return stay(before);
  let state = withSpecs(before, specs, nowMs);
  const wanted = new Set(specs.map((spec) => spec.id));
  const effects: SupervisorEffect[] = [];
  for (const [id, { pid, ending }] of state.processes) {
    const next = wanted.has(id) ? (restart.has(id) ? "restart" : "none") : "remove";
    if (pid === undefined || (next === "none" && ending !== "remove")) continue;
    // What was on its way out and is wanted again comes back once it is gone.
    const why = next === "none" ? "restart" : next;
    state = change(state, id, { ending: why, phase: "ending", sinceMs: nowMs });
    effects.push({ kind: "signal", id, pid, signal: "SIGTERM" });
    effects.push({ kind: "wake", afterMs: SHUTDOWN_MS, what: "overdue", id });
  }
  const started = startDue(state, nowMs, false);
  return { state: started.state, effects: [...effects, ...started.effects] };
}

/** It hangs, or is stopped, and the configuration needs it gone or anew. */
function stepOverdue(state: SupervisorState, id: string, nowMs: number): SupervisorStep {
  const held = state.processes.get(id);
  if (held?.pid === undefined || held.ending === "none") return stay(state);
  // A wake of an earlier end, which was obeyed: this one has its own.
  if (nowMs - held.sinceMs < SHUTDOWN_MS) return stay(state);
  return { state, effects: [{ kind: "signal", id, pid: held.pid, signal: "SIGKILL" }] };
}

function stepSpawned(state: SupervisorState, id: string, pid: number): SupervisorStep {
  const held = state.processes.get(id);
  assert(held !== undefined && held.pid === undefined, `${id} was not there before`);
  const next = change(state, id, { pid, ready: false, quietTicks: 0 });
  // It was spawned while all was told to end: it must not outlive that.
  if (state.mode !== "up") {
    return { state: next, effects: [{ kind: "signal", id, pid, signal: "SIGTERM" }] };
  }
  const note = { kind: "started", id, pid, restarts: held.restarts } as const;
  return { state: next, effects: [{ kind: "note", note }] };
}

function stepReported(
  before: SupervisorState,
  event: SupervisorEvent & { readonly kind: "reported" },
): SupervisorStep {
  const { id, pid, nowMs } = event;
  const held = before.processes.get(id);
  if (held === undefined || held.pid !== pid) return stay(before); // its predecessor's
  const ready = held.ready || event.ready;
  const everReady = held.everReady || ready;
  let state = change(before, id, { ready, everReady, quietTicks: 0 });
  const effects: SupervisorEffect[] = [];
  if (held.phase === "silent")
    effects.push({ kind: "note", note: { kind: "speaks-again", id, pid } });
  if (held.phase === "silent" || (held.phase === "starting" && ready)) {
    state = change(state, id, { phase: ready ? "running" : "starting", sinceMs: nowMs });
  }
  const started = startDue(state, nowMs, false);
  return { state: started.state, effects: [...effects, ...started.effects] };
}

function stepExited(
  before: SupervisorState,
  event: SupervisorEvent & { readonly kind: "exited" },
): SupervisorStep {
  const { id, pid, how, nowMs } = event;
  const held = before.processes.get(id);
  if (held === undefined || held.pid !== pid) return stay(before);
  const gone = { pid: undefined, ready: false, ending: "none", sinceMs: nowMs } as const;
  if (before.mode !== "up") {
    return stepFinish(change(before, id, { ...gone, phase: "ended" }), nowMs);
  }
  if (held.ending === "remove") {
    const processes = new Map(before.processes);
    processes.delete(id);
    return startDue({ ...before, processes }, nowMs, false);
  }
  const restarts = held.restarts + 1;
  if (held.ending === "restart") {
    const again = change(before, id, { ...gone, phase: "waiting", failures: 0, restarts });
    return startDue(again, nowMs, false);
  }
  const failures = nowMs - held.spawnedMs >= STEADY_MS ? 1 : held.failures + 1;
  const state = change(before, id, { ...gone, phase: "backing-off", failures, restarts });
  if (isHopeless(held, failures, event.refused)) {
    return stepEnd({ ...state, problem: { id, how } }, nowMs);
  }
  const retryMs = backOffMs(failures, event.draw);
  assert(retryMs >= BACK_OFF_MS_MIN / 2, "a wait is never nothing: no restart storm");
  const note = { kind: "ended", id, how, retryMs } as const;
  return {
    state,
    effects: [
      { kind: "note", note },
      { kind: "wake", afterMs: retryMs, what: "retry-due", id },
    ],
  };
}

/** Nothing else can be of use without these two, and a person is waiting at the start. */
function isHopeless(held: ProcessState, failures: number, refused: boolean): boolean {
  const isGround = held.spec.role === "nameserver" || held.spec.role === "store";
  return isGround && !held.everReady && refused && failures >= FIRST_TRIES_MAX;
}

function stepLook(
  before: SupervisorState,
  stopped: ReadonlySet<string>,
  nowMs: number,
): SupervisorStep {
  let state = before;
  const effects: SupervisorEffect[] = [];
  for (const [id, { pid, phase, ready }] of before.processes) {
    const isStopped = stopped.has(id);
    if (pid === undefined || phase === "ending" || isStopped === (phase === "stopped")) continue;
    const next = isStopped ? "stopped" : ready ? "running" : "starting";
    state = change(state, id, { phase: next, sinceMs: nowMs, quietTicks: 0 });
    effects.push({ kind: "note", note: { kind: isStopped ? "stopped" : "continued", id, pid } });
  }
  return { state, effects };
}

function stepTick(before: SupervisorState, nowMs: number): SupervisorStep {
  let state: SupervisorState = { ...before, stageTicks: before.stageTicks + 1 };
  const effects: SupervisorEffect[] = [];
  for (const [id, { pid, phase, ready, quietTicks }] of before.processes) {
    if (pid === undefined || phase === "ending" || phase === "stopped") continue;
    state = change(state, id, { quietTicks: quietTicks + 1 });
    const quietMax = ready ? QUIET_TICKS_MAX : QUIET_TICKS_START_MAX;
    if (phase === "silent" || quietTicks < quietMax) continue;
    state = change(state, id, { phase: "silent", sinceMs: nowMs });
    effects.push({ kind: "note", note: { kind: "silent", id, pid } });
  }
  const started = startDue(state, nowMs, state.stageTicks > STAGE_TICKS_MAX);
  return { state: started.state, effects: [...effects, ...started.effects] };
}
