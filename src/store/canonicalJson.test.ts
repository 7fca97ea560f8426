import assert from "node:assert/strict";
import { test } from "node:test";
import { canonicalJson } from "./canonicalJson.ts";

const cases = [
  { value: { b: 1, a: { d: 2, c: 3 } }, want: '{"a":{"c":3,"d":2},"b":1}', why: "keys in order" },
  { value: [{ b: 1, a: 2 }, 3], want: '[{"a":2,"b":1},3]', why: "lists keep theirs" },
  { value: { a: undefined, b: null }, want: '{"b":null}', why: "absent is not null" },
  { value: { B: 1, a: 2, "10": 3, "9": 4 }, want: '{"9":4,"10":3,"B":1,"a":2}', why: "any keys" },
];

for (const { value, want, why } of cases) {
  test(`canonicalJson() gives ${want}: ${why}`, () => {
    assert.equal(canonicalJson(value), want);
  });
}

test("canonicalJson() gives one text whatever order the members were written in", () => {
  assert.equal(canonicalJson({ 9: 4, a: 2, B: 1 }), canonicalJson({ B: 1, a: 2, 9: 4 }));
});
