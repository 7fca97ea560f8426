import assert from "node:assert/strict";
import { test } from "node:test";
import { hexText } from "../base/index.ts";
import { SipHash } from "./sipHash.ts";

const KEY = Int32Array.of(0x03020100, 0x07060504, 0x0b0a0908, 0x0f0e0d0c);

/** The hash of the octets 0, 1, 2, ... as the reference implementation's vectors print it. */
function hashOf(octets: number): string {
  const message = new Uint8Array(64).map((_, index) => (index < octets ? index : 0));
  const hash = new SipHash();
  hash.hash(KEY, 0, new Int32Array(message.buffer), octets);
  return hexText(new Uint8Array(Int32Array.of(hash.low, hash.high).buffer));
}

test("hash() gives the test vectors of the SipHash paper and its reference implementation", () => {
  assert.equal(hashOf(0), "310e0edd47db6f72");
  assert.equal(hashOf(1), "fd67dc93c539f874");
  assert.equal(hashOf(7), "37d1018bf50002ab");
  assert.equal(hashOf(8), "6224939a79f5f593");
  assert.equal(hashOf(15), "e545be4961ca29a1");
  assert.equal(hashOf(16), "db9bc2577fcc2a3f");
  assert.equal(hashOf(63), "724506eb4c328a95");
});
