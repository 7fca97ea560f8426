import type { SupervisorEffect } from "./event.ts";
import { NAMESERVER_LAST_MS, SHUTDOWN_MS } from "./limits.ts";
import { change, type SupervisorState, type SupervisorStep, stay } from "./state.ts";

/** Begins the end of all: the others first, the nameserver while they go. */
export function stepEnd(before: SupervisorState, nowMs: number): SupervisorStep {
  const state: SupervisorState = { ...before, mode: "ending" };
  const asked = askToEnd(state, nowMs, (role) => role !== "nameserver");
  const effects: SupervisorEffect[] = [
    ...asked.effects,
    { kind: "wake", afterMs: NAMESERVER_LAST_MS, what: "nameserver-turn" },
    { kind: "wake", afterMs: SHUTDOWN_MS, what: "deadline" },
  ];
  const next = stepFinish(asked.state, nowMs);
  return { state: next.state, effects: [...effects, ...next.effects] };
}

/** One more is gone: the nameserver's turn comes once it is alone, the end once nobody is left. */
export function stepFinish(state: SupervisorState, nowMs: number): SupervisorStep {
  const left = [...state.processes.values()].filter((held) => held.pid !== undefined);
  if (left.length > 0) {
    const isAlone = left.every((held) => held.spec.role === "nameserver");
    return isAlone ? stepNameserverTurn(state, nowMs) : stay(state);
  }
  if (state.mode === "finished") return stay(state);
  const { problem } = state;
  const finished: SupervisorEffect =
    problem === undefined ? { kind: "finished" } : { kind: "finished", problem };
  return { state: { ...state, mode: "finished" }, effects: [finished] };
}

/** Asks the nameserver to end, if that was not done yet. */
export function stepNameserverTurn(state: SupervisorState, nowMs: number): SupervisorStep {
  if (state.mode !== "ending") return stay(state);
  return askToEnd(state, nowMs, (role) => role === "nameserver");
}

/** The deadline: whoever is left is killed, also those that somebody stopped. */
export function stepKill(state: SupervisorState): SupervisorStep {
  if (state.mode !== "ending") return stay(state);
  const effects: SupervisorEffect[] = [];
  for (const [id, { pid }] of state.processes) {
    if (pid === undefined) continue;
    effects.push({ kind: "note", note: { kind: "killed", id, pid } });
    effects.push({ kind: "signal", id, pid, signal: "SIGKILL" });
  }
  return { state, effects };
}

function askToEnd(
  before: SupervisorState,
  nowMs: number,
  isAsked: (role: string) => boolean,
): SupervisorStep {
  let state = before;
  const effects: SupervisorEffect[] = [];
  for (const [id, { spec, pid, phase }] of before.processes) {
    if (!isAsked(spec.role) || phase === "ending") continue;
    if (pid === undefined) {
      state = change(state, id, { phase: "ended", sinceMs: nowMs });
      continue;
    }
    state = change(state, id, { phase: "ending", sinceMs: nowMs });
    effects.push({ kind: "signal", id, pid, signal: "SIGTERM" });
  }
  return { state, effects };
}
