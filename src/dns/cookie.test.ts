import assert from "node:assert/strict";
import { test } from "node:test";
import { hexText } from "../base/index.ts";
import {
  COOKIE_VERSION_WORD,
  CookieHash,
  isCookieFresh,
  isCookieLength,
  isCookieTimely,
  networkOrder,
} from "./cookie.ts";

function wordsOf(hex: string): Int32Array {
  const octets = Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  return new Int32Array(octets.buffer);
}

function serverCookie(client: string, time: number, address: string, secret: string): string {
  const hash = new CookieHash();
  const [low = 0, high = 0] = wordsOf(client);
  const words = wordsOf(address);
  hash.make(wordsOf(secret), 0, low, high, time, words, 0, words.length);
  const cookie = Int32Array.of(COOKIE_VERSION_WORD, networkOrder(time), hash.low, hash.high);
  return hexText(new Uint8Array(cookie.buffer));
}

test("make() gives the server cookies of RFC 9018 appendix A", () => {
  const secret = "e5e973e5a6b2a43f48e7dc849e37bfcf";
  assert.equal(
    serverCookie("2464c4abcf10c957", 0x5cf79f11, "c6336464", secret),
    "010000005cf79f111f8130c3eee29480",
  );
  assert.equal(
    serverCookie(
      "22681ab97d52c298",
      0x5cf7c579,
      "20010db8022000015 9ded0f4876982b8".replace(" ", ""),
      "dd3bdf9344b678b185a6f5cb60fca715",
    ),
    "010000005cf7c57926556bd0934c72f8",
  );
});

test("a cookie is believed for an hour, given again for half of one, not from far ahead", () => {
  const now = 2 ** 32 - 10; // the time wraps around in 2106
  for (const [age, isTimely, isFresh] of [
    [0, true, true],
    [1800, true, true],
    [1801, true, false],
    [3600, true, false],
    [3601, false, false],
    [-300, true, true],
    [-301, false, false],
  ] as const) {
    assert.equal(isCookieTimely((now - age) >>> 0, now), isTimely, `${age}`);
    assert.equal(isCookieFresh((now - age) >>> 0, now), isFresh, `${age}`);
  }
});

test("a COOKIE option has 8, or 16 to 40 octets", () => {
  const allowed = Array.from({ length: 50 }, (_, octets) => octets).filter(isCookieLength);
  assert.deepEqual(allowed, [8, ...Array.from({ length: 25 }, (_, index) => 16 + index)]);
});
