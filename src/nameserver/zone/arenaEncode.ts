import { assert } from "../../base/index.ts";
import { RRClass, type RRset, RRType, typeText } from "../../dns/index.ts";
import { type NameKey, wordsFor } from "../../packet/index.ts";
import type { Weights } from "../../plan/index.ts";
import {
  BODY_OCTETS_MAX,
  NODE_CHILD_COUNT,
  NODE_CUT_COUNT,
  NODE_FENCE_COUNT,
  NODE_HASH,
  NODE_OWNER,
  NODE_OWNER_RRSETS,
  NODE_PREV,
  NODE_SINCE,
  NODE_SIZE,
  NODE_ZONE_FLAGS,
  type Octets,
  RRSET_BODY,
  RRSET_BODY_COVERS,
  RRSET_CHOICE_WORDS,
  RRSET_RECORD_OCTETS,
  RRSET_TTL,
  RRSET_TYPE_COUNT,
  type Words,
} from "./arenaLayout.ts";
import type { ZoneNode } from "./zoneNode.ts";

/** What goes in front of RDATA: pointer to the question's name, type, class, TTL, length. */
export const RECORD_HEAD_OCTETS = 12;

/** A node that is to be written. */
export interface NodeContent {
  readonly zone: number;
  readonly flags: number;
  readonly node: ZoneNode;
  /** Of the endpoint at this name, if there are any. */
  readonly weights: Weights | undefined;
}

/** Words of a node with this owner. */
export function nodeSize(key: NameKey, { node, weights }: NodeContent): number {
  let size = NODE_OWNER + wordsFor(key.octets);
  for (const rrset of node.rrsets) {
    size += RRSET_BODY + wordsFor(bodySize(rrset)) + choiceSize(rrset, weights);
  }
  return size;
}

/** Writes a node at word `at`; SINCE and PREV are 0. */
export function writeNode(
  words: Words,
  octets: Octets,
  at: number,
  key: NameKey,
  content: NodeContent,
): void {
  const { node, zone, flags } = content;
  words[at + NODE_HASH] = key.hash;
  words[at + NODE_SINCE] = 0;
  words[at + NODE_PREV] = 0;
  words[at + NODE_ZONE_FLAGS] = zone | (flags << 16);
  words[at + NODE_CHILD_COUNT] = node.childCount;
  words[at + NODE_FENCE_COUNT] = node.fenceCount;
  words[at + NODE_CUT_COUNT] = node.cutCount;
  words[at + NODE_OWNER_RRSETS] = key.octets | (node.rrsets.length << 16);
  const ownerWords = wordsFor(key.octets);
  for (let index = 0; index < ownerWords; index += 1) {
    words[at + NODE_OWNER + index] = key.words[index] ?? 0;
  }
  let next = at + NODE_OWNER + ownerWords;
  const { rrsets } = node;
  for (const rrset of rrsets) {
    if (rrset.type !== RRType.RRSIG) next = writeRRset(words, octets, next, rrset, content);
  }
  for (const rrset of rrsets) {
    if (rrset.type === RRType.RRSIG) next = writeRRset(words, octets, next, rrset, content);
  }
  words[at + NODE_SIZE] = next - at;
}

function bodySize({ name, type, rdata }: RRset): number {
  let octets = 0;
  for (const one of rdata) octets += RECORD_HEAD_OCTETS + one.length;
  assert(octets <= BODY_OCTETS_MAX, `${name} ${typeText(type)} fits a message: ${octets} octets`);
  return octets;
}

/** Words of an RRset's choice; as with signed askers, only addresses are chosen from. */
function choiceSize({ type, rdata }: RRset, weights: Weights | undefined): number {
  if (weights === undefined || weights.answers === "all" || rdata.length < 2) return 0;
  return type === RRType.A || type === RRType.AAAA ? 1 + rdata.length : 0;
}

function writeRRset(
  words: Words,
  octets: Octets,
  at: number,
  rrset: RRset,
  { weights }: NodeContent,
): number {
  const { type, ttlSeconds, rdata } = rrset;
  const [first] = rdata;
  assert(first !== undefined, "an RRset is never empty");
  const body = at + RRSET_BODY;
  const end = writeBody(octets, body * 4, rrset);
  const size = end - body * 4;
  const covers = type === RRType.RRSIG ? ((first[0] ?? 0) << 8) | (first[1] ?? 0) : 0;
  const choiceWords = choiceSize(rrset, weights);
  const isEven = rdata.every(({ length }) => length === first.length);
  words[at + RRSET_TYPE_COUNT] = type | (rdata.length << 16);
  words[at + RRSET_TTL] = ttlSeconds;
  words[at + RRSET_BODY_COVERS] = size | (covers << 16);
  words[at + RRSET_CHOICE_WORDS] = choiceWords;
  words[at + RRSET_RECORD_OCTETS] = isEven ? RECORD_HEAD_OCTETS + first.length : 0;
  const choice = body + wordsFor(size);
  if (choiceWords === 0 || weights === undefined || weights.answers === "all") return choice;
  const listed = weights.byType.get(typeText(type));
  words[choice] = weights.answers;
  for (let index = 0; index < rdata.length; index += 1) {
    words[choice + 1 + index] = listed?.length === rdata.length ? (listed[index] ?? 0) : 1;
  }
  return choice + choiceWords;
}

/** The answer is the first octet behind the records. */
function writeBody(octets: Octets, from: number, { type, ttlSeconds, rdata }: RRset): number {
  let at = from;
  for (const one of rdata) {
    octets[at] = 0xc0;
    octets[at + 1] = 0x0c;
    at = writeRecord(octets, at + 2, type, ttlSeconds, one);
  }
  octets.fill(0, at, from + wordsFor(at - from) * 4);
  return at;
}

/** Writes type, class, TTL, length and RDATA; the answer is the first octet behind. */
export function writeRecord(
  octets: Uint8Array,
  at: number,
  type: number,
  ttlSeconds: number,
  rdata: Uint8Array,
): number {
  octets[at] = type >>> 8;
  octets[at + 1] = type;
  octets[at + 2] = 0;
  octets[at + 3] = RRClass.IN;
  octets[at + 4] = ttlSeconds >>> 24;
  octets[at + 5] = ttlSeconds >>> 16;
  octets[at + 6] = ttlSeconds >>> 8;
  octets[at + 7] = ttlSeconds;
  octets[at + 8] = rdata.length >>> 8;
  octets[at + 9] = rdata.length;
  octets.set(rdata, at + 10);
  return at + 10 + rdata.length;
}
