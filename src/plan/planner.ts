import type { Name } from "../dns/index.ts";
import { entryDigest } from "./entry.ts";
import type { Inventory } from "./inventory.ts";
import { planDigest } from "./line.ts";
import type { Plan, PlanDelta, PlanEntry, ServingEntry } from "./plan.ts";
import { entryCause, planCause } from "./plannerCause.ts";
import { type Decision, decide } from "./plannerDecide.ts";
import { indexPolicy, type PolicyIndex } from "./plannerIndex.ts";
import { type PoolStates, poolStates } from "./plannerMember.ts";
import { notesOf, type PlanNote } from "./plannerNotes.ts";
import { sameRRsets } from "./plannerRecords.ts";
import type { CapacityLedger } from "./plannerVelocity.ts";
import type { EndpointPolicy, Policy } from "./policy.ts";
import type { Force } from "./target.ts";

/** All that a plan is made of: equal inputs give an equal plan, byte for byte. */
export interface PlannerInputs {
  readonly region: string;
  readonly policy: Policy;
  readonly inventory: Inventory;
  readonly forces: readonly Force[];
  readonly parent: Plan;
  /** See `PlanHead`; 0 where no fence was seen. */
  readonly floorGeneration: number;
  readonly served: CapacityLedger;
  /** Monotonic clock: for the velocity limit. */
  readonly nowMs: number;
  /** Wall clock: for people. */
  readonly wallMs: number;
  readonly actor: string;
  /** What made the planner look, in a few words: `health changed`. */
  readonly trigger: string;
  /** Endpoints to decide; all of the policy where absent. */
  readonly only?: ReadonlySet<Name>;
}

/** What the planner made of its inputs. */
export type PlanOutcome = {
  readonly notes: readonly PlanNote[];
  /** For every endpoint decided, in order of name. */
  readonly decisions: ReadonlyMap<Name, Decision>;
} & ({ readonly kind: "nothing-to-do" } | { readonly kind: "plan"; readonly delta: PlanDelta });

/**
 * Makes the next plan: a new entry for each endpoint whose answer should change, and for no other.
 * Endpoints that are gone from the policy, and tombstones, keep their entries.
 */
export function makePlan(inputs: PlannerInputs): PlanOutcome {
  const { region, policy, parent, actor } = inputs;
  const index = indexPolicy(policy);
  const decisions = new Map<Name, Decision>();
  const notes: PlanNote[] = [];
  // A policy without endpoints is more likely a mistake than a wish: it plans nothing at all.
  if (index.endpoints.size === 0) return { kind: "nothing-to-do", notes, decisions };
  const states = poolStates(index, inputs.inventory, inputs.forces);
  const generation = Math.max(parent.generation, inputs.floorGeneration) + 1;
  const restamps = inputs.floorGeneration > parent.generation;
  const changed: PlanEntry[] = [];
  for (const name of namesToDecide(index, restamps ? undefined : inputs.only)) {
    const held = parent.entries.get(name);
    const endpoint = index.endpoints.get(name);
    if (endpoint === undefined || held?.kind === "tombstone") continue;
    const decision = decideOne(endpoint, states, held, inputs);
    decisions.set(name, decision);
    notes.push(...notesOf(endpoint, decision));
    const entry = changedEntry(endpoint, decision, states, held, generation, actor);
    if (entry !== undefined) changed.push(entry);
  }
  if (restamps) changed.push(...restamped(parent, changed, inputs, generation));
  if (changed.length === 0) return { kind: "nothing-to-do", notes, decisions };
  changed.sort((left, right) => (left.endpoint < right.endpoint ? -1 : 1));
  const delta: PlanDelta = {
    region,
    generation,
    parentGeneration: parent.generation,
    digest: planDigest(region, parent.digest, generation, changed),
    parentDigest: parent.digest,
    actor,
    cause: planCause(
      inputs.trigger,
      changed.map((entry) => entry.cause),
    ),
    madeAtMs: inputs.wallMs,
    changed,
  };
  return { kind: "plan", delta, notes, decisions };
}

function namesToDecide(index: PolicyIndex, only: ReadonlySet<Name> | undefined): readonly Name[] {
  return only === undefined ? index.endpointNames : [...only].sort();
}

function decideOne(
  endpoint: EndpointPolicy,
  states: PoolStates,
  parent: ServingEntry | undefined,
  { served, nowMs }: PlannerInputs,
): Decision {
  const items = served.get(endpoint.name) ?? [];
  return decide(endpoint, { states, parent, items, nowMs });
}

function changedEntry(
  endpoint: EndpointPolicy,
  decision: Decision,
  states: PoolStates,
  parent: ServingEntry | undefined,
  generation: number,
  actor: string,
): ServingEntry | undefined {
  const { name, zone, answers } = endpoint;
  const { rrsets } = decision;
  const same =
    parent !== undefined &&
    parent.zone === zone &&
    parent.answers === answers &&
    sameRRsets(parent.rrsets, rrsets);
  if (same) return undefined;
  return {
    kind: "serving",
    endpoint: name,
    zone,
    epoch: parent?.epoch ?? 0,
    generation,
    digest: entryDigest({ endpoint: name, answers, rrsets }),
    answers,
    rrsets,
    actor,
    cause: entryCause(endpoint, decision, states, parent),
  };
}

// Zones hold generations above the parent's (its store was lost or restored): what did not change
// must be written again above them, or no enactor could.
function restamped(
  parent: Plan,
  changed: readonly PlanEntry[],
  { floorGeneration, actor }: PlannerInputs,
  generation: number,
): readonly PlanEntry[] {
  const done = new Set(changed.map((entry) => entry.endpoint));
  const cause = `zones hold generation ${floorGeneration}, above that of the newest plan`;
  return [...parent.entries.values()]
    .filter((entry) => entry.kind === "serving" && !done.has(entry.endpoint))
    .map((entry) => ({ ...entry, generation, actor, cause }));
}

/** Endpoints that go on answering although the policy no longer has them, in order of name. */
export function endpointsOutsidePolicy(plan: Plan, policy: Policy): readonly Name[] {
  const { endpoints } = indexPolicy(policy);
  return [...plan.entries.values()]
    .filter((entry) => entry.kind === "serving" && !endpoints.has(entry.endpoint))
    .map((entry) => entry.endpoint)
    .sort();
}
