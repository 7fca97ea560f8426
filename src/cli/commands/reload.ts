import { findingText } from "../../config/index.ts";
import { SuperviseError, SupervisorClient } from "../../supervise/index.ts";
import { CliError, START_HINT } from "../cliError.ts";
import { type CommandSpec, type Invocation, JSON_OUTPUT, STATE } from "../commandSpec.ts";
import { ExitCode } from "../exitCode.ts";
import { printJson, printLines } from "../output/print.ts";
import { layoutOf } from "../region.ts";

/** `holdfast reload`: has the configuration read again, without a restart. */
export const reloadCommand: CommandSpec = {
  path: "reload",
  summary: "read the configuration again, without a restart",
  text: "A broken configuration changes nothing: every error in it is listed.",
  options: [JSON_OUTPUT, STATE],
  examples: [{ line: "reload", text: "take up what was changed in the file" }],
  run: reload,
};

async function reload(given: Invocation): Promise<number> {
  const { io, options } = given;
  const outcome = await askToReload(given);
  const code = {
    accepted: ExitCode.OK,
    refused: ExitCode.CANNOT,
    broken: ExitCode.BROKEN_CONFIGURATION,
  }[outcome.kind];
  if (options.has("json")) {
    printJson(io, outcome);
    return code;
  }
  switch (outcome.kind) {
    case "accepted":
      printLines(
        io,
        outcome.warnings.map((warning) => `warning: ${findingText(plain(warning))}`),
      );
      printLines(io, [outcome.unchanged ? "Nothing has changed." : "Accepted."]);
      if (outcome.restarted.length > 0) {
        printLines(io, [`Began anew: ${outcome.restarted.join(", ")}.`]);
      }
      break;
    case "broken":
      printLines(
        io,
        outcome.findings.map((finding) => findingText(plain(finding))),
      );
      io.err("The configuration is broken: nothing was changed.\n");
      break;
    case "refused":
      io.err(`${outcome.problem}\n`);
      break;
  }
  return code;
}

async function askToReload(given: Invocation) {
  const { supervisorSocket, folder } = layoutOf(given);
  try {
    return await new SupervisorClient(supervisorSocket).reload(given.io.actor);
  } catch (error) {
    if (!(error instanceof SuperviseError)) throw error;
    throw new CliError(
      { code: "not-running" },
      `Cannot reload: no supervisor answers on ${folder}. It is not running: ${START_HINT}.`,
      { cause: error },
    );
  }
}

type Finding = Parameters<typeof findingText>[0];

function plain({
  allowed,
  ...finding
}: Omit<Finding, "allowed"> & { allowed?: string | undefined }) {
  return allowed === undefined ? finding : { ...finding, allowed };
}
