import { type Name, type RRset, RRType, sameRRset, typeCode, typeText } from "../dns/index.ts";
import {
  type PlanEntry,
  rrsetsOf,
  type ServingEntry,
  type Weights,
  weightsOf,
} from "../plan/index.ts";
import type { ReadReading } from "./decision.ts";
import type { HighWaterMark } from "./highWaterMark.ts";

/** Types a signer keeps beside every name: never an endpoint's own (RFC 4035 section 2). */
const SIGNER_TYPES: ReadonlySet<number> = new Set([RRType.RRSIG, RRType.NSEC, RRType.NSEC3]);

/** Types that belong to the zone, not to an endpoint whose name is the zone's apex. */
const APEX_TYPES: ReadonlySet<number> = new Set([
  RRType.SOA,
  RRType.NS,
  RRType.DNSKEY,
  RRType.CDS,
  RRType.CDNSKEY,
  RRType.NSEC3PARAM,
  RRType.ZONEMD,
]);

/** Types that change what a client of the service is told, or hide the name. */
const ANSWERING_TYPES: ReadonlySet<number> = new Set([
  RRType.A,
  RRType.AAAA,
  RRType.CNAME,
  RRType.NS,
  RRType.DNAME,
  RRType.SVCB,
  RRType.HTTPS,
]);

const ADDRESS_TYPES: readonly number[] = [RRType.A, RRType.AAAA];

/** The RRsets read that are the endpoint's, without the signer's and the zone's own. */
export function endpointRRsets(reading: ReadReading, zone: Name): readonly RRset[] {
  const isApex = reading.endpoint === zone;
  return reading.rrsets.filter(
    ({ type }) => !SIGNER_TYPES.has(type) && !(isApex && APEX_TYPES.has(type)),
  );
}

/** Whether an RRset of this type may not stand beside an entry that does not have it. */
export function isForeignType(type: number, ownsWholeName: boolean): boolean {
  return ownsWholeName || ANSWERING_TYPES.has(type);
}

/**
 * The first difference between what an entry wants and what was read, for people; undefined where
 * they match: types, TTLs, RDATA, weights and answer count.
 */
export function differenceOf(
  entry: ServingEntry,
  reading: ReadReading,
  ownsWholeName: boolean,
): string | undefined {
  const held = new Map(endpointRRsets(reading, entry.zone).map((rrset) => [rrset.type, rrset]));
  for (const wanted of rrsetsOf(entry)) {
    const found = held.get(wanted.type);
    held.delete(wanted.type);
    if (found === undefined) return `${typeText(wanted.type)} is gone`;
    if (!sameRRset(wanted, found)) return `${typeText(wanted.type)} differs`;
  }
  for (const type of held.keys()) {
    if (isForeignType(type, ownsWholeName)) return `${typeText(type)} was added`;
  }
  const weights = weightsOf(entry.rrsets, entry.answers);
  if (reading.weights === undefined) return "the weights are gone";
  return sameWeights(weights, reading.weights) ? undefined : "the weights differ";
}

function sameWeights(left: Weights, right: Weights): boolean {
  if (left.answers !== right.answers || left.byType.size !== right.byType.size) return false;
  return [...left.byType].every(([type, weights]) => {
    const others = right.byType.get(type);
    return others?.length === weights.length && weights.every((w, index) => w === others[index]);
  });
}

/**
 * An address type among these that an entry does not have; undefined where it has them all, or is
 * an alias, which answers for every type.
 */
export function missingAddressType(
  entry: ServingEntry,
  types: readonly string[],
): string | undefined {
  const wanted = new Set(entry.rrsets.map(({ type }) => type));
  if (wanted.has("CNAME")) return undefined;
  return ["A", "AAAA"].find((type) => types.includes(type) && !wanted.has(type));
}

/**
 * How much of what a name should answer is there, judged per address type (DESIGN.md, rule 1): a
 * CNAME answers for every type; a name left with only a TXT answers nothing.
 */
export function answering(
  rrsets: readonly RRset[],
  types: readonly string[],
): "whole" | "lacking" | "nothing" {
  const held = new Set(rrsets.map((rrset) => rrset.type));
  if (held.has(RRType.CNAME)) return "whole";
  const wanted = types.flatMap((type) => typeCode(type) ?? []);
  const addresses = wanted.filter((type) => ADDRESS_TYPES.includes(type));
  const judged = addresses.length > 0 ? addresses : wanted;
  const missing = judged.filter((type) => !held.has(type)).length;
  if (missing === 0) return "whole";
  return ADDRESS_TYPES.some((type) => held.has(type)) || missing < judged.length
    ? "lacking"
    : "nothing";
}

/**
 * Whether nothing is missing of what a name should answer, by the entry, its fence and the mark: a
 * name that is set aside so does no harm as it is. Of a retired one, nothing is.
 */
export function answersWhole(
  entry: PlanEntry,
  reading: ReadReading,
  mark: HighWaterMark | undefined,
): boolean {
  const read = reading.fence.kind === "fence" ? reading.fence.fence : undefined;
  const fence = read ?? mark?.fence;
  if (entry.kind === "tombstone" || fence?.mark?.kind === "tombstone") return true;
  const types = [...entry.rrsets.map(({ type }) => type), ...(fence?.types ?? [])];
  return answering(endpointRRsets(reading, entry.zone), types) === "whole";
}
