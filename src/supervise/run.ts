import { errorText } from "../base/index.ts";
import { findingText } from "../config/index.ts";
import { RealClock } from "../net/index.ts";
import { findConfiguration } from "./configuration.ts";
import { type RunOptions, STATE_FOLDER_DEFAULT } from "./options.ts";
import { prepareRegion } from "./region.ts";
import { RunningRegion } from "./running.ts";
import { JsonTerminal, standardOutput, TextTerminal } from "./terminal.ts";
import { counted } from "./words.ts";

/** Exit codes of `holdfast run`, as docs/cli.md lists them. */
const EXIT_OK = 0;
const EXIT_CANNOT = 1;
const EXIT_BROKEN_CONFIGURATION = 3;

/** See the door: this is what it loads. */
export async function runRegion(options: RunOptions, main: string): Promise<number> {
  try {
    return await runConfigured(options, main);
  } catch (error) {
    const hasStack = process.env["HOLDFAST_DEBUG"] === "1" && error instanceof Error;
    complain(hasStack ? `${error.stack}` : reasonText(error));
    return EXIT_CANNOT;
  }
}

async function runConfigured(options: RunOptions, main: string): Promise<number> {
  const read = findConfiguration(options.config, options.state ?? STATE_FOLDER_DEFAULT);
  if (read.kind === "broken") {
    for (const finding of read.findings) complain(findingText(finding));
    const count = counted(read.findings.length, "error");
    complain(`Cannot run as the configuration must be right: ${count}; nothing was changed`);
    return EXIT_BROKEN_CONFIGURATION;
  }
  for (const warning of read.warnings) complain(`warning: ${findingText(warning)}`);
  const { settings } = read;
  const stateWords = options.state ?? settings.stateFolder ?? STATE_FOLDER_DEFAULT;
  const prepared = await prepareRegion(stateWords, settings);
  const out = standardOutput();
  const clock = new RealClock();
  const region = new RunningRegion({
    prepared,
    settings,
    file: read.file,
    main,
    terminal: options.json === true ? new JsonTerminal(out, clock) : new TextTerminal(out, clock),
    clock,
    stateWords,
    optionWords: stateWords === STATE_FOLDER_DEFAULT ? "" : ` --state ${stateWords}`,
  });
  const problem = await region.run();
  prepared.state.release();
  if (problem === undefined) return EXIT_OK;
  complain(problem);
  return EXIT_CANNOT;
}

function complain(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** Our own messages say it all; the system's words behind them are for programs. */
function reasonText(error: unknown): string {
  return error instanceof Error && "fault" in error ? error.message : errorText(error);
}
