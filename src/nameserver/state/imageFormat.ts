import { assert, utf8 } from "../../base/index.ts";
import { decodeName, encodeName, type Name } from "../../dns/index.ts";
import { wordsFor } from "../../packet/index.ts";
import { LAYOUT_VERSION } from "../zone/arenaLayout.ts";

/**
 * An image holds every zone of one version of an arena, as the arena has it: a head, the nodes one
 * after another, and a tail with what the zones are and a check of every chunk of nodes. All in
 * little-endian words. An image without a whole tail was never finished.
 */
const IMAGE_VERSION = 1;
/** Words of nodes that have one check: 256 KiB, a step of a millisecond. */
export const IMAGE_CHUNK_WORDS = 2 ** 16;
export const IMAGE_HEAD_WORDS = 16;
/** The last words of an image: words of the tail before them, its check, and the mark. */
export const IMAGE_END_WORDS = 4;

const MAGIC = "holdfast-image";
const MAGIC_WORDS = 4;
const END_MARK = 0x444e4548; // "HEND"
const MULTIPLIER = 0x9e3779b1;

/** What an image says of a zone; the rest is in its nodes. */
export interface ImageZone {
  readonly apex: Name;
  /** As its nodes have it. */
  readonly number: number;
  readonly nameCount: number;
  readonly nodeCount: number;
  readonly wildcardCount: number;
  /** Its names that own records come in canonical order. */
  readonly isSigned: boolean;
}

/** The tail of an image. */
export interface ImageTail {
  readonly nodeWords: number;
  readonly nodeCount: number;
  readonly zones: readonly ImageZone[];
  /** Of each chunk of nodes; the last one may be shorter. */
  readonly checks: readonly number[];
}

/** The first octets of an image. */
export function encodeImageHead(): Uint8Array {
  const words = new Int32Array(IMAGE_HEAD_WORDS);
  const head = new Uint8Array(words.buffer);
  head.set(utf8(MAGIC));
  words[MAGIC_WORDS] = IMAGE_VERSION;
  words[MAGIC_WORDS + 1] = LAYOUT_VERSION;
  words[IMAGE_HEAD_WORDS - 1] = checkWords(words, 0, IMAGE_HEAD_WORDS - 1);
  return head;
}

/** What a file's first octets say: ours, by a newer program, or something else. */
export function readImageHead(head: Int32Array): "ours" | "too-new" | "malformed" {
  const expected = new Int32Array(encodeImageHead().buffer);
  for (let index = 0; index < MAGIC_WORDS; index += 1) {
    if (head[index] !== expected[index]) return "malformed";
  }
  if (head[IMAGE_HEAD_WORDS - 1] !== checkWords(head, 0, IMAGE_HEAD_WORDS - 1)) return "malformed";
  const [version = 0, layout = 0] = head.subarray(MAGIC_WORDS);
  if (version > IMAGE_VERSION || layout > LAYOUT_VERSION) return "too-new";
  return version === IMAGE_VERSION && layout === LAYOUT_VERSION ? "ours" : "malformed";
}

/** Everything behind the nodes. */
export function encodeImageTail(tail: ImageTail): Uint8Array {
  const words: number[] = [tail.nodeWords, tail.nodeCount, tail.zones.length, tail.checks.length];
  for (const zone of tail.zones) {
    const apex = encodeName(zone.apex);
    const padded = new Int32Array(wordsFor(apex.length));
    new Uint8Array(padded.buffer).set(apex);
    words.push(zone.number, zone.nameCount, zone.nodeCount, zone.wildcardCount);
    words.push(zone.isSigned ? 1 : 0, apex.length, ...padded);
  }
  for (const check of tail.checks) words.push(check);
  const encoded = new Int32Array(words.length + IMAGE_END_WORDS);
  encoded.set(words);
  encoded[words.length] = words.length;
  encoded[words.length + 1] = checkWords(encoded, 0, words.length + 1);
  encoded[words.length + 2] = 0;
  encoded[words.length + 3] = END_MARK;
  return new Uint8Array(encoded.buffer);
}

/** Words of the tail in front of the last {@link IMAGE_END_WORDS}; undefined: no image's end. */
export function readImageEnd(end: Int32Array): number | undefined {
  return end[3] === END_MARK && (end[0] ?? 0) > 0 ? end[0] : undefined;
}

/** Reads a tail with its end; undefined where it is not whole. */
export function readImageTail(words: Int32Array): ImageTail | undefined {
  const count = words.length - IMAGE_END_WORDS;
  if (words[count] !== count || words[count + 1] !== checkWords(words, 0, count + 1)) {
    return undefined;
  }
  let at = 0;
  const next = (): number => {
    const value = words[at];
    assert(value !== undefined && at < count, "a tail whose check is right is whole");
    at += 1;
    return value;
  };
  const [nodeWords, nodeCount, zoneCount, checkCount] = [next(), next(), next(), next()];
  const zones: ImageZone[] = [];
  for (let left = zoneCount; left > 0; left -= 1) {
    const [number, nameCount, names, wildcardCount] = [next(), next(), next(), next()];
    const isSigned = next() === 1;
    const octets = next();
    const apex = new Uint8Array(words.slice(at, at + wordsFor(octets)).buffer).subarray(0, octets);
    at += wordsFor(octets);
    const zone = { number, nameCount, nodeCount: names, wildcardCount, isSigned };
    zones.push({ apex: decodeName(apex), ...zone });
  }
  return { nodeWords, nodeCount, zones, checks: Array.from(words.subarray(at, at + checkCount)) };
}

/**
 * A check of words, 32 bits. Four lanes, so that a processor works on them side by side: a CRC
 * would take as long as reading from the disk. Finds accidents, not attacks.
 */
export function checkWords(words: Int32Array, from: number, count: number): number {
  const whole = from + (count & ~3);
  let [a, b, c, d] = [count, 1, 2, 3];
  let at = from;
  for (; at < whole; at += 4) {
    a = Math.imul(((a << 13) | (a >>> 19)) ^ (words[at] as number), MULTIPLIER);
    b = Math.imul(((b << 13) | (b >>> 19)) ^ (words[at + 1] as number), MULTIPLIER);
    c = Math.imul(((c << 13) | (c >>> 19)) ^ (words[at + 2] as number), MULTIPLIER);
    d = Math.imul(((d << 13) | (d >>> 19)) ^ (words[at + 3] as number), MULTIPLIER);
  }
  for (; at < from + count; at += 1) {
    a = Math.imul(((a << 13) | (a >>> 19)) ^ (words[at] as number), MULTIPLIER);
  }
  let check = 0;
  for (const lane of [a, b, c, d]) {
    check = Math.imul(((check << 13) | (check >>> 19)) ^ lane ^ (lane >>> 15), MULTIPLIER);
  }
  return check ^ (check >>> 16);
}
