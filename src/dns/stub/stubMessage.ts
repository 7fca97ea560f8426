import { concatBytes } from "../../base/index.ts";
import { MetaType, RRClass } from "../codes.ts";
import { unescapedOctets } from "../escape.ts";
import { headerFlags } from "../headerWire.ts";
import { emptyMessage, UDP_PAYLOAD_OCTETS } from "../message.ts";
import type { Name } from "../name.ts";
import { labelsOf } from "../nameTree.ts";
import { type DecodedMessage, readMessage } from "../readMessage.ts";
import { copyOctets, type WireReader } from "../wireReader.ts";

/** The types that a stub resolver reads (RFC 1035 section 3.2.2, RFC 3596). */
export const StubType = { A: 1, NS: 2, CNAME: 5, SOA: 6, TXT: 16, AAAA: 28 } as const;

/** The numbers of a SOA behind its names (RFC 1035 section 3.3.13). */
const SOA_NUMBERS_OCTETS = 20;
const DNSSEC_OK = 0x80;

/** What a stub resolver asks. */
interface StubQuery {
  /** 0..65535. */
  readonly id: number;
  readonly name: Name;
  readonly type: number;
  /** Signatures are wanted (DO, RFC 3225). */
  readonly dnssecOk: boolean;
  /** Whoever asks validates for himself (CD, RFC 4035 section 3.2.2). */
  readonly cd: boolean;
  /** For a server that knows no EDNS (RFC 6891 section 7): `dnssecOk` cannot be said then. */
  readonly withoutEdns?: boolean;
}

/**
 * Writes a query in class IN, with recursion desired, EDNS unless it is not to be, and AD: "tell me
 * whether it is authentic" (RFC 6840 section 5.7).
 */
export function encodeStubQuery(query: StubQuery): Uint8Array {
  const { id, name, type, dnssecOk, cd, withoutEdns = false } = query;
  const flags = headerFlags({ ...emptyMessage(id), rd: true, ad: true, cd });
  const question = [...nameOctets(name), ...u16s(type, RRClass.IN)];
  const opt = [
    0,
    ...u16s(MetaType.OPT, UDP_PAYLOAD_OCTETS),
    0,
    0,
    dnssecOk ? DNSSEC_OK : 0,
    0,
    0,
    0,
  ];
  const additional = withoutEdns ? [] : opt;
  const counts = [1, 0, 0, withoutEdns ? 0 : 1];
  return Uint8Array.of(...u16s(id, flags, ...counts), ...question, ...additional);
}

/**
 * `decodeMessage` for whoever reads the types of {@link StubType} alone: RDATA of all others comes
 * as it stands in the message, unchecked, names in it maybe compressed.
 */
export function decodeStubMessage(bytes: Uint8Array): DecodedMessage {
  return readMessage(bytes, readStubRdata);
}

function readStubRdata(reader: WireReader, type: number, rrClass: number, end: number): Uint8Array {
  const start = reader.offset;
  if (type === StubType.CNAME || type === StubType.NS) return readNames(reader, 1, 0, end);
  if (type === StubType.SOA) return readNames(reader, 2, SOA_NUMBERS_OCTETS, end);
  const octets = end - start;
  const isIn = rrClass === RRClass.IN;
  if (isIn && type === StubType.A && octets !== 4) reader.fail("A must have 4 octets");
  if (isIn && type === StubType.AAAA && octets !== 16) reader.fail("AAAA must have 16 octets");
  reader.skip(reader.problem === undefined ? octets : 0);
  return copyOctets(reader.bytes, start, end);
}

/** Names, and behind them so many other octets: exactly as much as there is. */
function readNames(reader: WireReader, names: number, octets: number, end: number): Uint8Array {
  const messageEnd = reader.end;
  reader.end = end;
  const parts = Array.from({ length: names }, () => nameOctets(reader.name("follow")));
  parts.push(reader.octets(octets));
  if (reader.offset !== end) reader.fail("RDATA is longer than its fields");
  reader.end = messageEnd;
  return concatBytes(parts);
}

function nameOctets(name: Name): Uint8Array {
  const labels = labelsOf(name).map(unescapedOctets);
  return concatBytes([
    ...labels.flatMap((label) => [Uint8Array.of(label.length), label]),
    new Uint8Array(1),
  ]);
}

function u16s(...numbers: readonly number[]): readonly number[] {
  return numbers.flatMap((number) => [number >> 8, number & 0xff]);
}
