import { assert } from "../../../base/index.ts";
import type { Name } from "../../../dns/index.ts";
import { NameKey, wordsFor } from "../../../packet/index.ts";
import {
  type AnswerKey,
  AT_MS,
  BLOCK_GENERATION,
  BLOCK_WORDS_MAX,
  BUCKET_MASK,
  BUCKETS,
  CHAIN_MAX,
  COUNTS,
  DUE_MS,
  ENDS_MS,
  EPOCH,
  GENERATION,
  HASH,
  HITS,
  KEY,
  keyOf,
  NAME,
  NEXT,
  READER_WORDS,
  READERS,
  READERS_MAX,
  SHAPE,
  SIZE,
  shapeOf,
} from "./tableLayout.ts";
import type { WireAnswer } from "./wireAnswer.ts";

/** When an answer is of, until when it is given, and when to hear of it if it is often given. */
export interface AnswerTimes {
  /** All three on the monotonic clock. */
  readonly atMs: number;
  readonly endsMs: number;
  readonly dueMs: number;
}

/** The least memory of a table. */
export const TABLE_OCTETS_MIN = 2 ** 16;
/** References are words of 31 bits, and a table of more would hold ten million names. */
const TABLE_OCTETS_MAX = 2 ** 31;
/** Words of the ring for each bucket: what one answer takes, or a little more. */
const WORDS_PER_BUCKET = 32;
/** So much of the ring is given back at a time. */
const CHUNK_PART = 1 / 64;

/** The answers that serving threads give by themselves: the side that writes. */
export class AnswerTable {
  readonly share: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #octets: Uint8Array;
  readonly #doubles: Float64Array;
  readonly #key = new NameKey();
  readonly #ringAt: number;
  readonly #ringWords: number;
  readonly #chunkWords: number;
  // Places in an endless ring: what was written, what is left of it, and how far may be written.
  #head = 0;
  #tail = 0;
  #limit: number;
  #freed: { readonly epoch: number; readonly limit: number } | undefined;
  #size = 0;

  /** Memory of `octets`, {@link TABLE_OCTETS_MIN} or more; the system gives it as it is used. */
  constructor(octets: number) {
    assert(octets >= TABLE_OCTETS_MIN, `a table of ${octets} octets has room for answers`);
    const words = Math.floor(Math.min(octets, TABLE_OCTETS_MAX) / 4);
    const buckets = 2 ** Math.floor(Math.log2(words / WORDS_PER_BUCKET));
    this.share = new SharedArrayBuffer(words * 4);
    this.#words = new Int32Array(this.share);
    this.#octets = new Uint8Array(this.share);
    this.#doubles = new Float64Array(this.share, 0, words >> 1);
    this.#ringAt = BUCKETS + buckets;
    this.#ringWords = (words - this.#ringAt) & ~1;
    this.#chunkWords = Math.max(2 * BLOCK_WORDS_MAX, Math.floor(this.#ringWords * CHUNK_PART));
    this.#limit = this.#ringWords;
    this.#words[BUCKET_MASK] = buckets - 1;
    Atomics.store(this.#words, GENERATION, 1);
    Atomics.store(this.#words, EPOCH, 1);
  }

  /** Answers in the table, of whatever age. */
  get size(): number {
    return this.#size;
  }

  /**
   * Gives an answer to threads, in place of what they had. False where it cannot be: its room is
   * still being read, or it is too large.
   */
  put(name: Name, asked: AnswerKey, answer: WireAnswer, times: AnswerTimes): boolean {
    const key = this.#key;
    if (!key.set(name)) return false;
    const { body, ttlsAt, counts } = answer;
    const nameWords = wordsFor(key.octets);
    const size = (NAME + nameWords + ttlsAt.length + wordsFor(body.length) + 1) & ~1;
    if (size > BLOCK_WORDS_MAX) return false;
    const word = keyOf(asked.type, key.octets, asked.dnssecOk, asked.cd);
    const before = this.#find(word);
    if (before !== 0) this.#unlink(before);
    const block = this.#room(size);
    if (block === 0) return false;
    const words = this.#words;
    words[block + SIZE] = size;
    words[block + HASH] = key.hash;
    words[block + KEY] = word;
    words[block + BLOCK_GENERATION] = words[GENERATION] as number;
    words[block + HITS] = 0;
    this.#doubles[(block + AT_MS) >> 1] = times.atMs;
    this.#doubles[(block + ENDS_MS) >> 1] = times.endsMs;
    this.#doubles[(block + DUE_MS) >> 1] = times.dueMs;
    words[block + SHAPE] = shapeOf(body.length, ttlsAt.length, answer.rcode, answer.ad);
    words.set(counts, block + COUNTS);
    words.set(key.words.subarray(0, nameWords), block + NAME);
    words.set(ttlsAt, block + NAME + nameWords);
    const bodyAt = block + NAME + nameWords + ttlsAt.length;
    this.#octets.set(body, bodyAt * 4);
    this.#link(block);
    return true;
  }

  /** How often threads gave an answer since it was put: see HITS. Undefined: they have none. */
  hits(name: Name, asked: AnswerKey, nowMs: number): number | undefined {
    if (!this.#key.set(name)) return undefined;
    const block = this.#find(keyOf(asked.type, this.#key.octets, asked.dnssecOk, asked.cd));
    const words = this.#words;
    if (block === 0 || words[block + BLOCK_GENERATION] !== words[GENERATION]) return undefined;
    if (nowMs >= (this.#doubles[(block + ENDS_MS) >> 1] as number)) return undefined;
    return words[block + HITS];
  }

  /** Takes out all answers of a name. */
  forget(name: Name): void {
    if (!this.#key.set(name)) return;
    const words = this.#words;
    const { hash } = this.#key;
    let block = words[this.#bucket(hash)] as number;
    while (block !== 0) {
      const next = words[block + NEXT] as number;
      if (words[block + HASH] === hash) this.#unlink(block);
      block = next;
    }
  }

  /** Takes out everything, by one word: whoever reads from now on finds nothing. */
  clear(): void {
    Atomics.add(this.#words, GENERATION, 1);
  }

  /** Lets go of what a reader that has ended was reading. */
  release(reader: number): void {
    Atomics.store(this.#words, READERS + reader * READER_WORDS, 0);
  }

  #bucket(hash: number): number {
    return BUCKETS + (hash & (this.#words[BUCKET_MASK] as number));
  }

  /** The block of the name in `#key` with this key word; 0: there is none. */
  #find(word: number): number {
    const words = this.#words;
    const { hash, words: name, octets } = this.#key;
    const nameWords = wordsFor(octets);
    for (let block = words[this.#bucket(hash)] as number; block !== 0; ) {
      if (words[block + HASH] === hash && words[block + KEY] === word) {
        let index = 0;
        while (index < nameWords && words[block + NAME + index] === name[index]) index += 1;
        if (index === nameWords) return block;
      }
      block = words[block + NEXT] as number;
    }
    return 0;
  }

  /** Hangs a block first in its chain; the last one goes where the chain is long. */
  #link(block: number): void {
    const words = this.#words;
    const bucket = this.#bucket(words[block + HASH] as number);
    words[block + NEXT] = words[bucket] as number;
    Atomics.store(words, bucket, block);
    this.#size += 1;
    let last = block;
    let length = 1;
    while (words[last + NEXT] !== 0) {
      last = words[last + NEXT] as number;
      length += 1;
    }
    if (length > CHAIN_MAX) this.#unlink(last);
  }

  #unlink(block: number): void {
    const words = this.#words;
    let at = this.#bucket(words[block + HASH] as number);
    while (words[at] !== block) at = (words[at] as number) + NEXT;
    Atomics.store(words, at, words[block + NEXT] as number);
    words[block + SIZE] = -(words[block + SIZE] as number);
    this.#size -= 1;
  }

  /** Room for a block, at the ring's head; 0 while all that could be given is being read. */
  #room(size: number): number {
    const before = this.#ringWords - (this.#head % this.#ringWords);
    // A block does not go round the ring's end: what is left there is a block of nothing.
    const needed = before < size ? before + size : size;
    while (this.#head + needed > this.#limit) if (!this.#giveBack()) return 0;
    if (before < size) {
      this.#words[this.#ringAt + this.#ringWords - before + SIZE] = -before;
      this.#head += before;
    }
    const at = this.#ringAt + (this.#head % this.#ringWords);
    this.#head += size;
    return at;
  }

  /** Takes the oldest blocks out, and gives back their room once nobody reads them. */
  #giveBack(): boolean {
    const words = this.#words;
    if (this.#freed === undefined) {
      const end = Math.min(this.#head, this.#tail + this.#chunkWords);
      while (this.#tail < end) {
        const block = this.#ringAt + (this.#tail % this.#ringWords);
        if ((words[block + SIZE] as number) > 0) this.#unlink(block);
        this.#tail -= words[block + SIZE] as number;
      }
      this.#freed = {
        epoch: Atomics.add(words, EPOCH, 1),
        limit: this.#tail + this.#ringWords,
      };
    }
    const { epoch, limit } = this.#freed;
    for (let reader = 0; reader < READERS_MAX; reader += 1) {
      const since = Atomics.load(words, READERS + reader * READER_WORDS);
      if (since !== 0 && since <= epoch) return false;
    }
    this.#limit = limit;
    this.#freed = undefined;
    return true;
  }
}
