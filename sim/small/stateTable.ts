import { assert } from "../../src/base/index.ts";

const CHUNK_BITS = 16;
const CHUNK_ROWS = 2 ** CHUNK_BITS;
/** Slots are at most so full: fuller ones are slower, emptier ones need memory. */
const FULL_MAX = 0.6;
/** A slot holds an index, and above it bits of the hash: rows that differ are rarely looked at. */
const INDEX_BITS = 28;
const INDEX_MASK = 2 ** INDEX_BITS - 1;
const FREE = 0xffff_ffff;

/**
 * Rows of small numbers, each kept once, whole: hundreds of millions of them. Nothing is hashed
 * away, so that no two different rows can ever be taken for one.
 */
export class StateTable {
  readonly #width: number;
  readonly #chunks: Int32Array[] = [];
  #slots = new Uint32Array(4096).fill(FREE);
  #size = 0;

  /** `width`: numbers per row. */
  constructor(width: number) {
    assert(width >= 1, "a row is at least one number");
    this.#width = width;
  }

  get size(): number {
    return this.#size;
  }

  /** The row's index; it is new where {@link size} rose. `from`: where the row begins. */
  add(row: ArrayLike<number>, from = 0): number {
    if (this.#size >= this.#slots.length * FULL_MAX) this.#grow();
    const hash = hashOf(row, from, this.#width);
    const slot = this.#slotWith(hash, row, from);
    const held = this.#slots[slot] ?? FREE;
    if (held !== FREE) return held & INDEX_MASK;
    const index = this.#size;
    assert(index < INDEX_MASK, "an index fits into its bits");
    this.#slots[slot] = slotted(index, hash);
    if ((index & (CHUNK_ROWS - 1)) === 0) {
      this.#chunks.push(new Int32Array(CHUNK_ROWS * this.#width));
    }
    const chunk = this.#chunkOf(index);
    const start = this.#startOf(index);
    for (let column = 0; column < this.#width; column += 1) {
      chunk[start + column] = row[from + column] ?? 0;
    }
    this.#size += 1;
    return index;
  }

  /** The index of a row; negative where it was never added. */
  find(row: ArrayLike<number>, from = 0): number {
    const held = this.#slots[this.#slotWith(hashOf(row, from, this.#width), row, from)] ?? FREE;
    return held === FREE ? -1 : held & INDEX_MASK;
  }

  /** Copies a row. */
  read(index: number, into: Int32Array): void {
    assert(index >= 0 && index < this.#size, "a row has an index below the size");
    const chunk = this.#chunkOf(index);
    const start = this.#startOf(index);
    for (let column = 0; column < this.#width; column += 1) {
      into[column] = chunk[start + column] ?? 0;
    }
  }

  /** The slot that has this row, or the one that is free for it. */
  #slotWith(hash: number, row: ArrayLike<number>, from: number): number {
    const width = this.#width;
    const slots = this.#slots;
    const last = slots.length - 1;
    for (let slot = hash & last; ; slot = (slot + 1) & last) {
      const held = slots[slot] ?? FREE;
      if (held === FREE) return slot;
      if ((held ^ hash) >>> INDEX_BITS !== 0) continue;
      const index = held & INDEX_MASK;
      const chunk = this.#chunkOf(index);
      const start = this.#startOf(index);
      let column = 0;
      while (column < width && chunk[start + column] === row[from + column]) column += 1;
      if (column === width) return slot;
    }
  }

  #grow(): void {
    const slots = new Uint32Array(this.#slots.length * 2).fill(FREE);
    const last = slots.length - 1;
    for (let index = 0; index < this.#size; index += 1) {
      const hash = hashOf(this.#chunkOf(index), this.#startOf(index), this.#width);
      let slot = hash & last;
      while (slots[slot] !== FREE) slot = (slot + 1) & last;
      slots[slot] = slotted(index, hash);
    }
    this.#slots = slots;
  }

  #chunkOf(index: number): Int32Array {
    const chunk = this.#chunks[index >>> CHUNK_BITS];
    assert(chunk !== undefined, "each row has a chunk");
    return chunk;
  }

  #startOf(index: number): number {
    return (index & (CHUNK_ROWS - 1)) * this.#width;
  }
}

function slotted(index: number, hash: number): number {
  return ((hash & ~INDEX_MASK) | index) >>> 0;
}

function hashOf(row: ArrayLike<number>, from: number, width: number): number {
  let hash = 0x811c9dc5;
  for (let column = 0; column < width; column += 1) {
    hash = Math.imul(hash ^ (row[from + column] ?? 0), 0xcc9e2d51);
    hash ^= hash >>> 15;
  }
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** A list of whole numbers that grows without being copied. */
export class NumberList {
  readonly #chunks: Int32Array[] = [];
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(item: number): void {
    const at = this.#size & (CHUNK_ROWS - 1);
    if (at === 0) this.#chunks.push(new Int32Array(CHUNK_ROWS));
    const chunk = this.#chunks[this.#size >>> CHUNK_BITS];
    assert(chunk !== undefined, "each item has a chunk");
    chunk[at] = item;
    this.#size += 1;
  }

  at(index: number): number {
    assert(index >= 0 && index < this.#size, "an item has an index below the size");
    return this.#chunks[index >>> CHUNK_BITS]?.[index & (CHUNK_ROWS - 1)] ?? 0;
  }
}
