import { existsSync } from "node:fs";
import { mkdir, readFile, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { errorText } from "../../base/index.ts";
import type { StateLayout } from "../../config/index.ts";
import { CliError } from "../cliError.ts";
import { copyOne, describeFile } from "./copyFiles.ts";
import { MANIFEST_FILE, type Manifest, readManifest, unusable } from "./manifest.ts";

/** What a restore is made of. */
export interface RestoreInputs {
  /** The backup. */
  readonly from: string;
  readonly layout: StateLayout;
  readonly nowMs: number;
  /** Take a backup of another region as well. */
  readonly force: boolean;
}

/** What a restore did. */
export interface Restored {
  readonly manifest: Manifest;
  /** Where the state from before is; absent where there was none. */
  readonly aside?: string;
}

/**
 * Puts a backup in place of the present state, which is moved aside and never deleted. Everything
 * is verified before anything is changed. The caller holds the locks of the state folder.
 */
export async function restoreBackup(inputs: RestoreInputs): Promise<Restored> {
  const { from, layout, nowMs } = inputs;
  const manifest = await verifyBackup(from);
  await checkRegion(inputs, manifest);
  const stamp = new Date(nowMs).toISOString().replaceAll(/[-:]|\.\d+/g, "");
  const half = `${layout.folder}.restoring-${stamp}`;
  const aside = `${layout.folder}.before-restore-${stamp}`;
  await mkdir(half, { mode: 0o700 });
  try {
    for (const { path } of manifest.files) await copyOne(from, half, path);
  } catch (error) {
    await rm(half, { recursive: true, force: true });
    throw error;
  }
  const isHeld = existsSync(layout.folder);
  if (isHeld) await rename(layout.folder, aside);
  await rename(half, layout.folder);
  return isHeld ? { manifest, aside } : { manifest };
}

/** Reads a backup whole and compares it with its manifest. Throws CliError `backup-unusable`. */
async function verifyBackup(from: string): Promise<Manifest> {
  const manifest = readManifest(await manifestOf(from));
  for (const { path, octets, sha256 } of manifest.files) {
    const found = await describeFile(from, path).catch((error: unknown) => {
      throw unusable(`its file ${path} cannot be read: ${errorText(error)}`);
    });
    if (found.octets !== octets || found.sha256 !== sha256) {
      throw unusable(`its file ${path} is not what was backed up`);
    }
  }
  return manifest;
}

async function manifestOf(from: string): Promise<string> {
  try {
    return await readFile(join(from, MANIFEST_FILE), "utf8");
  } catch (error) {
    throw unusable(`${from} has no ${MANIFEST_FILE} that can be read (${errorText(error)})`);
  }
}

async function checkRegion({ layout, force }: RestoreInputs, manifest: Manifest): Promise<void> {
  if (force || !existsSync(layout.regionFile)) return;
  const held = (await readFile(layout.regionFile, "utf8")).trim();
  if (held === manifest.region) return;
  throw new CliError(
    { code: "backup-unusable", problem: "another region" },
    `Cannot restore region ${manifest.region} over region ${held} in ${layout.folder}.\n` +
      "Take another folder with --state, or say --force.",
  );
}
