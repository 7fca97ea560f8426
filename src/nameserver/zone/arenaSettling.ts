import { isLater, NODE_PREV, NODE_SINCE, NODE_SIZE, type Words, word } from "./arenaLayout.ts";
import { allReadersAt } from "./arenaReader.ts";
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

interface SettlingArena {
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
  #pending: number[] = [];

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

  /** Notes a block that only readers of versions up to the current one may be looking at. */
  discard(block: number, size: number): void {
    this.#pending.push(block, size);
  }

  /** Notes what a version leaves behind; call right after it was published. */
  add(settlement: Settlement): void {
    const blocks =
      this.#pending.length === 0 ? settlement.blocks : [...settlement.blocks, ...this.#pending];
    this.#pending = [];
    this.#queue.push({ ...settlement, blocks });
  }

  /** Does what has become possible, up to a bound. Only between commits. */
  settle(): void {
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

  #settleOne({ nodes, gone, blocks, table: outgrown }: Settlement): void {
    const { words, space, table } = this.#arena;
    for (const node of nodes) {
      words[node + NODE_PREV] = 0;
      words[node + NODE_SINCE] = 0;
    }
    for (let index = 0; index < blocks.length; index += 2) {
      space.free(blocks[index] ?? 0, blocks[index + 1] ?? 0);
    }
    if (outgrown !== undefined) space.recycle(outgrown.ref, outgrown.size);
    for (const node of gone) {
      const slot = table.slotOf(node);
      if (slot < 0) continue; // the name has come back
      table.empty(slot);
      // A reader may have it in hand, and look whether the name is gone.
      this.discard(node, word(words, node + NODE_SIZE));
    }
  }
}
