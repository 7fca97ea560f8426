// The programs that load a server, on the core that the server does not use.
import { execFile, execFileSync } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { LOAD_CORE } from "./cores.ts";

const run = promisify(execFile);

/** What dnsLoad prints. */
export interface LoadReport {
  readonly perSecond: number;
  readonly sent: number;
  readonly answered: number;
  readonly lost: number;
  readonly wrong: number;
  readonly stray: number;
  readonly nxdomain: number;
  readonly octets: number;
  /** Sockets that a server gave a cookie to. */
  readonly serverCookies: number;
  readonly firstWrong: string;
  readonly p50Us: number;
  readonly p90Us: number;
  readonly p99Us: number;
  readonly p999Us: number;
  readonly maxUs: number;
  /** Of names with several addresses: how often each was the first. */
  readonly offsets: readonly number[];
}

/** One run of dnsLoad. */
export interface LoadPlan {
  readonly port: number;
  readonly questions: string;
  readonly seconds: number;
  /** Queries per second; 0: a closed loop. */
  readonly rate: number;
  readonly seed: number;
  /** Further options of dnsLoad, as `--resolver`. */
  readonly options?: readonly string[];
}

/** Queries outstanding in a closed loop: no server's socket buffer is too small for them. */
const CLOSED_WINDOW = 200;
/** With a rate: so many that a server that stalls is not spared the queries of that time. */
const PACED_WINDOW = 8_192;
const SOCKETS = 8;

/** Compiles the load generators into a folder. */
export function compileLoads(folder: string): void {
  for (const name of ["dnsLoad", "updateLoad", "transferLoad"]) {
    const source = fileURLToPath(new URL(`${name}.c`, import.meta.url));
    execFileSync("cc", ["-O2", "-Wall", "-o", join(folder, name), source], { stdio: "inherit" });
  }
}

/** Runs a program of ours on the load's core; the one line of JSON that it prints. */
export async function runLoad(program: string, words: readonly string[]): Promise<unknown> {
  const { stdout } = await run("taskset", ["-c", `${LOAD_CORE}`, program, ...words]);
  return JSON.parse(stdout) as unknown;
}

/** Loads a server with questions. */
export async function dnsLoad(folder: string, plan: LoadPlan): Promise<LoadReport> {
  const window = plan.rate > 0 ? PACED_WINDOW : CLOSED_WINDOW;
  const report = await runLoad(join(folder, "dnsLoad"), [
    `--port=${plan.port}`,
    `--queries=${plan.questions}`,
    `--seconds=${plan.seconds}`,
    `--rate=${plan.rate}`,
    `--window=${window}`,
    `--sockets=${SOCKETS}`,
    `--seed=${plan.seed}`,
    ...(plan.options ?? []),
  ]);
  return report as LoadReport;
}

/** What dnsperf says of a run. */
export interface DnsperfReport {
  readonly perSecond: number;
  readonly answered: number;
  readonly lost: number;
  readonly meanUs: number;
}

/** Loads a server with dnsperf; `cookie`: a whole one, of client and server. */
export async function dnsperf(
  plan: Omit<LoadPlan, "rate" | "seed">,
  cookie: Uint8Array,
): Promise<DnsperfReport> {
  const option = `10:${Buffer.from(cookie).toString("hex")}`;
  const words = ["-s", "127.0.0.1", "-p", `${plan.port}`, "-d", plan.questions];
  const shape = ["-l", `${plan.seconds}`, "-c", `${SOCKETS}`, "-T", "1", "-q", `${CLOSED_WINDOW}`];
  const all = ["-c", `${LOAD_CORE}`, "dnsperf", ...words, ...shape, "-e", "-E", option];
  const { stdout } = await run("taskset", all);
  return readDnsperf(stdout);
}

/** Reads dnsperf's report. */
export function readDnsperf(text: string): DnsperfReport {
  const figure = (pattern: RegExp): number => {
    const found = pattern.exec(text)?.[1];
    if (found === undefined) throw new Error(`Cannot read dnsperf's report: ${text.slice(-500)}`);
    return Number(found);
  };
  return {
    perSecond: figure(/Queries per second:\s+([\d.]+)/),
    answered: figure(/Queries completed:\s+(\d+)/),
    lost: figure(/Queries lost:\s+(\d+)/),
    meanUs: figure(/Average Latency \(s\):\s+([\d.]+)/) * 1e6,
  };
}
