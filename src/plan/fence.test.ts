import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { comparePositions, FENCE_OCTETS_MAX, type Fence, fenceText, parseFence } from "./fence.ts";

const digest = "q4HWzE2uI1dCwYyJ0aXbT5mKk8fLrQ2sVvN7pGhZo9c";
/** Drawn records are ordinary objects, as deepEqual compares prototypes. */
const PLAIN = { noNullPrototype: true } as const;
const plain = `holdfast=1 epoch=0 generation=42 edition=57 types=A,AAAA digest=${digest}`;

test("parseFence() reads what fenceText() writes: a fence has one text", () => {
  const mark = fc.oneof(
    fc.constant(undefined),
    fc.record(
      {
        kind: fc.constant("override" as const),
        id: fc.constantFrom("amber", "ov-2026-11-22"),
        untilMs: fc.integer({ min: 0, max: 4_000_000_000 }).map((seconds) => seconds * 1000),
      },
      PLAIN,
    ),
    fc.record(
      {
        kind: fc.constant("tombstone" as const),
        id: fc.constantFrom("birch", "x1"),
        atMs: fc.integer({ min: 0, max: 4_000_000_000 }).map((seconds) => seconds * 1000),
      },
      PLAIN,
    ),
  );
  const fences = fc.record(
    {
      epoch: fc.nat(),
      generation: fc.nat(),
      edition: fc.nat(),
      types: fc.subarray(["A", "CNAME", "AAAA", "HTTPS"], { minLength: 1 }),
      digest: fc.constant(digest),
      mark,
    },
    PLAIN,
  );
  fc.assert(
    fc.property(fences, ({ mark: drawn, ...rest }) => {
      const fence: Fence = drawn === undefined ? rest : { ...rest, mark: drawn };
      const text = fenceText(fence);
      assert.ok(text.length <= FENCE_OCTETS_MAX);
      assert.deepEqual(parseFence(text), { kind: "fence", fence });
    }),
  );
});

const malformed = [
  { text: "", why: "nothing is not a fence" },
  { text: plain.replace("holdfast=1", "holdfast=2"), why: "an unknown version is not guessed at" },
  { text: `${plain} `, why: "a trailing space would be a second text of the same fence" },
  { text: plain.replace("epoch=0", "epoch=00"), why: "a leading zero would be a second text" },
  { text: plain.replace("epoch=0", "epoch=-1"), why: "no number is negative" },
  { text: plain.replace("generation=42", `generation=${"9".repeat(16)}`), why: "over 2^53" },
  { text: plain.replace("types=A,AAAA", "types=A,A"), why: "a type is held once" },
  { text: plain.replace("types=A,AAAA", "types=-"), why: "only a tombstone holds nothing" },
  { text: plain.replace("types=A,AAAA", "types=a"), why: "mnemonics are upper case" },
  { text: `${plain} override=amber`, why: "an override without an end" },
  { text: `${plain} override=amber until=2026-02-30T00:00:00Z`, why: "a day that does not exist" },
  { text: `${plain} tombstone=birch at=2026-01-01`, why: "a time without a time" },
  { text: plain.replace("edition", "Edition"), why: "letter case matters" },
  { text: plain + "x".repeat(255), why: "longer than one character-string" },
];

for (const { text, why } of malformed) {
  test(`parseFence() takes "${text.slice(0, 60)}…" as malformed: ${why}`, () => {
    assert.equal(parseFence(text).kind, "malformed");
  });
}

test("parseFence() says which version it does not know", () => {
  const parsed = parseFence(plain.replace("holdfast=1", "holdfast=7"));
  assert.match(parsed.kind === "malformed" ? parsed.problem : "", /version 7 is unknown/);
});

test("comparePositions() compares the epoch before the generation", () => {
  assert.ok(comparePositions({ epoch: 1, generation: 1 }, { epoch: 0, generation: 9 }) > 0);
  assert.ok(comparePositions({ epoch: 0, generation: 8 }, { epoch: 0, generation: 9 }) < 0);
  assert.equal(comparePositions({ epoch: 2, generation: 3 }, { epoch: 2, generation: 3 }), 0);
});
