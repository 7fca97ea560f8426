import type { ArenaMemory } from "./arenaDecode.ts";
import {
  CHUNK_ENTRIES,
  CHUNK_FIRST,
  NODE_OWNER,
  nodeAt,
  ORDER_CHUNKS,
  ORDER_FIRST,
  ROOT_TABLE,
  ROOT_VERSION,
  SLOT_NODE,
  SLOT_WORDS,
  word,
} from "./arenaLayout.ts";
import { compareWireNames } from "./canonicalOrder.ts";

/** A place in an ordered index: `entry` of chunk number `chunk`. */
export interface OrderPlace {
  readonly chunk: number;
  readonly entry: number;
}

/** The slot number at a place. */
export function slotAt({ words }: ArenaMemory, order: number, place: OrderPlace): number {
  const chunk = word(words, order + ORDER_FIRST + place.chunk);
  return word(words, chunk + CHUNK_FIRST + place.entry);
}

/** The node of a slot number, as a root's version shows it. */
export function nodeOfSlot({ words }: ArenaMemory, root: number, slot: number): number {
  const at = word(words, root + ROOT_TABLE) + slot * SLOT_WORDS;
  return nodeAt(words, word(words, at + SLOT_NODE), word(words, root + ROOT_VERSION));
}

/**
 * The place of the last name of an ordered index that is not after the name in wire format and
 * lower case at octet `at` of `name`; undefined where all are after it.
 */
export function atOrBefore(
  memory: ArenaMemory,
  root: number,
  order: number,
  name: Uint8Array,
  at: number,
): OrderPlace | undefined {
  const { words, octets } = memory;
  const table = word(words, root + ROOT_TABLE);
  const isAfter = (slot: number): boolean => {
    // Whatever the version: all nodes of a slot have one owner.
    const node = word(words, table + slot * SLOT_WORDS + SLOT_NODE);
    return compareWireNames(octets, (node + NODE_OWNER) * 4, name, at) > 0;
  };
  const chunks = word(words, order + ORDER_CHUNKS);
  const chunk = lastNot(chunks, (index) =>
    isAfter(slotAt(memory, order, { chunk: index, entry: 0 })),
  );
  if (chunk < 0) return undefined;
  const first = word(words, order + ORDER_FIRST + chunk);
  const entry = lastNot(word(words, first + CHUNK_ENTRIES), (index) =>
    isAfter(word(words, first + CHUNK_FIRST + index)),
  );
  return { chunk, entry };
}

/** The place behind this one; undefined: it was the last. */
export function placeAfter(
  { words }: ArenaMemory,
  order: number,
  { chunk, entry }: OrderPlace,
): OrderPlace | undefined {
  const entries = word(words, word(words, order + ORDER_FIRST + chunk) + CHUNK_ENTRIES);
  if (entry + 1 < entries) return { chunk, entry: entry + 1 };
  return chunk + 1 < word(words, order + ORDER_CHUNKS) ? { chunk: chunk + 1, entry: 0 } : undefined;
}

/** The place before this one; undefined: it was the first. */
export function placeBefore(
  { words }: ArenaMemory,
  order: number,
  { chunk, entry }: OrderPlace,
): OrderPlace | undefined {
  if (entry > 0) return { chunk, entry: entry - 1 };
  if (chunk === 0) return undefined;
  const before = word(words, order + ORDER_FIRST + chunk - 1);
  return { chunk: chunk - 1, entry: word(words, before + CHUNK_ENTRIES) - 1 };
}

/** The last index below `count` of which `isAfter` says no; all behind the first yes say yes. */
export function lastNot(count: number, isAfter: (index: number) => boolean): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isAfter(middle)) high = middle;
    else low = middle + 1;
  }
  return low - 1;
}
