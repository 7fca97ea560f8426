import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { chmod, copyFile, lstat, mkdir, open, readdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { CliError } from "../cliError.ts";
import type { BackedUpFile } from "./manifest.ts";

const FOLDER_MODE = 0o700;
const FILE_MODE = 0o600;
/** A folder that a running process writes is copied again if it began a new file meanwhile. */
const ATTEMPTS_MAX = 10;

/** Paths of the plain files at or below `path` of a folder, sorted; none where it is missing. */
export async function filesBelow(folder: string, path: string): Promise<readonly string[]> {
  const found = await lstat(join(folder, path)).catch(() => undefined);
  if (found === undefined) return [];
  if (found.isFile()) return [path];
  if (!found.isDirectory()) return []; // a socket, or a link to elsewhere
  const names = (await readdir(join(folder, path))).sort();
  const below = await Promise.all(names.map((name) => filesBelow(folder, join(path, name))));
  return below.flat();
}

/** Copies one file durably, making folders on the way, and says what was copied. */
export async function copyOne(from: string, to: string, path: string): Promise<BackedUpFile> {
  const target = join(to, path);
  await mkdir(dirname(target), { recursive: true, mode: FOLDER_MODE });
  await copyFile(join(from, path), target);
  await chmod(target, FILE_MODE);
  await syncFile(target);
  return describeFile(to, path);
}

/**
 * Copies all files at or below `path`, also while a process writes them: state files are only ever
 * added to or replaced whole, so a copy is sound if no file came, went or was replaced meanwhile.
 */
export async function copyBelow(
  from: string,
  to: string,
  path: string,
): Promise<readonly BackedUpFile[]> {
  for (let attempt = 0; attempt < ATTEMPTS_MAX; attempt += 1) {
    const before = await identities(from, path);
    const copied: BackedUpFile[] = [];
    for (const file of before.keys()) {
      const one = await copyOne(from, to, file).catch(missingIsUndefined);
      if (one !== undefined) copied.push(one);
    }
    if (sameIdentities(before, await identities(from, path))) return copied;
  }
  throw new CliError(
    { code: "file-in-the-way", path },
    `Cannot copy ${join(from, path)}: its files changed all the time. Try again, or stop it first.`,
  );
}

/** Size and digest of a file. */
export async function describeFile(folder: string, path: string): Promise<BackedUpFile> {
  const hash = createHash("sha256");
  let octets = 0;
  for await (const chunk of createReadStream(join(folder, path))) {
    if (!(chunk instanceof Uint8Array)) continue;
    hash.update(chunk);
    octets += chunk.length;
  }
  return { path, octets, sha256: hash.digest("hex") };
}

/** Makes a file's content durable. */
export async function syncFile(path: string): Promise<void> {
  const file = await open(path, "r");
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

type Identities = ReadonlyMap<string, string>;

async function identities(folder: string, path: string): Promise<Identities> {
  const found = new Map<string, string>();
  for (const file of await filesBelow(folder, path)) {
    const stats = await lstat(join(folder, file)).catch(() => undefined);
    if (stats !== undefined) found.set(file, `${stats.dev}:${stats.ino}`);
  }
  return found;
}

function sameIdentities(before: Identities, after: Identities): boolean {
  if (before.size !== after.size) return false;
  return [...before].every(([file, identity]) => after.get(file) === identity);
}

// Dropped between the list and the copy: the comparison afterwards sees that, too.
function missingIsUndefined(error: unknown): undefined {
  if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
  throw error;
}
