import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { concatBytes } from "../base/index.ts";
import { anyMessage } from "./arbitraries.suite.ts";
import { decodeMessage } from "./messageDecode.ts";
import { encodeMessage } from "./messageEncode.ts";
import { nameOf } from "./name.ts";
import { verifyMessage } from "./tsig.ts";
import { parseUpdate } from "./updateParse.ts";

const key = {
  name: nameOf("k"),
  algorithm: "hmac-sha256",
  secret: new Uint8Array(32),
} as const;

/** What a server does with any octets; the second reading shows that the first was lossless. */
function swallow(bytes: Uint8Array): void {
  verifyMessage(bytes, () => key, { nowSeconds: 0 });
  const decoded = decodeMessage(bytes);
  if (decoded.kind === "malformed" || decoded.tsig !== undefined) return;
  parseUpdate(decoded.message);
  const again = decodeMessage(encodeMessage(decoded.message));
  assert.deepEqual(again.kind === "message" && again.message, decoded.message);
}

test("any octets get an answer, never an exception", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 600 }), swallow), { numRuns: 2000 });
});

test("a message with octets changed is refused, or read as what it now says", () => {
  const change = fc.tuple(fc.nat(), fc.integer({ min: 0, max: 255 }));
  fc.assert(
    fc.property(
      anyMessage,
      fc.array(change, { minLength: 1, maxLength: 4 }),
      fc.nat(),
      (message, changes, cut) => {
        const bytes = encodeMessage(message);
        for (const [at, octet] of changes) bytes[at % bytes.length] = octet;
        swallow(bytes);
        assert.equal(
          decodeMessage(bytes.subarray(0, cut % bytes.length)).kind === "message",
          false,
        );
      },
    ),
    { numRuns: 2000 },
  );
});

/** Counts how often octets are read one by one. */
function counted(bytes: Uint8Array): { readonly bytes: Uint8Array; reads: () => number } {
  let reads = 0;
  const proxy = new Proxy(bytes, {
    get(target, property) {
      if (typeof property === "string" && /^[0-9]+$/.test(property)) reads += 1;
      const value: unknown = Reflect.get(target, property, target);
      return typeof value === "function" ? value.bind(target) : value;
    },
  });
  return { bytes: proxy, reads: () => reads };
}

function header(...counts: readonly number[]): Uint8Array {
  return Uint8Array.from([0, 1, 0x80, 0, ...counts.flatMap((count) => [count >> 8, count & 0xff])]);
}

/** Records whose owner name each is one label and a pointer to the name that `target` says. */
function pointing(count: number, first: Uint8Array, target: (index: number) => number): Uint8Array {
  const records = Array.from({ length: count }, (_, index) => {
    const at = target(index);
    const owner = [1, 0x61, 0xc0 | (at >> 8), at & 0xff];
    return Uint8Array.from([...owner, 0xff, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
  });
  return concatBytes([header(0, count + 1, 0, 0), first, ...records]);
}

// The longest name that one label still fits in front of, as a record's owner.
const longName = Uint8Array.from([
  ...Array.from({ length: 126 }, () => [1, 0x78]).flat(),
  0,
  ...[0xff, 0, 0, 1, 0, 0, 0, 0, 0, 0],
]);

test("no label is read twice when every name points to the longest, or into it", () => {
  for (const count of [100, 1000, 4000]) {
    for (const target of [() => 12, (index: number) => 12 + 2 * (index % 126)]) {
      const { bytes, reads } = counted(pointing(count, longName, target));
      assert.equal(decodeMessage(bytes).kind, "message");
      assert.ok(reads() < 3 * bytes.length, `${reads()} reads for ${bytes.length} octets`);
    }
  }
});

test("names that share tails, read once or again, are what they say", () => {
  const rest = [0xff, 0, 0, 1, 0, 0, 0, 0, 0, 0];
  const records = [
    { wire: [1, 0x61, 1, 0x62, 1, 0x63, 0], name: "a.b.c." }, // at octet 12
    { wire: [0xc0, 14], name: "b.c." },
    { wire: [1, 0x78, 0xc0, 14], name: "x.b.c." }, // at octet 41
    { wire: [0xc0, 41], name: "x.b.c." },
    { wire: [0xc0, 43], name: "b.c." }, // to a pointer
    { wire: [0xc0, 16], name: "c." },
    { wire: [0xc0, 18], name: "." },
    { wire: [1, 0x79, 0xc0, 18], name: "y." },
    { wire: [1, 0x79, 0xc0, 12], name: "y.a.b.c." },
  ];
  const wires = records.map(({ wire }) => Uint8Array.from([...wire, ...rest]));
  const decoded = decodeMessage(concatBytes([header(0, records.length, 0, 0), ...wires]));
  assert.ok(decoded.kind === "message");
  assert.deepEqual(
    decoded.message.answer.map(({ name }) => name),
    records.map(({ name }) => name),
  );
});

test("a tail that was read before counts for the length of a name", () => {
  const rest = [0xff, 0, 0, 1, 0, 0, 0, 0, 0, 0];
  const second = [1, 0x61, 0xc0, 12, ...rest]; // 255 octets: the most
  const at = 12 + longName.length;
  const third = [1, 0x61, 0xc0 | (at >> 8), at & 0xff, ...rest];
  const parts = [longName, Uint8Array.from(second)];
  assert.equal(decodeMessage(concatBytes([header(0, 2, 0, 0), ...parts])).kind, "message");
  const longer = concatBytes([header(0, 3, 0, 0), ...parts, Uint8Array.from(third)]);
  assert.equal(decodeMessage(longer).kind, "malformed");
});

test("work for a message grows with its octets when names point to names that point", () => {
  const root = Uint8Array.from([0, 0xff, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
  const start = 12 + root.length;
  for (const count of [100, 1000]) {
    const { bytes, reads } = counted(
      pointing(count, root, (index) => (index === 0 ? 12 : start + (index - 1) * 14)),
    );
    decodeMessage(bytes);
    assert.ok(reads() < 50 * bytes.length, `${reads()} reads for ${bytes.length} octets`);
  }
});

test("a chain of bare pointers ends", () => {
  // 200 pointers in the opaque RDATA of one record, each to the one before it, then a name that
  // points to the last of them.
  const chain = Array.from({ length: 200 }, (_, index) => {
    const at = 23 + Math.max(0, index - 1) * 2;
    return index === 0 ? [0, 0] : [0xc0 | (at >> 8), at & 0xff];
  }).flat();
  const holder = Uint8Array.from([
    0,
    0xff,
    0,
    0,
    1,
    0,
    0,
    0,
    0,
    chain.length >> 8,
    chain.length & 0xff,
  ]);
  const last = 23 + chain.length - 2;
  const pointer = (at: number) =>
    Uint8Array.from([0xc0 | (at >> 8), at & 0xff, 0xff, 0, 0, 1, 0, 0, 0, 0, 0, 0]);
  const message = (at: number) =>
    concatBytes([header(0, 2, 0, 0), holder, Uint8Array.from(chain), pointer(at)]);
  assert.equal(decodeMessage(message(last)).kind, "malformed");
  assert.equal(decodeMessage(message(23 + 100 * 2)).kind, "message");
});

test("counts that lie cost nothing", () => {
  const bytes = concatBytes([header(0xffff, 0xffff, 0xffff, 0xffff), new Uint8Array(1000)]);
  bytes[2] = 0x28; // UPDATE: a QUERY with two questions is refused for that alone
  const { bytes: watched, reads } = counted(bytes);
  assert.equal(decodeMessage(watched).kind, "malformed");
  assert.ok(reads() <= 12);
});
