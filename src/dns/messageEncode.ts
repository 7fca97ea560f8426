import { assert } from "../base/index.ts";
import { RRClass } from "./codes.ts";
import { DnsError } from "./dnsError.ts";
import { encodeOpt, optOctets } from "./edns.ts";
import { headerFlags, TRUNCATED_FLAG } from "./headerWire.ts";
import { type Edns, MESSAGE_OCTETS_MAX, type Message, type ResourceRecord } from "./message.ts";
import { isAtOrBelow } from "./nameTree.ts";
import { encodeRdata } from "./rdataWire.ts";
import { RRType } from "./rrType.ts";
import { HEADER_OCTETS } from "./wireReader.ts";
import { WireWriter } from "./wireWriter.ts";

/** Every receiver takes this much, so no response need be cut shorter (RFC 1035 section 4.2.1). */
export const UDP_OCTETS_MIN = 512;

/** How a message is encoded. */
export interface EncodeOptions {
  /** Octets that the message may take, 512..65535; by default 65535. */
  readonly sizeMax?: number;
  /** The request's question section as it came: echoed for its letter case. */
  readonly questionWire?: Uint8Array;
}

/**
 * Writes a message. A response over `sizeMax` loses whole RRsets from its end and has TC set where
 * one of them was needed (RFC 2181 section 9, RFC 9471 section 3.1); question and OPT stay.
 * Throws DnsError `message-too-long` for a request over it: half a request asks something else.
 */
export function encodeMessage(message: Message, options: EncodeOptions = {}): Uint8Array {
  const { sizeMax = MESSAGE_OCTETS_MAX, questionWire } = options;
  assert(
    sizeMax >= UDP_OCTETS_MIN && sizeMax <= MESSAGE_OCTETS_MAX,
    `message size limit ${sizeMax} is in ${UDP_OCTETS_MIN}..${MESSAGE_OCTETS_MAX}`,
  );
  assert(message.rcode < 16 || message.edns !== undefined, "an RCODE over 15 comes with EDNS");
  const out = new WireWriter();
  out.u16(message.id);
  out.u16(headerFlags(message));
  for (let count = 0; count < 4; count += 1) out.u16(0);
  writeQuestion(out, message, questionWire);
  const edns = fittingEdns(message.edns, sizeMax - out.length);
  const room = sizeMax - optOctets(edns);
  const answers = writeSection(out, message.answer, room);
  const isWholeAnswer = answers === message.answer.length;
  const authorities = isWholeAnswer ? writeSection(out, message.authority, room) : 0;
  const isWholeAuthority = isWholeAnswer && authorities === message.authority.length;
  const additionals = isWholeAuthority ? writeSection(out, message.additional, room) : 0;
  const isWhole = isWholeAuthority && additionals === message.additional.length;
  if (!isWhole && !message.qr) throw tooLong(sizeMax);
  // What is only helpful may be left out unsaid; the child's own glue is needed.
  const isCut = !isWholeAuthority || losesGlue(message, additionals);
  if (isCut) out.u16At(2, headerFlags(message) | TRUNCATED_FLAG);
  if (edns !== undefined) encodeOpt(out, edns, message.rcode);
  out.u16At(4, message.question.length);
  out.u16At(6, answers);
  out.u16At(8, authorities);
  out.u16At(10, additionals + (edns === undefined ? 0 : 1));
  if (out.length > sizeMax) throw tooLong(sizeMax);
  return out.finish();
}

function tooLong(octetsMax: number): DnsError {
  return new DnsError(
    { code: "message-too-long", octetsMax },
    `Cannot encode message as it must be <= ${octetsMax} octets: it is longer`,
  );
}

function writeQuestion(
  out: WireWriter,
  message: Message,
  questionWire: Uint8Array | undefined,
): void {
  const [first] = message.question;
  if (questionWire !== undefined && first !== undefined) {
    assert(message.question.length === 1, "an echoed question is one question");
    out.octets(questionWire);
    const end = out.noteName(first.name, HEADER_OCTETS) + 4;
    assert(end === out.length, "the echoed question is the message's question");
    return;
  }
  for (const { name, type, class: rrClass } of message.question) {
    out.compressedName(name);
    out.u16(type);
    out.u16(rrClass);
  }
}

/** The EDNS without its options where even an empty response could not carry them. */
function fittingEdns(edns: Edns | undefined, room: number): Edns | undefined {
  if (edns === undefined || optOctets(edns) <= room) return edns;
  return { ...edns, options: [] };
}

/** Writes records, RRset by RRset, while they fit; the answer is how many were written. */
function writeSection(
  out: WireWriter,
  records: readonly ResourceRecord[],
  octetsMax: number,
): number {
  let wholeRecords = 0;
  let wholeLength = out.length;
  let previous: ResourceRecord | undefined;
  for (const [index, record] of records.entries()) {
    if (previous === undefined || !isSameRRset(previous, record)) {
      wholeRecords = index;
      wholeLength = out.length;
    }
    writeRecord(out, record);
    if (out.length > octetsMax) {
      out.cut(wholeLength);
      return wholeRecords;
    }
    previous = record;
  }
  return records.length;
}

function isSameRRset(left: ResourceRecord, right: ResourceRecord): boolean {
  return left.type === right.type && left.name === right.name && left.class === right.class;
}

function writeRecord(out: WireWriter, record: ResourceRecord): void {
  out.compressedName(record.name);
  out.u16(record.type);
  out.u16(record.class);
  out.u32(record.ttlSeconds);
  const lengthAt = out.length;
  out.u16(0);
  encodeRdata(out, record.type, record.rdata);
  const octets = out.length - lengthAt - 2;
  assert(octets <= MESSAGE_OCTETS_MAX, "RDATA fits its sixteen-bit length");
  out.u16At(lengthAt, octets);
}

/**
 * Whether a referral loses addresses of nameservers in the child's own domain, which cannot be had
 * elsewhere, when only so many additional records fit (RFC 9471 section 3.1).
 */
function losesGlue({ aa, answer, authority, additional }: Message, fitting: number): boolean {
  if (aa || answer.length > 0) return false;
  const cut = authority.find(({ type, class: rrClass }) => {
    return type === RRType.NS && rrClass === RRClass.IN;
  });
  if (cut === undefined) return false;
  return additional.slice(fitting).some(({ name }) => isAtOrBelow(name, cut.name));
}
