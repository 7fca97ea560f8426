import { assert, compareBytes } from "../base/index.ts";
import { type Name, parseRdata, rdataText, typeCode } from "../dns/index.ts";
import type { AddressType, EndpointPolicy, Policy, Pool } from "./policy.ts";
import type { Target } from "./target.ts";

/** Address types a target can have, in order of type code. */
export const ADDRESS_TYPES: readonly AddressType[] = ["A", "AAAA"];

/** One address of a target, ready to stand in an RRset. */
interface RankedAddress {
  /** RDATA in canonical presentation format. */
  readonly rdata: string;
  /** Place in canonical RDATA order among all addresses of the policy; equal addresses share it. */
  readonly rank: number;
}

/** A target with its addresses ranked once per policy, so that planning an endpoint parses none. */
export interface IndexedTarget {
  readonly target: Target;
  readonly addresses: Readonly<Record<AddressType, RankedAddress | undefined>>;
}

/** A pool with its targets looked up. */
interface IndexedPool {
  readonly pool: Pool;
  /** In order of target id. */
  readonly targets: readonly IndexedTarget[];
}

/** A policy made ready for look-ups. */
export interface PolicyIndex {
  readonly endpoints: ReadonlyMap<Name, EndpointPolicy>;
  /** In order of name (code unit). */
  readonly endpointNames: readonly Name[];
  readonly pools: ReadonlyMap<string, IndexedPool>;
  readonly poolsByTarget: ReadonlyMap<string, readonly string[]>;
  readonly endpointsByPool: ReadonlyMap<string, readonly Name[]>;
}

// A policy never changes: its index is remembered as long as the policy itself is.
const indexes = new WeakMap<Policy, PolicyIndex>();

/** The index of a policy, made once per policy object. */
export function indexPolicy(policy: Policy): PolicyIndex {
  const known = indexes.get(policy);
  if (known !== undefined) return known;
  const targets = indexTargets(policy.targets);
  const pools = new Map(policy.pools.map((pool) => [pool.id, indexPool(pool, targets)]));
  const poolsByTarget = new Map<string, string[]>();
  for (const pool of policy.pools) {
    for (const targetId of pool.targetIds) addTo(poolsByTarget, targetId, pool.id);
  }
  const endpointsByPool = new Map<string, Name[]>();
  for (const endpoint of policy.endpoints) {
    for (const poolId of endpoint.poolIds) addTo(endpointsByPool, poolId, endpoint.name);
  }
  const endpoints = new Map(policy.endpoints.map((endpoint) => [endpoint.name, endpoint]));
  const endpointNames = [...endpoints.keys()].sort();
  const index = { endpoints, endpointNames, pools, poolsByTarget, endpointsByPool };
  indexes.set(policy, index);
  return index;
}

/** Every endpoint that may answer with one of these targets. */
export function endpointsOfTargets(
  index: PolicyIndex,
  targetIds: Iterable<string>,
): ReadonlySet<Name> {
  const poolIds = new Set<string>();
  for (const targetId of targetIds) {
    for (const poolId of index.poolsByTarget.get(targetId) ?? []) poolIds.add(poolId);
  }
  const names = new Set<Name>();
  for (const poolId of poolIds) {
    for (const name of index.endpointsByPool.get(poolId) ?? []) names.add(name);
  }
  return names;
}

function addTo<Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = lists.get(key);
  if (list === undefined) lists.set(key, [value]);
  else list.push(value);
}

function indexPool(pool: Pool, targets: ReadonlyMap<string, IndexedTarget>): IndexedPool {
  const members = [...pool.targetIds].sort().map((targetId) => {
    const target = targets.get(targetId);
    assert(target !== undefined, `target ${targetId} of pool ${pool.id} is in the policy`);
    return target;
  });
  return { pool, targets: members };
}

function indexTargets(targets: readonly Target[]): ReadonlyMap<string, IndexedTarget> {
  const ranked = {
    A: rankAddresses(
      "A",
      targets.map((target) => target.ipv4),
    ),
    AAAA: rankAddresses(
      "AAAA",
      targets.map((target) => target.ipv6),
    ),
  };
  return new Map(
    targets.map((target) => {
      const addresses = {
        A: target.ipv4 === undefined ? undefined : ranked.A.get(target.ipv4),
        AAAA: target.ipv6 === undefined ? undefined : ranked.AAAA.get(target.ipv6),
      };
      return [target.id, { target, addresses }];
    }),
  );
}

function rankAddresses(
  type: AddressType,
  texts: readonly (string | undefined)[],
): ReadonlyMap<string, RankedAddress> {
  const code = typeCode(type);
  assert(code !== undefined, `${type} is an RR type`);
  const parsed = [...new Set(texts)]
    .filter((text) => text !== undefined)
    .map((text) => {
      const read = parseRdata(code, text);
      assert(read.kind === "parsed", `address ${text} was checked when the policy was accepted`);
      return { text, rdata: read.rdata };
    });
  parsed.sort((left, right) => compareBytes(left.rdata, right.rdata));
  const ranks = new Map<string, RankedAddress>();
  let rank = -1;
  let before = "";
  for (const { text, rdata } of parsed) {
    const canonical = rdataText(code, rdata);
    if (canonical !== before) rank += 1;
    before = canonical;
    ranks.set(text, { rdata: canonical, rank });
  }
  return ranks;
}
