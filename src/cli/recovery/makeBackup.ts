import { mkdir, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import type { ApiClient } from "../../api/index.ts";
import type { StateLayout } from "../../config/index.ts";
import { CliError } from "../cliError.ts";
import { copyBelow, copyOne, describeFile, filesBelow, syncFile } from "./copyFiles.ts";
import { type BackedUpFile, MANIFEST_FILE, type Manifest, manifestText } from "./manifest.ts";

/** What a backup is made of. */
export interface BackupInputs {
  readonly layout: StateLayout;
  readonly region: string;
  /** Absolute; nothing may be there. */
  readonly to: string;
  readonly nowMs: number;
  /** Where the instance runs: a client that has it copy its own plan store. */
  readonly running: Pick<ApiClient, "backup"> | undefined;
}

/** Copies everything that cannot be made again. Removes what it began where it fails. */
export async function makeBackup(inputs: BackupInputs): Promise<Manifest> {
  const { to } = inputs;
  await makeNewFolder(to);
  try {
    const files = [...(await copyState(inputs)), ...(await copyPlanStore(inputs))];
    const { region, nowMs } = inputs;
    const online = inputs.running !== undefined;
    const facts = { region, madeAtMs: nowMs, online, files };
    // Last: a backup without its manifest is not one.
    const path = join(to, MANIFEST_FILE);
    await writeFile(path, manifestText(facts), { mode: 0o600, flag: "wx" });
    await syncFile(path);
    return { holdfastBackup: 1, ...facts };
  } catch (error) {
    await rm(to, { recursive: true, force: true });
    throw error;
  }
}

async function makeNewFolder(to: string): Promise<void> {
  try {
    await mkdir(to, { mode: 0o700 });
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code !== "EEXIST") throw error;
    throw new CliError(
      { code: "file-in-the-way", path: to },
      `Cannot write a backup to ${to}: something is there already. Name a new folder.`,
    );
  }
}

async function copyState({ layout, to }: BackupInputs): Promise<readonly BackedUpFile[]> {
  const inside = (path: string): string => relative(layout.folder, path);
  const copied: BackedUpFile[] = [];
  for (const path of [layout.regionFile, layout.settingsFile, layout.tokenFile]) {
    for (const file of await filesBelow(layout.folder, inside(path))) {
      copied.push(await copyOne(layout.folder, to, file));
    }
  }
  for (const folder of [layout.keysFolder, layout.nameserverFolder, layout.enactorsFolder]) {
    copied.push(...(await copyBelow(layout.folder, to, inside(folder))));
  }
  return copied;
}

// A database that is open must not be copied by anyone but its owner.
async function copyPlanStore(inputs: BackupInputs): Promise<readonly BackedUpFile[]> {
  const { layout, to, running } = inputs;
  const folder = relative(layout.folder, layout.storeFolder);
  if (running === undefined) return copyBelow(layout.folder, to, folder);
  const path = relative(layout.folder, layout.planStoreFile);
  await mkdir(join(to, dirname(path)), { recursive: true, mode: 0o700 });
  await running.backup(join(to, path));
  return [await describeFile(to, path)];
}
