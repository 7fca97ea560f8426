import { assert } from "../../base/index.ts";
import {
  HEADER_ROOT,
  isLater,
  NODE_APEX,
  NODE_GONE,
  NODE_ZONE_FLAGS,
  nameEquals,
  nodeAt,
  nodeFlags,
  READER_WORDS,
  READERS,
  READERS_MAX,
  ROOT_TABLE,
  ROOT_TABLE_MASK,
  ROOT_VERSION,
  SLOT_EMPTIED,
  SLOT_HASH,
  SLOT_NODE,
  SLOT_WORDS,
  type Words,
  word,
  ZONE_FLAGS,
  ZONE_SERVED,
  zoneOfNode,
} from "./arenaLayout.ts";

/** Any zone: see {@link findNode}. */
export const ANY_ZONE = -1;

/**
 * Fixes the version that a reader uses: nothing that it reaches from the answered root goes away
 * before {@link unpin}. Each slot, 0..63, belongs to one thread. To be called again for each batch
 * of work: the newest version is seen then, and memory of older ones comes back.
 */
export function pin(words: Words, reader: number): number {
  assert(reader >= 0 && reader < READERS_MAX, `reader ${reader} has a slot`);
  const slot = READERS + reader * READER_WORDS;
  for (;;) {
    const root = Atomics.load(words, HEADER_ROOT);
    const version = word(words, root + ROOT_VERSION);
    Atomics.store(words, slot, version);
    // The record may have been given back, and used for another version, before the slot said so.
    if (Atomics.load(words, HEADER_ROOT) !== root) continue;
    if (Atomics.load(words, root + ROOT_VERSION) === version) return root;
  }
}

/** Says that a reader holds nothing any more. Before every wait: a held version costs memory. */
export function unpin(words: Words, reader: number): void {
  Atomics.store(words, READERS + reader * READER_WORDS, 0);
}

/**
 * The node of a name, in a root's version; 0 where there is none. The name of `octets` octets is
 * at word `at` of `asked`, in any letter case, with this hash. `zone` is a zone's number, or
 * {@link ANY_ZONE}: the first that is found in whatever zone, which need not be a served one.
 */
export function findNode(
  words: Words,
  root: number,
  hash: number,
  asked: Int32Array,
  at: number,
  octets: number,
  zone: number,
): number {
  const table = word(words, root + ROOT_TABLE);
  const mask = word(words, root + ROOT_TABLE_MASK);
  const version = word(words, root + ROOT_VERSION);
  for (let index = hash & mask; ; index = (index + 1) & mask) {
    const slot = table + index * SLOT_WORDS;
    const found = word(words, slot + SLOT_HASH);
    if (found === 0 && word(words, slot + SLOT_NODE) === 0) return 0;
    if (found !== hash) continue;
    const newest = word(words, slot + SLOT_NODE);
    // Zone and name are the same along the whole chain of versions.
    if (newest <= SLOT_EMPTIED || !nameEquals(words, newest, asked, at, octets)) continue;
    if (zone !== ANY_ZONE && (word(words, newest + NODE_ZONE_FLAGS) & 0xffff) !== zone) continue;
    const node = nodeAt(words, newest, version);
    if (node !== 0 && (nodeFlags(words, node) & NODE_GONE) === 0) return node;
  }
}

/** The apex node of the served zone whose apex is this name; 0 where there is none. */
export function findServedApex(
  words: Words,
  root: number,
  hash: number,
  asked: Int32Array,
  octets: number,
): number {
  const table = word(words, root + ROOT_TABLE);
  const mask = word(words, root + ROOT_TABLE_MASK);
  const version = word(words, root + ROOT_VERSION);
  for (let index = hash & mask; ; index = (index + 1) & mask) {
    const slot = table + index * SLOT_WORDS;
    const found = word(words, slot + SLOT_HASH);
    if (found === 0 && word(words, slot + SLOT_NODE) === 0) return 0;
    const newest = word(words, slot + SLOT_NODE);
    if (found !== hash || newest <= SLOT_EMPTIED) continue;
    if (!nameEquals(words, newest, asked, 0, octets)) continue;
    const node = nodeAt(words, newest, version);
    if (node === 0 || (nodeFlags(words, node) & NODE_APEX) === 0) continue;
    const zone = zoneOfNode(words, root, node);
    if ((word(words, zone + ZONE_FLAGS) & ZONE_SERVED) !== 0) return node;
  }
}

/** Readers that are not idle. */
export function busyReaders(words: Words): number[] {
  const busy: number[] = [];
  for (let reader = 0; reader < READERS_MAX; reader += 1) {
    if (Atomics.load(words, READERS + reader * READER_WORDS) !== 0) busy.push(reader);
  }
  return busy;
}

/** Whether a reader is idle or uses a later version. */
export function isPast(words: Words, reader: number, version: number): boolean {
  const held = Atomics.load(words, READERS + reader * READER_WORDS);
  return held === 0 || isLater(held, version);
}

/** Whether every reader is idle or uses this version or a later one. */
export function allReadersAt(words: Words, version: number): boolean {
  for (let reader = 0; reader < READERS_MAX; reader += 1) {
    const held = Atomics.load(words, READERS + reader * READER_WORDS);
    if (held !== 0 && isLater(version, held)) return false;
  }
  return true;
}
