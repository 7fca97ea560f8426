/** Where the state is kept unless `--state` says otherwise. */
export const STATE_FOLDER_DEFAULT = ".holdfast";

/** Options of `holdfast run`. */
export interface RunOptions {
  /** The configuration file; see `findConfiguration` for where else it may come from. */
  readonly config?: string | undefined;
  /** The state folder; the one that the configuration names, or the default, where absent. */
  readonly state?: string | undefined;
  /** One JSON object a line instead of lines for people. */
  readonly json?: boolean | undefined;
}

/**
 * Runs a region until it is told to end. Returns the exit code (0, 1 cannot, 3 broken
 * configuration); what went wrong was said on standard error. `main` is the program that each
 * process runs. What it needs is loaded only here: roles and commands come through this door too.
 */
export async function runRegion(options: RunOptions, main: string): Promise<number> {
  const room = await import("./run.ts");
  return room.runRegion(options, main);
}
