import { typeCode } from "../dns/index.ts";
import type { NonEmpty, PlannedRecord, PlannedRRset, ServingEntry } from "./plan.ts";
import { ADDRESS_TYPES } from "./plannerIndex.ts";
import type { Member } from "./plannerMember.ts";
import type { AddressType, EndpointPolicy } from "./policy.ts";
import { WEIGHT_MAX } from "./weights.ts";

/** The RRsets of an endpoint, and what was kept although nothing asks for it. */
export interface PlannedRecords {
  /** In order of RR type code; empty only where no target has an address of any type. */
  readonly rrsets: readonly PlannedRRset[];
  readonly keptTypes: readonly KeptType[];
}

/** A type that stays although its targets, or the policy, no longer bring it. */
export interface KeptType {
  readonly type: string;
  readonly because: "no-target-has-it" | "not-in-policy";
}

/**
 * RRsets that answer with `chosen`. A type once held never disappears: where no chosen target has
 * an address of it, the parent's RRset stays as it is, and before there is one, any target of the
 * endpoint serves (`everyone`).
 */
export function plannedRecords(
  endpoint: EndpointPolicy,
  chosen: readonly Member[],
  everyone: () => readonly Member[],
  parent: ServingEntry | undefined,
): PlannedRecords {
  const rrsets: PlannedRRset[] = [];
  const keptTypes: KeptType[] = [];
  for (const type of ADDRESS_TYPES) {
    const held = parent?.rrsets.find((rrset) => rrset.type === type);
    const wanted = endpoint.types.includes(type);
    if (!wanted && held === undefined) continue;
    if (!wanted) keptTypes.push({ type, because: "not-in-policy" });
    const fresh = rrsetOfMembers(type, endpoint.ttlSeconds, chosen);
    if (fresh !== undefined) {
      rrsets.push(fresh);
      continue;
    }
    const kept = held ?? rrsetOfMembers(type, endpoint.ttlSeconds, everyone());
    if (kept === undefined) continue;
    rrsets.push(kept);
    keptTypes.push({ type, because: "no-target-has-it" });
  }
  for (const held of parent?.rrsets ?? []) {
    if (ADDRESS_TYPES.some((type) => type === held.type)) continue;
    // A CNAME stands alone (RFC 1034 section 3.6.2): the addresses take its place.
    if (held.type === "CNAME" && rrsets.length > 0) continue;
    rrsets.push(held);
    keptTypes.push({ type: held.type, because: "not-in-policy" });
  }
  rrsets.sort((left, right) => (typeCode(left.type) ?? 0) - (typeCode(right.type) ?? 0));
  return { rrsets, keptTypes };
}

// Endpoints that share a pool share the list of its usable targets, and so the RRsets made of it.
const made = new WeakMap<readonly Member[], Map<string, PlannedRRset | "none">>();

function rrsetOfMembers(
  type: AddressType,
  ttlSeconds: number,
  members: readonly Member[],
): PlannedRRset | undefined {
  let known = made.get(members);
  if (known === undefined) {
    known = new Map();
    made.set(members, known);
  }
  const key = `${type} ${ttlSeconds}`;
  const rrset = known.get(key) ?? makeRRset(type, ttlSeconds, members) ?? "none";
  known.set(key, rrset);
  return rrset === "none" ? undefined : rrset;
}

function makeRRset(
  type: AddressType,
  ttlSeconds: number,
  members: readonly Member[],
): PlannedRRset | undefined {
  const found: { rank: number; rdata: string; weight: number }[] = [];
  for (const { target } of members) {
    const address = target.addresses[type];
    if (address === undefined) continue;
    found.push({ rank: address.rank, rdata: address.rdata, weight: target.target.capacity });
  }
  found.sort((left, right) => left.rank - right.rank);
  const records: PlannedRecord[] = [];
  let largest = 0;
  for (const [place, { rank, rdata, weight }] of found.entries()) {
    const before = records.at(-1);
    // Two targets behind one address are one record that takes the traffic of both.
    const shared = before !== undefined && found[place - 1]?.rank === rank;
    const record = { rdata, weight: weight + (shared ? before.weight : 0) };
    if (shared) records[records.length - 1] = record;
    else records.push(record);
    largest = Math.max(largest, record.weight);
  }
  return rrsetOfRecords(
    type,
    ttlSeconds,
    largest > WEIGHT_MAX ? scaled(records, largest) : records,
  );
}

function rrsetOfRecords(
  type: string,
  ttlSeconds: number,
  records: readonly PlannedRecord[],
): PlannedRRset | undefined {
  const [first, ...others] = records;
  return first === undefined ? undefined : { type, ttlSeconds, records: [first, ...others] };
}

function scaled(records: readonly PlannedRecord[], largest: number): readonly PlannedRecord[] {
  return records.map(({ rdata, weight }) => {
    return { rdata, weight: Math.max(1, Math.floor((weight * WEIGHT_MAX) / largest)) };
  });
}

/** Whether both say the same of what is answered: types, TTLs, records and weights. */
export function sameRRsets(left: readonly PlannedRRset[], right: readonly PlannedRRset[]): boolean {
  return (
    left.length === right.length &&
    left.every((rrset, place) => {
      const other = right[place];
      return other !== undefined && samePlannedRRset(rrset, other);
    })
  );
}

function samePlannedRRset(left: PlannedRRset, right: PlannedRRset): boolean {
  if (left === right) return true;
  return (
    left.type === right.type &&
    left.ttlSeconds === right.ttlSeconds &&
    left.records.length === right.records.length &&
    left.records.every((record, place) => {
      const other = right.records[place];
      return other !== undefined && record.rdata === other.rdata && record.weight === other.weight;
    })
  );
}

/** The list as one that the type system knows to hold something; undefined where it is empty. */
export function nonEmpty<Item>(items: readonly Item[]): NonEmpty<Item> | undefined {
  const [first, ...others] = items;
  return first === undefined ? undefined : [first, ...others];
}
