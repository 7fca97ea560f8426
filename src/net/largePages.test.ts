import assert from "node:assert/strict";
import { test } from "node:test";
import { openLargePages } from "./largePages.ts";

const MIB = 2 ** 20;

test("use() leaves every octet as it was, whatever the system makes of the advice", async () => {
  const memory = new SharedArrayBuffer(64 * MIB);
  const words = new Uint32Array(memory);
  for (let at = 0; at < words.length; at += 1) words[at] = Math.imul(at, 2654435761);
  const pages = await openLargePages();
  const done = await pages.use(memory, memory.byteLength);
  assert.ok(done >= 0 && done <= memory.byteLength, `${done} octets`);
  const wrong = words.findIndex((word, at) => word !== Math.imul(at, 2654435761) >>> 0);
  assert.equal(wrong, -1);
});

test("use() touches nothing of memory smaller than a large page", async () => {
  const pages = await openLargePages();
  assert.equal(await pages.use(new SharedArrayBuffer(MIB), MIB), 0);
});
