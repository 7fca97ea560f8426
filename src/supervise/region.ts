import { existsSync, readFileSync } from "node:fs";
import type { SocketAddress } from "../base/index.ts";
import type { Settings } from "../config/index.ts";
import { acceptedSettings } from "./configuration.ts";
import { desiredProcesses } from "./desired.ts";
import { endLeftover, findLeftovers, type ProcessRecord } from "./leftovers.ts";
import { checkPorts } from "./ports.ts";
import { furnish, type StateFolder, takeStateFolder } from "./stateFolder.ts";

/** A state folder with all that the processes need, and ports that are free for them. */
export interface PreparedRegion {
  readonly state: StateFolder;
  /** Ended just now: what an earlier instance had left behind. */
  readonly ended: readonly ProcessRecord[];
}

/**
 * Makes ready what the processes of a region stand on. The order is what keeps promises: the lock
 * before any socket, and every check before anything is changed. A nameserver that an earlier
 * instance left behind answers until its successor is about to start.
 *
 * @throws SuperviseError: the message says what is in the way and what to do; nothing was changed.
 */
export async function prepareRegion(
  stateFolder: string,
  settings: Settings,
): Promise<PreparedRegion> {
  const state = takeStateFolder(stateFolder, settings.policy.region);
  const { folder } = state.layout;
  try {
    const leftovers = findLeftovers(folder);
    const isAnswering = leftovers.some(({ role }) => role === "nameserver");
    const held = isAnswering ? heldAddresses(folder) : [];
    const isHeld = (at: SocketAddress): boolean =>
      held.some((one) => one.address === at.address && one.port === at.port);
    // A store left behind may still hold the API's port for the moment that it takes to end.
    for (const record of leftovers) if (record.role !== "nameserver") await endLeftover(record);
    await checkPorts(settings, isHeld);
    furnish(state.layout, settings, desiredProcesses(settings));
    for (const record of leftovers) if (record.role === "nameserver") await endLeftover(record);
    if (held.length > 0) await checkPorts(settings, () => false);
    return { state, ended: leftovers };
  } catch (error) {
    state.undo();
    throw error;
  }
}

function heldAddresses(folder: string): readonly SocketAddress[] {
  return existsSync(`${folder}/settings.json`) ? acceptedSettings(folder).dns.listen : [];
}

/** The last lines of a process's log, for the message that it cannot start. */
export function logTail(path: string, linesMax: number): readonly string[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8").trimEnd().split("\n").slice(-linesMax);
}
