import assert from "node:assert/strict";
import { test } from "node:test";
import { Rcode, rcodeText } from "./codes.ts";
import { isMetaType, RRType, typeCode, typeText } from "./rrType.ts";

test("typeCode() is the inverse of typeText() for every type", () => {
  for (let type = 0; type <= 65535; type += 1) assert.equal(typeCode(typeText(type)), type);
});

const cases = [
  { text: "aaaa", want: 28, why: "mnemonics have no case" },
  { text: "type65", want: 65, why: "RFC 3597 5: any type may be written so" },
  { text: "TYPE65536", want: undefined, why: "types have sixteen bits" },
  { text: "TYPE01", want: undefined, why: "one spelling for each number" },
  { text: "TYPE", want: undefined, why: "a number is missing" },
  { text: "constructor", want: undefined, why: "properties of objects are no types" },
  { text: "HTTP\u017F", want: undefined, why: "the long s is not the letter s" },
];

for (const { text, want, why } of cases) {
  test(`typeCode() gives ${want ?? "nothing"} for ${text}: ${why}`, () => {
    assert.equal(typeCode(text), want);
  });
}

test("isMetaType() holds for what is never zone data", () => {
  for (const type of [0, RRType.OPT, RRType.TKEY, RRType.TSIG, RRType.AXFR, RRType.ANY, 128]) {
    assert.equal(isMetaType(type), true, typeText(type));
  }
  for (const type of [RRType.A, RRType.DS, RRType.HTTPS, RRType.CAA, 127, 256, 65535]) {
    assert.equal(isMetaType(type), false, typeText(type));
  }
});

test("rcodeText() names RCODEs of messages", () => {
  assert.equal(rcodeText(Rcode.NXRRSET), "NXRRSET");
  assert.equal(rcodeText(Rcode.BADVERS), "BADVERS");
  assert.equal(rcodeText(99), "RCODE99");
});
