import { assert } from "../../base/index.ts";
import type { Arena } from "./arena.ts";
import {
  HEADER_ROOT,
  NODE_GONE,
  NODE_PREV,
  NODE_SINCE,
  NODE_SIZE,
  nodeFlags,
  ROOT_SIZE,
  ROOT_WORDS,
  ROOT_ZONES,
  SLOT_EMPTIED,
  word,
} from "./arenaLayout.ts";
import type { NameTable } from "./arenaTable.ts";

/** Zone numbers are 16 bits. */
const ZONES_MAX = 0xffff;

/**
 * One new version of an arena in the making. Its nodes are put in front of the old ones at once:
 * readers skip them until the root says that the version is there.
 */
export class ArenaTransaction {
  readonly arena: Arena;
  readonly version: number;
  /** The table of the version before, as long as the new one uses it too. */
  readonly #oldTable: NameTable;
  readonly #allocated: number[] = [];
  readonly #retired: number[] = [];
  readonly #nodes: number[] = [];
  readonly #gone: number[] = [];
  // Slots of the old table that were changed, each with what was there.
  readonly #undo: number[] = [];
  readonly #zones = new Map<number, number>();
  #zoneCount: number;
  #root = 0;
  #zoneTable = 0;
  /** By slot of the old table, the slot in a larger one that took its place. */
  moved: Int32Array | undefined = undefined;

  constructor(arena: Arena) {
    assert(!arena.isCommitting, "one commit at a time is prepared");
    arena.isCommitting = true;
    this.arena = arena;
    this.version = (arena.version + 1) | 0 || 1;
    this.#oldTable = arena.table;
    this.#zoneCount = arena.zoneCount;
  }

  /** A block of the new version; 0: the arena is full, and the transaction must be given up. */
  allocate(size: number): number {
    const block = this.arena.space.allocate(size);
    if (block !== 0) this.#allocated.push(block, size);
    return block;
  }

  /** Gives back the block that was asked for last: it was not needed. */
  dropLast(): void {
    const size = this.#allocated.pop() ?? 0;
    this.arena.space.free(this.#allocated.pop() ?? 0, size);
  }

  /** Says that the new version does without a block of the old. */
  retire(block: number, size: number): void {
    this.#retired.push(block, size);
  }

  /** A number for a zone that the arena has not held; -1 where it has too many. */
  newZone(): number {
    if (this.#zoneCount >= ZONES_MAX) return -1;
    this.#zoneCount += 1;
    return this.#zoneCount - 1;
  }

  setZone(zone: number, record: number): void {
    this.#zones.set(zone, record);
  }

  /**
   * Puts a node in place of the one in its slot, or, with slot -1, into one of its own. The answer
   * is the slot; -1 where there is no room. Slots may move: see {@link moved}.
   */
  link(slot: number, node: number): number {
    const { words } = this.arena;
    words[node + NODE_SINCE] = this.version;
    this.#nodes.push(node);
    if ((nodeFlags(words, node) & NODE_GONE) !== 0) this.#gone.push(node);
    if (slot < 0) {
      if (this.arena.table.isFull && !this.#grow()) return -1;
      const { table } = this.arena;
      const inserted = table.insert(node);
      if (table === this.#oldTable) this.#undo.push(inserted, SLOT_EMPTIED);
      return inserted;
    }
    const { table } = this.arena;
    const old = table.nodeIn(slot);
    words[node + NODE_PREV] = old;
    this.retire(old, word(words, old + NODE_SIZE));
    if (table === this.#oldTable) this.#undo.push(slot, old);
    table.replace(slot, node);
    return slot;
  }

  /** Makes sure that nothing is missing any more to publish. Says whether there was room. */
  seal(): boolean {
    this.#root = this.allocate(ROOT_WORDS);
    if (this.#root === 0) return false;
    this.#zoneTable = this.allocate(this.#zoneTableSize);
    return this.#zoneTable !== 0;
  }

  /** Shows the version to every reader, in one step. */
  publish(): void {
    const { arena } = this;
    const { words } = arena;
    const before = arena.root;
    const oldZones = word(words, before + ROOT_ZONES);
    for (let zone = 0; zone < this.#zoneCount; zone += 1) {
      const held = zone < arena.zoneCount ? word(words, oldZones + zone) : 0;
      words[this.#zoneTable + zone] = this.#zones.get(zone) ?? held;
    }
    if (oldZones !== 0) this.retire(oldZones, Math.max(2, arena.zoneCount));
    this.retire(before, word(words, before + ROOT_SIZE));
    arena.writeRoot(this.#root, {
      version: this.version,
      table: arena.table,
      zones: this.#zoneTable,
      zoneCount: this.#zoneCount,
    });
    Atomics.store(words, HEADER_ROOT, this.#root);
    const table = this.#oldTable === arena.table ? undefined : this.#oldTable;
    const [nodes, gone, blocks] = [this.#nodes, this.#gone, this.#retired];
    arena.settling.add({ version: this.version, nodes, gone, blocks, table });
    arena.isCommitting = false;
  }

  /** Takes everything back: nobody has seen it. */
  abandon(): void {
    const { arena } = this;
    if (arena.table !== this.#oldTable) arena.space.recycle(arena.table.ref, arena.table.size);
    arena.table = this.#oldTable;
    for (let index = this.#undo.length - 2; index >= 0; index -= 2) {
      const slot = this.#undo[index] ?? 0;
      const old = this.#undo[index + 1] ?? 0;
      if (old === SLOT_EMPTIED) arena.table.empty(slot);
      else arena.table.replace(slot, old);
    }
    const nodes = new Set(this.#nodes);
    const seen: number[] = [];
    for (let index = 0; index < this.#allocated.length; index += 2) {
      const block = this.#allocated[index] ?? 0;
      const size = this.#allocated[index + 1] ?? 0;
      // A reader may have a node in hand, and look since when it is there; it finds nothing else.
      if (nodes.has(block)) seen.push(block, size);
      else arena.space.free(block, size);
    }
    arena.settling.discard(seen);
    arena.isCommitting = false;
  }

  get #zoneTableSize(): number {
    return Math.max(2, this.#zoneCount);
  }

  #grow(): boolean {
    const { arena } = this;
    const { table } = arena;
    // Emptied slots alone may have filled it: then as many slots are enough.
    const slots = (table.mask + 1) * (table.live * 4 > table.mask ? 2 : 1);
    const grown = arena.newTable(slots);
    if (grown === undefined) return false;
    const moved = new Int32Array(table.mask + 1);
    grown.takeAll(table, moved);
    if (this.moved !== undefined) {
      for (const [slot, now] of this.moved.entries()) this.moved[slot] = moved[now] ?? 0;
      arena.space.recycle(table.ref, table.size);
    } else {
      this.moved = moved;
    }
    arena.table = grown;
    return true;
  }
}
