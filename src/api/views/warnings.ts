import type { ProcessView, StatusView } from "../schemas/status.ts";
import { nameserverWarnings } from "./nameserverView.ts";
import { orderWarnings } from "./orderWarnings.ts";

/** Longest age of an enactor's unfinished work that needs nobody's attention. */
const LAG_MS_CALM = 10_000;
/** Endpoints that get a sentence of their own. */
const TROUBLES_SHOWN = 5;
/** Names that one sentence lists. */
const NAMES_SHOWN = 3;

/** What a person should know, one sentence each, the worst first. */
export function statusWarnings(status: Omit<StatusView, "warnings">): string[] {
  return [
    ...planWarnings(status),
    ...quarantineWarnings(status),
    ...zoneWarnings(status),
    ...orderWarnings(status),
    ...endpointWarnings(status),
    ...(status.nameserver === undefined ? [] : nameserverWarnings(status.nameserver)),
    ...(status.processes ?? []).flatMap(processWarnings),
    ...(status.processes === undefined
      ? ["The supervisor cannot be asked: what is known of processes is missing here."]
      : []),
  ];
}

type Status = Omit<StatusView, "warnings">;

function planWarnings(status: Status): string[] {
  if (status.policy === undefined) return ["No configuration has been accepted yet."];
  if (status.generation === 0) return ["No plan has been made yet: waiting for the planner."];
  return [];
}

function quarantineWarnings(status: Status): string[] {
  const { quarantined, troubles } = status;
  return [
    ...quarantined.slice(0, TROUBLES_SHOWN).map(({ endpoint, storeId, why }) => {
      return `${endpoint} is quarantined on ${storeId}: ${why}. Nobody changes it: "epoch raise".`;
    }),
    ...more(quarantined.length, "are quarantined"),
    ...troubles.slice(0, TROUBLES_SHOWN).map(({ endpoint, storeId, standing, why }) => {
      return `${endpoint} on ${storeId}, ${standing}: ${why}.`;
    }),
    ...more(troubles.length, "have troubles of their own"),
  ];
}

function more(total: number, what: string): string[] {
  const rest = total - TROUBLES_SHOWN;
  return rest > 0 ? [`${rest} more endpoints ${what}: status --json lists them.`] : [];
}

function zoneWarnings(status: Status): string[] {
  return status.zones.flatMap(({ zone, storeId, gate, seeded, problem }) => {
    const where = `${zone} on ${storeId}`;
    const lines: string[] = [];
    if (gate === "paused") lines.push(`${where} is paused: nothing is changed until "resume".`);
    if (gate === "repairs")
      lines.push(`${where} is paused but for repairs: nothing new is enacted until "resume".`);
    if (gate === "malformed")
      lines.push(`${where} has a broken gate, taken as paused: ${problem}.`);
    if (gate === "unreadable") lines.push(`${where} cannot be read: ${problem}.`);
    if (seeded === "unseeded") lines.push(`${where} is not seeded yet: it answers SERVFAIL.`);
    return lines;
  });
}

function endpointWarnings(status: Status): string[] {
  const { failOpen, held, capacityHeld, orphaned } = status.endpoints;
  const lines: string[] = [];
  if (failOpen > 0) {
    const names = some(status.failOpen, failOpen);
    lines.push(`${names} fail${failOpen === 1 ? "s" : ""} open: too few targets pass their check.`);
  }
  if (held > 0) lines.push(`${some(status.held, held)} held as before: no target may serve.`);
  if (capacityHeld > 0) {
    const names = some(status.capacityHeld, capacityHeld);
    lines.push(`${names}: failed targets stay in for now, as capacity may not leave faster.`);
  }
  if (orphaned > 0) {
    const orphans = status.orphans.map((orphan) => orphan.endpoint);
    const are = orphaned === 1 ? "is" : "are";
    lines.push(`${some(orphans, orphaned)} ${are} no longer in the configuration: see orphans.`);
  }
  return lines;
}

function some(names: readonly string[], total: number): string {
  const shown = names.slice(0, NAMES_SHOWN).join(", ");
  return total > NAMES_SHOWN ? `${shown} and ${total - NAMES_SHOWN} more` : shown;
}

function processWarnings(process: ProcessView): string[] {
  const lines: string[] = [];
  const pid = process.pid === undefined ? "" : ` (pid ${process.pid})`;
  if (process.state === "stopped") {
    lines.push(`${process.id}${pid} is stopped by a signal: left alone; kill -CONT wakes it.`);
  } else if (process.state === "silent") {
    lines.push(`${process.id}${pid} runs but says nothing.`);
  } else if (process.state === "backing-off" || process.state === "ended") {
    lines.push(`${process.id} is not running (${process.state}, ${process.restarts} restarts).`);
  }
  if ((process.lagMs ?? 0) > LAG_MS_CALM) {
    const seconds = Math.round((process.lagMs ?? 0) / 1000);
    lines.push(`${process.id} is ${seconds} s behind with ${process.pending ?? "some"} endpoints.`);
  }
  return lines;
}
