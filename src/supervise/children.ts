import { type ChildProcess, spawn } from "node:child_process";
import type { StateLayout } from "../config/index.ts";
import { openLog } from "./logFile.ts";
import type { ProcessSpec } from "./machine/index.ts";
import { type RoleOrder, type RoleReport, roleReportSchema } from "./message.ts";

/** Exit code of a role that cannot start, and says why in its log. */
const EXIT_CANNOT_START = 1;

/** What children tell of. */
export interface ChildWatcher {
  reported(id: string, pid: number, report: RoleReport): void;
  exited(id: string, pid: number | undefined, how: string, refused: boolean): void;
}

/** The operating-system processes of this instance: spawned here, and seen to their end. */
export class Children {
  readonly #main: string;
  readonly #layout: StateLayout;
  readonly #watcher: ChildWatcher;
  readonly #children = new Map<string, ChildProcess>();

  /** `main` is the program that each child runs: main.ts, or main.js where it was built. */
  constructor(main: string, layout: StateLayout, watcher: ChildWatcher) {
    this.#main = main;
    this.#layout = layout;
    this.#watcher = watcher;
  }

  /** Starts one; its process id, or undefined where the system would not (`exited` follows). */
  spawn(spec: ProcessSpec): number | undefined {
    const { id, role } = spec;
    const log = openLog(this.#layout.logFile(id));
    const words = ["run", "--role", role, "--id", id, "--state", this.#layout.folder];
    // In our process group on purpose: whoever kills the group gets all of it.
    const child = spawn(process.execPath, [this.#main, ...words], {
      stdio: ["ignore", log.fd, log.fd, "ipc"],
      env: childEnvironment(this.#layout.folder),
    });
    log.close();
    const { pid } = child;
    if (pid !== undefined) this.#children.set(id, child);
    child.once("error", (error) => {
      // Without a pid no exit follows; with one, it is a signal or message that failed.
      if (pid === undefined) this.#watcher.exited(id, undefined, error.message, false);
    });
    child.once("exit", (code, signal) => {
      if (this.#children.get(id) === child) this.#children.delete(id);
      const how = signal ?? `exit code ${code}`;
      this.#watcher.exited(id, pid, how, code === EXIT_CANNOT_START);
    });
    child.on("message", (message) => {
      const read = roleReportSchema.safeParse(message);
      if (read.success && pid !== undefined) this.#watcher.reported(id, pid, read.data);
    });
    return pid;
  }

  /** Sends a signal to the process, if it is still that one. */
  signal(id: string, pid: number, signal: NodeJS.Signals): void {
    const child = this.#children.get(id);
    if (child?.pid === pid) child.kill(signal);
  }

  /** Tells all of them. One that is gone misses it, and reads the settings at its start. */
  tellAll(order: RoleOrder): void {
    for (const child of this.#children.values()) {
      if (child.connected) child.send(order, () => {}); // its end is told by its exit
    }
  }

  get pids(): ReadonlyMap<string, number> {
    const pids = new Map<string, number>();
    for (const [id, { pid }] of this.#children) if (pid !== undefined) pids.set(id, pid);
    return pids;
  }
}

// Code compiled by one start is reused by the next: nine processes begin at once on two cores.
function childEnvironment(folder: string): NodeJS.ProcessEnv {
  return {
    NODE_COMPILE_CACHE: `${folder}/cache`,
    HOLDFAST_LOG: "text",
    ...process.env,
    HOLDFAST_SUPERVISED: "1",
  };
}
