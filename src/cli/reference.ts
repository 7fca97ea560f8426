import type { Command } from "commander";
import { allCommands } from "./allCommands.ts";
import type { CommandSpec } from "./commandSpec.ts";
import { makeProgram } from "./program.ts";

const HEAD = `# The command line

\`npx holdfast <command>\` in a clone, \`holdfast <command>\` where the package is installed.
Every command has \`--help\` with examples, and those that print data have \`--json\`.

This page is made from the program by \`cliReference()\` of \`src/cli\`; a test compares the two.

Colour is used only on a terminal, and never where \`NO_COLOR\` is set. Tables fit 100 columns.
Where the state is elsewhere than in \`.holdfast\`, name it with \`--state\`.

## Exit codes

| code | meaning |
| --- | --- |
| 0 | done |
| 1 | could not be done; the message says what to do |
| 2 | wrong usage |
| 3 | broken configuration; every error is listed |
| 10 | \`plan --exit-code\`: there are changes |
`;

/** docs/cli.md, made from the commands themselves. */
export function cliReference(): string {
  const drills = () => Promise.reject(new Error("a reference runs nothing"));
  const specs = allCommands({ run: async () => 0, guard: async () => 0, drills });
  const silent = { out: () => {}, err: () => {} };
  const program = makeProgram(specs, silent, async () => {});
  const sections = specs.map((spec) => section(spec, commandOf(program, spec.path)));
  return [HEAD, ...sections].join("\n");
}

function commandOf(program: Command, path: string): Command {
  return path.split(" ").reduce((parent, name) => {
    return parent.commands.find((command) => command.name() === name) ?? parent;
  }, program);
}

function section(spec: CommandSpec, command: Command): string {
  const options = command.options.map(({ flags, description, argChoices }) => {
    const choices = argChoices === undefined ? "" : ` (${argChoices.join(", ")})`;
    return `| \`${flags}\` | ${description}${choices} |`;
  });
  const words = spec.words === undefined ? "" : ` ${spec.words}`;
  return [
    `## holdfast ${spec.path}${words}`,
    "",
    `${sentence(spec.summary)}${spec.text === undefined ? "" : ` ${spec.text}`}`,
    "",
    ...(options.length === 0 ? [] : ["| option | meaning |", "| --- | --- |", ...options, ""]),
    "```sh",
    ...spec.examples.flatMap(({ line, text }) => [`# ${text}`, `holdfast ${line}`]),
    "```",
    "",
  ].join("\n");
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
