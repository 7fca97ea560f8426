import assert from "node:assert/strict";
import { test } from "node:test";
import type { PlannedContent, PlannedRRset } from "../../plan/index.ts";
import { mergePins, PIN_TTL_SECONDS, readPins, readPinWords } from "./pins.ts";

function rrset(type: string, ttlSeconds: number, rdata: string, weight = 100): PlannedRRset {
  return { type, ttlSeconds, records: [{ rdata, weight }] };
}

const A = rrset("A", 5, "192.0.2.7");
const AAAA = rrset("AAAA", 5, "2001:db8::7");
const DUAL: PlannedContent = { answers: 2, rrsets: [A, AAAA] };
const ALIAS: PlannedContent = { answers: 2, rrsets: [rrset("CNAME", 30, "b.example.")] };

/** The pins of words that are well-formed. */
function pinsOf(line: string) {
  const read = readPinWords(line.split(" "));
  assert.ok(read.kind === "pins", read.kind === "malformed" ? read.problem : "");
  return read.pins;
}

test("words are types and their records: canonical, in canonical order, each once", () => {
  assert.deepEqual(pinsOf("a 192.0.2.9 192.0.2.1 192.0.2.9 AAAA 2001:DB8:0::1"), [
    { type: "A", records: ["192.0.2.1", "192.0.2.9"] },
    { type: "AAAA", records: ["2001:db8::1"] },
  ]);
});

test("right behind a type stands data, though it looks like a type", () => {
  assert.deepEqual(pinsOf("TXT a A 192.0.2.1"), [
    { type: "TXT", records: ['"a"'] },
    { type: "A", records: ["192.0.2.1"] },
  ]);
});

const MALFORMED: readonly (readonly [line: string, problem: RegExp])[] = [
  ["192.0.2.1", /must be an RR type first/],
  ["A", /without a record: an override is never empty/],
  ["A 192.0.2.1 A 192.0.2.2", /twice/],
  ["A 192.0.2", /192\.0\.2/],
  ["A 2001:db8::1", /2001:db8::1/],
  ["ANY 192.0.2.1", /no RR type/],
];
for (const [line, problem] of MALFORMED) {
  test(`"${line}" cannot be pinned, and is told why`, () => {
    const read = readPinWords(line.split(" "));
    assert.ok(read.kind === "malformed");
    assert.match(read.problem, problem);
  });
}

test("nothing at all is not a pin", () => {
  assert.equal(readPins([]).kind, "malformed");
  assert.equal(readPinWords([]).kind, "malformed");
});

test("types that are not pinned stay as they are, TTL and answer count as well", () => {
  assert.deepEqual(mergePins(pinsOf("AAAA 2001:db8::1"), undefined, DUAL), {
    answers: 2,
    rrsets: [A, rrset("AAAA", 5, "2001:db8::1", 1)],
  });
});

test("a TTL that was asked for is that of the pinned types alone", () => {
  const { rrsets } = mergePins(pinsOf("A 192.0.2.1"), 60, DUAL);
  assert.deepEqual(
    rrsets.map(({ type, ttlSeconds }) => [type, ttlSeconds]),
    [
      ["A", 60],
      ["AAAA", 5],
    ],
  );
});

test("a CNAME stands alone, with a TTL of its own", () => {
  const content = mergePins(pinsOf("CNAME b.example."), undefined, DUAL);
  const alias = rrset("CNAME", PIN_TTL_SECONDS, "b.example.", 1);
  assert.deepEqual(content, { answers: 2, rrsets: [alias] });
});

test("after a CNAME, the types that are not pinned are those planned beneath it", () => {
  const content = mergePins(pinsOf("A 192.0.2.1"), undefined, ALIAS, DUAL);
  assert.deepEqual(
    content.rrsets.map(({ type }) => type),
    ["A", "AAAA"],
  );
});

test("a name that holds nothing gets what is pinned, and gives all of it", () => {
  const content = mergePins(pinsOf("A 192.0.2.1"), undefined, undefined);
  assert.deepEqual(content, {
    answers: "all",
    rrsets: [rrset("A", PIN_TTL_SECONDS, "192.0.2.1", 1)],
  });
});
