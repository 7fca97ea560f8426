// What the kernel says of a server's processes: all those of its session, since some fork.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";

const TICKS_PER_SECOND = Number(execFileSync("getconf", ["CLK_TCK"], { encoding: "utf8" }));

/** Process ids of a session; the leader's id is the session's. */
export function processesOf(session: number): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((id) => statFields(id)?.[3] === `${session}`);
}

/** User and system time of a session's processes that are alive, in seconds. */
export function cpuSeconds(session: number): number {
  let ticks = 0;
  for (const id of processesOf(session)) {
    const fields = statFields(id) ?? [];
    ticks += Number(fields[11] ?? 0) + Number(fields[12] ?? 0);
  }
  return ticks / TICKS_PER_SECOND;
}

/** Resident memory of a session, in octets; pages that its processes share count once. */
export function residentOctets(session: number): number {
  let kibibytes = 0;
  for (const id of processesOf(session)) {
    const text = readOrEmpty(`/proc/${id}/smaps_rollup`);
    kibibytes += Number(/^Pss:\s+(\d+) kB$/m.exec(text)?.[1] ?? 0);
  }
  return kibibytes * 1024;
}

/** Fields of /proc/ID/stat after the command's name, from the state on (proc(5) field 3). */
function statFields(id: number): readonly string[] | undefined {
  const text = readOrEmpty(`/proc/${id}/stat`);
  return text === "" ? undefined : text.slice(text.lastIndexOf(")") + 2).split(" ");
}

/** Processes come and go while one looks. */
function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
