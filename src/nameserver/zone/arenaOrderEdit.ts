import {
  CHUNK_ENTRIES,
  CHUNK_ENTRIES_MAX,
  CHUNK_FIRST,
  CHUNK_SIZE,
  NODE_OWNER,
  ORDER_CHUNKS,
  ORDER_FIRST,
  ORDER_NAMES,
  ORDER_SIZE,
  word,
} from "./arenaLayout.ts";
import { lastNot } from "./arenaOrder.ts";
import type { ArenaTransaction } from "./arenaTransaction.ts";
import { compareWireNames } from "./canonicalOrder.ts";

const CHUNK_WORDS = CHUNK_FIRST + CHUNK_ENTRIES_MAX;
/** Below this a chunk is joined with a neighbour, if both then have room to grow. */
const CHUNK_ENTRIES_MIN = 64;
const JOINED_ENTRIES_MAX = 192;

/** Entries of each chunk of an index that is made at once: names are likely to come. */
const FILLED_ENTRIES = 192;

/** Changes an ordered index: what is not touched is shared with the version before. */
export class OrderEdit {
  readonly #transaction: ArenaTransaction;
  readonly #chunks: number[];
  readonly #own = new Set<number>();
  readonly #old: number;
  #isFull = false;

  /** `order` is the index of the version before, or 0. */
  constructor(transaction: ArenaTransaction, order: number) {
    const { words } = transaction.arena;
    const count = order === 0 ? 0 : word(words, order + ORDER_CHUNKS);
    const first = order + ORDER_FIRST;
    this.#transaction = transaction;
    this.#old = order;
    this.#chunks = Array.from(words.subarray(first, first + count));
    if (transaction.moved !== undefined) this.#move(transaction.moved);
  }

  /** Adds the name in this slot; it was not there. */
  insert(slot: number): void {
    const index = Math.max(0, this.#chunkOf(slot));
    const chunk = this.#writable(index);
    if (chunk === 0) return;
    const { words } = this.#transaction.arena;
    const entries = word(words, chunk + CHUNK_ENTRIES);
    const behind = chunk + CHUNK_FIRST + this.#entryOf(chunk, slot) + 1;
    words.copyWithin(behind + 1, behind, chunk + CHUNK_FIRST + entries);
    words[behind] = slot;
    words[chunk + CHUNK_ENTRIES] = entries + 1;
    if (entries + 1 === CHUNK_ENTRIES_MAX) this.#split(index, chunk);
  }

  /** Takes out the name in this slot; it was there. */
  remove(slot: number): void {
    const index = this.#chunkOf(slot);
    const chunk = this.#writable(index);
    if (chunk === 0) return;
    const { words } = this.#transaction.arena;
    const entries = word(words, chunk + CHUNK_ENTRIES);
    const at = chunk + CHUNK_FIRST + this.#entryOf(chunk, slot);
    words.copyWithin(at, at + 1, chunk + CHUNK_FIRST + entries);
    words[chunk + CHUNK_ENTRIES] = entries - 1;
    if (entries === 1) this.#drop(index);
    else if (entries <= CHUNK_ENTRIES_MIN) this.#join(index > 0 ? index - 1 : 0);
  }

  /** Adds names that come, in order, behind all that are there. */
  append(slots: Iterable<number>): void {
    const { words } = this.#transaction.arena;
    let chunk = 0;
    let entries = FILLED_ENTRIES;
    for (const slot of slots) {
      if (entries === FILLED_ENTRIES) {
        chunk = this.#newChunk();
        if (chunk === 0) return;
        this.#chunks.push(chunk);
        entries = 0;
      }
      words[chunk + CHUNK_FIRST + entries] = slot;
      entries += 1;
      words[chunk + CHUNK_ENTRIES] = entries;
    }
  }

  /** Reference of the changed index; 0: the arena is full. */
  finish(): number {
    const { words } = this.#transaction.arena;
    const size = ORDER_FIRST + this.#chunks.length;
    const order = this.#isFull ? 0 : this.#transaction.allocate(size);
    if (order === 0) return 0;
    let names = 0;
    for (const [index, chunk] of this.#chunks.entries()) {
      words[order + ORDER_FIRST + index] = chunk;
      names += word(words, chunk + CHUNK_ENTRIES);
    }
    words[order + ORDER_SIZE] = size;
    words[order + ORDER_CHUNKS] = this.#chunks.length;
    words[order + ORDER_NAMES] = names;
    this.#retireDirectory();
    return order;
  }

  /** Gives the index up: the zone is signed no more. */
  discard(): void {
    for (const chunk of this.#chunks) this.#transaction.retire(chunk, CHUNK_WORDS);
    this.#retireDirectory();
  }

  #retireDirectory(): void {
    if (this.#old === 0) return;
    const size = word(this.#transaction.arena.words, this.#old + ORDER_SIZE);
    this.#transaction.retire(this.#old, size);
  }

  /** Number of the chunk that the name in `slot` belongs to; -1: it is before all of them. */
  #chunkOf(slot: number): number {
    const { words } = this.#transaction.arena;
    return lastNot(this.#chunks.length, (index) => {
      return this.#isAfter(word(words, (this.#chunks[index] ?? 0) + CHUNK_FIRST), slot);
    });
  }

  /** Index of the last entry that is not after the name in `slot`. */
  #entryOf(chunk: number, slot: number): number {
    const { words } = this.#transaction.arena;
    return lastNot(word(words, chunk + CHUNK_ENTRIES), (index) => {
      return this.#isAfter(word(words, chunk + CHUNK_FIRST + index), slot);
    });
  }

  #isAfter(left: number, right: number): boolean {
    const { octets, table } = this.#transaction.arena;
    const [a, b] = [table.nodeIn(left) + NODE_OWNER, table.nodeIn(right) + NODE_OWNER];
    return compareWireNames(octets, a * 4, octets, b * 4) > 0;
  }

  /** A chunk that this version alone has; 0: the arena is full. */
  #writable(index: number): number {
    const old = this.#chunks[index];
    if (old !== undefined && this.#own.has(old)) return old;
    const chunk = this.#newChunk();
    if (chunk === 0) return 0;
    if (old !== undefined) {
      const { words } = this.#transaction.arena;
      const entries = word(words, old + CHUNK_ENTRIES);
      words.copyWithin(chunk + CHUNK_ENTRIES, old + CHUNK_ENTRIES, old + CHUNK_FIRST + entries);
      this.#transaction.retire(old, CHUNK_WORDS);
    }
    this.#chunks[index] = chunk;
    return chunk;
  }

  #newChunk(): number {
    const chunk = this.#isFull ? 0 : this.#transaction.allocate(CHUNK_WORDS);
    if (chunk === 0) {
      this.#isFull = true;
      return 0;
    }
    const { words } = this.#transaction.arena;
    words[chunk + CHUNK_SIZE] = CHUNK_WORDS;
    words[chunk + CHUNK_ENTRIES] = 0;
    this.#own.add(chunk);
    return chunk;
  }

  #split(index: number, chunk: number): void {
    const upper = this.#newChunk();
    if (upper === 0) return;
    const { words } = this.#transaction.arena;
    const half = CHUNK_ENTRIES_MAX / 2;
    const from = chunk + CHUNK_FIRST + half;
    words.copyWithin(upper + CHUNK_FIRST, from, from + half);
    words[chunk + CHUNK_ENTRIES] = half;
    words[upper + CHUNK_ENTRIES] = half;
    this.#chunks.splice(index + 1, 0, upper);
  }

  #drop(index: number): void {
    const [chunk] = this.#chunks.splice(index, 1);
    // What this version made and dropped again, it still has to give back.
    if (chunk !== undefined) this.#transaction.retire(chunk, CHUNK_WORDS);
  }

  /** Puts two neighbours into one chunk, where that leaves it room to grow. */
  #join(index: number): void {
    const { words } = this.#transaction.arena;
    const right = this.#chunks[index + 1];
    if (right === undefined) return;
    const moved = word(words, right + CHUNK_ENTRIES);
    const entries = word(words, (this.#chunks[index] ?? 0) + CHUNK_ENTRIES);
    if (entries + moved > JOINED_ENTRIES_MAX) return;
    const left = this.#writable(index);
    if (left === 0) return;
    const from = right + CHUNK_FIRST;
    words.copyWithin(left + CHUNK_FIRST + entries, from, from + moved);
    words[left + CHUNK_ENTRIES] = entries + moved;
    this.#drop(index + 1);
  }

  /** The name table has grown: every entry gets its new slot. */
  #move(moved: Int32Array): void {
    const { words } = this.#transaction.arena;
    for (let index = 0; index < this.#chunks.length; index += 1) {
      const chunk = this.#writable(index);
      if (chunk === 0) return;
      const first = chunk + CHUNK_FIRST;
      for (let entry = word(words, chunk + CHUNK_ENTRIES) - 1; entry >= 0; entry -= 1) {
        words[first + entry] = moved[word(words, first + entry)] ?? 0;
      }
    }
  }
}
