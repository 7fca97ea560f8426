import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { SimDisk } from "../../../sim/simDisk.ts";
import { Arena } from "../zone/arena.ts";
import { ArenaFill } from "../zone/arenaFill.ts";
import { APEX, at, rrsetsOf } from "../zone/exampleZone.suite.ts";
import { bulkLoad } from "./bulkLoad.ts";
import {
  checkWords,
  encodeImageHead,
  encodeImageTail,
  IMAGE_END_WORDS,
  IMAGE_HEAD_WORDS,
  type ImageTail,
  readImageHead,
  readImageTail,
} from "./imageFormat.ts";
import { readImage } from "./imageReader.ts";

const ARENA_OCTETS = 2 ** 18;
const LINES = ["@ 60 NS ns1.example.org.", "a.b 60 A 192.0.2.1", "*.c 60 CNAME a.b.example.test."];

interface MadeImage {
  readonly words: Int32Array;
  readonly tail: ImageTail;
}

async function makeImage(): Promise<MadeImage> {
  const disk = new SimDisk();
  const other = { apex: at("other.test."), rrsets: [] };
  await bulkLoad(disk, [{ apex: APEX, rrsets: rrsetsOf(LINES) }, other], ARENA_OCTETS);
  const words = new Int32Array(((await disk.read("image-1")) ?? assert.fail()).slice().buffer);
  const tailWords = words[words.length - IMAGE_END_WORDS] ?? 0;
  const tail = readImageTail(words.slice(words.length - IMAGE_END_WORDS - tailWords));
  assert.ok(tail);
  return { words, tail };
}

async function read(words: Int32Array, octets = ARENA_OCTETS) {
  const disk = new SimDisk();
  await disk.append("image-1", new Uint8Array(words.buffer));
  return readImage(disk, "image-1", new Arena(octets));
}

/** The image with another tail, whose own check is right. */
function withTail({ words }: MadeImage, tail: ImageTail, nodeWords: number): Int32Array {
  const encoded = new Int32Array(encodeImageTail(tail).buffer);
  const made = new Int32Array(IMAGE_HEAD_WORDS + nodeWords + encoded.length);
  made.set(words.subarray(0, IMAGE_HEAD_WORDS + nodeWords));
  made.set(encoded, IMAGE_HEAD_WORDS + nodeWords);
  return made;
}

describe("readImage()", () => {
  it("reads no image in which one bit is another, wherever it is", async () => {
    const { words } = await makeImage();
    assert.equal((await read(words)).kind, "read");
    const spare = words.length - 2; // a word that says nothing
    for (let index = 0; index < words.length; index += 1) {
      const changed = words.slice();
      changed[index] = (changed[index] ?? 0) ^ (1 << (index % 32));
      const { kind } = await read(changed);
      assert.equal(kind === "read", index === spare, `word ${index} of ${words.length}: ${kind}`);
    }
  });

  it("reads no image that ends early, or in which octets are missing", async () => {
    const { words } = await makeImage();
    for (let length = 0; length < words.length; length += 1) {
      assert.equal((await read(words.slice(0, length))).kind, "unfinished");
    }
    const [head, rest] = [words.slice(0, 40), words.slice(42)];
    const { kind } = await read(Int32Array.from([...head, ...rest]));
    assert.equal(kind, "damaged");
  });

  it("takes nothing for zones that is not what the end says of them", async () => {
    const made = await makeImage();
    const { tail } = made;
    const [first, second] = tail.zones;
    assert.ok(first && second);
    const { nodeWords, nodeCount } = tail;
    assert.equal((await read(withTail(made, tail, nodeWords))).kind, "read");
    const others: readonly ImageTail[] = [
      { ...tail, nodeCount: nodeCount + 1 },
      { ...tail, nodeCount: nodeCount - 1 },
      { ...tail, nodeWords: nodeWords - 2 },
      { ...tail, zones: [first] },
      { ...tail, zones: [{ ...first, nodeCount: first.nodeCount + 1 }, second] },
      { ...tail, zones: [{ ...first, number: 2 }, second] },
      { ...tail, zones: [first, second, { ...second, number: 2 }] },
    ];
    for (const other of others) {
      assert.equal((await read(withTail(made, other, nodeWords))).kind, "damaged");
    }
    // Nodes whose sizes are wrong, though their check is right.
    for (const size of [0, 5, 2 ** 30, -1]) {
      const words = made.words.slice();
      words[IMAGE_HEAD_WORDS] = size;
      const checks = [checkWords(words, IMAGE_HEAD_WORDS, nodeWords)];
      const wrong = withTail({ words, tail }, { ...tail, checks }, nodeWords);
      assert.equal((await read(wrong)).kind, "damaged", `${size}`);
    }
  });

  it("says that the memory is full, where it is", async () => {
    const { words } = await makeImage();
    const octets = 2 ** 13 + 2 ** 12 + 512;
    await assert.rejects(read(words, octets), { fault: { code: "memory-full", octets } });
  });
});

describe("ArenaFill", () => {
  it("takes nodes as they come, wherever what came so far ends", async () => {
    const { words, tail } = await makeImage();
    for (const step of [1, 3, 17, 1000]) {
      const arena = new Arena(ARENA_OCTETS);
      const first = arena.space.takeFirst(tail.nodeWords);
      const fill = new ArenaFill(arena, first, tail);
      for (let done = 0; done < tail.nodeWords; done += step) {
        const end = Math.min(done + step, tail.nodeWords);
        arena.words.set(
          words.subarray(IMAGE_HEAD_WORDS + done, IMAGE_HEAD_WORDS + end),
          first + done,
        );
        assert.equal(fill.take(first + end), true);
      }
      const zone = fill.finish()?.get(APEX);
      assert.deepEqual(zone?.node(at("a.b"))?.rrsets, rrsetsOf(LINES.slice(1, 2)));
      assert.deepEqual([...(zone?.aliasesTo(at("a.b")) ?? [])], [at("*.c")]);
    }
  });
});

describe("readImageHead()", () => {
  for (const [version, layout, kind] of [
    [1, 1, "ours"],
    [2, 1, "too-new"],
    [1, 2, "too-new"],
    [0, 1, "malformed"],
    [1, 0, "malformed"],
  ] as const) {
    it(`says ${kind} of version ${version}, layout ${layout}`, () => {
      const head = new Int32Array(encodeImageHead().buffer);
      head[4] = version;
      head[5] = layout;
      head[IMAGE_HEAD_WORDS - 1] = checkWords(head, 0, IMAGE_HEAD_WORDS - 1);
      assert.equal(readImageHead(head), kind);
    });
  }
});
