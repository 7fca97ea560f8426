import fc from "fast-check";
import { concatBytes } from "../base/index.ts";
import type { Edns, Message, ResourceRecord } from "./message.ts";
import { type Name, nameOf } from "./name.ts";
import { encodeSoa } from "./soa.ts";
import { encodeTxt } from "./txt.ts";
import { encodeName } from "./wireWriter.ts";

// Few labels, so that names share tails and compression has something to do.
const label = fc.constantFrom("a", "b", "example", "_holdfast", "x\\.y", "\\000", "w".repeat(63));

/** Any name, often one of few. */
export const anyName: fc.Arbitrary<Name> = fc
  .array(label, { maxLength: 3 })
  .map((labels) => nameOf(labels.length === 0 ? "." : labels.join(".")));

// Plain objects, as the code makes them, so that they can be compared strictly.
const PLAIN = { noNullPrototype: true } as const;

const u16 = fc.integer({ min: 0, max: 65535 });
const u32 = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const octets = (minLength: number, maxLength: number) => fc.uint8Array({ minLength, maxLength });

function bytes16(value: number): Uint8Array {
  return Uint8Array.of(value >> 8, value & 0xff);
}

/** RDATA of every type that is understood, and of some that are not. */
export const anyRdata: fc.Arbitrary<{ type: number; rdata: Uint8Array }> = fc.oneof(
  octets(4, 4).map((rdata) => ({ type: 1, rdata })),
  octets(16, 16).map((rdata) => ({ type: 28, rdata })),
  fc
    .tuple(fc.constantFrom(2, 5, 12, 39), anyName)
    .map(([type, name]) => ({ type, rdata: encodeName(name) })),
  fc
    .record({
      mname: anyName,
      rname: anyName,
      serial: u32,
      refreshSeconds: u32,
      retrySeconds: u32,
      expireSeconds: u32,
      minimumSeconds: u32,
    })
    .map((soa) => ({ type: 6, rdata: encodeSoa(soa) })),
  fc.tuple(u16, anyName).map(([preference, name]) => ({
    type: 15,
    rdata: concatBytes([bytes16(preference), encodeName(name)]),
  })),
  fc
    .array(octets(0, 40), { minLength: 1, maxLength: 4 })
    .map((strings) => ({ type: 16, rdata: encodeTxt(strings) })),
  fc
    .tuple(octets(6, 6), anyName)
    .map(([numbers, name]) => ({ type: 33, rdata: concatBytes([numbers, encodeName(name)]) })),
  fc.tuple(octets(1, 1), octets(0, 30)).map(([flags, value]) => ({
    type: 257,
    rdata: concatBytes([flags, Uint8Array.of(5), Buffer.from("issue"), value]),
  })),
  fc
    .tuple(fc.constantFrom(64, 65), anyName, octets(0, 8))
    .map(([type, name, value]) => ({ type, rdata: svcbRdata(name, value) })),
  fc.tuple(fc.constantFrom(43, 46, 999, 65280), octets(0, 60)).map(([type, rdata]) => {
    return { type, rdata };
  }),
);

function svcbRdata(name: Name, value: Uint8Array): Uint8Array {
  const alpn = Uint8Array.of(0, 1, 0, 3, 2, 0x68, 0x2c);
  const port = Uint8Array.of(0, 3, 0, 2, 0x20, 0xfb);
  const other = concatBytes([bytes16(667), bytes16(value.length), value]);
  return concatBytes([bytes16(1), encodeName(name), alpn, port, other]);
}

/** One RR of class IN. */
const anyRecord: fc.Arbitrary<ResourceRecord> = fc
  .tuple(anyName, anyRdata, fc.integer({ min: 0, max: 2 ** 31 - 1 }))
  .map(([name, { type, rdata }, ttlSeconds]) => ({ name, type, class: 1, ttlSeconds, rdata }));

const anyEdns: fc.Arbitrary<Edns> = fc.record(
  {
    udpPayloadSize: u16,
    version: fc.constantFrom(0, 1),
    dnssecOk: fc.boolean(),
    options: fc.array(fc.record({ code: u16, data: octets(0, 20) }, PLAIN), { maxLength: 3 }),
  },
  PLAIN,
);

const records = fc.array(anyRecord, { maxLength: 5 });

/** Any message that fits; more than one question only where RFC 9619 leaves it open. */
export const anyMessage: fc.Arbitrary<Message> = fc
  .record({
    id: u16,
    opcode: fc.constantFrom(0, 4, 5),
    rcode: fc.integer({ min: 0, max: 15 }),
    qr: fc.boolean(),
    aa: fc.boolean(),
    tc: fc.boolean(),
    rd: fc.boolean(),
    ra: fc.boolean(),
    ad: fc.boolean(),
    cd: fc.boolean(),
    question: fc.array(fc.record({ name: anyName, type: u16, class: u16 }, PLAIN), {
      maxLength: 1,
    }),
    answer: records,
    authority: records,
    additional: records,
    edns: fc.option(anyEdns, { nil: undefined }),
    rcodeHigh: fc.integer({ min: 0, max: 255 }),
  })
  .map(({ edns, rcodeHigh, ...message }) => {
    if (edns === undefined) return message;
    return { ...message, rcode: (rcodeHigh << 4) | message.rcode, edns };
  });
