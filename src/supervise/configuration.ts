import { existsSync, readFileSync } from "node:fs";
import { isAbsolute, relative, resolve } from "node:path";
import { errorText } from "../base/index.ts";
import {
  type FileRead,
  type Finding,
  readSettings,
  readSettingsText,
  type Settings,
  type SettingsRead,
  stateLayout,
} from "../config/index.ts";
import { SuperviseError } from "./superviseError.ts";

/** The configuration that is looked for where none is named. */
export const CONFIG_FILE_DEFAULT = "holdfast.yaml";

/** Settings to start with, and the file they came from. */
export type Configured = SettingsRead & {
  /** Absolute; undefined where the accepted settings of the state folder are used. */
  readonly file?: string;
};

/**
 * Reads the settings: from the file that is named, else from holdfast.yaml here, else those that
 * were accepted last. Findings name files as people see them from here.
 *
 * @throws SuperviseError `no-configuration`. ConfigError, where the accepted ones are unreadable.
 */
export function findConfiguration(named: string | undefined, stateFolder: string): Configured {
  const path = named ?? CONFIG_FILE_DEFAULT;
  if (named !== undefined || existsSync(path)) {
    return { ...readConfiguration(resolve(path)), file: resolve(path) };
  }
  return { kind: "settings", settings: acceptedSettings(stateFolder), warnings: [] };
}

/** The settings accepted last, from a state folder. Throws as {@link findConfiguration}. */
export function acceptedSettings(stateFolder: string): Settings {
  const { settingsFile } = stateLayout(resolve(stateFolder));
  if (existsSync(settingsFile)) return readSettingsText(readFileSync(settingsFile, "utf8"));
  throw new SuperviseError(
    { code: "no-configuration", folder: stateFolder },
    "Cannot run as a configuration is needed: there is no holdfast.yaml here, and nothing was " +
      `accepted before in ${stateFolder}. Name one with -c FILE, or try the demo: npm start`,
  );
}

/** Reads a configuration file and all that it includes. */
export function readConfiguration(file: string): SettingsRead {
  const read = readSettings(file, readForSettings);
  if (read.kind === "broken") return { ...read, findings: read.findings.map(fromHere) };
  return { ...read, warnings: read.warnings.map(fromHere) };
}

/** How files come into `readSettings` on a real machine. */
export function readForSettings(path: string): FileRead {
  try {
    return { kind: "file", text: readFileSync(path, "utf8") };
  } catch (error) {
    const isMissing = error instanceof Error && "code" in error && error.code === "ENOENT";
    return { kind: isMissing ? "missing" : "unreadable", problem: errorText(error) };
  }
}

function fromHere(finding: Finding): Finding {
  const near = relative(process.cwd(), finding.file);
  const isNear = near !== "" && !near.startsWith("..") && !isAbsolute(near);
  return isNear ? { ...finding, file: near } : finding;
}
