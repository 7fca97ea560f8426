import { assert } from "../base/index.ts";
import type { ServingEntry } from "./plan.ts";
import { ADDRESS_TYPES, type IndexedTarget } from "./plannerIndex.ts";
import type { Member, PoolState, PoolStates } from "./plannerMember.ts";
import type { EndpointPolicy } from "./policy.ts";

/**
 * How an endpoint is served: by its first pool, by a later one, by all targets of the first pool
 * whatever their checks say, or by what was served before because operators took out everything.
 */
export type EndpointMode = "healthy" | "failed-over" | "fail-open" | "held";

/** Which targets should serve, before the velocity limit has its say. */
export interface Choice {
  readonly mode: EndpointMode;
  readonly poolId: string;
  /** In order of target id; never empty unless a held parent matches no target any more. */
  readonly chosen: readonly Member[];
  /** The parent's records stay as they are. */
  readonly keepsParent: boolean;
}

/** Chooses by health and floors alone: the first pool with enough usable targets, or fail open. */
export function chooseTargets(
  endpoint: EndpointPolicy,
  states: PoolStates,
  parent: ServingEntry | undefined,
): Choice {
  const [firstPoolId] = endpoint.poolIds;
  assert(firstPoolId !== undefined, `endpoint ${endpoint.name} has a pool`);
  for (const poolId of endpoint.poolIds) {
    const { usable } = states(poolId);
    if (usable.length < endpoint.floor || usable.length === 0) continue;
    const mode = poolId === firstPoolId ? "healthy" : "failed-over";
    return { mode, poolId, chosen: usable, keepsParent: false };
  }
  return failOpen(endpoint, states(firstPoolId), states, parent);
}

function failOpen(
  endpoint: EndpointPolicy,
  first: PoolState,
  states: PoolStates,
  parent: ServingEntry | undefined,
): Choice {
  const { poolId } = first;
  if (first.eligible.length > 0) {
    // Only operators brought it under its floor: everything that may serve is usable.
    const mode = first.usable.length === first.eligible.length ? "healthy" : "fail-open";
    return { mode, poolId, chosen: first.eligible, keepsParent: false };
  }
  if (parent === undefined) {
    return { mode: "held", poolId, chosen: first.members, keepsParent: false };
  }
  const chosen = membersOf(endpoint, states).filter(({ target }) => servedBy(parent, target));
  return { mode: "held", poolId, chosen, keepsParent: true };
}

/** Every target of an endpoint once, as it stands in the first of its pools that has it. */
export function membersOf(endpoint: EndpointPolicy, states: PoolStates): readonly Member[] {
  const [only, ...others] = endpoint.poolIds;
  if (only !== undefined && others.length === 0) return states(only).members;
  const seen = new Map<string, Member>();
  for (const poolId of endpoint.poolIds) {
    for (const member of states(poolId).members) {
      const { id } = member.target.target;
      if (!seen.has(id)) seen.set(id, member);
    }
  }
  return [...seen.values()];
}

/**
 * Whether an entry answers with a target: with all of its addresses of the types that it holds.
 * One of a type that was merely kept does not count.
 */
export function servedBy(entry: Pick<ServingEntry, "rrsets">, target: IndexedTarget): boolean {
  let served = false;
  for (const type of ADDRESS_TYPES) {
    const address = target.addresses[type];
    const rrset = entry.rrsets.find((held) => held.type === type);
    if (address === undefined || rrset === undefined) continue;
    if (!rrset.records.some((record) => record.rdata === address.rdata)) return false;
    served = true;
  }
  return served;
}
