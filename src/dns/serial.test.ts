import assert from "node:assert/strict";
import { test } from "node:test";
import { compareSerials, nextSerial } from "./serial.ts";

const cases = [
  { left: 1, right: 1, want: "equal", why: "the same number" },
  { left: 2, right: 1, want: "greater", why: "one ahead" },
  { left: 0, right: 4294967295, want: "greater", why: "RFC 1982 3.1: it wraps" },
  { left: 4294967295, right: 0, want: "less", why: "the same, the other way round" },
  { left: 2147483647, right: 0, want: "greater", why: "2^31 - 1 ahead is the furthest" },
  { left: 2147483648, right: 0, want: "undefined", why: "RFC 1982 3.2: 2^31 apart" },
  { left: 0, right: 2147483648, want: "undefined", why: "from either side" },
  { left: 2147483649, right: 0, want: "less", why: "more than 2^31 ahead is behind" },
];

for (const { left, right, want, why } of cases) {
  test(`compareSerials() says ${want} for ${left} and ${right}: ${why}`, () => {
    assert.equal(compareSerials(left, right), want);
  });
}

test("nextSerial() is greater than its serial, at the wrap too", () => {
  for (const serial of [0, 2147483647, 2147483648, 4294967295]) {
    assert.equal(compareSerials(nextSerial(serial), serial), "greater");
  }
  assert.equal(nextSerial(4294967295), 0);
});
