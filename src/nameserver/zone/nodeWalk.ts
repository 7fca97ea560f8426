import type { ArenaMemory } from "./arenaDecode.ts";
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
} from "./arenaLayout.ts";
import { ANY_ZONE } from "./arenaReader.ts";

/**
 * Every node of one zone, or of all, in one version of an arena, in the order of the name table.
 * Only while that version is held. Makes no object for a node. The whole table is looked at,
 * whatever the zone holds: 0.1 seconds of processor time beside a million names, in one step where
 * the zone is small.
 */
export class NodeWalk {
  readonly #memory: ArenaMemory;
  readonly #zone: number;
  readonly #version: number;
  readonly #end: number;
  #slot: number;

  /** `zone` is a zone's number, or {@link ANY_ZONE}. */
  constructor(memory: ArenaMemory, root: number, zone: number) {
    const { words } = memory;
    this.#memory = memory;
    this.#zone = zone;
    this.#version = word(words, root + ROOT_VERSION);
    this.#slot = word(words, root + ROOT_TABLE);
    this.#end = this.#slot + (word(words, root + ROOT_TABLE_MASK) + 1) * SLOT_WORDS;
  }

  /** The next node; 0: there is none. */
  next(): number {
    const { words } = this.#memory;
    for (; this.#slot < this.#end; this.#slot += SLOT_WORDS) {
      const newest = word(words, this.#slot + SLOT_NODE);
      if (newest <= SLOT_EMPTIED) continue;
      const zone = word(words, newest + NODE_ZONE_FLAGS) & 0xffff;
      if (this.#zone !== ANY_ZONE && zone !== this.#zone) continue;
      const node = nodeAt(words, newest, this.#version);
      if (node === 0 || (nodeFlags(words, node) & NODE_GONE) !== 0) continue;
      this.#slot += SLOT_WORDS;
      return node;
    }
    return 0;
  }
}
