import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BenchZone } from "../benchZone.ts";

/** The servers that are compared. */
export type ServerId = "ours" | "nsd" | "knot" | "bind" | "pdns" | "gdnsd";

/** What one server is to do, in a folder of its own. */
export interface Job {
  readonly folder: string;
  /** UDP and TCP, on 127.0.0.1. */
  readonly port: number;
  readonly zone: BenchZone;
  /** The zone as a master file. */
  readonly zoneFile: string;
  /** The zone as our own saved state: a folder that the server may change. */
  readonly state: string;
  /** Where a secondary listens that is to be told of every change. */
  readonly secondaryPort?: number;
}

/** A program and its words; it stays in the foreground. */
export interface Launch {
  readonly command: string;
  readonly words: readonly string[];
}

/** One of the servers compared. */
export interface ServerKind {
  readonly id: ServerId;
  /** As people know it. */
  readonly title: string;
  version(): string;
  /** Writes the configuration for a job and says how to start it. */
  configure(job: Job): Launch;
}

/** Writes a configuration file into the job's folder; its path. */
export function writeConfiguration(job: Job, name: string, text: string): string {
  const path = join(job.folder, name);
  writeFileSync(path, text);
  return path;
}

/** The first dotted number in what a program says of itself. */
export function versionOf(command: string, ...words: string[]): string {
  const merged = ["-c", '"$0" "$@" 2>&1 || true', command, ...words];
  const said = execFileSync("sh", merged, { encoding: "utf8" });
  return /\d+\.\d+[.\d]*/.exec(said)?.[0] ?? "unknown";
}
