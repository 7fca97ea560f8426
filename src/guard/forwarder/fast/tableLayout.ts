/**
 * The words of the shared answer table. One thread writes it, others read it without locks.
 *
 * Answers are blocks in a ring: new ones are written at its head, and the oldest go as their room
 * is needed. A block hangs in the chain of its name's bucket; what stands in it does not change
 * while it hangs there, but for its place in the chain and its hits. A block that was taken out is
 * overwritten only when no reader can be at it any more: readers say in a word of their own which
 * epoch they began their batch in. A reference is the index of a block's first word; 0 is "none".
 */

/** The answers that are given are of this generation: raising it empties the table at once. */
export const GENERATION = 0;
/** Rises whenever blocks were taken out. */
export const EPOCH = 1;
export const BUCKET_MASK = 2;
/** A cache line for each reader: the epoch of its batch, or 0 while it is idle. */
export const READERS = 16;
export const READER_WORDS = 16;
export const READERS_MAX = 48;
/** First words of the chains. */
export const BUCKETS = READERS + READERS_MAX * READER_WORDS;

/** The next block of the same bucket. */
export const NEXT = 0;
/** Words of the block, negative while it hangs in no chain; for its writer alone. */
export const SIZE = 1;
export const HASH = 2;
/** See {@link keyOf}. */
export const KEY = 3;
export const BLOCK_GENERATION = 4;
/** Times that it was given, up to {@link HITS_MAX}; then {@link HITS_TOLD}. */
export const HITS = 5;
/** Three doubles, in milliseconds of the monotonic clock: of when its TTLs are, when it ends, */
export const AT_MS = 6;
export const ENDS_MS = 8;
/** and when the main thread wants to hear of it, if it is asked for often. */
export const DUE_MS = 10;
/** See {@link shapeOf}. */
export const SHAPE = 12;
/** Second and third word of the header. */
export const COUNTS = 13;
/** The name in lower case, zeros behind it; where the TTLs stand in the body; the body. */
export const NAME = 15;

/** More than two: a name that is asked for often. Then it is not written to any more. */
export const HITS_MAX = 3;
/** The main thread was told of it. */
export const HITS_TOLD = 4;
/** Blocks of one bucket: whoever asks for names of one hash cannot make searches long. */
export const CHAIN_MAX = 32;
/** Words of the largest block: 1,232 octets of a message, its name once more, and its TTLs. */
export const BLOCK_WORDS_MAX = NAME + 64 + 112 + 308 + 1;

/** What tells answers of one name apart. */
export interface AnswerKey {
  readonly type: number;
  readonly dnssecOk: boolean;
  readonly cd: boolean;
}

/** One word for type, octets of the name, DO and CD. */
export function keyOf(type: number, nameOctets: number, dnssecOk: boolean, cd: boolean): number {
  return type | (nameOctets << 16) | (dnssecOk ? 1 << 24 : 0) | (cd ? 1 << 25 : 0);
}

/** One word for octets of the body, number of TTLs, RCODE, and AD. */
export function shapeOf(octets: number, ttls: number, rcode: number, ad: boolean): number {
  return octets | (ttls << 12) | (rcode << 20) | (ad ? 1 << 24 : 0);
}
