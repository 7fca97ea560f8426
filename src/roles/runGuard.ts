import type { GuardRequest } from "../cli/index.ts";

/**
 * Runs the forwarder until SIGTERM or SIGINT; the exit code. Its code is loaded only here: no role
 * of a region needs it.
 */
export async function runGuard(request: GuardRequest): Promise<number> {
  const { runForwarder } = await import("./guardRole.ts");
  return runForwarder(request);
}
