import { decodeSoa, type RRset, RRType } from "../../dns/index.ts";
import { wordsFor } from "../../packet/index.ts";
import { RECORD_HEAD_OCTETS, writeRecord } from "./arenaEncode.ts";
import {
  type Octets,
  type Words,
  word,
  ZONE_APEX_NODE,
  ZONE_APEX_OCTETS,
  ZONE_FLAGS,
  ZONE_NAME_COUNT,
  ZONE_NEGATIVE,
  ZONE_NEGATIVE_OCTETS,
  ZONE_NODE_COUNT,
  ZONE_ORDER,
  ZONE_SERIAL,
  ZONE_SIZE,
  ZONE_WILDCARD_COUNT,
} from "./arenaLayout.ts";

/** What a ZONE record says, but for its negative answers. */
export interface ZoneFacts {
  readonly apexNode: number;
  readonly apexOctets: number;
  readonly flags: number;
  readonly order: number;
  readonly nameCount: number;
  readonly nodeCount: number;
  readonly wildcardCount: number;
}

/** Words of a ZONE record with this SOA. */
export function zoneSize(soa: RRset | undefined): number {
  return ZONE_NEGATIVE + wordsFor(negativeOctets(soa));
}

/** Writes a ZONE record at word `at`. */
export function writeZone(
  words: Words,
  octets: Octets,
  at: number,
  facts: ZoneFacts,
  soa: RRset | undefined,
): void {
  words[at + ZONE_SIZE] = zoneSize(soa);
  writeFacts(words, at, facts);
  words[at + ZONE_NEGATIVE_OCTETS] = negativeOctets(soa);
  words[at + ZONE_SERIAL] = 0;
  const [rdata] = soa?.rdata ?? [];
  if (soa === undefined || rdata === undefined) return;
  const { serial, minimumSeconds } = decodeSoa(rdata);
  words[at + ZONE_SERIAL] = serial;
  const ttlSeconds = Math.min(soa.ttlSeconds, minimumSeconds); // RFC 2308 section 5
  const end = writeRecord(octets, (at + ZONE_NEGATIVE) * 4, RRType.SOA, ttlSeconds, rdata);
  octets.fill(0, end, wordsFor(end) * 4);
}

/** Writes the facts of a ZONE record, and leaves its negative answers as they are. */
export function writeFacts(words: Words, at: number, facts: ZoneFacts): void {
  words[at + ZONE_APEX_NODE] = facts.apexNode;
  words[at + ZONE_FLAGS] = facts.flags;
  words[at + ZONE_APEX_OCTETS] = facts.apexOctets;
  words[at + ZONE_ORDER] = facts.order;
  words[at + ZONE_NAME_COUNT] = facts.nameCount;
  words[at + ZONE_NODE_COUNT] = facts.nodeCount;
  words[at + ZONE_WILDCARD_COUNT] = facts.wildcardCount;
}

/** Reads a ZONE record; of a zone that the arena does not hold yet (0), all is none. */
export function readZone(words: Words, at: number): ZoneFacts {
  const read = (offset: number) => (at === 0 ? 0 : word(words, at + offset));
  return {
    apexNode: read(ZONE_APEX_NODE),
    apexOctets: read(ZONE_APEX_OCTETS),
    flags: read(ZONE_FLAGS),
    order: read(ZONE_ORDER),
    nameCount: read(ZONE_NAME_COUNT),
    nodeCount: read(ZONE_NODE_COUNT),
    wildcardCount: read(ZONE_WILDCARD_COUNT),
  };
}

function negativeOctets(soa: RRset | undefined): number {
  const [rdata] = soa?.rdata ?? [];
  return rdata === undefined ? 0 : RECORD_HEAD_OCTETS - 2 + rdata.length;
}
