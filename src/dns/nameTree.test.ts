import assert from "node:assert/strict";
import { test } from "node:test";
import { nameOf, ROOT } from "./name.ts";
import { compareNames, isAtOrBelow, isBelow, labelsOf, parentOf, prefixName } from "./nameTree.ts";

test("labelsOf() splits at dots that are not escaped", () => {
  assert.deepEqual(labelsOf(ROOT), []);
  assert.deepEqual(labelsOf(nameOf("www.example.org")), ["www", "example", "org"]);
  assert.deepEqual(labelsOf(nameOf("a\\.b.c\\\\.d")), ["a\\.b", "c\\\\", "d"]);
});

const parents = [
  { name: "www.example.org", parent: "example.org.", why: "one label less" },
  { name: "org", parent: ".", why: "the root is above everything" },
  { name: "a\\.b.org", parent: "org.", why: "an escaped dot ends no label" },
  { name: "a\\\\.org", parent: "org.", why: "a dot behind an escaped backslash does" },
  { name: "a\\\\\\.b.org", parent: "org.", why: "an escaped backslash, then an escaped dot" },
];

for (const { name, parent, why } of parents) {
  test(`parentOf() of ${name} is ${parent}: ${why}`, () => {
    assert.equal(parentOf(nameOf(name)), parent);
  });
}

test("parentOf() of the root is nothing", () => {
  assert.equal(parentOf(ROOT), undefined);
});

const relations = [
  { name: "a.example", apex: "example", below: true, why: "one label below" },
  { name: "a.b.example", apex: "example", below: true, why: "two labels below" },
  { name: "a.example", apex: ".", below: true, why: "everything is below the root" },
  { name: "badexample", apex: "example", below: false, why: "a longer label is another label" },
  { name: "a\\.example", apex: "example", below: false, why: "an escaped dot is within a label" },
  { name: "a\\\\.example", apex: "example", below: true, why: "an escaped backslash is not" },
  { name: "a\\\\\\.example", apex: "example", below: false, why: "three backslashes escape a dot" },
  { name: "example", apex: "a.example", below: false, why: "a parent is above" },
  { name: "a.example", apex: "b.example", below: false, why: "a sibling is beside" },
];

for (const { name, apex, below, why } of relations) {
  test(`isBelow() is ${below} for ${name} and ${apex}: ${why}`, () => {
    assert.equal(isBelow(nameOf(name), nameOf(apex)), below);
    assert.equal(isAtOrBelow(nameOf(name), nameOf(apex)), below);
  });
}

test("isAtOrBelow() holds for a name and itself, isBelow() does not", () => {
  for (const name of [ROOT, nameOf("a.example")]) {
    assert.equal(isAtOrBelow(name, name), true);
    assert.equal(isBelow(name, name), false);
  }
});

test("prefixName() puts one label in front", () => {
  const fence = prefixName("_holdfast", nameOf("a.example"));
  assert.deepEqual(fence, { kind: "parsed", name: "_holdfast.a.example." });
  assert.deepEqual(prefixName("org", ROOT), { kind: "parsed", name: "org." });
});

for (const label of ["", "a.b", "a.", "a\\", "a".repeat(64), "\u212A"]) {
  test(`prefixName() refuses ${JSON.stringify(label.slice(0, 8))} as it is not one label`, () => {
    assert.equal(prefixName(label, nameOf("example")).kind, "malformed");
  });
}

test("prefixName() refuses what makes the name longer than 255 octets", () => {
  assert.equal(prefixName("_holdfast", nameOf("a.".repeat(123))).kind, "malformed");
});

test("compareNames() orders as the example of RFC 4034 section 6.1", () => {
  const ordered = [
    "example.",
    "a.example.",
    "yljkjljk.a.example.",
    "Z.a.example.",
    "zABC.a.EXAMPLE.",
    "z.example.",
    "\\001.z.example.",
    "*.z.example.",
    "\\200.z.example.",
  ].map(nameOf);
  assert.deepEqual(ordered.toReversed().sort(compareNames), ordered);
});

test("compareNames() compares octets, not the characters of their escapes", () => {
  // "\092" is above "a" as text begins with a backslash, below "]" as an octet.
  assert.ok(compareNames(nameOf("\\\\.example"), nameOf("].example")) < 0);
  assert.ok(compareNames(nameOf("a\\.b.example"), nameOf("a-b.example")) > 0);
  assert.ok(compareNames(nameOf("\\200.example"), nameOf("z.example")) > 0);
  assert.equal(compareNames(ROOT, ROOT), 0);
  assert.ok(compareNames(ROOT, nameOf("a")) < 0);
});
