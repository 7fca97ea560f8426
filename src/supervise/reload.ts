import { type Settings, type StateLayout, settingsText } from "../config/index.ts";
import { readConfiguration } from "./configuration.ts";
import { desiredProcesses, processesToRestart } from "./desired.ts";
import { makeKeys } from "./keyFile.ts";
import type { Supervisor } from "./service.ts";
import { replaceFile } from "./stateFolder.ts";
import type { ReloadOutcome } from "./table.ts";

/** What a reload works on. */
export interface Reloadable {
  readonly layout: StateLayout;
  readonly supervisor: Supervisor;
  /** Absolute; undefined where there is no file to read again. */
  readonly file: string | undefined;
  readonly settings: Settings;
}

/**
 * Reads the configuration file again. A broken one changes nothing; else the accepted copy is
 * replaced in one step, every process is told, and those begin anew whose sockets or ids differ.
 */
export function reloadRegion(
  { layout, supervisor, file, settings }: Reloadable,
  actor: string,
): { readonly outcome: ReloadOutcome; readonly settings: Settings } {
  const refused = (problem: string): ReturnType<typeof reloadRegion> => ({
    outcome: { kind: "refused", problem },
    settings,
  });
  if (file === undefined) {
    return refused("There is no file to read again: it was started from what was accepted before");
  }
  const read = readConfiguration(file);
  if (read.kind === "broken") {
    return { outcome: { kind: "broken", findings: [...read.findings] }, settings };
  }
  const next = read.settings;
  if (next.policy.region !== settings.policy.region) {
    return refused(
      `The region cannot change: the state folder holds ${settings.policy.region}, and the file ` +
        `says ${next.policy.region}. Start that one with a state folder of its own`,
    );
  }
  const warnings = [...read.warnings];
  const text = settingsText(next);
  if (text === settingsText(settings)) {
    return { outcome: { kind: "accepted", unchanged: true, warnings, restarted: [] }, settings };
  }
  const specs = desiredProcesses(next);
  makeKeys(layout, next.policy.region, specs);
  replaceFile(layout.settingsFile, text);
  const restarted = [...processesToRestart(settings, next)];
  supervisor.tellAll({ kind: "reload", actor });
  supervisor.want(specs, restarted);
  return { outcome: { kind: "accepted", unchanged: false, warnings, restarted }, settings: next };
}
