import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { resolve } from "node:path";
import { ApiClient } from "../api/index.ts";
import { errorText, type SocketAddress } from "../base/index.ts";
import { findingText, type Settings, type StateLayout, stateLayout } from "../config/index.ts";
import { acceptedSettings, readConfiguration, STATE_FOLDER_DEFAULT } from "../supervise/index.ts";
import { CliError, START_HINT } from "./cliError.ts";
import type { Invocation } from "./commandSpec.ts";
import type { CliIo } from "./io.ts";

/** The region that a command is about: where its state is, and how to reach its parts. */
export interface Region {
  readonly layout: StateLayout;
  readonly settings: Settings;
  /** `http://127.0.0.1:8053`. */
  readonly apiUrl: string;
  /** Absent where it cannot be read: reading needs none. */
  readonly token: string | undefined;
}

/**
 * The state folder: the one that was named, or that the given configuration names, or the default
 * one; it need not exist.
 *
 * @throws CliError `usage`: the given configuration is broken.
 */
export function layoutOf({ io, options }: Invocation): StateLayout {
  const config = options.text("config");
  const named = config === undefined ? undefined : configured(io, config).stateFolder;
  return layoutIn(io, options.text("state") ?? named);
}

/** The layout of a state folder as a person names it, or of the default one. */
export function layoutIn(io: CliIo, folder: string | undefined): StateLayout {
  return stateLayout(resolve(io.cwd, folder ?? STATE_FOLDER_DEFAULT));
}

/**
 * Finds the region by its state folder, going by the configuration given or accepted last.
 *
 * @throws CliError `no-state`; SuperviseError or ConfigError where the settings are unreadable.
 */
export function openRegion(given: Invocation): Region {
  const { io, options } = given;
  const config = options.text("config");
  const fromFile = config === undefined ? undefined : configured(io, config);
  const layout = layoutIn(io, options.text("state") ?? fromFile?.stateFolder);
  if (fromFile === undefined) checkState(layout);
  const settings = fromFile ?? acceptedSettings(layout.folder);
  const { listen } = settings.api;
  return { layout, settings, apiUrl: urlOf(listen), token: tokenOf(layout) };
}

/** Runs `use` with a client of the region's API, and gives it up afterwards. */
export async function withApi<Value>(
  given: Invocation,
  use: (api: ApiClient, region: Region) => Promise<Value>,
): Promise<Value> {
  const region = openRegion(given);
  const api = clientOf(region, given.io);
  try {
    return await use(api, region);
  } finally {
    await api.close();
  }
}

/** A client of the region's API, in the name of who asks. */
export function clientOf(region: Region, io: CliIo): ApiClient {
  const { apiUrl, token } = region;
  return new ApiClient({
    baseUrl: apiUrl,
    actor: io.actor,
    ...(token === undefined ? {} : { token }),
  });
}

// Unreadable is not absent: a person of another account must not be told to start a region.
function checkState({ folder, settingsFile }: StateLayout): void {
  try {
    accessSync(settingsFile, constants.R_OK);
  } catch (error) {
    if (!existsSync(folder) || isAbsent(error)) throw noState(folder);
    throw new CliError(
      { code: "no-state", folder },
      `Cannot read the region's settings in ${folder}: ${errorText(error)}.\n` +
        "It is for the user who runs the region alone: be that user (sudo -u).",
    );
  }
}

function isAbsent(error: unknown): boolean {
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return code === "ENOENT" || code === "ENOTDIR";
}

function noState(folder: string): CliError {
  return new CliError(
    { code: "no-state", folder },
    `Cannot find a region: nothing was accepted in ${folder}.\n` +
      `Name its folder with --state DIR, or ${START_HINT}.`,
  );
}

function configured(io: CliIo, file: string): Settings {
  const read = readConfiguration(resolve(io.cwd, file));
  if (read.kind === "settings") return read.settings;
  const [first] = read.findings;
  const where = first === undefined ? "" : `: ${findingText(first)}`;
  throw new CliError(
    { code: "usage", problem: "broken configuration" },
    `Cannot go by ${file} as it is broken${where}\nSee all with: holdfast check ${file}`,
  );
}

// What listens on every address is asked on the loopback one.
/** Where an API that listens so is asked. */
export function urlOf({ address, port }: SocketAddress): string {
  if (address === "0.0.0.0") return `http://127.0.0.1:${port}`;
  if (address === "::") return `http://[::1]:${port}`;
  return `http://${address.includes(":") ? `[${address}]` : address}:${port}`;
}

function tokenOf(layout: StateLayout): string | undefined {
  try {
    return readFileSync(layout.tokenFile, "utf8").trim();
  } catch {
    return undefined;
  }
}
