import { closeSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { assert } from "../base/index.ts";
import { systemCode, systemErrorText } from "../platform/index.ts";
import { makeFolder } from "./makeFolder.ts";
import { NetError } from "./netError.ts";

/** Who holds a lock: for the message to the one who comes second. */
export interface LockHolder {
  readonly pid: number;
  readonly role: string;
  /** Wall clock, for people. */
  readonly sinceMs: number;
}

/** What became of asking for a lock. */
export type LockOutcome =
  /** Ours until `release` or the end of the process, however it ends. */
  | { readonly kind: "held"; release(): void }
  /** Someone else's; `by` is what they wrote about themselves, where it can be read. */
  | { readonly kind: "taken"; readonly by?: LockHolder };

const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;
/** sqlite3.h: another connection holds the lock. */
const SQLITE_BUSY = 5;

// A database that nobody refers to any more is closed by the garbage collector, and its lock ends.
const heldLocks = new Set<DatabaseSync>();

/**
 * Takes the exclusive lock `name` of a folder without waiting. The kernel holds it (a file lock
 * under SQLite), so it ends with the process, after `kill -9` too, and a stopped process keeps it.
 * Makes the folder where there is none. Throws NetError `folder-unusable`.
 */
export function acquireLock(folder: string, name: string, holder: LockHolder): LockOutcome {
  assert(/^[a-z0-9][a-z0-9-]{0,99}$/.test(name), `"${name}" is a plain lock name`);
  const holderPath = join(folder, `${name}.holder.json`);
  let database: DatabaseSync | undefined;
  try {
    const lockPath = join(folder, `${name}.lock`);
    createPrivate(folder, lockPath);
    database = new DatabaseSync(lockPath);
    database.exec("PRAGMA locking_mode=EXCLUSIVE; BEGIN EXCLUSIVE");
    writeFileSync(holderPath, `${JSON.stringify(holder)}\n`, { mode: FILE_MODE });
  } catch (error) {
    database?.close();
    if (sqliteCode(error) === SQLITE_BUSY) return taken(holderPath);
    throw unusable(folder, error);
  }
  const held = database;
  heldLocks.add(held);
  let released = false;
  return {
    kind: "held",
    release: () => {
      if (released) return;
      released = true;
      rmSync(holderPath, { force: true }); // while it is still ours: never the next holder's
      held.close();
      heldLocks.delete(held);
    },
  };
}

// Only a file that is new is opened by ourselves: closing a second descriptor of a locked file
// would drop this process's POSIX locks on it.
function createPrivate(folder: string, lockPath: string): void {
  makeFolder(folder, FOLDER_MODE);
  try {
    closeSync(openSync(lockPath, "wx", FILE_MODE));
  } catch (error) {
    if (systemCode(error) !== "EEXIST") throw error;
  }
}

function taken(holderPath: string): LockOutcome {
  const by = readHolder(holderPath);
  return by === undefined ? { kind: "taken" } : { kind: "taken", by };
}

function readHolder(path: string): LockHolder | undefined {
  try {
    const read: unknown = JSON.parse(readFileSync(path, "utf8"));
    return isHolder(read) ? read : undefined;
  } catch {
    return undefined; // being written, or never was: the lock itself is what counts
  }
}

function isHolder(read: unknown): read is LockHolder {
  if (typeof read !== "object" || read === null) return false;
  if (!("pid" in read && "role" in read && "sinceMs" in read)) return false;
  const { pid, role, sinceMs } = read;
  return typeof pid === "number" && typeof role === "string" && typeof sinceMs === "number";
}

// node:sqlite has it as `errcode`; the low octet is the primary result code.
function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("errcode" in error)) return undefined;
  return typeof error.errcode === "number" ? error.errcode & 0xff : undefined;
}

function unusable(folder: string, cause: unknown): NetError {
  const reason = systemErrorText(cause);
  return new NetError(
    { code: "folder-unusable", folder, reason },
    `Cannot lock the folder ${folder} as it must be writable: ${reason}`,
    { cause },
  );
}
