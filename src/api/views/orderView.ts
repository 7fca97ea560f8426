import { parseName } from "../../dns/index.ts";
import { entryDigest, type Order, type PlanEntry, type Rollback } from "../../plan/index.ts";
import type { ProcessRow } from "../../supervise/index.ts";
import type { Overview } from "../overview.ts";
import type { FenceOverrideView, OrderView } from "../schemas/orders.ts";
import { contentView } from "./planView.ts";
import { enactorReport, plannerReport } from "./reports.ts";

/** What the planner says of orders, by their id. */
export interface PlannerWord {
  /** Why one cannot be carried out now. */
  readonly problems: ReadonlyMap<string, string>;
  /** When it will retire a name, going by both its clocks. */
  readonly dueAtMs: ReadonlyMap<string, number>;
}

/** What the planner's report says of orders; nothing where there is none. */
export function plannerWord(rows: readonly ProcessRow[]): PlannerWord {
  const problems = new Map<string, string>();
  const due = new Map<string, number>();
  for (const { role, report } of rows) {
    if (role !== "planner") continue;
    const { retirements, orderProblems } = plannerReport(report);
    for (const { id, dueAtMs, waitsFor } of retirements ?? []) {
      due.set(id, dueAtMs);
      if (waitsFor !== undefined) problems.set(id, waitsFor);
    }
    for (const { id, why } of orderProblems ?? []) problems.set(id, why);
  }
  return { problems, dueAtMs: due };
}

/** One order as JSON; `entry` is its endpoint's in the newest plan. */
export function orderView(
  order: Order,
  entry: PlanEntry | undefined,
  word?: PlannerWord,
): OrderView {
  const { id, endpoint, zone, actor, reason, atMs } = order;
  const inPlan = isInPlan(order, entry);
  const problem = word?.problems.get(id);
  const why = problem === undefined || inPlan ? {} : { problem };
  const head = { id, endpoint, zone, actor, reason, atMs, inPlan, ...why };
  switch (order.kind) {
    case "override": {
      const { kind, untilMs, direct } = order;
      return { kind, ...head, untilMs, direct, ...contentView(order) };
    }
    case "retirement": {
      const { kind, holdDownMs } = order;
      // The planner watches a part of the wait itself: after it began anew, that may end later.
      const dueAtMs = Math.max(atMs + holdDownMs, word?.dueAtMs.get(id) ?? 0);
      return { kind, ...head, holdDownMs, dueAtMs };
    }
    case "revival":
      return { kind: order.kind, ...head, tombstoneId: order.tombstoneId };
    case "rollback": {
      const { kind, toGeneration } = order;
      return { kind, ...head, toGeneration, ...contentView(order) };
    }
  }
}

function isInPlan(order: Order, entry: PlanEntry | undefined): boolean {
  switch (order.kind) {
    case "override":
      return entry?.kind === "serving" && entry.override?.id === order.id;
    case "retirement":
      return entry?.kind === "tombstone" && entry.tombstoneId === order.id;
    case "revival":
      return entry?.kind === "serving";
    case "rollback":
      return isRolledBack(order, entry);
  }
}

function isRolledBack(order: Rollback, entry: PlanEntry | undefined): boolean {
  if (entry?.kind !== "serving" || entry.override !== undefined) return false;
  if (entry.beneath === undefined) return false;
  const { endpoint, answers, rrsets } = order;
  return entry.digest === entryDigest({ endpoint, answers, rrsets });
}

/**
 * Overrides that enactors saw in fences and that no order and no entry explains: written directly,
 * with the plan store away or from another machine. Each once per endpoint and zone store.
 */
export function fenceOverrides(
  overview: Overview,
  rows: readonly ProcessRow[],
  nowMs: number,
): FenceOverrideView[] {
  const seen = new Map<string, FenceOverrideView>();
  for (const { id: by, role, report } of rows) {
    if (role !== "enactor") continue;
    for (const { endpoint, store, id, untilMs } of enactorReport(report).overrides ?? []) {
      const key = `${endpoint} ${store}`;
      if (seen.has(key) || untilMs <= nowMs || isExplained(overview, endpoint, id)) continue;
      seen.set(key, { endpoint, storeId: store, id, untilMs, by });
    }
  }
  return [...seen.values()];
}

function isExplained(overview: Overview, endpoint: string, id: string): boolean {
  const parsed = parseName(endpoint);
  const facts = parsed.kind === "parsed" ? overview.byName.get(parsed.name) : undefined;
  if (facts === undefined) return false;
  const { entry } = facts;
  // One that is being ended is about to be written over.
  if (entry?.ends?.includes(id)) return true;
  if (entry?.kind === "serving" && entry.override?.id === id) return true;
  return facts.orders.some((order) => order.id === id);
}
