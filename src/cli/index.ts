export { CliError, type CliFault } from "./cliError.ts";
export { ExitCode } from "./exitCode.ts";
export type { CliIo } from "./io.ts";
export { cliReference } from "./reference.ts";
export {
  type BuiltCli,
  buildCli,
  type CliActions,
  type GuardRequest,
  type RunRequest,
  runCli,
} from "./runCli.ts";
