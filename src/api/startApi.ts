import type { ApiDeps, RunningApi } from "./apiDeps.ts";

/**
 * Serves the API. Throws ApiError `api-cannot-listen`. The server is loaded only here: whoever
 * comes through this door for the client alone, as each command does, does not wait for it.
 */
export async function startApi(deps: ApiDeps): Promise<RunningApi> {
  const { serveApi } = await import("./server.ts");
  return serveApi(deps);
}
