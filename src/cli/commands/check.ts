import { resolve } from "node:path";
import { configurationJsonSchema, type Finding, findingText } from "../../config/index.ts";
import { CONFIG_FILE_DEFAULT, readConfiguration } from "../../supervise/index.ts";
import { type CommandSpec, type Invocation, JSON_OUTPUT } from "../commandSpec.ts";
import { ExitCode } from "../exitCode.ts";
import { printJson, printLines } from "../output/print.ts";

/** `holdfast check`: every error of a configuration, with its place and what is allowed. */
export const checkCommand: CommandSpec = {
  path: "check",
  words: "[file]",
  summary: "check a configuration and list every error in it",
  text:
    "Each error is shown with file, line and column, and what is allowed there. " +
    "Nothing is changed and nothing needs to run.",
  options: [
    { flags: "--schema", text: "print the JSON Schema of the configuration, for editors" },
    JSON_OUTPUT,
  ],
  examples: [
    { line: "check", text: "check holdfast.yaml in this folder" },
    { line: "check examples/region/holdfast.yaml", text: "check another file" },
    { line: "check --schema", text: "print the schema that editors complete and check by" },
  ],
  run: check,
};

async function check({ io, words, options }: Invocation): Promise<number> {
  if (options.has("schema")) {
    printJson(io, configurationJsonSchema());
    return ExitCode.OK;
  }
  const file = words[0] ?? CONFIG_FILE_DEFAULT;
  const read = readConfiguration(resolve(io.cwd, file));
  const findings = read.kind === "broken" ? read.findings : [];
  const warnings = read.kind === "settings" ? read.warnings : [];
  const code = read.kind === "broken" ? ExitCode.BROKEN_CONFIGURATION : ExitCode.OK;
  if (options.has("json")) {
    printJson(io, { ok: read.kind === "settings", findings, warnings });
    return code;
  }
  printLines(
    io,
    warnings.map((finding) => `warning: ${findingText(finding)}`),
  );
  printLines(io, findings.map(findingText));
  if (read.kind === "broken") {
    io.err(`${file}: ${counted(findings)}\n`);
    return code;
  }
  const { endpoints, targets, zones } = read.settings.policy;
  const counts = `${endpoints.length} endpoints, ${targets.length} targets, ${zones.length} zones`;
  printLines(io, [`${file}: no errors (${counts})`]);
  return code;
}

function counted(findings: readonly Finding[]): string {
  return findings.length === 1 ? "1 error" : `${findings.length} errors`;
}
