import type { ProcessRow } from "../../supervise/index.ts";
import type { ProcessView, TroubleView } from "../schemas/status.ts";
import { enactorReport, plannerGeneration, type Trouble } from "./reports.ts";

/** One line of the table of processes. */
export function processView(row: ProcessRow): ProcessView {
  const { id, role, state, sinceMs, restarts, pid, reportAgeMs } = row;
  return {
    ...{ id, role, state, sinceMs, restarts },
    ...(pid === undefined ? {} : { pid }),
    ...(reportAgeMs === undefined ? {} : { reportAgeMs }),
    ...roleFacts(row),
  };
}

function roleFacts({ role, report }: ProcessRow): Partial<ProcessView> {
  if (role === "planner") {
    const generation = plannerGeneration(report);
    return generation === undefined ? {} : { generation };
  }
  if (role !== "enactor") return {};
  const { generation, lagMs, pending } = enactorReport(report);
  return {
    ...(generation === undefined ? {} : { generation }),
    ...(lagMs === undefined ? {} : { lagMs }),
    ...(pending === undefined ? {} : { pending }),
  };
}

/** Endpoints that enactors have trouble with, or leave alone; each once per zone store. */
export function troubleViews(rows: readonly ProcessRow[]): {
  readonly quarantined: TroubleView[];
  readonly troubles: TroubleView[];
} {
  const quarantined = new Map<string, TroubleView>();
  const troubles = new Map<string, TroubleView>();
  for (const { id, role, report } of rows) {
    if (role !== "enactor") continue;
    const read = enactorReport(report);
    for (const trouble of read.quarantined ?? []) add(quarantined, trouble, id);
    for (const trouble of read.troubles ?? []) {
      if (!quarantined.has(keyOf(trouble))) add(troubles, trouble, id);
    }
  }
  return { quarantined: [...quarantined.values()], troubles: [...troubles.values()] };
}

function keyOf({ endpoint, store }: Trouble): string {
  return `${endpoint} ${store}`;
}

function add(views: Map<string, TroubleView>, trouble: Trouble, by: string): void {
  const key = keyOf(trouble);
  if (views.has(key)) return;
  const { endpoint, store, standing, why } = trouble;
  views.set(key, { endpoint, storeId: store, standing, why, by });
}
