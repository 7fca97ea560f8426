import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { compareBytes } from "../base/index.ts";
import { nameOf } from "./name.ts";
import { makeRRset, rrsetLines, sameRdata, sameRRset } from "./rrset.ts";
import { RRType } from "./rrType.ts";

const name = nameOf("a.example");
const rdata = fc.array(fc.uint8Array({ minLength: 1, maxLength: 5 }), { minLength: 1 });

test("makeRRset() orders RDATA as RFC 4034 section 6.3 does, each once", () => {
  fc.assert(
    fc.property(rdata, (octets) => {
      const made = makeRRset(name, 65280, 60, [...octets, ...octets]).rdata;
      for (const [index, one] of made.entries()) {
        const before = made[index - 1];
        assert.ok(before === undefined || compareBytes(before, one) < 0);
      }
      assert.deepEqual(made, makeRRset(name, 65280, 60, octets.toReversed()).rdata);
      assert.equal(made.length, new Set(octets.map(String)).size);
    }),
  );
});

test("makeRRset() leaves the RDATA it was given as it was", () => {
  const given = [Uint8Array.of(2), Uint8Array.of(1)];
  makeRRset(name, 65280, 60, given);
  assert.deepEqual(given, [Uint8Array.of(2), Uint8Array.of(1)]);
});

test("makeRRset() stops the program when there is no RDATA or the TTL is out of range", () => {
  assert.throws(() => makeRRset(name, 1, 60, []), /never empty/);
  const one = [Uint8Array.of(192, 0, 2, 1)];
  for (const ttlSeconds of [-1, 2 ** 31, 0.5, Number.NaN]) {
    assert.throws(() => makeRRset(name, 1, ttlSeconds, one), /TTL/);
  }
});

test("sameRRset() compares name, type, TTL and RDATA; sameRdata() all but the TTL", () => {
  const one = [Uint8Array.of(192, 0, 2, 1)];
  const two = [...one, Uint8Array.of(192, 0, 2, 2)];
  const held = makeRRset(name, 1, 60, two);
  const cases = [
    { other: makeRRset(name, 1, 60, two.toReversed()), rrset: true, rdata: true },
    { other: makeRRset(name, 1, 61, two), rrset: false, rdata: true },
    { other: makeRRset(name, 1, 60, one), rrset: false, rdata: false },
    { other: makeRRset(name, 65280, 60, two), rrset: false, rdata: false },
    { other: makeRRset(nameOf("b.example"), 1, 60, two), rrset: false, rdata: false },
  ];
  for (const { other, ...want } of cases) {
    assert.deepEqual({ rrset: sameRRset(held, other), rdata: sameRdata(held, other) }, want);
  }
});

test("rrsetLines() writes one line for each RR", () => {
  const two = [Uint8Array.of(192, 0, 2, 2), Uint8Array.of(192, 0, 2, 1)];
  assert.deepEqual(rrsetLines(makeRRset(name, RRType.A, 60, two)), [
    "a.example. 60 IN A 192.0.2.1",
    "a.example. 60 IN A 192.0.2.2",
  ]);
});
