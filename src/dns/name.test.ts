import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { DnsError } from "./dnsError.ts";
import { type Name, nameOf, parseName } from "./name.ts";
import { WireReader } from "./wireReader.ts";
import { encodeName } from "./wireWriter.ts";

const cases = [
  { text: "WWW.Example.org", want: "www.example.org.", why: "RFC 4343: case is folded" },
  { text: "*.example.org.", want: "*.example.org.", why: "RFC 4592: an asterisk label" },
  { text: "_holdfast.a.b", want: "_holdfast.a.b.", why: "RFC 2181 11: any octet, no host rule" },
  { text: "0/25.2.0.192.in-addr.arpa", want: "0/25.2.0.192.in-addr.arpa.", why: "RFC 2317" },
  { text: ".", want: ".", why: "the root" },
  { text: "", want: undefined, why: "nothing is not the root" },
  { text: "..", want: undefined, why: "an empty label is the root's alone" },
  { text: "a..org", want: undefined, why: "an empty label is the root's alone" },
  { text: ".org", want: undefined, why: "an empty label is the root's alone" },
  { text: `${"a".repeat(63)}.org`, want: `${"a".repeat(63)}.org.`, why: "63 octets fit a label" },
  { text: `${"a".repeat(64)}.org`, want: undefined, why: "RFC 1035 2.3.4: 64 octets do not" },
  { text: "a.".repeat(127), want: "a.".repeat(127), why: "RFC 1035 2.3.4: 255 octets fit" },
  { text: "a.".repeat(128), want: undefined, why: "RFC 1035 2.3.4: 257 octets do not" },
  { text: "\\097.".repeat(127), want: "a.".repeat(127), why: "escapes count as one octet" },
  { text: `${"\\001".repeat(64)}.org`, want: undefined, why: "escapes count towards 63" },
  { text: "\\001.".repeat(128), want: undefined, why: "escapes count towards 255" },
  { text: "\u212A.org", want: undefined, why: "the Kelvin sign is not the letter k" },
  { text: "b\u00FCcher.example", want: undefined, why: "IDNs come as A-labels" },
  { text: "a\\.b.org", want: "a\\.b.org.", why: "RFC 1035 5.1: a dot within a label" },
  { text: "a\\046b.org", want: "a\\.b.org.", why: "one spelling for each octet" },
  { text: "\\065.org", want: "a.org.", why: "an escaped A is folded too" },
  { text: "\\a.org", want: "a.org.", why: "RFC 1035 5.1: \\X is X" },
  { text: "a\\032b.org", want: "a\\032b.org.", why: "a space is always written as digits" },
  { text: "a\\\\.org", want: "a\\\\.org.", why: "an escaped backslash, then the end of a label" },
  { text: "a b.org", want: undefined, why: "an unescaped space separates fields" },
  { text: "me@example.org", want: undefined, why: "a mailbox is written with a dot" },
  { text: "a\\256.org", want: undefined, why: "no octet is 256" },
  { text: "a\\25", want: undefined, why: "RFC 1035 5.1: three digits" },
  { text: "a\\", want: undefined, why: "a backslash escapes something" },
];

for (const { text, want, why } of cases) {
  test(`parseName() gives ${want ?? "malformed"} for ${JSON.stringify(text)}: ${why}`, () => {
    const parsed = parseName(text);
    assert.equal(parsed.kind === "parsed" ? parsed.name : undefined, want);
    if (parsed.kind === "malformed") assert.match(parsed.problem, /^Cannot read name ".*: /);
  });
}

test("nameOf() throws DnsError malformed-name when the text is no name", () => {
  assert.throws(
    () => nameOf("a..b"),
    (error) => error instanceof DnsError && error.fault.code === "malformed-name",
  );
});

const labels = fc.array(fc.uint8Array({ minLength: 1, maxLength: 20 }), { maxLength: 12 });

function wireOf(octets: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from([...octets.flatMap((label) => [label.length, ...label]), 0]);
}

function fold(wire: Uint8Array): Uint8Array {
  return wire.map((octet) => (octet >= 0x41 && octet <= 0x5a ? octet + 0x20 : octet));
}

test("a Name is lossless and unique: wire to Name to wire only folds case", () => {
  fc.assert(
    fc.property(labels, (octets) => {
      const wire = wireOf(octets);
      const reader = new WireReader(wire, "rdata");
      const name: Name = reader.name("refuse");
      assert.equal(reader.problem, undefined);
      assert.equal(reader.left, 0);
      assert.deepEqual(encodeName(name), fold(wire));
      assert.equal(nameOf(name), name);
    }),
  );
});

test("parseName() reads any octet as \\DDD and gives the same Name as the wire", () => {
  fc.assert(
    fc.property(labels, (octets) => {
      const text = octets
        .map((label) => [...label].map((o) => `\\${String(o).padStart(3, "0")}`).join(""))
        .join(".");
      const name = nameOf(text === "" ? "." : text);
      assert.equal(name, new WireReader(wireOf(octets), "rdata").name("refuse"));
    }),
  );
});

test("parseName() answers for any text, and what it parses fits the wire", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 300 }), (text) => {
      const parsed = parseName(text);
      if (parsed.kind === "parsed") assert.ok(encodeName(parsed.name).length <= 255);
    }),
  );
});
