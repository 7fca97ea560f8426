import { flushCompileCache } from "node:module";
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { assertNever, errorText, type Log } from "../base/index.ts";
import { findingText, type Settings, stateLayout } from "../config/index.ts";
import { acquireLock, openLog, RealChance, RealClock } from "../net/index.ts";
import {
  acceptedSettings,
  type Role,
  readConfiguration,
  roleSchema,
  STATE_FOLDER_DEFAULT,
} from "../supervise/index.ts";
import { SupervisorChannel } from "./channel.ts";
import { awaitEnding } from "./ending.ts";
import type { RunningRole, StartRole } from "./role.ts";
import { RoleError } from "./roleError.ts";

/** Exit codes, as docs/cli.md lists them. */
const EXIT_OK = 0;
const EXIT_CANNOT = 1;
const EXIT_BROKEN_CONFIGURATION = 3;

/** How long a role may take to close before the process ends all the same, in milliseconds. */
const CLOSE_MS_MAX = 2_000;

/** Options of `holdfast run --role`. */
export interface RoleOptions {
  /** One of {@link Role}. */
  readonly role: string;
  /** Which enactor; every other role has one name, which is its own. */
  readonly id?: string | undefined;
  readonly state?: string | undefined;
  /** A configuration file; the settings accepted last where absent. */
  readonly config?: string | undefined;
}

/** Runs the role that a supervisor spawned this process for, by its words: see `Children`. */
export function runSupervisedRole(words: readonly string[]): Promise<number> {
  const one = { type: "string" } as const;
  const options = { role: one, id: one, state: one };
  const { values } = parseArgs({ args: words.slice(1), options });
  return runRole({ ...values, role: values.role ?? "" });
}

/**
 * Runs one role in this process until it is told to end (SIGTERM, SIGINT), or until the supervisor
 * that spawned it is gone: all but the nameserver end then. Returns the exit code.
 */
export async function runRole(options: RoleOptions): Promise<number> {
  const role = roleSchema.parse(options.role);
  const clock = new RealClock();
  const channel = new SupervisorChannel(clock); // says "starting" while the rest is loaded
  const id = options.id ?? role;
  const log = openLog(id);
  const ending = awaitEnding(role, channel, log);
  try {
    const settings = readSettings(options);
    if (settings === undefined) return EXIT_BROKEN_CONFIGURATION;
    if (role === "enactor") checkEnactor(id, settings);
    const folder = options.state ?? settings.stateFolder ?? STATE_FOLDER_DEFAULT;
    const layout = stateLayout(resolve(folder));
    const release = lockRole(layout.folder, id, role);
    const start = await loadRole(role);
    const chance = new RealChance();
    const running = await start({ id, layout, settings, clock, chance, log, fail: ending.fail });
    channel.onOrder(({ actor }) => {
      void reload(running, layout.folder, actor, log);
    });
    // On a first start, what was compiled here serves the roles that begin after this one.
    flushCompileCache();
    channel.reportBy(() => running.state());
    log.info("started", { role, pid: process.pid });
    log.info(`ends: ${await ending.why}`);
    await closeInTime(running);
    release();
    return EXIT_OK;
  } catch (error) {
    log.error(errorText(error));
    if (process.env["HOLDFAST_DEBUG"] === "1" && error instanceof Error)
      log.error(`${error.stack}`);
    return EXIT_CANNOT;
  }
}

function readSettings(options: RoleOptions): Settings | undefined {
  if (options.config === undefined) return acceptedSettings(options.state ?? STATE_FOLDER_DEFAULT);
  const read = readConfiguration(resolve(options.config));
  if (read.kind === "settings") return read.settings;
  for (const finding of read.findings) process.stderr.write(`${findingText(finding)}\n`);
  return undefined;
}

/** Before anything is locked or opened: an unknown id must not leave files of its own behind. */
function checkEnactor(id: string, { enactorIds }: Settings): void {
  if (enactorIds.includes(id)) return;
  throw new RoleError(
    { code: "no-such-enactor", id },
    `Cannot run the enactor "${id}" as its id must be one of ${enactorIds.join(", ")}: ` +
      "name it with --id, or add it under `enactors` in the configuration",
  );
}

/** One process per id and state folder, also for roles that run by themselves. */
function lockRole(folder: string, id: string, role: Role): () => void {
  const outcome = acquireLock(folder, id, { pid: process.pid, role, sinceMs: Date.now() });
  if (outcome.kind === "held") return () => outcome.release();
  const by = outcome.by === undefined ? "" : ` (process ${outcome.by.pid})`;
  throw new RoleError(
    { code: "role-in-use", id },
    `Cannot run ${id} as only one may run on a state folder: another one does${by}. End it first`,
  );
}

/** Loads the code of one role only: nine processes start at once on two cores. */
async function loadRole(role: Role): Promise<StartRole> {
  switch (role) {
    case "nameserver":
      return (await import("./nameserverRole.ts")).startNameserver;
    case "store":
      return (await import("./storeRole.ts")).startStore;
    case "planner":
      return (await import("./plannerRole.ts")).startPlanner;
    case "prober":
      return (await import("./proberRole.ts")).startProber;
    case "enactor":
      return (await import("./enactorRole.ts")).startEnactor;
    case "demo":
      return (await import("./demoRole.ts")).startDemoRole;
    default:
      return assertNever(role);
  }
}

async function reload(
  running: RunningRole,
  folder: string,
  actor: string,
  log: Log,
): Promise<void> {
  try {
    await running.reload?.(acceptedSettings(folder), actor);
    log.info("took up the settings accepted anew", { actor });
  } catch (error) {
    // It works on with what it had; the journal and `status` show what is served.
    log.error(`Cannot take up the settings accepted anew: ${errorText(error)}`);
  }
}

async function closeInTime(running: RunningRole): Promise<void> {
  const timeout = new Promise<void>((over) => {
    setTimeout(over, CLOSE_MS_MAX).unref();
  });
  await Promise.race([running.close(), timeout]);
}
