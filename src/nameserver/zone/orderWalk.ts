import type { ArenaMemory } from "./arenaDecode.ts";
import { CHUNK_ENTRIES, CHUNK_FIRST, ORDER_CHUNKS, ORDER_FIRST, word } from "./arenaLayout.ts";
import { nodeOfSlot } from "./arenaOrder.ts";

/**
 * Every node that owns records of a signed zone, in canonical order, in one version of an arena.
 * Only while that version is held. Makes no object for a node.
 */
export class OrderWalk {
  readonly #memory: ArenaMemory;
  readonly #root: number;
  readonly #order: number;
  #chunk = 0;
  #entry = 0;

  /** `order` is the zone's index in this root's version. */
  constructor(memory: ArenaMemory, root: number, order: number) {
    this.#memory = memory;
    this.#root = root;
    this.#order = order;
  }

  /** The next node; 0: there is none. */
  next(): number {
    const { words } = this.#memory;
    while (this.#chunk < word(words, this.#order + ORDER_CHUNKS)) {
      const chunk = word(words, this.#order + ORDER_FIRST + this.#chunk);
      if (this.#entry < word(words, chunk + CHUNK_ENTRIES)) {
        const slot = word(words, chunk + CHUNK_FIRST + this.#entry);
        this.#entry += 1;
        return nodeOfSlot(this.#memory, this.#root, slot);
      }
      this.#chunk += 1;
      this.#entry = 0;
    }
    return 0;
  }
}
