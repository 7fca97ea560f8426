import type { Name } from "../dns/index.ts";
import {
  isFarAhead,
  type PlanDelta,
  type PlanEntry,
  type PlanHead,
  planDigest,
  type ServingEntry,
  type TombstoneEntry,
} from "../plan/index.ts";
import { ENTRIES_MAX } from "./limits.ts";

/** Whether a plan may be added to the line. */
export type DeltaReview =
  | { readonly kind: "sound" }
  | { readonly kind: "not-a-child" }
  | { readonly kind: "refused"; readonly problem: string };

/** What a plan is held against beside the head; read in the same step as the plan is written. */
export interface HeldBeside {
  /** The newest entry of an endpoint; undefined where there is none. */
  newest(endpoint: Name): HeldEntry | undefined;
  /** The id of the retirement that a person asked for and nobody took back. */
  retirementOf(endpoint: Name): string | undefined;
}

/** As much of an entry as the next one is held against. */
export interface HeldEntry {
  readonly epoch: number;
  /** Undefined for one that serves. */
  readonly tombstoneId: string | undefined;
}

/**
 * Reviews a plan against the head it would follow. Must run in the same atomic step as the write.
 * A plan that was overtaken by a raised floor or epoch is `not-a-child` too: its planner must read
 * and plan again, and is not to blame.
 */
export function reviewDelta(delta: PlanDelta, head: PlanHead, held: HeldBeside): DeltaReview {
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
  const problem = entriesProblem(delta, held);
  if (problem !== undefined) return refuse(delta, problem);
  const digest = planDigest(delta.region, delta.parentDigest, delta.generation, delta.changed);
  if (digest !== delta.digest) return refuse(delta, `digest must be ${digest}`);
  return isBelowEpochSeen(delta, head) ? { kind: "not-a-child" } : { kind: "sound" };
}

function isBelowEpochSeen({ changed }: PlanDelta, { epochs }: PlanHead): boolean {
  if (epochs.length === 0) return false;
  const seen = new Map(epochs.map(({ endpoint, epoch }) => [endpoint, epoch]));
  return changed.some(({ endpoint, epoch }) => epoch < (seen.get(endpoint) ?? 0));
}

function entriesProblem(delta: PlanDelta, held: HeldBeside): string | undefined {
  const count = delta.changed.length;
  if (count === 0 || count > ENTRIES_MAX) {
    return `changed entries must be in 1..${ENTRIES_MAX}, not ${count}`;
  }
  let before = "";
  for (const entry of delta.changed) {
    const { endpoint, generation } = entry;
    if (endpoint <= before) return `entries must be in order of name, each once: see ${endpoint}`;
    if (generation !== delta.generation) return `entry ${endpoint} must have the plan's generation`;
    const problem = entryProblem(entry, held);
    if (problem !== undefined) return problem;
    before = endpoint;
  }
  return undefined;
}

function entryProblem(entry: PlanEntry, held: HeldBeside): string | undefined {
  const { endpoint, epoch } = entry;
  const newest = held.newest(endpoint);
  if (!Number.isSafeInteger(epoch) || epoch < (newest?.epoch ?? 0)) {
    return `epoch of ${endpoint} must not fall`;
  }
  return entry.kind === "tombstone"
    ? tombstoneProblem(entry, newest, held)
    : servingProblem(entry, newest);
}

// DESIGN.md, rule 1: the last place where a plan that empties a name can be stopped for all.
function tombstoneProblem(
  { endpoint, tombstoneId }: TombstoneEntry,
  newest: HeldEntry | undefined,
  held: HeldBeside,
): string | undefined {
  if (newest?.tombstoneId === tombstoneId) return undefined; // retired already, and still
  if (held.retirementOf(endpoint) === tombstoneId) return undefined;
  return `tombstone ${tombstoneId} of ${endpoint} must be a retirement that a person asked for`;
}

function servingProblem(
  { endpoint, rrsets, revives = [] }: ServingEntry,
  newest: HeldEntry | undefined,
): string | undefined {
  // The types say so; what comes from a planner with a fault may not.
  const hasRecords = rrsets.length > 0 && rrsets.every(({ records }) => records.length > 0);
  if (!hasRecords) return `entry ${endpoint} must hold records`;
  const tombstoneId = newest?.tombstoneId;
  if (tombstoneId === undefined || revives.includes(tombstoneId)) return undefined;
  return `entry ${endpoint} must name the tombstone ${tombstoneId} that it revives`;
}

function refuse(delta: PlanDelta, rule: string): DeltaReview {
  const { generation, digest, region } = delta;
  const found = `it is plan ${generation} of ${region}, digest ${digest}`;
  return { kind: "refused", problem: `Cannot accept the plan as its ${rule}: ${found}` };
}
