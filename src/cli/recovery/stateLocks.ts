import { existsSync, readdirSync } from "node:fs";
import type { Clock } from "../../base/index.ts";
import type { StateLayout } from "../../config/index.ts";
import { acquireLock, type LockHolder } from "../../net/index.ts";
import { SUPERVISOR_LOCK } from "../../supervise/index.ts";

/** What asking for a state folder gave. */
export type StateHold =
  | { readonly kind: "held"; release(): void }
  /** A process runs on it. */
  | { readonly kind: "running"; readonly who: string };

/** Every role has a lock of its own: the nameserver outlives its supervisor, any may run alone. */
const LOCK_FILE = /^([a-z0-9][a-z0-9-]{0,99})\.lock$/;

/**
 * Takes all locks of a state folder, or only those of `names`. A folder that does not exist is
 * nobody's. Throws NetError `folder-unusable`.
 */
export function holdState(layout: StateLayout, clock: Clock, names?: readonly string[]): StateHold {
  if (!existsSync(layout.folder)) return { kind: "held", release: () => {} };
  const holder = { pid: process.pid, role: "command line", sinceMs: clock.wallMs() };
  const releases: (() => void)[] = [];
  const release = (): void => {
    for (const one of releases) one();
  };
  for (const name of names ?? allLocks(layout.folder)) {
    const outcome = acquireLock(layout.folder, name, holder);
    if (outcome.kind === "taken") {
      release();
      return { kind: "running", who: whoText(name, outcome.by) };
    }
    releases.push(() => outcome.release());
  }
  return { kind: "held", release };
}

function allLocks(folder: string): readonly string[] {
  const found = readdirSync(folder).flatMap((file) => LOCK_FILE.exec(file)?.[1] ?? []);
  return [...new Set([SUPERVISOR_LOCK, ...found.sort()])];
}

function whoText(name: string, by: LockHolder | undefined): string {
  return by === undefined ? `its ${name}` : `its ${name} (process ${by.pid})`;
}
