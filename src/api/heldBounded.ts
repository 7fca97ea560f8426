import type { HeldView } from "./apiDeps.ts";
import { within } from "./bounded.ts";
import type { ApiContext } from "./context.ts";
import { ASK_MS_MAX } from "./limits.ts";
import type { EndpointFacts } from "./overview.ts";

/** What each zone store holds of an endpoint, in bounded time: a stopped one blocks nobody. */
export function heldBounded(
  { deps }: ApiContext,
  { name, zone }: Pick<EndpointFacts, "name" | "zone">,
): Promise<readonly HeldView[]> {
  return within(deps.clock, ASK_MS_MAX, deps.held(name, zone), (problem) => [
    { storeId: "-", reading: { kind: "unreadable", endpoint: name, problem } },
  ]);
}
