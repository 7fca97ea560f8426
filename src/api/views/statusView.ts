import type { PlanSummary } from "../../plan/index.ts";
import type { ProcessRow } from "../../supervise/index.ts";
import type { GateView } from "../apiDeps.ts";
import { STATUS_NAMES_MAX } from "../limits.ts";
import type { Overview } from "../overview.ts";
import type { Mode } from "../schemas/endpoints.ts";
import type { EndpointCounts, OrphanView, StatusView, ZoneView } from "../schemas/status.ts";
import { nameserverView } from "./nameserverView.ts";
import { ordersView } from "./ordersView.ts";
import { ORPHAN_TEXT } from "./orphan.ts";
import { processView, troubleViews } from "./processView.ts";
import { targetCounts, targetViews } from "./targetView.ts";
import { statusWarnings } from "./warnings.ts";

/** Everything a status is made of, as just read. */
export interface StatusInputs {
  readonly overview: Overview;
  readonly newest: PlanSummary | undefined;
  readonly gates: readonly GateView[];
  readonly processes: readonly ProcessRow[] | undefined;
  readonly journalSeq: number;
  readonly nowMs: number;
}

/** The state of the region. Pure: equal inputs give an equal status. */
export function statusView(inputs: StatusInputs): StatusView {
  const { overview, newest, nowMs } = inputs;
  const { head, policy } = overview.snapshot;
  const rows = inputs.processes;
  const nameserver = nameserverView(rows ?? []);
  const status = {
    region: head.region,
    atMs: nowMs,
    generation: head.generation,
    ...(newest === undefined ? {} : { plan: planFacts(newest, nowMs) }),
    ...(policy === undefined
      ? {}
      : {
          policy: {
            revision: policy.revision,
            acceptedAtMs: policy.acceptedAtMs,
            actor: policy.actor,
          },
        }),
    endpoints: endpointCounts(overview),
    failOpen: namesOf(overview, "fail-open"),
    held: namesOf(overview, "held"),
    capacityHeld: namesOf(overview, "capacity-held"),
    orphans: orphanViews(overview),
    orders: ordersView(overview, rows ?? [], nowMs),
    retiredConfigured: retiredConfigured(overview),
    zones: inputs.gates.map(zoneView),
    targets: targetCounts(targetViews(overview.snapshot)),
    ...(rows === undefined
      ? {}
      : { processes: rows.map((row) => processView(row, head.generation)) }),
    ...(nameserver === undefined ? {} : { nameserver }),
    ...troubleViews(rows ?? []),
    journalSeq: inputs.journalSeq,
  };
  return { ...status, warnings: statusWarnings(status) };
}

function planFacts(plan: PlanSummary, nowMs: number): StatusView["plan"] {
  const { madeAtMs, actor, cause, digest } = plan;
  return { madeAtMs, ageMs: Math.max(0, nowMs - madeAtMs), actor, cause, digest };
}

function endpointCounts(overview: Overview): EndpointCounts {
  const count = (test: (row: Overview["rows"][number]) => boolean): number =>
    overview.rows.reduce((sum, row) => sum + (test(row) ? 1 : 0), 0);
  return {
    configured: count((row) => row.policy !== undefined),
    planned: count((row) => row.entry !== undefined),
    serving: count((row) => row.entry?.kind === "serving"),
    notPlanned: count((row) => row.mode === "not-planned"),
    failOpen: count((row) => row.mode === "fail-open"),
    failedOver: count((row) => row.mode === "failed-over"),
    held: count((row) => row.mode === "held"),
    capacityHeld: count((row) => row.mode === "capacity-held"),
    orphaned: count(isOrphan),
    overridden: count((row) => row.mode === "overridden"),
    rolledBack: count((row) => row.mode === "rolled-back"),
    retiring: count((row) => row.orders.some((order) => order.kind === "retirement")),
    retired: count((row) => row.mode === "retired"),
  };
}

// An override may be on it all the same.
function isOrphan({ policy, entry }: Overview["rows"][number]): boolean {
  return policy === undefined && entry?.kind === "serving";
}

function retiredConfigured(overview: Overview): string[] {
  return overview.rows
    .filter(({ policy, entry }) => policy !== undefined && entry?.kind === "tombstone")
    .slice(0, STATUS_NAMES_MAX)
    .map(({ name }) => name);
}

function namesOf(overview: Overview, mode: Mode): string[] {
  const names: string[] = [];
  for (const row of overview.rows) {
    if (names.length === STATUS_NAMES_MAX) break;
    if (row.mode === mode) names.push(row.name);
  }
  return names;
}

function orphanViews(overview: Overview): OrphanView[] {
  const sinceMs = overview.snapshot.policy?.acceptedAtMs ?? overview.atMs;
  return overview.rows
    .filter(isOrphan)
    .slice(0, STATUS_NAMES_MAX)
    .map((row) => ({ endpoint: row.name, zone: row.zone, sinceMs, text: ORPHAN_TEXT }));
}

/** One zone on one of its stores. */
export function zoneView(view: GateView): ZoneView {
  const { zone, storeId, gate, seeded } = view;
  const head = { zone, storeId, seeded };
  switch (gate.kind) {
    case "none":
      return { ...head, gate: "on" };
    case "gate":
      return { ...head, gate: gate.gate.automation };
    case "malformed":
    case "unreadable":
      return { ...head, gate: gate.kind, problem: gate.problem };
  }
}
