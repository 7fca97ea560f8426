import { resolve } from "node:path";
import { type ApiClient, ApiError, changeView } from "../../api/index.ts";
import { findingText, type Settings } from "../../config/index.ts";
import { CONFIG_FILE_DEFAULT, readConfiguration } from "../../supervise/index.ts";
import { CliError } from "../cliError.ts";
import { CONFIG, type CommandSpec, type Invocation, JSON_OUTPUT, STATE } from "../commandSpec.ts";
import { type DryRun, dryRun, type RunningRegion } from "../dryRun.ts";
import { ExitCode } from "../exitCode.ts";
import { changeLines } from "../output/changeText.ts";
import { printJson, printLines } from "../output/print.ts";
import { clientOf, layoutIn, type Region, urlOf } from "../region.ts";

/** Changes shown to a person; --json has all. */
const CHANGES_SHOWN_MAX = 100;

/** `holdfast plan`: what a configuration would change, without being able to change it. */
export const planCommand: CommandSpec = {
  path: "plan",
  summary: "dry run: show what a configuration would change",
  text:
    "Reads the configuration, and from the API the newest plan, health and forces. Nothing is " +
    "written: this command is handed nothing to write with.",
  options: [
    { ...CONFIG, text: "configuration file (default: holdfast.yaml)" },
    { flags: "--exit-code", text: "exit with 10 where there are changes" },
    JSON_OUTPUT,
    STATE,
  ],
  examples: [
    { line: "plan -c examples/region/holdfast.yaml", text: "what this file would change now" },
    { line: "plan --exit-code --json", text: "for a review of changes by a program" },
  ],
  run: plan,
};

async function plan(given: Invocation): Promise<number> {
  const { io, options } = given;
  const file = options.text("config") ?? CONFIG_FILE_DEFAULT;
  const read = readConfiguration(resolve(io.cwd, file));
  if (read.kind === "broken") {
    if (options.has("json")) printJson(io, { ok: false, findings: read.findings });
    else printLines(io, read.findings.map(findingText));
    io.err(`${file} is broken: there is nothing to plan.\n`);
    return ExitCode.BROKEN_CONFIGURATION;
  }
  const { settings } = read;
  const running = await askRegion(given, settings);
  const time = { monotonicMs: io.clock.monotonicMs(), wallMs: io.clock.wallMs() };
  const result = dryRun(settings.policy, running, time);
  if (options.has("json")) printJson(io, jsonOf(result, running));
  else printLines(io, resultLines(given, result, running));
  const changed = result.changes.length > 0;
  return changed && options.has("exit-code") ? ExitCode.CHANGES : ExitCode.OK;
}

async function askRegion(
  given: Invocation,
  settings: Settings,
): Promise<RunningRegion | undefined> {
  const layout = layoutIn(given.io, given.options.text("state") ?? settings.stateFolder);
  const apiUrl = urlOf(settings.api.listen);
  const region: Region = { layout, settings, apiUrl, token: undefined };
  const api = clientOf(region, given.io);
  try {
    const running = await readRegion(api);
    const { region: found } = running.inventory;
    const wanted = settings.policy.region;
    if (found === wanted) return running;
    const problem = `the API at ${apiUrl} is of region ${found}, the configuration of ${wanted}`;
    throw new CliError({ code: "usage", problem }, `Cannot compare: ${problem}`);
  } catch (error) {
    if (error instanceof ApiError && error.fault.code === "api-unreachable") return undefined;
    throw error;
  } finally {
    await api.close();
  }
}

async function readRegion(api: ApiClient): Promise<RunningRegion> {
  const { orders } = await api.orders();
  return { plan: await api.wholePlan(), inventory: await api.inventory(), orders };
}

function jsonOf(result: DryRun, running: RunningRegion | undefined): object {
  return {
    ok: true,
    comparedWith: running === undefined ? null : running.plan.generation,
    changes: result.changes.map(changeView),
    notes: result.notes,
    orphans: result.orphans,
  };
}

function resultLines(
  { io }: Invocation,
  { changes, notes, orphans }: DryRun,
  running: RunningRegion | undefined,
): string[] {
  const against =
    running === undefined
      ? "The API is not running: compared with nothing, as at the first start."
      : `Compared with plan ${running.plan.generation}.`;
  const shown = changes.slice(0, CHANGES_SHOWN_MAX);
  const more = changes.length - shown.length;
  return [
    against,
    ...shown.flatMap((change) => changeLines(changeView(change), io.colour)),
    ...(more > 0 ? [`… and ${more} more (--json shows all)`] : []),
    ...notes.map((note) => `Note: ${note.endpoint} ${note.text}`),
    ...orphans.map((name) => `Note: ${name} is not in the configuration: it goes on answering`),
    changes.length === 0
      ? "Nothing would change."
      : `${counted(changes.length)} would change; nothing was written.`,
  ];
}

function counted(endpoints: number): string {
  return endpoints === 1 ? "1 endpoint" : `${endpoints} endpoints`;
}
