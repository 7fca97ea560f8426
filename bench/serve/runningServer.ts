import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { SERVER_CORE } from "./cores.ts";
import { untilRight } from "./firstAnswer.ts";
import { cpuSeconds, processesOf, residentOctets } from "./processFigures.ts";
import type { Job, Launch, ServerKind } from "./servers/serverKind.ts";

/** Slower than any of them starts with a million names. */
const START_MS_MAX = 180_000;
/** A server that has not ended by then is killed. */
const END_MS_MAX = 10_000;
const LOOK_EVERY_MS = 20;

/** Sessions that are up; what a run leaves behind when it is cut short is ended with it. */
const sessions = new Set<number>();
process.once("exit", () => {
  for (const session of sessions) signalAll(session, "SIGKILL");
});
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.once(signal, () => process.exit(1));
}

/** A server that runs in a session of its own, on one core. */
export class RunningServer {
  readonly #child: ChildProcess;
  readonly #session: number;
  /** From the start of the process to its first right answer. */
  readonly startMs: number;
  readonly port: number;

  private constructor(child: ChildProcess, session: number, port: number, startMs: number) {
    this.#child = child;
    this.#session = session;
    this.port = port;
    this.startMs = startMs;
  }

  /** Starts a server on a job, and waits until it answers as the zone says. */
  static start(kind: ServerKind, job: Job): Promise<RunningServer> {
    return RunningServer.launch(kind.title, kind.configure(job), job, SERVER_CORE);
  }

  /** Starts a program on a core, and waits until it answers for name number 0. */
  static async launch(
    title: string,
    { command, words }: Launch,
    job: Job,
    core: number,
  ): Promise<RunningServer> {
    const logPath = join(job.folder, "output.log");
    const log = openSync(logPath, "a");
    const startedMs = performance.now();
    const child = spawn("taskset", ["-c", `${core}`, command, ...words], {
      stdio: ["ignore", log, log],
      detached: true, // a session of its own
    });
    closeSync(log);
    const session = child.pid;
    if (session === undefined) throw new Error(`Cannot start ${title}`);
    sessions.add(session);
    const startMs = await untilRight(job.port, startedMs + START_MS_MAX, () => {
      return child.exitCode === null;
    });
    if (startMs === undefined) {
      signalAll(session, "SIGKILL");
      sessions.delete(session);
      const said = readFileSync(logPath, "utf8").slice(-2000);
      throw new Error(`Cannot start ${title} as it does not answer; it says:\n${said}`);
    }
    return new RunningServer(child, session, job.port, startMs - startedMs);
  }

  /** User and system time so far. */
  get cpuSeconds(): number {
    return cpuSeconds(this.#session);
  }

  get residentOctets(): number {
    return residentOctets(this.#session);
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  async stop(): Promise<void> {
    const ended = this.isAlive ? once(this.#child, "exit") : Promise.resolve();
    signalAll(this.#session, "SIGTERM");
    const killAtMs = performance.now() + END_MS_MAX;
    while (processesOf(this.#session).length > 0) {
      if (performance.now() > killAtMs) signalAll(this.#session, "SIGKILL");
      await sleep(LOOK_EVERY_MS);
    }
    await ended;
    sessions.delete(this.#session);
  }
}

function signalAll(session: number, signal: NodeJS.Signals): void {
  for (const id of processesOf(session)) {
    try {
      process.kill(id, signal);
    } catch {
      // it has ended meanwhile
    }
  }
}
