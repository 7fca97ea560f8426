import type { ArenaMemory } from "../zone/arenaDecode.ts";
import {
  NODE_SIZE,
  NODE_ZONE_FLAGS,
  nodeAt,
  ROOT_TABLE,
  ROOT_TABLE_MASK,
  ROOT_VERSION,
  SLOT_EMPTIED,
  SLOT_NODE,
  SLOT_WORDS,
  word,
} from "../zone/arenaLayout.ts";

/** Names looked up together; their nodes fit the smallest cache that matters. */
const AHEAD = 256;

/**
 * Every name of one zone in one version of an arena, in the order of the name table; also names
 * that are gone, which own no records. Each lies somewhere else in memory, and a million cache
 * misses one after another take longer than all the rest of a transfer: so some are looked up ahead
 * in a loop that does nothing else, in which the processor waits for many at once. Only while that
 * version is held.
 */
export class NodesAhead {
  readonly #memory: ArenaMemory;
  readonly #zone: number;
  readonly #version: number;
  readonly #end: number;
  #slot: number;
  readonly #nodes = new Int32Array(AHEAD);
  /** Of no use but that the far ends of nodes are fetched together too. */
  readonly #lastWords = new Int32Array(AHEAD);
  #next = 0;
  #count = 0;

  constructor(memory: ArenaMemory, root: number, zone: number) {
    const { words } = memory;
    this.#memory = memory;
    this.#zone = zone;
    this.#version = word(words, root + ROOT_VERSION);
    this.#slot = word(words, root + ROOT_TABLE) + SLOT_NODE;
    this.#end = this.#slot + (word(words, root + ROOT_TABLE_MASK) + 1) * SLOT_WORDS;
  }

  /** The next node; 0: there is none. */
  next(): number {
    while (this.#next === this.#count) {
      if (this.#slot >= this.#end) return 0;
      this.#lookAhead();
    }
    const node = word(this.#nodes, this.#next);
    this.#next += 1;
    return node;
  }

  #lookAhead(): void {
    const { words } = this.#memory;
    const nodes = this.#nodes;
    const found = this.#gather();
    let count = 0;
    for (let index = 0; index < found; index += 1) {
      const node = nodeAt(words, word(nodes, index), this.#version);
      if (node === 0) continue;
      nodes[count] = node;
      this.#lastWords[count] = word(words, node + word(words, node + NODE_SIZE) - 1);
      count += 1;
    }
    this.#next = 0;
    this.#count = count;
  }

  /** The newest nodes of some names: the loop that does nothing else. */
  #gather(): number {
    const { words } = this.#memory;
    const [nodes, zone, end] = [this.#nodes, this.#zone, this.#end];
    let slot = this.#slot;
    let count = 0;
    for (; count < AHEAD && slot < end; slot += SLOT_WORDS) {
      const newest = word(words, slot);
      if (newest <= SLOT_EMPTIED) continue;
      // The zone is the same along the whole chain of versions.
      if ((word(words, newest + NODE_ZONE_FLAGS) & 0xffff) !== zone) continue;
      nodes[count] = newest;
      count += 1;
    }
    this.#slot = slot;
    return count;
  }
}
