import { assertNever, type SocketAddress } from "../base/index.ts";
import type { Settings } from "../config/index.ts";
import type { NewEvent } from "../journal/index.ts";
import { socketAddressText } from "../net/index.ts";
import type { ProcessNote } from "./machine/index.ts";

/** Whose events the supervisor's are. */
export const SUPERVISOR_ACTOR = "supervisor";

/** What happened to a process, for people: stands behind its id. */
function noteText(note: ProcessNote): string {
  switch (note.kind) {
    case "started":
      return `${note.restarts === 0 ? "started" : "started again"} (process ${note.pid})`;
    case "ended": {
      const seconds = (note.retryMs / 1_000).toFixed(1);
      return `ended (${note.how}): started again in ${seconds} s`;
    }
    case "stopped":
      return `stopped by a signal from outside (process ${note.pid}): left alone`;
    case "continued":
      return `goes on (process ${note.pid})`;
    case "silent":
      return `runs and says nothing (process ${note.pid}): it hangs or is starved`;
    case "speaks-again":
      return `speaks again (process ${note.pid})`;
    case "killed":
      return `did not end in time: killed (process ${note.pid})`;
    default:
      return assertNever(note);
  }
}

/** The journal's event about a process; `lastWords` is the last line of its log, if it ended. */
export function noteEvent(note: ProcessNote, atMs: number, lastWords?: string): NewEvent {
  const pid = "pid" in note ? { pid: note.pid } : {};
  const facts = { ...pid, note: note.kind };
  // Only what it called an error says why it ended.
  const why = /error: (.*)$/.exec(lastWords ?? "")?.[1];
  const text = why === undefined ? noteText(note) : `${noteText(note)}: ${why}`;
  const about = { actor: SUPERVISOR_ACTOR, subject: note.id, text, facts };
  return { atMs, kind: noteKind(note), ...about };
}

function noteKind(note: ProcessNote): NewEvent["kind"] {
  switch (note.kind) {
    case "started":
    case "continued":
    case "speaks-again":
      return "process-started";
    case "stopped":
    case "silent":
      return "process-stopped";
    case "ended":
    case "killed":
      return "process-ended";
    default:
      return assertNever(note);
  }
}

/** A whole number for people: `10,717`. */
export function digits(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}

/** A count with its noun: `1 endpoint`, `10,717 endpoints`. */
export function counted(count: number, noun: string): string {
  return `${digits(count)} ${noun}${count === 1 ? "" : "s"}`;
}

/** What the start says first. */
export function openingLine(settings: Settings, folder: string): string {
  const { region, zones, endpoints, targets } = settings.policy;
  const parts = [
    counted(endpoints.length, "endpoint"),
    counted(targets.length, "target"),
    counted(zones.length, "zone"),
  ];
  return `Holdfast: region ${region}, ${parts.join(", ")}; state in ${folder}`;
}

/** What the start says once all is served: what to try, how to break something, how to stop. */
export function readyLines(settings: Settings, stateOption: string): readonly string[] {
  const dns = settings.dns.listen[0];
  const first = settings.policy.endpoints[0];
  const lines: string[] = [];
  if (dns !== undefined && first !== undefined) {
    const type = first.types[0] ?? "A";
    const name = first.name.replace(/\.$/, "");
    lines.push(`  try    dig ${digServer(dns)} ${name} ${type} +short`);
  }
  const target = settings.policy.targets[0];
  if (settings.demo.loadBalancers && target !== undefined) {
    lines.push(`  break  npx holdfast demo fail ${target.id}${stateOption}`);
    lines.push(`  heal   npx holdfast demo heal ${target.id}${stateOption}`);
  }
  lines.push(`  look   npx holdfast status${stateOption}`);
  lines.push(`  API    http://${socketAddressText(settings.api.listen)}/openapi.json`);
  lines.push("  stop   Ctrl-C");
  return lines;
}

function digServer({ address, port }: SocketAddress): string {
  return port === 53 ? `@${address}` : `@${address} -p ${port}`;
}
