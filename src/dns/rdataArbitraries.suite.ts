import fc from "fast-check";
import { concatBytes } from "../base/index.ts";
import { type Name, nameOf } from "./name.ts";
import { encodeTypeBitmap } from "./nsec.ts";
import { RRType } from "./rrType.ts";
import { encodeName } from "./wireWriter.ts";

// Few labels, so that names share tails and compression has something to do.
const label = fc.constantFrom("a", "b", "example", "_holdfast", "x\\.y", "\\000", "w".repeat(63));

/** Any name, often one of few. */
export const anyName: fc.Arbitrary<Name> = fc
  .array(label, { maxLength: 3 })
  .map((labels) => nameOf(labels.length === 0 ? "." : labels.join(".")));

type Octets = fc.Arbitrary<Uint8Array>;

/** That many octets, of any value. */
export const octets = (minLength: number, maxLength: number): Octets =>
  fc.uint8Array({ minLength, maxLength });

/** All parts, one after another. */
const wire = (...parts: Octets[]): Octets => fc.tuple(...parts).map((all) => concatBytes(all));
const oneOf = (...values: number[]): Octets =>
  fc.constantFrom(...values.map((value) => Uint8Array.of(value)));
const fixed = (...values: number[]): Octets => fc.constant(Uint8Array.from(values));
/** Behind its length in one octet. */
const counted = (part: Octets): Octets =>
  part.map((value) => concatBytes([Uint8Array.of(value.length), value]));
const digest = (type: number, size: number): Octets => wire(fixed(type), octets(size, size));

const u8 = octets(1, 1);
const u16 = octets(2, 2);
const u32 = octets(4, 4);
/** A name whose canonical form is lower case. */
const name: Octets = anyName.map(encodeName);
/** A name in any letters: `A` to `Z` of labels are no lengths, as those here are 1, 3 or 63. */
const keptName: Octets = fc.tuple(anyName, fc.boolean()).map(([folded, isUpper]) => {
  const octetsOf = encodeName(folded);
  return isUpper ? octetsOf.map((at) => (at >= 0x61 && at <= 0x7a ? at - 0x20 : at)) : octetsOf;
});
const string = counted(octets(0, 40));
const strings: Octets = fc
  .array(string, { minLength: 1, maxLength: 4 })
  .map((parts) => concatBytes(parts));
const data = octets(1, 40);
// Types that every program has the same name for, and types that none has a name for.
const OLD_TYPES = [1, 2, 5, 6, 12, 15, 16, 28, 33, 35, 39, 43, 44, 46, 47, 48, 50, 51, 52, 257];
const typeList = fc.array(
  fc.oneof(fc.constantFrom(...OLD_TYPES), fc.integer({ min: 1000, max: 32_000 })),
  {
    minLength: 1,
    maxLength: 8,
  },
);
const types: Octets = typeList.map(encodeTypeBitmap);
const typesOrNone: Octets = fc.oneof(types, fc.constant(new Uint8Array(0)));

/** A service parameter that stands where keys are in order. */
const param = (key: number, value: Octets): Octets =>
  value.map((part) => {
    return concatBytes([Uint8Array.of(0, key, part.length >> 8, part.length & 0xff), part]);
  });
const maybe = (part: Octets): Octets => fc.oneof(part, fc.constant(new Uint8Array(0)));
const svcParams = wire(
  maybe(param(1, counted(octets(1, 8)))),
  maybe(param(3, u16)),
  maybe(param(4, wire(u32, u32))),
  maybe(param(5, data)),
  maybe(param(6, octets(16, 16))),
  maybe(
    wire(
      fixed(2, 0x9b),
      counted(octets(0, 8)).map((part) => concatBytes([fixedZero, part])),
    ),
  ),
);
const fixedZero = new Uint8Array(1);

const prefixOctets = (family: number, size: number): Octets =>
  fc.tuple(fc.nat(size * 8), fc.boolean(), octets(0, size)).map(([prefix, isNegated, address]) => {
    const used = address.subarray(0, address.findLastIndex((octet) => octet !== 0) + 1);
    const flags = (isNegated ? 0x80 : 0) | used.length;
    return concatBytes([Uint8Array.of(0, family, prefix, flags), used]);
  });
const prefixes: Octets = fc
  .array(fc.oneof(prefixOctets(1, 4), prefixOctets(2, 16)), { minLength: 1, maxLength: 4 })
  .map((parts) => concatBytes(parts));

/** A digit other than zero and a power of ten; or zero. */
const locSize: Octets = fc
  .tuple(fc.integer({ min: 1, max: 9 }), fc.nat(9), fc.nat(9))
  .map(([digit, power, zero]) => Uint8Array.of(zero === 0 ? 0 : (digit << 4) | power));
const angle = (degrees: number): Octets =>
  fc.integer({ min: -degrees * 3_600_000, max: degrees * 3_600_000 }).map((offset) => {
    const value = offset + 2 ** 31;
    return Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value);
  });

const gateways = (algorithm: Octets): Octets =>
  fc.oneof(
    wire(fixed(0), algorithm),
    wire(fixed(1), algorithm, u32),
    wire(fixed(2), algorithm, octets(16, 16)),
    wire(fixed(3), algorithm, keptName),
  );
const none = fc.constant(new Uint8Array(0));
const hip = fc
  .tuple(octets(1, 16), u8, octets(1, 40), fc.array(keptName, { maxLength: 2 }))
  .map(([tag, algorithm, key, names]) => {
    const head = [Uint8Array.of(tag.length), algorithm, Uint8Array.of(0, key.length)];
    return concatBytes([...head, tag, key, ...names]);
  });

const ds = wire(u16, u8, fc.oneof(digest(1, 20), digest(2, 32), digest(4, 48), digest(99, 7)));
/** A key behind the first octet of its flags, some of which say that there is none. */
const dnskeyTail = wire(fixed(0), u8, oneOf(5, 8, 13, 14, 15, 16), data);
const dnskey = wire(u8, dnskeyTail);
// Times from 2001 to 2036: what stands further from today, other readers take for another era.
const time = fc
  .integer({ min: 978_307_200, max: 2_082_758_400 })
  .map((value) => Uint8Array.of(value >>> 24, value >>> 16, value >>> 8, value));
const coveredType = fc.constantFrom(1, 48, 65, 127, 257, 999).map((type) => {
  return Uint8Array.of(type >> 8, type & 0xff);
});
// Fewer labels than the signer has, BIND calls malformed; names here have three at most.
const labels = oneOf(3, 4, 127);
const ttl = wire(
  fc.nat(127).map((octet) => Uint8Array.of(octet)),
  octets(3, 3),
);
const rrsig = wire(coveredType, u8, labels, ttl, time, time, u16, name, data);
const nsec3Param = wire(u8, u8, u16, counted(octets(0, 8)));
const tlsa = wire(u8, u8, u8, data);
const naptrFlags = counted(fc.constantFrom("", "S", "u", "A1").map((text) => Buffer.from(text)));
const naptrRegexp = counted(
  fc
    .constantFrom("", "!^.*$!sip:info@example.com!", "/a\\(b\\)/\\\\1/i", '|"|;|')
    .map((text) => Buffer.from(text)),
);
const svcb = wire(fixed(0, 1), keptName, svcParams);

/** RDATA of every type that has fields here, by mnemonic. */
export const RDATA_BY_TYPE: Readonly<Record<string, Octets>> = {
  A: u32,
  NS: name,
  MD: name,
  MF: name,
  CNAME: name,
  SOA: wire(name, name, u32, u32, u32, u32, u32),
  MB: name,
  MG: name,
  MR: name,
  PTR: name,
  HINFO: wire(string, string),
  MINFO: wire(name, name),
  MX: wire(u16, name),
  TXT: strings,
  RP: wire(name, name),
  AFSDB: wire(u16, name),
  X25: counted(fc.stringMatching(/^[0-9]{4,15}$/).map((digits) => Buffer.from(digits))),
  ISDN: fc.oneof(string, wire(string, string)),
  RT: wire(u16, name),
  NSAP: data,
  "NSAP-PTR": name,
  SIG: rrsig,
  KEY: wire(oneOf(0, 1, 0x40), dnskeyTail),
  PX: wire(u16, name, name),
  GPOS: wire(string, string, string),
  AAAA: octets(16, 16),
  LOC: wire(fixed(0), locSize, locSize, locSize, angle(90), angle(180), u32),
  SRV: wire(u16, u16, u16, name),
  NAPTR: wire(u16, u16, naptrFlags, string, naptrRegexp, name),
  KX: wire(u16, name),
  CERT: wire(fixed(0), u8, u16, u8, data),
  DNAME: name,
  APL: prefixes,
  DS: ds,
  SSHFP: wire(u8, fc.oneof(digest(1, 20), digest(2, 32), digest(9, 5))),
  IPSECKEY: wire(u8, gateways(fixed(2)), data),
  RRSIG: rrsig,
  NSEC: wire(keptName, types),
  DNSKEY: dnskey,
  DHCID: data,
  NSEC3: wire(nsec3Param, counted(octets(20, 20)), typesOrNone),
  NSEC3PARAM: nsec3Param,
  TLSA: tlsa,
  SMIMEA: tlsa,
  HIP: hip,
  NINFO: strings,
  RKEY: wire(fixed(0), dnskeyTail),
  TALINK: wire(keptName, keptName),
  CDS: ds,
  CDNSKEY: dnskey,
  OPENPGPKEY: data,
  CSYNC: wire(u32, u16, typesOrNone),
  ZONEMD: wire(u32, u8, fc.oneof(digest(1, 48), digest(2, 64), digest(240, 12))),
  SVCB: svcb,
  HTTPS: svcb,
  DSYNC: wire(coveredType, u8, u16, keptName),
  HHIT: data,
  BRID: data,
  SPF: strings,
  NID: wire(u16, octets(8, 8)),
  L32: wire(u16, u32),
  L64: wire(u16, octets(8, 8)),
  LP: wire(u16, keptName),
  EUI48: octets(6, 6),
  EUI64: octets(8, 8),
  URI: wire(u16, u16, octets(1, 30)),
  CAA: wire(u8, counted(fc.constant(Buffer.from("issue"))), octets(0, 30)),
  AVC: strings,
  AMTRELAY: wire(u8, gateways(none)),
  RESINFO: strings,
  WALLET: strings,
  TA: ds,
  DLV: ds,
};

/** RDATA of every type that is understood, and of some that are not. */
export const anyRdata: fc.Arbitrary<{ type: number; rdata: Uint8Array }> = fc.oneof(
  ...Object.entries(RDATA_BY_TYPE).map(([text, arbitrary]) => {
    const type = Object.entries(RRType).find(([mnemonic]) => mnemonic === text)?.[1] ?? 0;
    return arbitrary.map((rdata) => ({ type, rdata: Uint8Array.from(rdata) }));
  }),
  fc.tuple(fc.constantFrom(10, 999, 65280), octets(0, 60)).map(([type, rdata]) => {
    return { type, rdata };
  }),
);
