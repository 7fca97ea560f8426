import assert from "node:assert/strict";
import { describe, it } from "node:test";
import fc from "fast-check";
import { nameOf } from "./name.ts";
import { fitsOwnerPattern, type OwnerPattern, parseOwnerPattern } from "./ownerPattern.ts";

const ZONE = nameOf("example.");

function pattern(text: string): OwnerPattern {
  const parsed = parseOwnerPattern(text);
  assert.ok(parsed.kind === "pattern", JSON.stringify(parsed));
  return parsed.pattern;
}

function fits(text: string, name: string): boolean {
  return fitsOwnerPattern(pattern(text), nameOf(name), ZONE);
}

describe("fitsOwnerPattern()", () => {
  it("takes a star for one label or more, never for none", () => {
    assert.ok(fits("_acme-challenge.*", "_acme-challenge.www.example."));
    assert.ok(fits("_acme-challenge.*", "_acme-challenge.a.b.example."));
    assert.ok(!fits("_acme-challenge.*", "_acme-challenge.example."));
    assert.ok(!fits("_acme-challenge.*", "www.example."));
    assert.ok(fits("*", "a.b.c.example."));
    assert.ok(!fits("*", "example."));
    assert.ok(fits("*.b.*.d", "x.b.b.b.y.d.example."));
    assert.ok(!fits("*.b.*.d", "x.b.d.example."));
  });

  it("reads a pattern without a star as one name, relative to the zone or absolute", () => {
    assert.ok(fits("WWW", "www.example."));
    assert.ok(!fits("www", "a.www.example."));
    assert.ok(fits("www.example.", "www.example."));
    assert.ok(!fits("www.example", "www.example."));
    assert.ok(fits("*.example.", "www.example."));
    assert.ok(fits("@", "example."));
    assert.ok(!fits("@", "www.example."));
  });

  it("takes an escaped star for the label of a wildcard, and for nothing else", () => {
    assert.ok(fits("\\*.w", "*.w.example."));
    assert.ok(!fits("\\*.w", "a.w.example."));
    assert.ok(fits("a\\.b.*", "a\\.b.c.example."));
  });

  it("takes no star for a control label: who may write those is said by name", () => {
    assert.ok(!fits("*", "_holdfast.www.example."));
    assert.ok(!fits("*", "_gate._holdfast.example."));
    assert.ok(fits("_holdfast.*", "_holdfast.www.example."));
    assert.ok(!fits("_holdfast.*", "_holdfast._holdfast.www.example."));
  });

  it("agrees with trying every way to share out the labels", () => {
    const label = fc.constantFrom("a", "b", "_holdfast");
    const part = fc.constantFrom("*", "a", "b", "_holdfast");
    fc.assert(
      fc.property(
        fc.array(part, { minLength: 1, maxLength: 7 }),
        fc.array(label, { minLength: 1, maxLength: 8 }),
        (parts, labels) => {
          fc.pre(parts.filter((text) => text === "*").length <= 4);
          const name = `${labels.join(".")}.example.`;
          assert.equal(fits(parts.join("."), name), tryAll(parts, labels));
        },
      ),
      { numRuns: 2000 },
    );
  });
});

function tryAll(parts: readonly string[], labels: readonly string[]): boolean {
  const [part, ...restParts] = parts;
  const [label, ...restLabels] = labels;
  if (part === undefined || label === undefined) return part === label;
  if (part !== "*") return part === label && tryAll(restParts, restLabels);
  if (label === "_holdfast") return false;
  return tryAll(restParts, restLabels) || tryAll(parts, restLabels);
}

describe("parseOwnerPattern()", () => {
  it("refuses what is no name, and more stars than can be compared quickly", () => {
    for (const text of ["", "a..b", "a b", "*.*.*.*.*", "x".repeat(64)]) {
      assert.equal(parseOwnerPattern(text).kind, "malformed", text);
    }
  });
});
