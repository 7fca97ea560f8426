import { assert } from "../../base/index.ts";
import type { NameKey } from "../../packet/index.ts";
import {
  NODE_HASH,
  NODE_ZONE_FLAGS,
  nameEquals,
  SLOT_EMPTIED,
  SLOT_HASH,
  SLOT_NODE,
  SLOT_WORDS,
  type Words,
  word,
} from "./arenaLayout.ts";

/** Slots of the smallest table. */
const SLOTS_MIN = 1024;

/** Slots for so many names: a power of two, at most half of it used. */
export function slotsFor(names: number): number {
  let slots = SLOTS_MIN;
  while (slots < names * 2) slots *= 2;
  return slots;
}

/** The name table as its one writer sees it: the newest node of each name, whoever sees it yet. */
export class NameTable {
  readonly #words: Words;
  readonly ref: number;
  readonly mask: number;
  #used = 0;
  #live = 0;

  /** A new table in a block of `slots * SLOT_WORDS` words: `slots` is a power of two. */
  constructor(words: Words, ref: number, slots: number) {
    this.#words = words;
    this.ref = ref;
    this.mask = slots - 1;
    words.fill(0, ref, ref + slots * SLOT_WORDS);
  }

  /** Words of the table's block. */
  get size(): number {
    return (this.mask + 1) * SLOT_WORDS;
  }

  /** Names in the table. */
  get live(): number {
    return this.#live;
  }

  /** One more name would make searches long: a larger table must take the place of this one. */
  get isFull(): boolean {
    return (this.#used + 1) * 2 > this.mask + 1;
  }

  /** The slot of a zone's name, as a number; -1 where it has none. */
  find(key: NameKey, zone: number): number {
    const words = this.#words;
    for (let index = key.hash & this.mask; ; index = (index + 1) & this.mask) {
      const slot = this.ref + index * SLOT_WORDS;
      const node = word(words, slot + SLOT_NODE);
      if (node === 0) return -1;
      if (word(words, slot + SLOT_HASH) !== key.hash) continue;
      if ((word(words, node + NODE_ZONE_FLAGS) & 0xffff) !== zone) continue;
      if (nameEquals(words, node, key.words, 0, key.octets)) return index;
    }
  }

  /** The slot that holds exactly this node; -1 where something newer stands in its place. */
  slotOf(node: number): number {
    const words = this.#words;
    for (let index = word(words, node + NODE_HASH) & this.mask; ; index = (index + 1) & this.mask) {
      const found = word(words, this.ref + index * SLOT_WORDS + SLOT_NODE);
      if (found === node) return index;
      if (found === 0) return -1;
    }
  }

  /** The newest node in a slot; 0 or {@link SLOT_EMPTIED} where there is none. */
  nodeIn(slot: number): number {
    return word(this.#words, this.ref + slot * SLOT_WORDS + SLOT_NODE);
  }

  /** Puts the node of a name that has no slot into one; the answer is its number. */
  insert(node: number): number {
    const index = this.#take(word(this.#words, node + NODE_HASH));
    this.replace(index, node);
    return index;
  }

  /** As {@link insert}, of a node with this hash, while no reader knows of the table. */
  fill(node: number, hash: number): number {
    const index = this.#take(hash);
    this.#words[this.ref + index * SLOT_WORDS + SLOT_NODE] = node;
    return index;
  }

  #take(hash: number): number {
    let index = hash & this.mask;
    for (;;) {
      const found = this.nodeIn(index);
      if (found === SLOT_EMPTIED) break;
      if (found === 0) {
        this.#used += 1;
        break;
      }
      index = (index + 1) & this.mask;
    }
    assert(this.#used <= this.mask, "a table is never full");
    this.#live += 1;
    this.#words[this.ref + index * SLOT_WORDS + SLOT_HASH] = hash;
    return index;
  }

  /** Puts a newer (or, going back, older) node of the same name into its slot. */
  replace(slot: number, node: number): void {
    // Readers come here at any time: whatever the node consists of is written before.
    Atomics.store(this.#words, this.ref + slot * SLOT_WORDS + SLOT_NODE, node);
  }

  /** Takes a name out: nobody sees it any more. */
  empty(slot: number): void {
    const words = this.#words;
    this.#live -= 1;
    const at = this.ref + slot * SLOT_WORDS;
    Atomics.store(words, at + SLOT_NODE, SLOT_EMPTIED);
    words[at + SLOT_HASH] = 0;
    // In front of an empty slot every search ends anyway.
    if (this.nodeIn((slot + 1) & this.mask) !== 0) return;
    for (let index = slot; this.nodeIn(index) === SLOT_EMPTIED; index = (index - 1) & this.mask) {
      words[this.ref + index * SLOT_WORDS + SLOT_NODE] = 0;
      this.#used -= 1;
    }
  }

  /**
   * Puts everything that another table holds into this one, which no reader knows of. With
   * `moved`, notes there for each slot of the other which one of this took its place. One step,
   * whatever it holds: a tenth of a second for two million names.
   */
  takeAll(other: NameTable, moved: Int32Array | undefined): void {
    for (let slot = 0; slot <= other.mask; slot += 1) {
      const node = other.nodeIn(slot);
      if (node <= SLOT_EMPTIED) continue;
      // The hash is in the slot, too: to look at every node would take several times as long.
      const hash = word(other.#words, other.ref + slot * SLOT_WORDS + SLOT_HASH);
      const now = this.fill(node, hash);
      if (moved !== undefined) moved[slot] = now;
    }
  }
}
