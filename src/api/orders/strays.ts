import type { ApiContext } from "../context.ts";
import type { EndpointFacts } from "../overview.ts";
import type { FenceWord } from "./fenceWord.ts";
import { forget } from "./placeOrder.ts";

/** Ids that one call to the plan store takes. */
const IDS_MAX = 8;

/** What became of overrides that fences hold and no plan knows. */
interface Strays {
  /** Those that are there, by the fences. */
  readonly seen: readonly string[];
  /** Those of them that the store did not know as ended. */
  readonly ended: readonly string[];
  readonly warnings: readonly string[];
}

/**
 * Ends what an endpoint's fences hold besides the overrides that the plan store itself knows: it
 * was set from another machine, say, or the plan store was lost since. What the store holds as an
 * order, or ended before, it leaves as it is.
 */
export async function endStrays(
  { deps, state, overviews }: ApiContext,
  { name }: EndpointFacts,
  { overrides, unread }: FenceWord,
  actor: string,
  why: string,
): Promise<Strays> {
  const seen = overrides.slice(0, IDS_MAX);
  const ended = seen.length === 0 ? [] : await deps.store.endOverrides(name, seen, actor, why);
  if (ended.length > 0) forget({ state, overviews });
  const warnings = [
    ...ended.map((id) => `It ends ${id} as well, which only DNS holds.`),
    ...unread.map((problem) => {
      return `Whether DNS holds another override of ${name} cannot be seen on ${problem}.`;
    }),
  ];
  return { seen, ended, warnings };
}
