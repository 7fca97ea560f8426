import { assert, type Disk } from "../../base/index.ts";
import type { Name } from "../../dns/index.ts";
import { wordsFor } from "../../packet/index.ts";
import { NameserverError } from "../nameserverError.ts";
import type { Arena } from "../zone/arena.ts";
import { ArenaFill } from "../zone/arenaFill.ts";
import { memoryFull, type ZoneData } from "../zone/zoneData.ts";
import {
  checkWords,
  IMAGE_CHUNK_WORDS,
  IMAGE_END_WORDS,
  IMAGE_HEAD_WORDS,
  type ImageTail,
  readImageEnd,
  readImageHead,
  readImageTail,
} from "./imageFormat.ts";

/** Chunks that are read at once: enough for a disk to be fast, and still in the cache after. */
const CHUNKS_PER_READ = 16;

/** What became of reading an image. */
export type ImageRead =
  | { readonly kind: "read"; readonly zones: Map<Name, ZoneData> }
  /** It was never finished: nobody relied on it. */
  | { readonly kind: "unfinished" }
  /** It was finished, and is not what was written any more. */
  | { readonly kind: "damaged"; readonly problem: string };

/**
 * Reads an image straight into an empty arena; where that fails, the arena is spoiled.
 *
 * @throws NameserverError `state-too-new`, `memory-full`; or the disk's own error.
 */
export async function readImage(disk: Disk, file: string, arena: Arena): Promise<ImageRead> {
  const octets = (await disk.size(file)) ?? 0;
  const head = await readWords(disk, file, 0, IMAGE_HEAD_WORDS);
  const kind = head === undefined ? "malformed" : readImageHead(head);
  if (kind === "too-new") throw tooNew(file);
  if (kind === "malformed") return { kind: "unfinished" };
  const tail = await readTail(disk, file, octets);
  if (typeof tail === "string") {
    return tail === "unfinished"
      ? { kind: tail }
      : { kind: "damaged", problem: "its end is damaged" };
  }
  if (tail.nodeWords >= arena.space.leftWords) throw memoryFull(arena);
  const first = arena.space.takeFirst(tail.nodeWords);
  const fill = new ArenaFill(arena, first, tail);
  const read = await readNodes(disk, file, arena, first, tail, fill);
  if (read.kind === "damaged-chunk") {
    const at = (IMAGE_HEAD_WORDS + read.chunk * IMAGE_CHUNK_WORDS) * 4;
    return { kind: "damaged", problem: `it is damaged behind octet ${at}` };
  }
  const zones = read.kind === "read" ? fill.finish() : undefined;
  return zones === undefined
    ? { kind: "damaged", problem: "its nodes are not what its end says" }
    : { kind: "read", zones };
}

type NodesRead =
  | { readonly kind: "read" | "malformed" }
  | { readonly kind: "damaged-chunk"; readonly chunk: number };

/** Reads, checks and takes nodes; the disk reads on while that is done. */
async function readNodes(
  disk: Disk,
  file: string,
  arena: Arena,
  first: number,
  { nodeWords, checks }: ImageTail,
  fill: ArenaFill,
): Promise<NodesRead> {
  assert(checks.length === Math.ceil(nodeWords / IMAGE_CHUNK_WORDS), "every chunk has a check");
  const { words, octets } = arena;
  const wordsOf = (done: number) => Math.min(CHUNKS_PER_READ * IMAGE_CHUNK_WORDS, nodeWords - done);
  const begin = (done: number): Promise<number> => {
    const at = (first + done) * 4;
    const target = octets.subarray(at, at + wordsOf(done) * 4);
    const reading = disk.readInto(file, (IMAGE_HEAD_WORDS + done) * 4, target);
    reading.catch(() => {}); // whoever awaits it hears of it, if it still counts then
    return reading;
  };
  let reading = begin(0);
  for (let done = 0, count = 0; done < nodeWords; done += count) {
    count = wordsOf(done);
    await reading; // what is missing at its end is zeros, and not what the check says
    if (done + count < nodeWords) reading = begin(done + count);
    for (let chunk = done; chunk < done + count; chunk += IMAGE_CHUNK_WORDS) {
      const size = Math.min(IMAGE_CHUNK_WORDS, nodeWords - chunk);
      const number = chunk / IMAGE_CHUNK_WORDS;
      if (checkWords(words, first + chunk, size) !== checks[number]) {
        return { kind: "damaged-chunk", chunk: number };
      }
    }
    if (!fill.take(first + done + count)) return { kind: "malformed" };
  }
  return { kind: "read" };
}

async function readTail(
  disk: Disk,
  file: string,
  octets: number,
): Promise<ImageTail | "unfinished" | "damaged"> {
  const endAt = octets - IMAGE_END_WORDS * 4;
  if (octets % 4 !== 0 || endAt < IMAGE_HEAD_WORDS * 4) return "unfinished";
  const end = await readWords(disk, file, endAt, IMAGE_END_WORDS);
  const words = end === undefined ? undefined : readImageEnd(end);
  if (words === undefined) return "unfinished";
  const tailAt = endAt - words * 4;
  if (tailAt < IMAGE_HEAD_WORDS * 4) return "damaged";
  const found = await readWords(disk, file, tailAt, words + IMAGE_END_WORDS);
  const tail = found === undefined ? undefined : readImageTail(found);
  if (tail === undefined || tail.nodeWords !== wordsFor(tailAt) - IMAGE_HEAD_WORDS)
    return "damaged";
  return tail;
}

async function readWords(
  disk: Disk,
  file: string,
  offset: number,
  count: number,
): Promise<Int32Array | undefined> {
  const words = new Int32Array(count);
  const read = await disk.readInto(file, offset, new Uint8Array(words.buffer));
  return read === count * 4 ? words : undefined;
}

function tooNew(file: string): NameserverError {
  return new NameserverError(
    { code: "state-too-new", file },
    `Cannot load zones as ${file} must be of a format that this program knows: it is of a newer ` +
      "one; use the newer holdfast that wrote it",
  );
}
