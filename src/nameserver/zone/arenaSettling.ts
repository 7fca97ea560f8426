import { isLater, NODE_PREV, NODE_SINCE, NODE_SIZE, type Words, word } from "./arenaLayout.ts";
import { allReadersAt, busyReaders, isPast } from "./arenaReader.ts";
import type { ArenaSpace } from "./arenaSpace.ts";
import type { NameTable } from "./arenaTable.ts";

/** Nodes and blocks settled before one commit: a reader that held long must not stall it. */
const STEPS_MAX = 20_000;
/** Versions settled are cut off the queue in pieces of this many. */
const QUEUE_PIECE = 1024;

/** What a version leaves to be done once every reader uses it, or a later one. */
export interface Settlement {
  readonly version: number;
  /** Nodes that it brought: they become what everybody sees. */
  readonly nodes: readonly number[];
  /** Names that it deleted. */
  readonly gone: readonly number[];
  /** Blocks that nobody sees any more, each with its size. */
  readonly blocks: readonly number[];
  /** The name table that the version put another in place of. */
  readonly table: NameTable | undefined;
}

/** A version held in the writer's own thread. */
export interface HeldVersion {
  readonly version: number;
}

/** Blocks that nobody finds any more, and readers that may still be looking at one. */
interface Discarded {
  readonly version: number;
  readonly blocks: readonly number[];
  /** Those that have not been seen idle, or at a later version, since. */
  readers: readonly number[];
}

interface SettlingArena {
  readonly version: number;
  readonly words: Words;
  readonly space: ArenaSpace;
  readonly table: NameTable;
}

/** Gives memory of old versions back, once nobody can be reading it. */
export class ArenaSettling {
  readonly #arena: SettlingArena;
  readonly #held = new Set<HeldVersion>();
  #queue: Settlement[] = [];
  #done = 0; // entries at the front of the queue that are settled
  #discarded: Discarded[] = [];

  constructor(arena: SettlingArena) {
    this.#arena = arena;
  }

  /** Versions that wait for readers. */
  get waitingCount(): number {
    return this.#queue.length - this.#done;
  }

  /** Keeps a version whole for the writer's own thread, until {@link release}. */
  hold(version: number): HeldVersion {
    const held: HeldVersion = { version };
    this.#held.add(held);
    return held;
  }

  release(held: HeldVersion): void {
    this.#held.delete(held);
  }

  /**
   * Takes blocks, each with its size, that the name table does not lead to any more: of nodes that
   * a reader in another thread may still have in hand. Free at once where all of them are idle.
   */
  discard(blocks: readonly number[]): void {
    if (blocks.length === 0) return;
    const readers = busyReaders(this.#arena.words);
    if (readers.length === 0) this.#free(blocks);
    else this.#discarded.push({ version: this.#arena.version, blocks, readers });
  }

  /** Notes what a version leaves behind; call right after it was published. */
  add(settlement: Settlement): void {
    this.#queue.push(settlement);
  }

  /**
   * Does all that has become possible, for a commit that does not fit. Only between commits. Says
   * whether a version was settled: only so often is it worth to try again.
   */
  settleAll(): boolean {
    const before = this.waitingCount;
    for (let waiting = -1; waiting !== this.waitingCount; ) {
      waiting = this.waitingCount;
      this.settle();
    }
    return this.waitingCount < before;
  }

  /** Does what has become possible, up to a bound. Only between commits. */
  settle(): void {
    this.#freeDiscarded();
    let steps = 0;
    while (steps < STEPS_MAX) {
      const next = this.#queue[this.#done];
      if (next === undefined || !this.#isSeenByAll(next.version)) break;
      this.#done += 1;
      this.#settleOne(next);
      steps += next.nodes.length + next.blocks.length / 2 + 1;
    }
    if (this.#done < QUEUE_PIECE && this.#done < this.#queue.length) return;
    this.#queue.splice(0, this.#done);
    this.#done = 0;
  }

  #isSeenByAll(version: number): boolean {
    for (const held of this.#held) if (isLater(version, held.version)) return false;
    return allReadersAt(this.#arena.words, version);
  }

  #freeDiscarded(): void {
    if (this.#discarded.length === 0) return;
    const { words } = this.#arena;
    this.#discarded = this.#discarded.filter((discarded) => {
      const { version, blocks, readers } = discarded;
      discarded.readers = readers.filter((reader) => !isPast(words, reader, version));
      if (discarded.readers.length > 0) return true;
      this.#free(blocks);
      return false;
    });
  }

  #free(blocks: readonly number[]): void {
    const { space } = this.#arena;
    for (let index = 0; index < blocks.length; index += 2) {
      space.free(blocks[index] ?? 0, blocks[index + 1] ?? 0);
    }
  }

  #settleOne({ nodes, gone, blocks, table: outgrown }: Settlement): void {
    const { words, space, table } = this.#arena;
    for (const node of nodes) {
      words[node + NODE_PREV] = 0;
      words[node + NODE_SINCE] = 0;
    }
    this.#free(blocks);
    if (outgrown !== undefined) space.recycle(outgrown.ref, outgrown.size);
    const emptied: number[] = [];
    for (const node of gone) {
      const slot = table.slotOf(node);
      if (slot < 0) continue; // the name has come back
      table.empty(slot);
      // A reader may have it in hand, and look whether the name is gone.
      emptied.push(node, word(words, node + NODE_SIZE));
    }
    this.discard(emptied);
  }
}
