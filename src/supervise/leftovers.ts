import { existsSync, readFileSync } from "node:fs";
import { z } from "zod";
import { lookAtProcess } from "../net/index.ts";
import type { Role } from "./machine/index.ts";
import { roleSchema } from "./message.ts";
import { replaceFile } from "./stateFolder.ts";
import { SuperviseError } from "./superviseError.ts";

/** How long a process of an earlier instance may take to end before it is killed, milliseconds. */
const LEFTOVER_TERM_MS = 3_000;
/** How long the system may take to remove a killed one, in milliseconds. */
const LEFTOVER_KILL_MS = 5_000;
const LOOK_EVERY_MS = 20;

const recordSchema = z.object({
  id: z.string(),
  role: roleSchema,
  pid: z.number().int().positive(),
  startTicks: z.number().optional(),
});

/** A process as noted for whoever comes after us. */
export type ProcessRecord = z.infer<typeof recordSchema>;

/** Notes the processes there are, so that the next instance finds them should we be killed. */
export function noteProcesses(
  folder: string,
  processes: readonly { readonly id: string; readonly role: Role; readonly pid: number }[],
): void {
  const records = processes.map(({ id, role, pid }): ProcessRecord => {
    const { startTicks } = lookAtProcess(pid);
    return startTicks === undefined ? { id, role, pid } : { id, role, pid, startTicks };
  });
  replaceFile(recordsPath(folder), `${JSON.stringify(records)}\n`);
}

/** Processes that an earlier instance left behind and that still are there. */
export function findLeftovers(folder: string): readonly ProcessRecord[] {
  return readRecords(folder).filter((record) => isThere(record));
}

/** Ends a leftover: asked, then killed. Throws SuperviseError `leftover-stays`. */
export async function endLeftover(record: ProcessRecord): Promise<void> {
  // A stopped one cannot obey, and who could continue it is gone.
  const isStopped = lookAtProcess(record.pid).state === "stopped";
  signal(record, isStopped ? "SIGKILL" : "SIGTERM");
  if (await isGoneWithin(record, LEFTOVER_TERM_MS)) return;
  signal(record, "SIGKILL");
  if (await isGoneWithin(record, LEFTOVER_KILL_MS)) return;
  throw new SuperviseError(
    { code: "leftover-stays", pid: record.pid },
    `Cannot start ${record.id} as the one before must be gone: process ${record.pid}, left by ` +
      `an earlier instance, does not end. End it with \`kill -9 ${record.pid}\` and start again`,
  );
}

function readRecords(folder: string): readonly ProcessRecord[] {
  const path = recordsPath(folder);
  if (!existsSync(path)) return [];
  try {
    const read = z.array(recordSchema).safeParse(JSON.parse(readFileSync(path, "utf8")));
    return read.success ? read.data : [];
  } catch {
    return []; // cut off: each process's own lock still keeps a second one out
  }
}

function recordsPath(folder: string): string {
  return `${folder}/processes.json`;
}

function isThere({ pid, startTicks }: ProcessRecord): boolean {
  const sight = lookAtProcess(pid);
  if (sight.state === "gone" || sight.state === "zombie") return false;
  return sight.startTicks === startTicks; // else the id was given to another program since
}

function signal(record: ProcessRecord, name: "SIGTERM" | "SIGKILL"): void {
  try {
    if (isThere(record)) process.kill(record.pid, name);
  } catch {
    // It ended between the look and the signal, or is another user's: the wait tells.
  }
}

async function isGoneWithin(record: ProcessRecord, withinMs: number): Promise<boolean> {
  const until = performance.now() + withinMs;
  while (isThere(record)) {
    if (performance.now() > until) return false;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  return true;
}
