import { readFileSync } from "node:fs";
import { Command, Option } from "commander";
import { z } from "zod";
import type { CommandSpec, OptionSpec } from "./commandSpec.ts";
import type { CliIo } from "./io.ts";

/** Columns that help is wrapped at, on any terminal: help reads the same everywhere. */
const HELP_COLUMNS = 100;

const DESCRIPTION =
  "DNS for service endpoints that cannot go dark: watches load balancers, plans answers, " +
  "and enacts them with a fence at every write.";

const EXIT_CODES = [
  "Exit codes:",
  "  0   done",
  "  1   could not be done; the message says what to do",
  "  2   wrong usage",
  "  3   broken configuration; every error is listed",
  "  10  plan --exit-code: there are changes",
].join("\n");

/** What a person who knows nothing yet tries first. */
const FIRST_EXAMPLES: CommandSpec["examples"] = [
  { line: "status", text: "what runs, and what needs a person" },
  { line: "explain dynamodb", text: "what a name answers, and why" },
  { line: "pause", text: "stop all automation, in DNS itself" },
];

/** Groups of commands, and what their help says. */
const GROUPS: Readonly<Record<string, string>> = {
  force: "force a target up or down, whatever its checks say",
  override: "pin what a name answers, for a while (break-glass)",
  epoch: "the way out for an endpoint whose fence cannot be believed",
  dnssec: "look at and roll the keys that sign zones",
  demo: "break and mend the demo's made-up load balancers, for real",
};

/** Performs a command that was parsed. */
export type Perform = (
  spec: CommandSpec,
  words: readonly string[],
  options: Readonly<Record<string, unknown>>,
) => Promise<void>;

/** The commander program of these commands; `perform` is called for what was asked. */
export function makeProgram(
  specs: readonly CommandSpec[],
  io: Pick<CliIo, "out" | "err">,
  perform: Perform,
): Command {
  const program = new Command("holdfast");
  // `retire` has words of its own and sub-commands: what stands behind those is theirs.
  program.enablePositionalOptions();
  configure(program, io);
  program
    .description(DESCRIPTION)
    .version(packageVersion(), "-V, --version", "print the version")
    .helpOption("-h, --help", "print help")
    .helpCommand("help [command]", "print the help of a command")
    .addHelpText("after", `\n${examplesText(FIRST_EXAMPLES)}\n\n${EXIT_CODES}`);
  for (const spec of specs) addCommand(program, spec, perform);
  for (const group of Object.keys(GROUPS)) {
    const examples = specs
      .filter(({ path }) => path.startsWith(`${group} `))
      .flatMap((spec) => spec.examples);
    groupOf(program, group).addHelpText("after", `\n${examplesText(examples)}`);
  }
  return program;
}

// Sub-commands copy these settings when they are made.
function configure(program: Command, io: Pick<CliIo, "out" | "err">): void {
  program.exitOverride().showHelpAfterError("(add --help for how it is used)");
  program.configureOutput({
    writeOut: (text) => io.out(text),
    writeErr: (text) => io.err(text),
    getOutHelpWidth: () => HELP_COLUMNS,
    getErrHelpWidth: () => HELP_COLUMNS,
    getOutHasColors: () => false,
    getErrHasColors: () => false,
  });
}

function addCommand(program: Command, spec: CommandSpec, perform: Perform): void {
  const [first = "", second] = spec.path.split(" ");
  const parent = second === undefined ? program : groupOf(program, first);
  const words = spec.words === undefined ? "" : ` ${spec.words}`;
  const command = parent.command(`${second ?? first}${words}`);
  const text = spec.text === undefined ? spec.summary : `${spec.summary}\n\n${spec.text}`;
  command.summary(spec.summary).description(text);
  for (const option of spec.options) command.addOption(optionOf(option));
  command.addHelpText("after", `\n${examplesText(spec.examples)}`);
  command.action(async () => {
    // `retire --json list`: what was given to the group is meant for the command as well.
    await perform(spec, command.args, { ...parent.opts(), ...command.opts() });
  });
}

function groupOf(program: Command, name: string): Command {
  const known = program.commands.find((command) => command.name() === name);
  return known ?? program.command(name).description(GROUPS[name] ?? name);
}

function optionOf({ flags, text, choices }: OptionSpec): Option {
  const option = new Option(flags, text);
  return choices === undefined ? option : option.choices(choices);
}

/** The examples of commands, as help shows them. */
function examplesText(examples: CommandSpec["examples"]): string {
  const lines = examples.map(({ line, text }) => `  holdfast ${line}\n      ${text}`);
  return ["Examples:", ...lines].join("\n");
}

const PackageFile = z.object({ version: z.string() });

function packageVersion(): string {
  const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
  return PackageFile.parse(JSON.parse(text)).version;
}
