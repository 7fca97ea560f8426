import { assert, type Disk } from "../../base/index.ts";
import type { Arena } from "../zone/arena.ts";
import {
  NODE_PREV,
  NODE_SINCE,
  NODE_SIZE,
  rrsetCount,
  word,
  ZONE_FLAGS,
  ZONE_NAME_COUNT,
  ZONE_NODE_COUNT,
  ZONE_ORDER,
  ZONE_SIGNED,
  ZONE_WILDCARD_COUNT,
} from "../zone/arenaLayout.ts";
import { ANY_ZONE } from "../zone/arenaReader.ts";
import { blockWords } from "../zone/arenaSpace.ts";
import { NodeWalk } from "../zone/nodeWalk.ts";
import { OrderWalk } from "../zone/orderWalk.ts";
import type { ZoneData } from "../zone/zoneData.ts";
import {
  checkWords,
  encodeImageHead,
  encodeImageTail,
  IMAGE_CHUNK_WORDS,
  type ImageZone,
} from "./imageFormat.ts";

/** Chunks that a disk is given between two syncs: the journal's own syncs must not wait long. */
const CHUNKS_PER_SYNC = 32;

/** Lets others run: steps between two calls take about a millisecond. */
export type Pause = () => Promise<void>;

/** Zones of one arena in its current version, held until an image of them is written. */
export class ArenaImage {
  readonly #arena: Arena;
  readonly #root: number;
  readonly #held;
  readonly #zones: readonly (ImageZone & { readonly order: number })[];

  /** Holds the version that is current now. */
  constructor(arena: Arena, zones: Iterable<ZoneData>) {
    this.#arena = arena;
    this.#root = arena.root;
    this.#held = arena.settling.hold(arena.version);
    this.#zones = [...zones].filter(({ number }) => number >= 0).map(zoneOf);
  }

  /** Gives the version back. */
  release(): void {
    this.#arena.settling.release(this.#held);
  }

  /**
   * Writes the image as a whole file: it counts, and is durable, once this resolves. Rejects with
   * the disk's error.
   */
  async write(disk: Disk, name: string, pause: Pause): Promise<void> {
    await disk.remove(name);
    await disk.append(name, encodeImageHead());
    const chunk = new Int32Array(IMAGE_CHUNK_WORDS);
    const bytes = new Uint8Array(chunk.buffer);
    const checks: number[] = [];
    let filled = 0;
    let nodeWords = 0;
    let nodeCount = 0;
    // By zone number: what is read back must be all that its zone says it holds.
    const counts = new Map<number, number>();
    const flush = async () => {
      checks.push(checkWords(chunk, 0, filled));
      await disk.append(name, bytes.subarray(0, filled * 4));
      filled = 0;
      if (checks.length % CHUNKS_PER_SYNC === 0) await disk.sync(name);
      await pause();
    };
    for (const node of this.#nodes()) {
      const size = blockWords(word(this.#arena.words, node + NODE_SIZE));
      nodeCount += 1;
      const number = this.#arena.zoneNumber(node);
      counts.set(number, (counts.get(number) ?? 0) + 1);
      nodeWords += size;
      for (let done = 0; done < size; ) {
        const words = Math.min(size - done, IMAGE_CHUNK_WORDS - filled);
        this.#copy(node, done, words, chunk, filled);
        done += words;
        filled += words;
        if (filled === IMAGE_CHUNK_WORDS) await flush();
      }
    }
    if (filled > 0) await flush();
    const zones = this.#zones;
    checkCounts(zones, counts);
    await disk.append(name, encodeImageTail({ nodeWords, nodeCount, zones, checks }));
    await disk.sync(name);
  }

  /** Every node: first those without a place in an order, then each signed zone's in order. */
  *#nodes(): Iterable<number> {
    const { words } = this.#arena;
    const orders = new Map(this.#zones.map(({ number, order }) => [number, order]));
    const walk = new NodeWalk(this.#arena, this.#root, ANY_ZONE);
    for (let node = walk.next(); node !== 0; node = walk.next()) {
      const order = orders.get(this.#arena.zoneNumber(node)) ?? 0;
      if (order === 0 || rrsetCount(words, node) === 0) yield node;
    }
    for (const { order } of this.#zones) {
      if (order === 0) continue;
      const inOrder = new OrderWalk(this.#arena, this.#root, order);
      for (let node = inOrder.next(); node !== 0; node = inOrder.next()) yield node;
    }
  }

  /** Copies words of a node, as one that every reader sees; behind its end are zeros. */
  #copy(node: number, from: number, count: number, into: Int32Array, at: number): void {
    const { words } = this.#arena;
    const size = word(words, node + NODE_SIZE);
    for (let index = 0; index < count; index += 1) {
      const offset = from + index;
      const isOfVersion = offset === NODE_SINCE || offset === NODE_PREV;
      into[at + index] = isOfVersion || offset >= size ? 0 : word(words, node + offset);
    }
  }
}

/** Without its end a file counts for nothing, and those before it are kept. */
function checkCounts(zones: readonly ImageZone[], counts: ReadonlyMap<number, number>): void {
  for (const { apex, number, nodeCount } of zones) {
    const found = counts.get(number) ?? 0;
    assert(found === nodeCount, `an image of ${apex} has its ${nodeCount} names: ${found}`);
  }
}

function zoneOf({ apex, arena, number }: ZoneData): ImageZone & { readonly order: number } {
  const record = arena.zoneRecord(number);
  const read = (offset: number) => word(arena.words, record + offset);
  return {
    apex,
    number,
    nameCount: read(ZONE_NAME_COUNT),
    nodeCount: read(ZONE_NODE_COUNT),
    wildcardCount: read(ZONE_WILDCARD_COUNT),
    isSigned: (read(ZONE_FLAGS) & ZONE_SIGNED) !== 0,
    order: read(ZONE_ORDER),
  };
}
