import { readFileSync } from "node:fs";
import { systemCode } from "../platform/index.ts";

/** What the kernel says of a process. `zombie` has ended and waits to be collected. */
export type ProcessState = "running" | "stopped" | "zombie" | "gone";

/** A process at one moment; `startTicks` tells it from a later one with the same id. */
export interface ProcessSight {
  readonly state: ProcessState;
  /** Clock ticks from boot to its start; undefined where the kernel does not say (no /proc). */
  readonly startTicks?: number;
}

/** Looks at a process. Without /proc (macOS) a stopped process is seen as running. */
export function lookAtProcess(pid: number): ProcessSight {
  const stat = readStat(pid);
  if (stat === undefined) return { state: answersSignals(pid) ? "running" : "gone" };
  return parseStat(stat);
}

/**
 * Reads a line of /proc/<pid>/stat (proc_pid_stat(5)): `pid (name) state ppid ...`, where the name
 * may hold spaces and brackets itself, so that the fields count from the last bracket.
 */
export function parseStat(line: string): ProcessSight {
  const fields = line.slice(line.lastIndexOf(")") + 2).split(" ");
  const startTicks = Number(fields[19]);
  const state = stateOf(fields[0]);
  return Number.isSafeInteger(startTicks) ? { state, startTicks } : { state };
}

function stateOf(letter: string | undefined): ProcessState {
  switch (letter) {
    case "T": // stopped by a signal
    case "t": // stopped by a debugger
      return "stopped";
    case "Z":
    case "X":
      return "zombie";
    default:
      return "running";
  }
}

function readStat(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/stat`, "utf8");
  } catch {
    return undefined;
  }
}

function answersSignals(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return systemCode(error) === "EPERM"; // it exists, and is someone else's
  }
}
