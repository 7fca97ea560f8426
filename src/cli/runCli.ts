import { type Command, CommanderError } from "commander";
import { CodedError, errorText } from "../base/index.ts";
import { allCommands } from "./allCommands.ts";
import { CliError } from "./cliError.ts";
import type { LoadDrills } from "./drills.ts";
import { ExitCode } from "./exitCode.ts";
import { GivenOptions } from "./givenOptions.ts";
import { type CliIo, processIo } from "./io.ts";
import { problemText } from "./problemText.ts";
import { makeProgram } from "./program.ts";

/** What `holdfast run` is asked for. */
export interface RunRequest {
  readonly config?: string;
  readonly state?: string;
  /** One role by itself, instead of the supervisor with all of them. */
  readonly role?: string;
  /** Which one of several, such as `enactor-az1`. */
  readonly id?: string;
  readonly json: boolean;
}

/** What `holdfast guard` is asked for. */
export interface GuardRequest {
  readonly upstreams: readonly string[];
  readonly listen: readonly string[];
  readonly allow: readonly string[];
  readonly off: readonly string[];
  readonly config?: string;
  readonly memory?: string;
  readonly ca?: string;
  readonly cache?: string;
  readonly http?: string;
  readonly threads?: string;
  readonly trustAd: boolean;
  readonly mixesCase: boolean;
  readonly json: boolean;
}

/** What the command line starts and does not contain: no room imports upwards. */
export interface CliActions {
  /** Runs until told to end; the exit code. */
  readonly run: (request: RunRequest) => Promise<number>;
  /** Runs the forwarder until told to end; the exit code. */
  readonly guard: (request: GuardRequest) => Promise<number>;
  /** Loads the outages that can be replayed. */
  readonly drills: LoadDrills;
}

/** A command line made ready: what was asked is performed by `parseAsync`. */
export interface BuiltCli {
  readonly program: Command;
  /** What the last command ended with. */
  readonly exitCode: () => number;
}

/** Builds the command line. `io` is the terminal; the real one where absent. */
export function buildCli(actions: CliActions, io: CliIo = processIo()): BuiltCli {
  let code: number = ExitCode.OK;
  const program = makeProgram(allCommands(actions), io, async (spec, words, options) => {
    code = await spec.run({ io, words, options: new GivenOptions(options) });
  });
  return { program, exitCode: () => code };
}

/**
 * Runs one command line and returns its exit code; what went wrong has been said.
 *
 * @param argv what follows the program's name: `["explain", "dynamodb"]`.
 */
export async function runCli(
  argv: readonly string[],
  actions: CliActions,
  io: CliIo = processIo(),
): Promise<number> {
  const { program, exitCode } = buildCli(actions, io);
  try {
    if (argv.length === 0) {
      io.out(program.helpInformation());
      return ExitCode.USAGE;
    }
    await program.parseAsync(argv, { from: "user" });
    return exitCode();
  } catch (error) {
    return failed(error, io);
  }
}

function failed(error: unknown, io: CliIo): number {
  // commander has said what it has to say; help and version are successes of its own.
  if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.OK : ExitCode.USAGE;
  if (io.environment["HOLDFAST_DEBUG"] === "1" && error instanceof Error) {
    io.err(`${error.stack ?? ""}\n`);
  }
  io.err(`${error instanceof CodedError ? problemText(error) : errorText(error)}\n`);
  return error instanceof CliError && error.fault.code === "usage"
    ? ExitCode.USAGE
    : ExitCode.CANNOT;
}
