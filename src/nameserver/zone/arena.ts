import { assert } from "../../base/index.ts";
import type { NameKey } from "../../packet/index.ts";
import {
  ARENA_MAGIC,
  HEADER_LAYOUT,
  HEADER_MAGIC,
  HEADER_ROOT,
  HEAP,
  LAYOUT_VERSION,
  NODE_ZONE_FLAGS,
  type Octets,
  ROOT_FLAGS,
  ROOT_SIZE,
  ROOT_TABLE,
  ROOT_TABLE_MASK,
  ROOT_VERSION,
  ROOT_WORDS,
  ROOT_ZONE_COUNT,
  ROOT_ZONES,
  SLOT_WORDS,
  type Words,
  word,
} from "./arenaLayout.ts";
import { findNode } from "./arenaReader.ts";
import { ArenaSettling } from "./arenaSettling.ts";
import { ArenaSpace } from "./arenaSpace.ts";
import { NameTable, slotsFor } from "./arenaTable.ts";

/** The most that an arena is asked for: references are below 2^30 words. */
const ARENA_OCTETS_MAX = 4 * 2 ** 30;
/** Less than this is no use in production. */
const ARENA_OCTETS_MIN = 256 * 2 ** 20;
/** Of an arena that nobody said a size for: of a zone by itself, in tests. */
const ARENA_OCTETS_DEFAULT = 2 * 2 ** 20;

/**
 * Memory for so many octets, or for half as many, and so on down to 256 MiB, where the system has
 * no room for more: it is only reserved, and taken page by page when it is used.
 *
 * @throws RangeError where even the least cannot be had.
 */
export function reserveArena(octets: number = ARENA_OCTETS_MAX): Arena {
  for (let tried = octets; ; tried /= 2) {
    try {
      return new Arena(tried);
    } catch (error) {
      if (!(error instanceof RangeError) || tried / 2 < ARENA_OCTETS_MIN) throw error;
    }
  }
}

/**
 * The shared memory in which zones live, and its one writer's view of it. Everything that readers
 * see changes by `prepareCommit` alone.
 */
export class Arena {
  readonly words: Words;
  readonly octets: Octets;
  readonly space: ArenaSpace;
  readonly settling: ArenaSettling;
  #table: NameTable;
  /** A commit is prepared, and neither published nor given up. */
  isCommitting = false;

  /** Throws RangeError where the system does not give so much. */
  constructor(octets: number = ARENA_OCTETS_DEFAULT) {
    const memory = new SharedArrayBuffer(octets);
    this.words = new Int32Array(memory);
    this.octets = new Uint8Array(memory);
    this.octets[0] = 1;
    assert(this.words[0] === 1, "this machine is little-endian, as the layout is");
    this.words[HEADER_MAGIC] = ARENA_MAGIC;
    this.words[HEADER_LAYOUT] = LAYOUT_VERSION;
    this.space = new ArenaSpace(this.words, HEAP);
    this.settling = new ArenaSettling(this);
    this.#table = this.newTable(slotsFor(0)) ?? assertFits();
    const root = this.space.allocate(ROOT_WORDS);
    assert(root !== 0, "an arena has room for its first root");
    const { table } = this;
    this.writeRoot(root, { version: 1, table, zones: 0, zoneCount: 0 });
    Atomics.store(this.words, HEADER_ROOT, root);
  }

  /** What other threads are given. */
  get memory(): SharedArrayBuffer {
    return this.words.buffer;
  }

  /** Reference of the current ROOT. */
  get root(): number {
    return word(this.words, HEADER_ROOT);
  }

  get version(): number {
    return word(this.words, this.root + ROOT_VERSION);
  }

  /** Octets in use; what was given back, and lies ready, does not count. */
  get usedOctets(): number {
    return this.space.usedWords * 4;
  }

  /** The table that the next version will have: it holds names that nobody sees yet. */
  get table(): NameTable {
    return this.#table;
  }

  set table(table: NameTable) {
    this.#table = table;
  }

  /** The node of a zone's name as it is served now; 0 where there is none. */
  find(key: NameKey, zone: number): number {
    return findNode(this.words, this.root, key.hash, key.words, 0, key.octets, zone);
  }

  /** Reference of a zone's record in the current version. */
  zoneRecord(zone: number): number {
    return word(this.words, word(this.words, this.root + ROOT_ZONES) + zone);
  }

  get zoneCount(): number {
    return word(this.words, this.root + ROOT_ZONE_COUNT);
  }

  /** An empty table; undefined where there is no room. */
  newTable(slots: number): NameTable | undefined {
    const ref = this.space.allocate(slots * SLOT_WORDS);
    return ref === 0 ? undefined : new NameTable(this.words, ref, slots);
  }

  writeRoot(root: number, content: RootContent): void {
    const { words } = this;
    words[root + ROOT_SIZE] = ROOT_WORDS;
    words[root + ROOT_VERSION] = content.version;
    words[root + ROOT_TABLE] = content.table.ref;
    words[root + ROOT_TABLE_MASK] = content.table.mask;
    words[root + ROOT_ZONES] = content.zones;
    words[root + ROOT_ZONE_COUNT] = content.zoneCount;
    words[root + ROOT_FLAGS] = 0;
  }

  /** Number of the zone that a node belongs to. */
  zoneNumber(node: number): number {
    return word(this.words, node + NODE_ZONE_FLAGS) & 0xffff;
  }
}

/** What a ROOT says. */
export interface RootContent {
  readonly version: number;
  readonly table: NameTable;
  readonly zones: number;
  readonly zoneCount: number;
}

function assertFits(): never {
  throw new RangeError("an arena must have room for an empty table");
}
