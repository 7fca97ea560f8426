import type { NameserverView, ProcessView, StatusView, ZoneView } from "../../api/index.ts";
import { painter, toneOf } from "./paint.ts";
import { tableText } from "./table.ts";
import { agoText, durationText, momentText } from "./time.ts";

/** A status for people: what matters first, and what needs them last, where their eyes are. */
export function statusLines(status: StatusView, colour: boolean): string[] {
  const paint = painter(colour);
  return [
    `Region     ${paint("strong", status.region)}`,
    `Plan       ${planText(status)}`,
    `Policy     ${policyText(status)}`,
    `Endpoints  ${endpointsText(status)}`,
    `Targets    ${targetsText(status)}`,
    ...(status.nameserver === undefined ? [] : [`DNS        ${dnsText(status.nameserver)}`]),
    "",
    ...zoneLines(status.zones, colour),
    ...(status.processes === undefined
      ? []
      : ["", ...processLines(status.processes, status.atMs, colour)]),
    ...orphanLines(status),
    ...(status.warnings.length === 0 ? [] : ["", paint("warn", "To know:")]),
    ...status.warnings.map((warning) => `- ${warning}`),
  ];
}

function planText({ plan, generation, atMs }: StatusView): string {
  if (plan === undefined) return "none yet";
  const when = `made ${agoText(plan.madeAtMs, atMs)} by ${plan.actor}`;
  return `${generation}, ${when}: ${plan.cause}`;
}

function policyText({ policy, atMs }: StatusView): string {
  if (policy === undefined) return "none accepted yet";
  const { revision, acceptedAtMs, actor } = policy;
  return `revision ${revision}, accepted ${agoText(acceptedAtMs, atMs)} by ${actor}`;
}

function endpointsText({ endpoints }: StatusView): string {
  const special = [
    [endpoints.notPlanned, "not planned yet"],
    [endpoints.failOpen, "fail open"],
    [endpoints.failedOver, "failed over"],
    [endpoints.held, "held as before"],
    [endpoints.capacityHeld, "with capacity held"],
    [endpoints.overridden, "overridden"],
    [endpoints.rolledBack, "held at old content"],
    [endpoints.retiring, "waiting to be retired"],
    [endpoints.orphaned, "no longer in the configuration"],
    [endpoints.retired, "retired"],
  ] as const;
  const parts = special.filter(([count]) => count > 0).map(([count, text]) => `${count} ${text}`);
  const { serving, configured } = endpoints;
  return [`${serving} serving of ${configured} configured`, ...parts].join(", ");
}

function targetsText({ targets }: StatusView): string {
  const { total, up, down, unknown, stale, forced } = targets;
  const more = [
    ...(stale > 0 ? [`${stale} not probed lately`] : []),
    ...(forced > 0 ? [`${forced} forced`] : []),
  ];
  return [`${up} up, ${down} down, ${unknown} unknown of ${total}`, ...more].join(", ");
}

function dnsText({ udp, secondaries, signedZones }: NameserverView): string {
  const { by, threads, reason } = udp;
  const on =
    by === "threads" ? counted(threads, "thread") : `the main thread (${reason ?? "alone"})`;
  const current = secondaries.filter(({ isCurrent }) => isCurrent).length;
  const more = [
    ...(secondaries.length > 0 ? [`${current} of ${secondaries.length} secondaries current`] : []),
    ...(signedZones.length > 0 ? [`${counted(signedZones.length, "zone")} signed`] : []),
  ];
  return [`UDP on ${on}`, ...more].join(", ");
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? "" : "s"}`;
}

/** A table of zones on their stores. */
export function zoneLines(zones: readonly ZoneView[], colour: boolean): string[] {
  const paint = painter(colour);
  if (zones.length === 0) return ["No zones."];
  const rows = zones.map(({ zone, storeId, gate, seeded, problem }) => [
    ...[zone, storeId, paint(toneOf(gate), gate), paint(toneOf(seeded), seeded)],
    problem ?? "",
  ]);
  return [tableText(["ZONE", "STORE", "AUTOMATION", "SEEDED", "PROBLEM"], rows)];
}

/** A table of processes. */
export function processLines(
  processes: readonly ProcessView[],
  nowMs: number,
  colour: boolean,
): string[] {
  const paint = painter(colour);
  const rows = processes.map((process) => [
    process.id,
    process.role,
    process.pid === undefined ? "-" : String(process.pid),
    paint(toneOf(process.state), process.state),
    durationText(Math.max(0, nowMs - process.sinceMs)),
    process.generation === undefined ? "-" : String(process.generation),
    process.lagMs === undefined ? "-" : durationText(process.lagMs),
    process.pending === undefined ? "-" : String(process.pending),
    String(process.restarts),
  ]);
  const head = ["PROCESS", "ROLE", "PID", "STATE", "FOR", "PLAN", "LAG", "PENDING", "RESTARTS"];
  return [tableText(head, rows)];
}

function orphanLines({ orphans, endpoints }: StatusView): string[] {
  const [first] = orphans;
  if (first === undefined) return [];
  const more = endpoints.orphaned - orphans.length;
  return [
    "",
    `Orphans (${first.text}):`,
    ...orphans.map(({ endpoint, sinceMs }) => `- ${endpoint} since ${momentText(sinceMs)}`),
    ...(more > 0 ? [`- and ${more} more: holdfast endpoints --mode orphaned --all`] : []),
  ];
}
