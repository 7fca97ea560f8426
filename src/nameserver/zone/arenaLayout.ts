import { isSameName, wordsFor } from "../../packet/index.ts";

/**
 * The words of the shared arena in which zones live, and the smallest readers of them.
 *
 * The arena is one SharedArrayBuffer, seen as 32-bit words in the machine's own order (which must
 * be little-endian) and as octets. A reference is the index of a record's first word; 0 is "none".
 * One thread writes, others read without locks: what can be reached from the root is never changed
 * but by single words, and what a reader may still see is not given to anybody else.
 *
 * Words are signed, so that every load is a small integer: use `>>> 0` where all 32 bits count.
 */
export type Words = Int32Array<SharedArrayBuffer>;
/** The same memory as {@link Words}: the octets of word `w` begin at `w * 4`. */
export type Octets = Uint8Array<SharedArrayBuffer>;

/** Word 0 of an arena: "HFZ1" in memory order. */
export const ARENA_MAGIC = 0x315a4648;
/** Version of everything on this page; in memory, and in images on disk. */
export const LAYOUT_VERSION = 1;

/** Words of the header. */
export const HEADER_MAGIC = 0;
export const HEADER_LAYOUT = 1;
/** The one atomic word: reference of the current ROOT record. */
export const HEADER_ROOT = 2;
/** Readers' slots begin here: the version that a reader uses, 0 while it is idle. */
export const READERS = 16;
/** Each reader's slot has a cache line of its own. */
export const READER_WORDS = 16;
export const READERS_MAX = 64;
/** The first word behind the header: records begin here. */
export const HEAP = READERS + READERS_MAX * READER_WORDS;

/** ROOT record: all that one version consists of. */
export const ROOT_SIZE = 0;
/** 1..2^32-1 as 32 bits, never 0; compared with {@link isLater}. */
export const ROOT_VERSION = 1;
/** Reference of the name table. */
export const ROOT_TABLE = 2;
/** Slots of the table - 1; the number of slots is a power of two. */
export const ROOT_TABLE_MASK = 3;
/** Reference of the zone table: one word per zone number, the reference of a ZONE or 0. */
export const ROOT_ZONES = 4;
export const ROOT_ZONE_COUNT = 5;
export const ROOT_FLAGS = 6;
export const ROOT_WORDS = 8;

/**
 * A slot of the name table: [hash, node]. Open addressing, linear probing from `hash & mask`.
 * [0, 0] is empty and ends a search; [0, 1] was emptied and does not. Hashes are never 0. The same
 * name may stand in several slots, once for each zone that holds it.
 */
export const SLOT_WORDS = 2;
export const SLOT_HASH = 0;
export const SLOT_NODE = 1;
/** In place of a node: names behind it may be what is looked for. */
export const SLOT_EMPTIED = 1;

/** ZONE record, one for each zone that a version holds. */
export const ZONE_SIZE = 0;
export const ZONE_APEX_NODE = 1;
/** See ZONE_SERVED and the following. */
export const ZONE_FLAGS = 2;
/** SOA serial, as 32 bits. */
export const ZONE_SERIAL = 3;
/** Octets of the apex name in wire format. */
export const ZONE_APEX_OCTETS = 4;
/** Reference of the ordered index; 0 where the zone has none, being unsigned. */
export const ZONE_ORDER = 5;
/** Octets at ZONE_NEGATIVE; 0 where the zone has no SOA yet. */
export const ZONE_NEGATIVE_OCTETS = 6;
/** Names that own records. */
export const ZONE_NAME_COUNT = 7;
/** Names that exist, empty non-terminals included. */
export const ZONE_NODE_COUNT = 8;
/** Names whose first label is `*`. */
export const ZONE_WILDCARD_COUNT = 9;
/**
 * From this word: the SOA record for negative answers, without its owner: type, class, TTL (the
 * lesser of its TTL and MINIMUM, RFC 2308 section 5), RDLENGTH, RDATA with uncompressed names.
 */
export const ZONE_NEGATIVE = 10;

/** Flags of a ZONE. Served: queries are answered from it. */
export const ZONE_SERVED = 1;
/** The seed mark is there: without it, the public gets SERVFAIL with extended error 14. */
export const ZONE_SEEDED = 2;
/** The apex owns a DNSKEY: the zone has an ordered index, and answers with DO need proofs. */
export const ZONE_SIGNED = 4;
/** An NS below the apex, or a DNAME anywhere: a name may be hidden. */
export const ZONE_HAS_CUTS = 8;
export const ZONE_HAS_WILDCARDS = 16;
/**
 * The apex of another served zone is below this one's: a name found here may be the other's. A
 * node of a served zone without this flag is the right one, whatever other zones hold that name.
 */
export const ZONE_HAS_ZONES_BELOW = 32;

/** NODE record: one name of one zone, as of one version. */
export const NODE_SIZE = 0;
/** {@link hashWords} of the owner. */
export const NODE_HASH = 1;
/** The version that brought it; 0 once every reader sees it. */
export const NODE_SINCE = 2;
/** What stood here before NODE_SINCE; 0: nothing did. */
export const NODE_PREV = 3;
/** Zone number, and flags << 16. */
export const NODE_ZONE_FLAGS = 4;
/** Names directly below that exist. */
export const NODE_CHILD_COUNT = 5;
/** Fences at or below. */
export const NODE_FENCE_COUNT = 6;
/** Names at or below that hide others. */
export const NODE_CUT_COUNT = 7;
/** Octets of the owner, and number of RRsets << 16. */
export const NODE_OWNER_RRSETS = 8;
/** From this word: the owner in wire format, lower case, zeros up to the next word; then RRsets. */
export const NODE_OWNER = 9;

/** Flags of a NODE. */
export const NODE_APEX = 1;
/** Owns an NS and is not the apex. */
export const NODE_CUT = 2;
export const NODE_DNAME = 4;
export const NODE_CNAME = 8;
/** The name `*` directly below exists. */
export const NODE_WILDCARD_CHILD = 16;
/** The name does not exist any more: no RRsets, no counts. */
export const NODE_GONE = 32;
export const NODE_HAS_RRSIG = 64;

/**
 * RRset of a node: five words, the body, the choice. RRsets stand in order of type; behind them
 * RRSIGs, one RRset for each type covered, in order of that type.
 */
export const RRSET_TYPE_COUNT = 0;
/** Seconds, 0..2^31-1. */
export const RRSET_TTL = 1;
/** Octets of the body, and the type covered << 16 where this is an RRSIG. */
export const RRSET_BODY_COVERS = 2;
/** Words of the choice; 0: all records are answered, from a random one on. */
export const RRSET_CHOICE_WORDS = 3;
/** Octets of each record of the body; 0 where they differ. */
export const RRSET_RECORD_OCTETS = 4;
/**
 * From this word the records as an answer section has them, in canonical order: C0 0C (the owner
 * is the question's name), type, class IN, TTL, RDLENGTH, RDATA; zeros up to the next word. Then
 * the choice, if any: [answers, a weight for each record]: at most `answers` are given (it may be
 * more than there are), drawn by weight without replacement.
 */
export const RRSET_BODY = 5;

/** The most octets that one RRset's records take: they must fit a message. */
export const BODY_OCTETS_MAX = 0xffff;

/**
 * Ordered index of a signed zone, in canonical order (RFC 4034 section 6.1): a directory of
 * chunks, [size, chunks, names, reference of each chunk...].
 */
export const ORDER_SIZE = 0;
export const ORDER_CHUNKS = 1;
export const ORDER_NAMES = 2;
export const ORDER_FIRST = 3;
/** A chunk: [size, entries, slot number of each name...]: slots of the same root's name table. */
export const CHUNK_SIZE = 0;
export const CHUNK_ENTRIES = 1;
export const CHUNK_FIRST = 2;
export const CHUNK_ENTRIES_MAX = 256;

/** One word, known to be inside the arena. */
export function word(words: Int32Array, at: number): number {
  return words[at] as number;
}

/** Whether version `a` is after version `b`; versions wrap around at 2^32. */
export function isLater(a: number, b: number): boolean {
  return ((a - b) | 0) > 0;
}

/** Whether a node's owner is the name of `octets` octets at word `at` of `asked`, in any case. */
export function nameEquals(
  words: Int32Array,
  node: number,
  asked: Int32Array,
  at: number,
  octets: number,
): boolean {
  if ((word(words, node + NODE_OWNER_RRSETS) & 0xffff) !== octets) return false;
  return isSameName(words, node + NODE_OWNER, asked, at, octets);
}

/**
 * The node that a reader of `version` sees in place of `node`; 0 where there is none. A name that
 * was deleted is a node with NODE_GONE until nobody can see what it was.
 */
export function nodeAt(words: Int32Array, node: number, version: number): number {
  let at = node;
  while (at !== 0) {
    const since = word(words, at + NODE_SINCE);
    if (since === 0 || !isLater(since, version)) return at;
    at = word(words, at + NODE_PREV);
  }
  return 0;
}

/** Flags of a node. */
export function nodeFlags(words: Int32Array, node: number): number {
  return word(words, node + NODE_ZONE_FLAGS) >>> 16;
}

/** Reference of the ZONE record of a node, in the version of this root. */
export function zoneOfNode(words: Int32Array, root: number, node: number): number {
  const number = word(words, node + NODE_ZONE_FLAGS) & 0xffff;
  return word(words, word(words, root + ROOT_ZONES) + number);
}

/** Octets of a node's owner name. */
export function ownerOctets(words: Int32Array, node: number): number {
  return word(words, node + NODE_OWNER_RRSETS) & 0xffff;
}

/** Number of a node's RRsets, RRSIGs included. */
export function rrsetCount(words: Int32Array, node: number): number {
  return word(words, node + NODE_OWNER_RRSETS) >>> 16;
}

/** Reference of a node's first RRset, if it has one. */
export function firstRRset(words: Int32Array, node: number): number {
  return node + NODE_OWNER + wordsFor(ownerOctets(words, node));
}

/** Reference of the RRset behind this one, if the node has another. */
export function nextRRset(words: Int32Array, rrset: number): number {
  const body = wordsFor(word(words, rrset + RRSET_BODY_COVERS) & 0xffff);
  return rrset + RRSET_BODY + body + word(words, rrset + RRSET_CHOICE_WORDS);
}

/** Type code of an RRset. */
export function rrsetType(words: Int32Array, rrset: number): number {
  return word(words, rrset + RRSET_TYPE_COUNT) & 0xffff;
}

/** Number of records of an RRset, at least 1. */
export function recordCount(words: Int32Array, rrset: number): number {
  return word(words, rrset + RRSET_TYPE_COUNT) >>> 16;
}

/** Octets of an RRset's records, which begin at octet `(rrset + RRSET_BODY) * 4`. */
export function bodyOctets(words: Int32Array, rrset: number): number {
  return word(words, rrset + RRSET_BODY_COVERS) & 0xffff;
}

/** The type that an RRSIG RRset covers; 0 of all others. */
export function coveredType(words: Int32Array, rrset: number): number {
  return word(words, rrset + RRSET_BODY_COVERS) >>> 16;
}

/** Reference of the choice, [answers, weights...], where RRSET_CHOICE_WORDS is not 0. */
export function choiceOf(words: Int32Array, rrset: number): number {
  return rrset + RRSET_BODY + wordsFor(bodyOctets(words, rrset));
}

/** Reference of a node's RRset of this type (not RRSIG); 0 where it has none. */
export function rrsetOf(words: Int32Array, node: number, type: number): number {
  let at = firstRRset(words, node);
  for (let left = rrsetCount(words, node); left > 0; left -= 1) {
    if (rrsetType(words, at) === type) return at;
    at = nextRRset(words, at);
  }
  return 0;
}
