import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { SUPERVISOR_LOCK } from "../../supervise/index.ts";
import { CliError } from "../cliError.ts";
import { type CommandSpec, type Invocation, JSON_OUTPUT, STATE } from "../commandSpec.ts";
import { ExitCode } from "../exitCode.ts";
import { printJson, printLines } from "../output/print.ts";
import { momentText } from "../output/time.ts";
import { makeBackup } from "../recovery/makeBackup.ts";
import type { Manifest } from "../recovery/manifest.ts";
import { restoreBackup } from "../recovery/restoreBackup.ts";
import { holdState } from "../recovery/stateLocks.ts";
import { clientOf, layoutOf, openRegion } from "../region.ts";

/** The process that owns the plan store's file. */
const STORE_LOCK = "store";

/** `holdfast backup`: everything that cannot be made again, in one folder. */
export const backupCommand: CommandSpec = {
  path: "backup",
  words: "<dir>",
  summary: "copy the state to a new folder, while it runs or not",
  text:
    "Copies plan store, nameserver and enactor state, keys, settings and token, with a manifest " +
    "of sizes and digests. The copy holds secrets: its folder is for this user only.",
  options: [JSON_OUTPUT, STATE],
  examples: [
    { line: "backup /backup/holdfast-monday", text: "a folder that does not exist yet" },
    { line: "backup copy --state /var/lib/holdfast", text: "of another state folder" },
  ],
  run: backup,
};

/** `holdfast restore`: puts a backup in place of the state, which is moved aside. */
export const restoreCommand: CommandSpec = {
  path: "restore",
  words: "<dir>",
  summary: "put a backup in place of the state, which is moved aside",
  text:
    "Verifies the backup whole before anything is changed, and never deletes: the present state " +
    "is moved to <state>.before-restore-<time>. Nothing may run on the state folder.",
  options: [
    { flags: "--force", text: "also over the state of another region" },
    JSON_OUTPUT,
    STATE,
  ],
  examples: [
    { line: "restore /backup/holdfast-monday", text: "into the folder .holdfast" },
    { line: "restore copy --state /var/lib/holdfast", text: "into another one" },
  ],
  run: restore,
};

async function backup(given: Invocation): Promise<number> {
  const { io, options, words } = given;
  const region = openRegion(given);
  const { layout, settings } = region;
  const to = resolve(io.cwd, words[0] ?? "");
  // Everything but the plan store may be copied while it is written.
  const hold = holdState(layout, io.clock, [SUPERVISOR_LOCK, STORE_LOCK]);
  const api = hold.kind === "running" ? clientOf(region, io) : undefined;
  try {
    const inputs = { layout, region: settings.policy.region, to, nowMs: io.clock.wallMs() };
    const manifest = await makeBackup({ ...inputs, running: api });
    if (options.has("json")) printJson(io, { folder: to, ...manifest });
    else printLines(io, [`Copied ${sizeText(manifest)} to ${to}.`]);
    return ExitCode.OK;
  } finally {
    await api?.close();
    if (hold.kind === "held") hold.release();
  }
}

async function restore(given: Invocation): Promise<number> {
  const { io, options, words } = given;
  const layout = layoutOf(given);
  const hold = holdState(layout, io.clock);
  if (hold.kind === "running") throw running(layout.folder, hold.who);
  try {
    const from = resolve(io.cwd, words[0] ?? "");
    const force = options.has("force");
    const restored = await restoreBackup({ from, layout, nowMs: io.clock.wallMs(), force });
    if (options.has("json")) printJson(io, { folder: layout.folder, ...restored });
    else printLines(io, restoredLines(layout.folder, restored));
    return ExitCode.OK;
  } finally {
    hold.release();
  }
}

function running(folder: string, who: string): CliError {
  const stop = existsSync(`${folder}/sockets`) ? "Stop it first (Ctrl-C, or SIGTERM)." : "";
  return new CliError(
    { code: "running", folder },
    `Cannot restore into ${folder}: ${who} runs on it. ${stop}`.trim(),
  );
}

function restoredLines(
  folder: string,
  { manifest, aside }: Awaited<ReturnType<typeof restoreBackup>>,
): string[] {
  const { region, madeAtMs } = manifest;
  return [
    `Restored region ${region} as of ${momentText(madeAtMs)} (${sizeText(manifest)}) to ${folder}.`,
    ...(aside === undefined ? [] : [`What was there before is in ${aside}.`]),
    'Next: start it with "holdfast run". Names go on answering what their zones hold: where that',
    "is newer than the backup, enactors tell the planner, and the next plan is made above it.",
    "Overrides and rollbacks of the backup hold again, also those that were ended since: look at",
    '"override list" and "rollback list". Retirements that waited must be asked for again.',
  ];
}

function sizeText({ files }: Manifest): string {
  const octets = files.reduce((sum, file) => sum + file.octets, 0);
  const size =
    octets < 1_000_000 ? `${Math.ceil(octets / 1000)} kB` : `${Math.round(octets / 1e6)} MB`;
  return `${files.length} files, ${size}`;
}
