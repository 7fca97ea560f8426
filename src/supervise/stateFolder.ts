import { randomBytes } from "node:crypto";
import {
  chmodSync,
  existsSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { resolve } from "node:path";
import { errorText } from "../base/index.ts";
import { type Settings, type StateLayout, settingsText, stateLayout } from "../config/index.ts";
import { acquireLock, makeFolder, NetError } from "../net/index.ts";
import { makeKeys } from "./keyFile.ts";
import type { ProcessSpec } from "./machine/index.ts";
import { SuperviseError } from "./superviseError.ts";

/** Name of the lock that makes one supervisor the only one on a state folder. */
export const SUPERVISOR_LOCK = "supervisor";

/** sockaddr_un holds 108 octets on Linux and 104 on macOS, the closing zero included. */
const SOCKET_PATH_OCTETS_MAX = 100;
const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;
const TOKEN_OCTETS = 32;

/** A state folder that is ours until `release`, or the end of this process. */
export interface StateFolder {
  readonly layout: StateLayout;
  release(): void;
  /** Lets go, and leaves nothing behind where there was nothing before. */
  undo(): void;
}

/**
 * Takes the state folder for this process, making it where there is none. Nothing else is changed.
 *
 * @throws SuperviseError `path-too-long`, `state-unusable`, `state-in-use`, `other-region`.
 */
export function takeStateFolder(path: string, region: string): StateFolder {
  const layout = stateLayout(resolve(path));
  const { folder } = layout;
  checkPathLength(layout);
  const isNew = !existsSync(folder);
  const release = lock(folder);
  const undo = (): void => {
    release();
    if (isNew) removeNew(folder);
  };
  try {
    checkRegion(layout, region);
  } catch (error) {
    undo();
    throw error;
  }
  return { layout, release, undo };
}

function checkPathLength(layout: StateLayout): void {
  const octets = Buffer.byteLength(layout.supervisorSocket);
  if (octets <= SOCKET_PATH_OCTETS_MAX) return;
  throw new SuperviseError(
    { code: "path-too-long", octets, octetsMax: SOCKET_PATH_OCTETS_MAX },
    `Cannot use the state folder ${layout.folder} as its sockets' paths must be <= ` +
      `${SOCKET_PATH_OCTETS_MAX} octets: one is ${octets}. Take a shorter one with --state`,
  );
}

function lock(folder: string): () => void {
  try {
    const holder = { pid: process.pid, role: SUPERVISOR_LOCK, sinceMs: Date.now() };
    const outcome = acquireLock(folder, SUPERVISOR_LOCK, holder);
    if (outcome.kind === "held") return () => outcome.release();
    throw inUse(folder, outcome.by?.pid);
  } catch (cause) {
    if (!(cause instanceof NetError)) throw cause;
    const reason = cause.fault.code === "folder-unusable" ? cause.fault.reason : errorText(cause);
    throw new SuperviseError(
      { code: "state-unusable", folder, reason },
      `Cannot use the state folder ${folder} as it must be writable: ${reason}. ` +
        "Give this user the right, or take another folder with --state",
      { cause },
    );
  }
}

function inUse(folder: string, pid: number | undefined): SuperviseError {
  const who = pid === undefined ? "another instance" : `another instance (process ${pid})`;
  return new SuperviseError(
    { code: "state-in-use", folder, ...(pid === undefined ? {} : { pid }) },
    `Cannot start as only one instance may run on a state folder: ${who} runs on ${folder}. ` +
      "Stop that one, or start with a folder and ports of your own (--state DIR)",
  );
}

function checkRegion(layout: StateLayout, wanted: string): void {
  if (!existsSync(layout.regionFile)) return;
  const found = readFileSync(layout.regionFile, "utf8").trim();
  if (found === wanted) return;
  throw new SuperviseError(
    { code: "other-region", found, wanted },
    `Cannot use the state folder ${layout.folder} for region ${wanted} as a folder belongs to ` +
      `one region: it holds ${found}. Take another folder with --state`,
  );
}

function removeNew(folder: string): void {
  for (const file of readdirSync(folder)) {
    if (file.startsWith(`${SUPERVISOR_LOCK}.`)) rmSync(`${folder}/${file}`);
  }
  rmdirSync(folder);
}

/** Writes what every process needs: region, folders, keys, token and the accepted settings. */
export function furnish(
  layout: StateLayout,
  settings: Settings,
  processes: readonly ProcessSpec[],
): void {
  for (const folder of [layout.socketsFolder, layout.logsFolder]) {
    makeFolder(folder, FOLDER_MODE);
  }
  if (!existsSync(layout.regionFile)) replaceFile(layout.regionFile, `${settings.policy.region}\n`);
  if (!existsSync(layout.tokenFile)) {
    replaceFile(layout.tokenFile, `${randomBytes(TOKEN_OCTETS).toString("base64url")}\n`);
  }
  chmodSync(layout.tokenFile, FILE_MODE);
  makeKeys(layout, settings.policy.region, processes);
  replaceFile(layout.settingsFile, settingsText(settings));
}

/** Replaces a small file in one step: readers see the old or the new. */
export function replaceFile(path: string, text: string): void {
  const half = `${path}.new`;
  writeFileSync(half, text, { mode: FILE_MODE, flush: true });
  renameSync(half, path);
}
