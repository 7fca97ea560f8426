import type { GivenOptions } from "./givenOptions.ts";
import type { CliIo } from "./io.ts";

/** One option of a command, as commander writes them. */
export interface OptionSpec {
  /** `-c, --config <file>`. */
  readonly flags: string;
  readonly text: string;
  /** Allowed values; any where absent. */
  readonly choices?: readonly string[];
}

/** What a command is given. */
export interface Invocation {
  readonly io: CliIo;
  /** As typed; a variadic argument is the rest of them. */
  readonly words: readonly string[];
  readonly options: GivenOptions;
}

/** A line of help that shows the command in use; every one is parsed by a test. */
interface Example {
  /** Without the program's name: `explain dynamodb`. */
  readonly line: string;
  readonly text: string;
}

/** A command as data: program, help, docs/cli.md and tests are made from it. */
export interface CommandSpec {
  /** `force up` is the command `up` of the group `force`. */
  readonly path: string;
  /** As commander writes them: `<name>`, `[file]`, `<target...>`. */
  readonly words?: string;
  readonly summary: string;
  /** More than the summary, in full sentences. */
  readonly text?: string;
  readonly options: readonly OptionSpec[];
  readonly examples: readonly Example[];
  /** Does it; the exit code. */
  run(given: Invocation): Promise<number>;
}

/** Where the state is. */
export const STATE: OptionSpec = {
  flags: "-s, --state <dir>",
  text: "state folder of the instance (default: .holdfast)",
};
/** Which configuration to go by. */
export const CONFIG: OptionSpec = {
  flags: "-c, --config <file>",
  text: "go by this configuration, not by the one accepted last",
};
/** For programs. */
export const JSON_OUTPUT: OptionSpec = { flags: "--json", text: "print JSON, for programs" };
/** Why a person does something. */
export const REASON: OptionSpec = {
  flags: "-r, --reason <text>",
  text: "why, for the journal and for others",
};
