import type { Name } from "../dns/index.ts";
import { isFarAhead, type PlanDelta, type PlanHead, planDigest } from "../plan/index.ts";
import { ENTRIES_MAX } from "./limits.ts";

/** Whether a plan may be added to the line. */
export type DeltaReview =
  | { readonly kind: "sound" }
  | { readonly kind: "not-a-child" }
  | { readonly kind: "refused"; readonly problem: string };

/**
 * Reviews a plan against the head it would follow. Must run in the same atomic step as the write.
 * A plan that was overtaken by a raised floor is `not-a-child` too: its planner must read and plan
 * again, and is not to blame.
 *
 * @param newestEpoch the epoch of the newest entry held of an endpoint; undefined where none is.
 */
export function reviewDelta(
  delta: PlanDelta,
  head: PlanHead,
  newestEpoch: (endpoint: Name) => number | undefined,
): DeltaReview {
  if (delta.region !== head.region) return refuse(delta, `region must be ${head.region}`);
  const isChild = delta.parentGeneration === head.generation && delta.parentDigest === head.digest;
  if (!isChild) return { kind: "not-a-child" };
  if (!Number.isSafeInteger(delta.generation) || delta.generation <= head.generation) {
    return refuse(delta, `generation must be above its parent's ${head.generation}`);
  }
  if (delta.generation <= head.floorGeneration) return { kind: "not-a-child" };
  if (isFarAhead(delta.generation, Math.max(head.generation, head.floorGeneration))) {
    return refuse(delta, "generation must not be implausibly far ahead of its parent's");
  }
  const problem = entriesProblem(delta, newestEpoch);
  if (problem !== undefined) return refuse(delta, problem);
  const digest = planDigest(delta.region, delta.parentDigest, delta.generation, delta.changed);
  return digest === delta.digest ? { kind: "sound" } : refuse(delta, `digest must be ${digest}`);
}

function entriesProblem(
  delta: PlanDelta,
  newestEpoch: (endpoint: Name) => number | undefined,
): string | undefined {
  const count = delta.changed.length;
  if (count === 0 || count > ENTRIES_MAX) {
    return `changed entries must be in 1..${ENTRIES_MAX}, not ${count}`;
  }
  let before = "";
  for (const entry of delta.changed) {
    const { endpoint, epoch, generation } = entry;
    if (endpoint <= before) return `entries must be in order of name, each once: see ${endpoint}`;
    if (generation !== delta.generation) return `entry ${endpoint} must have the plan's generation`;
    if (!Number.isSafeInteger(epoch) || epoch < (newestEpoch(endpoint) ?? 0)) {
      return `epoch of ${endpoint} must not fall`;
    }
    before = endpoint;
  }
  return undefined;
}

function refuse(delta: PlanDelta, rule: string): DeltaReview {
  const { generation, digest, region } = delta;
  const found = `it is plan ${generation} of ${region}, digest ${digest}`;
  return { kind: "refused", problem: `Cannot accept the plan as its ${rule}: ${found}` };
}
