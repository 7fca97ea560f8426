import { CodedError } from "../base/index.ts";

/** Every way a command can fail by itself. The catalogue is docs/errors.md. */
export type CliFault =
  /** Nothing runs on the state folder, or it does not answer. */
  | { readonly code: "not-running" }
  /** There is no state folder, so no region to ask about. */
  | { readonly code: "no-state"; readonly folder: string }
  /** An instance runs, and must not for this. */
  | { readonly code: "running"; readonly folder: string }
  /** A backup is not whole, or not of this region. */
  | { readonly code: "backup-unusable"; readonly problem: string }
  /** A file or folder is in the way, or missing. */
  | { readonly code: "file-in-the-way"; readonly path: string }
  /** The command line asks for something that does not exist. */
  | { readonly code: "usage"; readonly problem: string };

/** A command that cannot be done. Its message says what to do. */
export class CliError extends CodedError<CliFault> {}

/** A command line that is not one of ours: exit code 2. */
export function usage(problem: string): CliError {
  return new CliError({ code: "usage", problem }, problem);
}

/** How to start what is not running. */
export const START_HINT = 'start it with "holdfast run"';
