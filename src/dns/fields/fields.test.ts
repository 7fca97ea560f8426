import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { hexText } from "../../base/index.ts";
import { emptyMessage } from "../message.ts";
import { decodeMessage } from "../messageDecode.ts";
import { encodeMessage } from "../messageEncode.ts";
import { nameOf } from "../name.ts";
import { RDATA_ROWS } from "../rdata.table.ts";
import { parseRdata, rdataText } from "../rdata.ts";
import { RRType, typeCode, typeText } from "../rrType.ts";
import { base32HexText, parseBase32Hex } from "./octetText.ts";
import { parseDuration, parseSignatureTime, signatureTimeText } from "./time.ts";

function codeOf(type: string): number {
  return typeCode(type) ?? 0;
}

// From the RFCs' own examples, octets counted out by hand where an RFC gives none.
const vectors = [
  {
    type: "DS",
    rfc: "RFC 4034 5.4",
    text: "60485 5 1 2BB183AF5F22588179A53B0A98631FAD1A292118",
    hex: "ec4505012bb183af5f22588179a53b0a98631fad1a292118",
  },
  {
    type: "NSEC",
    rfc: "RFC 4034 4.3",
    text: "host.example.com. A MX RRSIG NSEC TYPE1234",
    hex: `04686f7374076578616d706c6503636f6d000006400100000003041b${"0".repeat(52)}20`,
  },
  {
    type: "NSEC3PARAM",
    rfc: "RFC 5155 4.3",
    text: "1 0 12 AABBCCDD",
    hex: "0100000c04aabbccdd",
  },
  {
    type: "APL",
    rfc: "RFC 3123 4",
    text: "1:192.168.32.0/21 !1:192.168.38.0/28",
    hex: "00011503c0a82000011c83c0a826",
  },
  {
    type: "LOC",
    rfc: "RFC 1876 3",
    text: "42 21 54.000 N 71 6 18.000 W -24.00m 30m 10000m 10m",
    hex: "0033161389172dd070be15f000988d20",
  },
  { type: "EUI48", rfc: "RFC 7043 3.2", text: "00-00-5e-00-53-2a", hex: "00005e00532a" },
  { type: "EUI64", rfc: "RFC 7043 4.2", text: "00-00-5e-ef-10-00-00-2a", hex: "00005eef1000002a" },
  { type: "NID", rfc: "RFC 6742 2.1", text: "10 14:4fff:ff20:ee64", hex: "000a00144fffff20ee64" },
  { type: "L32", rfc: "RFC 6742 2.2", text: "10 10.1.2.0", hex: "000a0a010200" },
  { type: "URI", rfc: "RFC 7553 4", text: '10 1 "ftp://a"', hex: "000a0001" + "6674703a2f2f61" },
  { type: "IPSECKEY", rfc: "RFC 4025 3", text: "10 0 2 . AQI=", hex: "0a00020102" },
  { type: "HINFO", rfc: "RFC 1035 3.3.2", text: '"A B" ""', hex: "03412042" + "00" },
];

for (const { type, rfc, text, hex } of vectors) {
  test(`${type} is on the wire as ${rfc} has it`, () => {
    const parsed = parseRdata(codeOf(type), text);
    assert.equal(parsed.kind === "parsed" ? hexText(parsed.rdata) : parsed.problem, hex);
    assert.equal(rdataText(codeOf(type), Buffer.from(hex, "hex")), text);
  });
}

const wrong = [
  { type: "DS", text: "1 8 2 ABCD", why: "SHA-256 has 32 octets" },
  { type: "DS", text: "1 8 99", why: "there is a digest" },
  { type: "DNSKEY", text: "257 3 13 A", why: "base64 comes whole" },
  { type: "DNSKEY", text: "257 3 NOTHING AAAA", why: "no such algorithm" },
  { type: "RRSIG", text: "A 13 2 60 20250230000000 20250101000000 1 a. AAAA", why: "30 February" },
  { type: "RRSIG", text: "A 13 2 60 19691231235959 20250101000000 1 a. AAAA", why: "before 1970" },
  { type: "NSEC", text: "a.", why: "an NSEC is at its own name, so that there is a type" },
  { type: "NSEC", text: "a. FOO", why: "no type" },
  { type: "NSEC", text: "\\# 5 00 0002 4000", why: "the bit map ends in zero" },
  { type: "NSEC", text: "\\# 7 00 010140 000140", why: "windows fall" },
  { type: "NSEC", text: "\\# 3 00 0000", why: "an empty window" },
  { type: "NSEC", text: `\\# 36 00 0021 ${"ff".repeat(33)}`, why: "a window of 33 octets" },
  { type: "NSEC3", text: "1 0 0 - 0 A", why: "five bits are no octet" },
  { type: "NSEC3PARAM", text: "1 0 0 abc", why: "half an octet of salt" },
  { type: "LOC", text: "91 N 0 E 0", why: "90 degrees" },
  { type: "LOC", text: "90 0 1 N 0 E 0", why: "90 degrees, and not a second more" },
  { type: "LOC", text: "1 60 N 0 E 0", why: "60 minutes" },
  { type: "LOC", text: "1 N 1 N 0", why: "east or west" },
  { type: "LOC", text: "1 N 1 E -100000.01", why: "below the lowest altitude" },
  { type: "LOC", text: `\\# 16 00${"00".repeat(15)}`, why: "south of the pole" },
  { type: "LOC", text: "\\# 16 00 a0 16 13 80000000 80000000 00989680", why: "ten is no digit" },
  { type: "LOC", text: "\\# 16 01 12 16 13 80000000 80000000 00989680", why: "version 1" },
  { type: "APL", text: "3:0/0", why: "no family 3" },
  { type: "APL", text: "1:192.0.2.0/33", why: "33 bits" },
  { type: "APL", text: "\\# 6 0001 18 02 0a 00", why: "a trailing zero octet" },
  { type: "IPSECKEY", text: "10 4 2 . AQI=", why: "no gateway type 4" },
  { type: "IPSECKEY", text: "10 0 2 a. AQI=", why: "a gateway where there is none" },
  { type: "HIP", text: "2 - AQI=", why: "no tag" },
  { type: "EUI48", text: "0-0-5e-0-53-2a", why: "two digits each" },
  { type: "NID", text: "10 1:2:3", why: "three groups" },
  { type: "ZONEMD", text: "1 1 1 ABCD", why: "SHA-384 has 48 octets" },
  { type: "SSHFP", text: "1 1 ABCD", why: "SHA-1 has 20 octets" },
  { type: "NS", text: "\\# 4 0161 c000", why: "RDATA alone has nothing to point into" },
  { type: "SVCB", text: "\\# 6 0001 0161 c000", why: "nor where names are not folded" },
  {
    type: "SVCB",
    text: `\\# 68 0001 40 ${"61".repeat(64)} 00`,
    why: "a label of 64 octets is none",
  },
  {
    type: "SVCB",
    text: `\\# 259 0001 ${`3f${"61".repeat(63)}`.repeat(4)} 00`,
    why: "a name of 257 octets is none",
  },
];

for (const { type, text, why } of wrong) {
  test(`parseRdata() refuses ${type} ${text.slice(0, 50)}: ${why}`, () => {
    assert.equal(parseRdata(codeOf(type), text).kind, "malformed");
  });
}

const spellings = [
  { type: "DNSKEY", text: "257 3 ecdsap256sha256 AA AA", want: "257 3 13 AAAA", why: "mnemonics" },
  {
    type: "SOA",
    text: "a b 1 1h 15m 2w 1h30m",
    want: "a. b. 1 3600 900 1209600 5400",
    why: "units",
  },
  {
    type: "RRSIG",
    text: "A 13 2 60 0 1 1 A. AAAA",
    why: "seconds",
    want: "A 13 2 60 19700101000000 19700101000001 1 a. AAAA",
  },
  {
    type: "LOC",
    text: "1 n 2 e 3.5m",
    want: "1 0 0.000 N 2 0 0.000 E 3.50m 1m 10000m 10m",
    why: "defaults",
  },
  {
    type: "CERT",
    text: "pkix 1 8 AQ==",
    want: "PKIX 1 8 AQ==",
    why: "mnemonics of types are written",
  },
  { type: "NSEC", text: "A.b. MX A MX", want: "A.b. A MX", why: "types are a set; case is kept" },
  { type: "DS", text: "1 8 99 ab CD", want: "1 8 99 ABCD", why: "digits in pieces" },
];

for (const { type, text, want, why } of spellings) {
  test(`parseRdata() reads ${type} ${text}: ${why}`, () => {
    const parsed = parseRdata(codeOf(type), text);
    assert.equal(parsed.kind === "parsed" && rdataText(codeOf(type), parsed.rdata), want);
  });
}

/** RFC 4034 section 6.2, less HINFO, which has no names, and NSEC (RFC 6840 section 5.1). */
const FOLDED =
  "NS MD MF CNAME SOA MB MG MR PTR MINFO MX RP AFSDB RT SIG PX NAPTR KX SRV DNAME RRSIG";
/** RFC 3597 section 4: the types of RFC 1035. */
const COMPRESSED = "NS MD MF CNAME SOA MB MG MR PTR MINFO MX";
/** The same section: these may come compressed, besides those. */
const TOLERATED = "RP AFSDB RT PX NAPTR SRV";

test("names are folded, compressed and decompressed in just the types that the RFCs list", () => {
  const typesWhere = (holds: (field: { kind: "name" } & object) => boolean): string => {
    const rows = [...RDATA_ROWS.values()].filter(({ fields, type }) => {
      const isListed = type !== RRType["NSAP-PTR"]; // RFC 1706 says nothing; nobody has any
      return isListed && fields.some((field) => field.kind === "name" && holds(field));
    });
    return rows
      .map(({ type }) => typeText(type))
      .sort()
      .join(" ");
  };
  const sorted = (text: string) => text.split(" ").sort().join(" ");
  const isFolded = (field: object) => "letterCase" in field && field.letterCase === "fold";
  assert.equal(typesWhere(isFolded), sorted(FOLDED));
  const compresses = (field: object) => "compress" in field && field.compress === true;
  assert.equal(typesWhere(compresses), sorted(COMPRESSED));
  const follows = (field: object) => "pointers" in field && field.pointers === "follow";
  assert.equal(typesWhere(follows), sorted(`${COMPRESSED} ${TOLERATED}`));
});

test("the letters of a name in SVCB stay through a message, those in MX do not", () => {
  const name = nameOf("example");
  const rdataOf = (type: string, text: string): Uint8Array => {
    const parsed = parseRdata(codeOf(type), text);
    return parsed.kind === "parsed" ? parsed.rdata : new Uint8Array(0);
  };
  const svcb = {
    name,
    type: RRType.SVCB,
    class: 1,
    ttlSeconds: 1,
    rdata: rdataOf("SVCB", "1 B.Example"),
  };
  const mx = {
    name,
    type: RRType.MX,
    class: 1,
    ttlSeconds: 1,
    rdata: rdataOf("MX", "1 B.Example"),
  };
  const decoded = decodeMessage(encodeMessage({ ...emptyMessage(1), answer: [svcb, mx] }));
  const texts = (decoded.kind === "message" ? decoded.message.answer : []).map(({ type, rdata }) =>
    rdataText(type, rdata),
  );
  assert.deepEqual(texts, ["1 B.Example.", "1 b.example."]);
});

test("signatureTimeText() says what Date says, and parseSignatureTime() reads it", () => {
  const edges = fc.constantFrom(
    0,
    951_782_399,
    951_782_400,
    951_868_800,
    4_107_542_400,
    2 ** 32 - 1,
  );
  fc.assert(
    fc.property(fc.oneof(fc.nat(2 ** 32 - 1), edges), (seconds) => {
      const iso = new Date(seconds * 1000).toISOString();
      const text = signatureTimeText(seconds);
      assert.equal(text, iso.slice(0, 19).replace(/[-T:]/g, ""));
      assert.equal(parseSignatureTime(text), seconds);
    }),
    { numRuns: 5000 },
  );
});

test("parseSignatureTime() takes no date that there is not", () => {
  for (const text of ["20250229000000", "20250101240000", "20250101006000", "21060207062816"]) {
    assert.equal(parseSignatureTime(text), undefined, text);
  }
  assert.equal(parseSignatureTime("21060207062815"), 2 ** 32 - 1);
  assert.equal(parseSignatureTime("4294967296"), undefined);
});

test("parseDuration() adds units up, and takes nothing else", () => {
  assert.equal(parseDuration("1w2D3h4M5s"), 604_800 + 172_800 + 10_800 + 240 + 5);
  assert.equal(parseDuration("86400"), 86_400);
  for (const text of ["", "h", "1x", "1h ", "-1", "1.5h", "1h30"]) {
    assert.equal(parseDuration(text), undefined, text);
  }
});

test("base32hex comes back, and each octet string has one spelling but for letter case", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (octets) => {
      const text = base32HexText(octets);
      assert.deepEqual(parseBase32Hex(text), Uint8Array.from(octets));
      assert.deepEqual(parseBase32Hex(text.toLowerCase()), Uint8Array.from(octets));
    }),
  );
  assert.equal(base32HexText(Buffer.from("foobar")), "CPNMUOJ1E8"); // RFC 4648 section 10
  for (const text of ["C", "CP1", "CPNMUOJ1F9", "W0"]) {
    assert.equal(parseBase32Hex(text), undefined, text);
  }
});
