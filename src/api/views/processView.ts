import type { ProcessRow } from "../../supervise/index.ts";
import type { ProcessView, TroubleView } from "../schemas/status.ts";
import { enactorReport, plannerReport, type Trouble } from "./reports.ts";

/** The table of processes where the API does not answer: the newest plan is what they know of. */
export function processViewsAlone(rows: readonly ProcessRow[]): readonly ProcessView[] {
  const known = rows.map(({ role, report }) => {
    const { generation } = role === "enactor" ? enactorReport(report) : {};
    return (role === "planner" ? plannerReport(report).generation : generation) ?? 0;
  });
  const newest = Math.max(0, ...known);
  return rows.map((row) => processView(row, newest));
}

/**
 * One line of the table of processes, where the newest plan is `newest`. The lag of an enactor is
 * how long it has been behind; of any other process, how long ago it last spoke.
 */
export function processView(row: ProcessRow, newest: number): ProcessView {
  const { id, role, state, sinceMs, restarts, pid, reportAgeMs } = row;
  return {
    ...{ id, role, state, sinceMs, restarts },
    ...(pid === undefined ? {} : { pid }),
    ...(reportAgeMs === undefined ? {} : { reportAgeMs }),
    ...roleFacts(row, newest),
  };
}

function roleFacts(row: ProcessRow, newest: number): Partial<ProcessView> {
  const { role, report, reportAgeMs } = row;
  if (role !== "enactor") {
    const generation = role === "planner" ? plannerReport(report).generation : undefined;
    return {
      ...(generation === undefined ? {} : { generation }),
      ...(reportAgeMs === undefined ? {} : { lagMs: reportAgeMs }),
    };
  }
  const { generation, pending } = enactorReport(report);
  const lagMs = enactorLagMs(row, newest);
  // One that does not know the newest plan cannot know either how much of it is not in place.
  const knowsPending = pending !== undefined && (pending > 0 || !isBehind(generation, newest));
  return {
    ...(generation === undefined ? {} : { generation }),
    ...(lagMs === undefined ? {} : { lagMs }),
    ...(knowsPending ? { pending } : {}),
  };
}

/**
 * How long an enactor has been behind, at most: what it reported, and, where work was left or a
 * newer plan came since, the age of that report. A stopped process reports nothing new.
 */
export function enactorLagMs(row: ProcessRow, newest: number): number | undefined {
  const { generation, lagMs } = enactorReport(row.report);
  if (lagMs === undefined) return undefined;
  return lagMs > 0 || isBehind(generation, newest) ? lagMs + (row.reportAgeMs ?? 0) : lagMs;
}

function isBehind(generation: number | undefined, newest: number): boolean {
  return generation !== undefined && generation < newest;
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
