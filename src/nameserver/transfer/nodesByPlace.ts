import type { ArenaMemory } from "../zone/arenaDecode.ts";
import {
  NODE_GONE,
  NODE_ZONE_FLAGS,
  nodeAt,
  nodeFlags,
  ROOT_TABLE,
  ROOT_TABLE_MASK,
  ROOT_VERSION,
  SLOT_EMPTIED,
  SLOT_NODE,
  SLOT_WORDS,
  word,
} from "../zone/arenaLayout.ts";

/** Words of memory whose names are visited together, as a power of two: half a mebibyte. */
const REGION_BITS = 11;

/**
 * Every name of one zone in one version of an arena, in about the order of their places in memory.
 * In the order of the name table each would be somewhere else, and a million cache misses take
 * longer than all the rest of a transfer. Only while that version is held.
 */
export class NodesByPlace {
  readonly #memory: ArenaMemory;
  readonly #zone: number;
  readonly #version: number;
  /** Words that refer to nodes: slots, not nodes, since those may be replaced meanwhile. */
  readonly #slots: Uint32Array;
  #next = 0;

  constructor(memory: ArenaMemory, root: number, zone: number) {
    this.#memory = memory;
    this.#zone = zone;
    this.#version = word(memory.words, root + ROOT_VERSION);
    this.#slots = slotsByPlace(memory, root);
  }

  /** The next node; 0: there is none. */
  next(): number {
    const { words } = this.#memory;
    const slots = this.#slots;
    while (this.#next < slots.length) {
      const newest = word(words, slots[this.#next] as number);
      this.#next += 1;
      if (newest <= SLOT_EMPTIED) continue;
      // The zone is the same along the whole chain of versions.
      if ((word(words, newest + NODE_ZONE_FLAGS) & 0xffff) !== this.#zone) continue;
      const node = nodeAt(words, newest, this.#version);
      if (node !== 0 && (nodeFlags(words, node) & NODE_GONE) === 0) return node;
    }
    return 0;
  }
}

/** Counting sort of the table's slots by the region that their nodes lie in: two passes over it. */
function slotsByPlace({ words }: ArenaMemory, root: number): Uint32Array {
  const first = word(words, root + ROOT_TABLE) + SLOT_NODE;
  const end = first + (word(words, root + ROOT_TABLE_MASK) + 1) * SLOT_WORDS;
  const ends = new Uint32Array((words.length >>> REGION_BITS) + 2);
  let count = 0;
  for (let slot = first; slot < end; slot += SLOT_WORDS) {
    const node = word(words, slot);
    if (node <= SLOT_EMPTIED) continue;
    const region = (node >>> REGION_BITS) + 1;
    ends[region] = (ends[region] as number) + 1;
    count += 1;
  }
  for (let region = 1; region < ends.length; region += 1) {
    ends[region] = (ends[region] as number) + (ends[region - 1] as number);
  }
  const slots = new Uint32Array(count);
  for (let slot = first; slot < end; slot += SLOT_WORDS) {
    const node = word(words, slot);
    if (node <= SLOT_EMPTIED) continue;
    const region = node >>> REGION_BITS;
    const place = ends[region] as number;
    slots[place] = slot;
    ends[region] = place + 1;
  }
  return slots;
}
