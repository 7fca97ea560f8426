import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { concatBytes, hexText } from "../base/index.ts";
import { nameOf } from "./name.ts";
import { RDATA_ROWS } from "./rdata.table.ts";
import { parseRdata, rdataText } from "./rdata.ts";
import { anyRdata, RDATA_BY_TYPE } from "./rdataArbitraries.suite.ts";
import { decodeRdata, rdataNames } from "./rdataWire.ts";
import { typeCode } from "./rrType.ts";
import { decodeSoa, encodeSoa } from "./soa.ts";
import { decodeTxt, encodeTxt } from "./txt.ts";
import { WireReader } from "./wireReader.ts";

function rdataOf(type: string, text: string): Uint8Array {
  const parsed = parseRdata(typeCode(type) ?? 0, text);
  assert.equal(parsed.kind, "parsed", parsed.kind === "malformed" ? parsed.problem : "");
  return parsed.kind === "parsed" ? parsed.rdata : new Uint8Array(0);
}

const EXAMPLE = "076578616d706c6500"; // example.

const right = [
  { type: "A", text: "192.0.2.1", hex: "c0000201" },
  { type: "AAAA", text: "2001:db8::1", hex: "20010db8000000000000000000000001" },
  { type: "NS", text: "ns.example.", hex: "026e73076578616d706c6500" },
  { type: "CNAME", text: ".", hex: "00" },
  { type: "PTR", text: "a\\.b.example.", hex: "03612e62076578616d706c6500" },
  { type: "DNAME", text: "b.example.", hex: "0162076578616d706c6500" },
  {
    type: "SOA",
    text: "ns.example. host.example. 4294967295 7200 900 1209600 30",
    hex: `026e73${EXAMPLE}04686f7374${EXAMPLE}ffffffff00001c2000000384001275000000001e`,
  },
  { type: "MX", text: "10 mail.example.", hex: "000a046d61696c076578616d706c6500" },
  { type: "MX", text: "0 .", hex: "000000" },
  { type: "TXT", text: '"a b" "" "\\"\\\\\\000\\255"', hex: "03612062000422" + "5c00ff" },
  { type: "SRV", text: "1 2 443 a.example.", hex: "0001000201bb0161076578616d706c6500" },
  {
    type: "CAA",
    text: '128 issue "ca.example; a=b"',
    hex: "80056973737565" + "63612e6578616d706c653b20613d62",
  },
  { type: "CAA", text: '0 issue ""', hex: "00056973737565" },
  { type: "TYPE731", text: "\\# 6 abcdef012345", hex: "abcdef012345" },
  { type: "TYPE62347", text: "\\# 0", hex: "" },
  { type: "NULL", text: "\\# 2 0102", hex: "0102" },
];

for (const { type, text, hex } of right) {
  test(`parseRdata() and rdataText() agree on ${type} ${text}`, () => {
    const rdata = rdataOf(type, text);
    assert.equal(hexText(rdata), hex);
    assert.equal(rdataText(typeCode(type) ?? 0, rdata), text);
  });
}

const spellings = [
  { type: "NS", text: "NS.Example", want: "ns.example.", why: "names are folded" },
  { type: "TXT", text: "a\tb", want: '"a" "b"', why: "quotes are needed only for spaces" },
  { type: "TXT", text: "a\\ b\\;", want: '"a b;"', why: "RFC 1035 5.1: escapes outside quotes" },
  { type: "A", text: "\\# 4 C0000201", want: "192.0.2.1", why: "RFC 3597 5: known types too" },
  { type: "A", text: "\\# 4 c0 00 0201", want: "192.0.2.1", why: "RFC 3597 5: hex in pieces" },
  { type: "MX", text: "\\# 5 000A 01 41 00", want: "10 a.", why: "names are folded there too" },
];

for (const { type, text, want, why } of spellings) {
  test(`parseRdata() reads ${type} ${JSON.stringify(text)} as ${want}: ${why}`, () => {
    assert.equal(rdataText(typeCode(type) ?? 0, rdataOf(type, text)), want);
  });
}

const wrong = [
  { type: "A", text: "192.0.2", why: "three octets" },
  { type: "A", text: "192.0.2.1 192.0.2.2", why: "two addresses" },
  { type: "A", text: "", why: "nothing" },
  { type: "AAAA", text: "192.0.2.1", why: "the other family" },
  { type: "MX", text: "65536 mail.example", why: "sixteen bits" },
  { type: "MX", text: "-1 mail.example", why: "unsigned" },
  { type: "MX", text: "10", why: "no name" },
  { type: "SOA", text: "ns.example h@example 1 2 3 4 5", why: "a mailbox is a name" },
  { type: "SOA", text: "ns.example h.example 4294967296 2 3 4 5", why: "32 bits" },
  { type: "TXT", text: "", why: "RFC 1035 3.3.14: one or more strings" },
  { type: "TXT", text: `"${"a".repeat(256)}"`, why: "RFC 1035 3.3: 255 octets" },
  { type: "TXT", text: '"a', why: "an open quote" },
  { type: "TXT", text: '"a"b', why: "no space behind a quote" },
  { type: "TXT", text: "a(b", why: "parentheses join lines" },
  { type: "TXT", text: "a;b", why: "a comment" },
  { type: "TXT", text: "\u00FC", why: "octets outside ASCII are escaped" },
  { type: "TXT", text: "\\999", why: "no octet is 999" },
  { type: "CAA", text: '0 is-sue "x"', why: "RFC 8659 4.1: letters and digits" },
  { type: "CAA", text: "0 issue", why: "no value" },
  { type: "TYPE731", text: "abcd", why: "RFC 3597: unknown types need \\#" },
  { type: "TYPE731", text: "\\# 3 abcd", why: "another length than said" },
  { type: "TYPE731", text: "\\# 1 abc", why: "half an octet" },
  { type: "A", text: "\\# 3 c00002", why: "RFC 3597 5: must be right for a known type" },
  { type: "A", text: "\\# 5 c000020101", why: "an octet too many" },
  { type: "NS", text: "\\# 2 c000", why: "RFC 3597 4: no compression" },
  {
    type: "SOA",
    text: `\\# 34 0d${"61".repeat(13)}00c00${"0".repeat(41)}`,
    why: "nor into itself",
  },
];

for (const { type, text, why } of wrong) {
  test(`parseRdata() refuses ${type} ${JSON.stringify(text.slice(0, 40))}: ${why}`, () => {
    const parsed = parseRdata(typeCode(type) ?? 0, text);
    assert.equal(parsed.kind, "malformed");
    assert.match(parsed.kind === "malformed" ? parsed.problem : "", /^Cannot read \w+ RDATA /);
  });
}

test("rdataText() shows octets that are not what their type says as unknown", () => {
  assert.equal(rdataText(1, Uint8Array.of(1, 2, 3)), "\\# 3 010203");
  assert.equal(rdataText(2, Uint8Array.of(0xc0, 0)), "\\# 2 c000");
  assert.equal(rdataText(16, new Uint8Array(0)), "\\# 0");
});

for (const [type, arbitrary] of Object.entries(RDATA_BY_TYPE)) {
  test(`${type} RDATA survives text and back, as fields and as unknown, and the wire`, () => {
    const code = typeCode(type) ?? 0;
    fc.assert(
      fc.property(arbitrary, (made) => {
        const rdata = Uint8Array.from(made);
        const text = rdataText(code, rdata);
        assert.ok(!text.startsWith("\\#"), text);
        assert.deepEqual(parseRdata(code, text), { kind: "parsed", rdata });
        const generic = `\\# ${rdata.length} ${hexText(rdata)}`;
        assert.deepEqual(parseRdata(code, generic), { kind: "parsed", rdata });
        const reader = new WireReader(rdata, "rdata");
        assert.deepEqual(decodeRdata(reader, code, 1, rdata.length), rdata);
        assert.equal(reader.problem, undefined);
      }),
      { numRuns: 100 },
    );
  });
}

test("every type with fields has an arbitrary that makes RDATA of it", () => {
  const made = Object.keys(RDATA_BY_TYPE).map((text) => typeCode(text) ?? 0);
  assert.deepEqual(new Set(made), new Set(RDATA_ROWS.keys()));
});

test("RDATA that ends early or late is no RDATA of its type, and is shown as unknown", () => {
  fc.assert(
    fc.property(anyRdata, fc.nat(), (made, seed) => {
      const { type, rdata } = made;
      const cut = rdata.slice(0, seed % (rdata.length + 1));
      for (const octets of [cut, concatBytes([rdata, Uint8Array.of(seed & 0xff)])]) {
        const parsed = parseRdata(type, rdataText(type, octets));
        // What still reads as its type reads the same; all else comes back by `\\#` only if opaque.
        if (parsed.kind === "parsed") assert.deepEqual(parsed.rdata, octets);
        else assert.match(rdataText(type, octets), /^\\# /);
      }
    }),
    { numRuns: 1000 },
  );
});

test("parseRdata() answers for any text, and what it reads is read again the same", () => {
  const text = fc.string({ unit: fc.constantFrom(...'abc019 .\\"#,=:('), maxLength: 40 });
  fc.assert(
    fc.property(fc.constantFrom(1, 2, 6, 16, 28, 33, 64, 257, 999), text, (type, given) => {
      const parsed = parseRdata(type, given);
      if (parsed.kind === "malformed") return;
      assert.deepEqual(parseRdata(type, rdataText(type, parsed.rdata)), parsed);
    }),
    { numRuns: 1000 },
  );
});

test("rdataNames() gives the names in RDATA, in order", () => {
  const soa = rdataOf("SOA", "ns.example. host.example. 1 2 3 4 5");
  assert.deepEqual(rdataNames(6, soa), ["ns.example.", "host.example."]);
  assert.deepEqual(rdataNames(33, rdataOf("SRV", "1 2 3 a.example")), ["a.example."]);
  assert.deepEqual(rdataNames(65, rdataOf("HTTPS", "0 b.example")), ["b.example."]);
  assert.deepEqual(rdataNames(1, rdataOf("A", "192.0.2.1")), []);
});

test("encodeSoa() writes what parseRdata() reads, and decodeSoa() reads it back", () => {
  const soa = {
    mname: nameOf("ns.example"),
    rname: nameOf("host.example"),
    serial: 4294967295,
    refreshSeconds: 2,
    retrySeconds: 3,
    expireSeconds: 4,
    minimumSeconds: 30,
  };
  assert.deepEqual(encodeSoa(soa), rdataOf("SOA", "ns.example. host.example. 4294967295 2 3 4 30"));
  assert.deepEqual(decodeSoa(encodeSoa(soa)), soa);
});

test("decodeTxt() gives the strings that encodeTxt() took, and nothing for what is no TXT", () => {
  const strings = [Uint8Array.of(97), new Uint8Array(0), new Uint8Array(255)];
  assert.deepEqual(decodeTxt(encodeTxt(strings)), strings);
  assert.equal(decodeTxt(Uint8Array.of(2, 97)), undefined);
  assert.equal(decodeTxt(new Uint8Array(0)), undefined);
});
