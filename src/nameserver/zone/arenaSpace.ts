import { assert } from "../../base/index.ts";
import { type Words, word } from "./arenaLayout.ts";

/** Up to here blocks come in every even size: most nodes do. */
const SMALL_WORDS_MAX = 128;
const SMALL_CLASSES = SMALL_WORDS_MAX / 2;
/** Above, eight sizes between one power of two and the next: at most an eighth is wasted. */
const STEPS = 8;
const SMALL_EXPONENT = 7; // 2 ** 7 = SMALL_WORDS_MAX
const LARGE_EXPONENT_MAX = 29; // an arena has at most 2 ** 30 words
const CLASSES = SMALL_CLASSES + (LARGE_EXPONENT_MAX - SMALL_EXPONENT + 1) * STEPS;
/** Spare regions that are looked at: the work for one block is bounded. */
const SPARE_TRIES_MAX = 8;
/** Where a free block names the next of its size. */
const NEXT_FREE = 1;

/** Words that nobody has asked for yet, [next, end). */
interface Region {
  next: number;
  readonly end: number;
}

/**
 * Gives out blocks of an arena and takes them back. A block given back serves the next request of
 * its size; nothing is ever moved, so that references stay good.
 */
export class ArenaSpace {
  readonly #words: Words;
  // First free block of each size; each names the next. 0: none.
  readonly #free = new Int32Array(CLASSES);
  readonly #spare: Region[] = [];
  readonly #totalWords: number;
  #region: Region;
  #usedWords = 0;

  constructor(words: Words, first: number) {
    this.#words = words;
    this.#region = { next: first + (first & 1), end: words.length };
    this.#totalWords = this.leftWords;
  }

  /** Words in blocks that are given out. */
  get usedWords(): number {
    return this.#usedWords;
  }

  /** Words that are not in use; what was given back counts, in whatever sizes it lies ready. */
  get freeWords(): number {
    return this.#totalWords - this.#usedWords;
  }

  /** A block of so many words, with anything in it; 0 where there is none left. */
  allocate(size: number): number {
    const kind = classOf(size);
    const free = this.#free[kind] ?? 0;
    const rounded = roundedOf(kind);
    if (free !== 0) {
      this.#free[kind] = word(this.#words, free + NEXT_FREE);
      this.#usedWords += rounded;
      return free;
    }
    const block = this.#cut(rounded);
    if (block !== 0) this.#usedWords += rounded;
    return block;
  }

  /** Takes back a block that was given out for this size. Nobody may be reading it. */
  free(block: number, size: number): void {
    const kind = classOf(size);
    this.#usedWords -= roundedOf(kind);
    this.#words[block + NEXT_FREE] = this.#free[kind] ?? 0;
    this.#free[kind] = block;
  }

  /** Takes back a block that nobody will ask for in this size again: others are cut from it. */
  recycle(block: number, size: number): void {
    const rounded = roundedOf(classOf(size));
    this.#usedWords -= rounded;
    this.#spare.push({ next: block, end: block + rounded });
  }

  /** The first `words` words are taken already, by what was read from a disk. */
  takeFirst(words: number): number {
    const block = this.#region.next;
    assert(block + words <= this.#region.end, "what was read fits the arena");
    this.#region.next = block + words + ((block + words) & 1);
    this.#usedWords += words;
    return block;
  }

  /** Words behind {@link takeFirst}'s block that can still be had in one piece. */
  get leftWords(): number {
    return this.#region.end - this.#region.next;
  }

  #cut(rounded: number): number {
    for (let tries = SPARE_TRIES_MAX; tries > 0; tries -= 1) {
      const spare = this.#spare.at(-tries);
      if (spare === undefined || spare.end - spare.next < rounded) continue;
      const block = cutFrom(spare, rounded);
      if (spare.next === spare.end) this.#spare.splice(-tries, 1);
      return block;
    }
    const region = this.#region;
    if (region.end - region.next >= rounded) return cutFrom(region, rounded);
    return this.#cutFromFree(rounded);
  }

  /** The last resort: a larger block that was given back. */
  #cutFromFree(rounded: number): number {
    for (let kind = classOf(rounded) + 1; kind < CLASSES; kind += 1) {
      const block = this.#free[kind] ?? 0;
      if (block === 0) continue;
      this.#free[kind] = word(this.#words, block + NEXT_FREE);
      this.#spare.push({ next: block + rounded, end: block + roundedOf(kind) });
      return block;
    }
    return 0;
  }
}

/** Words that a block of this size really takes: one laid down elsewhere takes as many. */
export function blockWords(size: number): number {
  return roundedOf(classOf(size));
}

function cutFrom(region: Region, words: number): number {
  const block = region.next;
  region.next += words;
  return block;
}

function classOf(size: number): number {
  assert(size >= 2, `a block of ${size} words can name the next`);
  if (size <= SMALL_WORDS_MAX) return (size - 1) >> 1;
  const exponent = 31 - Math.clz32(size - 1);
  const step = (size - 1 - 2 ** exponent) >> (exponent - 3);
  return SMALL_CLASSES + (exponent - SMALL_EXPONENT) * STEPS + step;
}

function roundedOf(kind: number): number {
  if (kind < SMALL_CLASSES) return (kind + 1) * 2;
  const above = kind - SMALL_CLASSES;
  const exponent = SMALL_EXPONENT + Math.floor(above / STEPS);
  return 2 ** exponent + ((above % STEPS) + 1) * 2 ** (exponent - 3);
}
