import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { concatBytes } from "../base/index.ts";
import { FrameReader, frame } from "./frames.ts";

test("FrameReader gives the messages that were framed, however the stream is cut", () => {
  const messages = fc.array(fc.uint8Array({ maxLength: 700 }), { maxLength: 6 });
  fc.assert(
    fc.property(messages, fc.array(fc.integer({ min: 1, max: 400 })), (sent, cuts) => {
      const stream = concatBytes(sent.map(frame));
      const reader = new FrameReader();
      const got: Uint8Array[] = [];
      let offset = 0;
      for (const cut of [...cuts, stream.length]) {
        got.push(...reader.push(stream.subarray(offset, offset + cut)));
        offset = Math.min(offset + cut, stream.length);
      }
      assert.deepEqual(got, sent);
      assert.equal(reader.pendingOctets, 0);
    }),
  );
});

test("FrameReader takes a stream octet by octet", () => {
  const message = Uint8Array.from({ length: 3000 }, (_, index) => index % 251);
  const reader = new FrameReader();
  const stream = concatBytes([frame(message), frame(message)]);
  const got = [...stream].flatMap((octet) => reader.push(Uint8Array.of(octet)));
  assert.deepEqual(got, [message, message]);
});

test("FrameReader says how much waits, and holds no more than has arrived", () => {
  const reader = new FrameReader();
  assert.deepEqual(reader.push(Uint8Array.of(0xff)), []);
  assert.equal(reader.pendingOctets, 1);
  assert.deepEqual(reader.push(Uint8Array.of(0xff, 1, 2, 3)), []);
  assert.equal(reader.pendingOctets, 5);
});

test("FrameReader stops at a message that is longer than it takes", () => {
  const reader = new FrameReader(100);
  const right = frame(new Uint8Array(100));
  assert.equal(reader.push(right).length, 1);
  assert.equal(reader.problem, undefined);
  assert.deepEqual(reader.push(concatBytes([frame(new Uint8Array(101)), right])), []);
  assert.match(reader.problem ?? "", /^Cannot read frame as it must be <= 100 octets: 101/);
  assert.deepEqual(reader.push(right), []);
  assert.ok(reader.pendingOctets <= 2);
});

test("FrameReader gives messages that share no memory with the chunks", () => {
  const chunk = Buffer.from(frame(Uint8Array.of(1, 2, 3)));
  const [message] = new FrameReader().push(chunk);
  chunk.fill(0);
  assert.deepEqual(message, Uint8Array.of(1, 2, 3));
});
