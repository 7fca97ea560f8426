import type { Name } from "../../dns/index.ts";
import type { Gate, ZoneStore } from "../../plan/index.ts";
import { gateStep } from "./gateStep.ts";

/** What became of one zone's gate on one zone store. */
export interface GateOutcome {
  readonly zone: Name;
  readonly storeId: string;
  readonly outcome: "changed" | "already" | "failed";
  readonly problem?: string;
}

/** One gate to change; without a store where it could not be opened. */
export interface GateTask {
  readonly zone: Name;
  readonly storeId: string;
  readonly store: ZoneStore | undefined;
  /** Why there is no store. */
  readonly problem?: string;
}

/** Others may write the same gate: a person's switch is tried this often, then reported. */
const ATTEMPTS_MAX = 4;

/** Brings every gate to where a person wants it, each by itself; outcomes in the same order. */
export function changeGates(
  tasks: readonly GateTask[],
  wanted: Gate["automation"],
  nowMs: () => number,
): Promise<readonly GateOutcome[]> {
  return Promise.all(tasks.map((task) => changeGate(task, wanted, nowMs)));
}

async function changeGate(
  { zone, storeId, store, problem }: GateTask,
  wanted: Gate["automation"],
  nowMs: () => number,
): Promise<GateOutcome> {
  const head = { zone, storeId };
  if (store === undefined) {
    return { ...head, outcome: "failed", problem: problem ?? "there is no such zone store" };
  }
  let last = "it was changed by others all the time";
  let written = false;
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const step = gateStep(await store.readGate(zone), wanted, nowMs());
    if (step.kind === "done") return { ...head, outcome: written ? "changed" : "already" };
    if (step.kind === "cannot") return { ...head, outcome: "failed", problem: step.problem };
    const outcome = await store.writeGate(zone, step.expected, step.gate);
    switch (outcome.kind) {
      case "applied":
        return { ...head, outcome: "changed" };
      case "condition-failed":
        break;
      case "refused":
        return { ...head, outcome: "failed", problem: outcome.problem };
      case "unknown":
        // It may have been applied: the next read tells.
        written = true;
        last = outcome.problem;
        break;
    }
  }
  return { ...head, outcome: "failed", problem: last };
}
