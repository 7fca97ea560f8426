/** What a command's end means to the shell; docs/cli.md lists them. */
export const ExitCode = {
  OK: 0,
  /** It could not be done: the message says what is and what to do. */
  CANNOT: 1,
  /** The command line is not one of ours. */
  USAGE: 2,
  /** The configuration is broken: every error was listed. */
  BROKEN_CONFIGURATION: 3,
  /** `plan --exit-code`: there is something to change. */
  CHANGES: 10,
} as const;
