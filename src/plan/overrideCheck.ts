import { compareBytes } from "../base/index.ts";
import { type Name, parseRdata, rdataText, typeCode } from "../dns/index.ts";
import { isAlias } from "./content.ts";
import type { PlannedContent, PlannedRRset } from "./plan.ts";
import { ADDRESS_TYPES } from "./plannerIndex.ts";
import { RECORDS_PER_TYPE_MAX, WEIGHT_MAX } from "./weights.ts";

/** RR types that an endpoint may answer with (DESIGN.md, "Words"), in order of type code. */
const ENDPOINT_TYPES: readonly string[] = ["A", "CNAME", "TXT", "AAAA", "SRV", "HTTPS"];
/** A week: resolvers cut what is longer (RFC 8767 section 4). */
const TTL_SECONDS_MAX = 7 * 24 * 3600;
/** The weights' grammar has four digits for it. */
const ANSWERS_MAX = 9999;

/**
 * What is wrong with pinning `content`, a sentence each; nothing where it may be pinned. An
 * override must hold every address type that is planned, or be a CNAME alone, and may bring no
 * address type beside those: it could not be taken back without a tombstone.
 *
 * @param held what is planned, or found in the zone; undefined for a name that holds nothing.
 * @param endpoint the name, so that a CNAME to itself is seen.
 */
export function checkOverride(
  content: PlannedContent,
  held: PlannedContent | undefined,
  endpoint?: Name,
): readonly string[] {
  const problems = [...checkContent(content, endpoint)];
  const answering = content.rrsets.some(({ type }) => isAddress(type)) || isAlias(content);
  if (!answering) problems.push("Cannot pin records without A, AAAA or CNAME: it would not answer");
  if (held === undefined || isAlias(content) || isAlias(held)) return problems;
  for (const type of ADDRESS_TYPES) {
    const was = held.rrsets.some((rrset) => rrset.type === type);
    const is = content.rrsets.some((rrset) => rrset.type === type);
    if (was && !is) {
      problems.push(`Cannot pin it without ${type}, which it answers now: pin ${type} as well`);
    }
    if (!was && is) {
      problems.push(`Cannot pin ${type}, which it lacks: only a tombstone takes a type away again`);
    }
  }
  return problems;
}

/** What is wrong with content that came from outside, a sentence each. */
export function checkContent(
  { answers, rrsets }: PlannedContent,
  endpoint: Name | undefined,
): readonly string[] {
  const problems: string[] = [];
  if (answers !== "all" && !isWhole(answers, 1, ANSWERS_MAX)) {
    problems.push(`Cannot take answers as they must be in 1..${ANSWERS_MAX}: they are ${answers}`);
  }
  if (rrsets.length === 0) problems.push("Cannot take no records at all: a name is never empty");
  if (isAlias({ rrsets }) && rrsets.length > 1) {
    problems.push("Cannot take a CNAME beside other types as it must stand alone (RFC 1034 3.6.2)");
  }
  let before = -1;
  for (const rrset of rrsets) {
    const place = ENDPOINT_TYPES.indexOf(rrset.type);
    if (place < 0) {
      const types = ENDPOINT_TYPES.join(", ");
      problems.push(`Cannot take ${rrset.type} as its type must be one of ${types}`);
      continue;
    }
    if (place <= before) problems.push(`Cannot take ${rrset.type}: types must be in order, once`);
    before = place;
    const problem = rrsetProblem(rrset, endpoint);
    if (problem !== undefined) problems.push(problem);
  }
  return problems;
}

function rrsetProblem(
  { type, ttlSeconds, records }: PlannedRRset,
  endpoint: Name | undefined,
): string | undefined {
  if (!isWhole(ttlSeconds, 0, TTL_SECONDS_MAX)) {
    const bounds = `0..${TTL_SECONDS_MAX} s`;
    return `Cannot take the TTL of ${type} as it must be in ${bounds}: it is ${ttlSeconds}`;
  }
  const most = type === "CNAME" ? 1 : RECORDS_PER_TYPE_MAX;
  if (records.length < 1 || records.length > most) {
    return `Cannot take ${records.length} records of ${type} as there must be 1..${most}`;
  }
  const code = typeCode(type) ?? 0;
  let before: Uint8Array | undefined;
  for (const { rdata, weight } of records) {
    if (!isWhole(weight, 1, WEIGHT_MAX)) {
      return `Cannot take weight ${weight} of ${rdata} as it must be in 1..${WEIGHT_MAX}`;
    }
    const parsed = parseRdata(code, rdata);
    if (parsed.kind === "malformed") return parsed.problem;
    const canonical = rdataText(code, parsed.rdata);
    if (canonical !== rdata) return `Cannot take ${type} ${rdata} as it must read ${canonical}`;
    if (before !== undefined && compareBytes(before, parsed.rdata) >= 0) {
      return `Cannot take ${type} ${rdata}: records must be in canonical order, once`;
    }
    before = parsed.rdata;
    if (type === "CNAME" && rdata === endpoint) {
      return "Cannot take a CNAME to the name itself: it would answer nothing";
    }
  }
  return undefined;
}

function isAddress(type: string): boolean {
  return ADDRESS_TYPES.some((one) => one === type);
}

function isWhole(number: number, least: number, most: number): boolean {
  return Number.isInteger(number) && number >= least && number <= most;
}
