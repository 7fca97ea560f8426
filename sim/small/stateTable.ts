import { assert } from "../../src/base/index.ts";

/** States of a graph as rows of small numbers: millions of them, each kept once. */
export class StateTable {
  readonly #width: number;
  #rows: Int32Array;
  #slots: Int32Array;
  #size = 0;

  /** `width`: numbers per state. */
  constructor(width: number) {
    assert(width >= 1, "a state is at least one number");
    this.#width = width;
    this.#rows = new Int32Array(width * 1024);
    this.#slots = new Int32Array(4096).fill(-1);
  }

  get size(): number {
    return this.#size;
  }

  /** The row's index; it is new where {@link size} rose. */
  add(row: readonly number[]): number {
    assert(row.length === this.#width, "a state has all of its numbers");
    if (this.#size * 2 >= this.#slots.length) this.#grow();
    let slot = this.#slotOf(row);
    for (;;) {
      const index = this.#slots[slot] ?? -1;
      if (index < 0) break;
      if (this.#isAt(index, row)) return index;
      slot = (slot + 1) & (this.#slots.length - 1);
    }
    this.#slots[slot] = this.#size;
    if ((this.#size + 1) * this.#width > this.#rows.length) this.#rows = doubled(this.#rows);
    this.#rows.set(row, this.#size * this.#width);
    this.#size += 1;
    return this.#size - 1;
  }

  row(index: number): number[] {
    assert(index >= 0 && index < this.#size, "a state has an index below the size");
    const start = index * this.#width;
    return [...this.#rows.subarray(start, start + this.#width)];
  }

  #isAt(index: number, row: readonly number[]): boolean {
    const start = index * this.#width;
    for (let column = 0; column < this.#width; column += 1) {
      if (this.#rows[start + column] !== row[column]) return false;
    }
    return true;
  }

  #slotOf(row: ArrayLike<number>): number {
    let hash = 0x811c9dc5;
    for (let column = 0; column < this.#width; column += 1) {
      hash = Math.imul(hash ^ (row[column] ?? 0), 0x01000193);
      hash ^= hash >>> 15;
    }
    hash = Math.imul(hash, 0x85ebca6b);
    return (hash ^ (hash >>> 13)) & (this.#slots.length - 1);
  }

  #grow(): void {
    this.#slots = new Int32Array(this.#slots.length * 2).fill(-1);
    for (let index = 0; index < this.#size; index += 1) {
      const start = index * this.#width;
      let slot = this.#slotOf(this.#rows.subarray(start, start + this.#width));
      while ((this.#slots[slot] ?? -1) >= 0) slot = (slot + 1) & (this.#slots.length - 1);
      this.#slots[slot] = index;
    }
  }
}

/** A list of whole numbers that grows. */
export class NumberList {
  #items = new Int32Array(1024);
  #size = 0;

  get size(): number {
    return this.#size;
  }

  push(item: number): void {
    if (this.#size === this.#items.length) this.#items = doubled(this.#items);
    this.#items[this.#size] = item;
    this.#size += 1;
  }

  at(index: number): number {
    assert(index >= 0 && index < this.#size, "an item has an index below the size");
    return this.#items[index] ?? 0;
  }
}

function doubled(from: Int32Array): Int32Array<ArrayBuffer> {
  const next = new Int32Array(from.length * 2);
  next.set(from);
  return next;
}
