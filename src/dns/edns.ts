import { concatBytes, utf8 } from "../base/index.ts";
import { MetaType } from "./codes.ts";
import type { Edns, EdnsOption, Message } from "./message.ts";
import type { WireReader } from "./wireReader.ts";
import type { WireWriter } from "./wireWriter.ts";

/** An extended DNS error (RFC 8914): why, for programs (`code`, 0..65535) and for people. */
export interface ExtendedError {
  readonly code: number;
  readonly text: string;
}

/** INFO-CODEs of extended errors in use here (RFC 8914 section 4). */
export const ExtendedErrorCode = {
  OTHER: 0,
  STALE_ANSWER: 3,
  NOT_READY: 14,
  BLOCKED: 15,
  CENSORED: 16,
  FILTERED: 17,
  PROHIBITED: 18,
  STALE_NXDOMAIN_ANSWER: 19,
  NOT_AUTHORITATIVE: 20,
  NOT_SUPPORTED: 21,
  NETWORK_ERROR: 23,
  INVALID_DATA: 24,
} as const;

const EXTENDED_ERROR_OPTION = 15; // RFC 8914 section 2
const DNSSEC_OK = 0x8000; // RFC 3225 section 3
const OPT_FIXED_OCTETS = 11; // root owner name, type, class, TTL and RDLENGTH

// Text from a peer may be any octets; those that are no UTF-8 are shown as U+FFFD.
const lenientDecoder = new TextDecoder("utf-8");

/** The extended errors of a message, in order. Options too short to hold a code are left out. */
export function extendedErrors(message: Message): readonly ExtendedError[] {
  const errors: ExtendedError[] = [];
  for (const { code, data } of message.edns?.options ?? []) {
    const [high, low] = data;
    if (code !== EXTENDED_ERROR_OPTION || high === undefined || low === undefined) continue;
    // Some senders end the text with a zero octet, which RFC 8914 section 2 asks not to rely on.
    const text = lenientDecoder.decode(data.subarray(2)).replace(/\0$/, "");
    errors.push({ code: (high << 8) | low, text });
  }
  return errors;
}

/** The same EDNS with extended errors behind its options. */
export function ednsWithErrors(edns: Edns, errors: readonly ExtendedError[]): Edns {
  const options = errors.map(({ code, text }): EdnsOption => {
    const data = concatBytes([Uint8Array.of(code >> 8, code & 0xff), utf8(text)]);
    return { code: EXTENDED_ERROR_OPTION, data };
  });
  return { ...edns, options: [...edns.options, ...options] };
}

/** What an OPT record says: the EDNS, and the upper eight bits of the message's RCODE. */
export interface ReadOpt {
  readonly edns: Edns;
  readonly rcodeHigh: number;
}

/** Reads an OPT record from behind its type: class, TTL, options (RFC 6891 section 6.1). */
export function decodeOpt(reader: WireReader): ReadOpt {
  const udpPayloadSize = reader.u16();
  const rcodeHigh = reader.u8();
  const version = reader.u8();
  const flags = reader.u16();
  const end = reader.u16() + reader.offset;
  if (end > reader.end) reader.fail("OPT is cut off");
  const options: EdnsOption[] = [];
  while (reader.problem === undefined && reader.offset < end) {
    const code = reader.u16();
    options.push({ code, data: reader.octets(reader.u16()) });
  }
  if (reader.offset > end) reader.fail("EDNS option is longer than the OPT record");
  const dnssecOk = (flags & DNSSEC_OK) !== 0;
  return { edns: { udpPayloadSize, version, dnssecOk, options }, rcodeHigh };
}

/** Writes the OPT record of a message with this RCODE. */
export function encodeOpt(out: WireWriter, edns: Edns, rcode: number): void {
  out.u8(0); // owner name: the root
  out.u16(MetaType.OPT);
  out.u16(edns.udpPayloadSize);
  out.u8(rcode >> 4);
  out.u8(edns.version);
  out.u16(edns.dnssecOk ? DNSSEC_OK : 0);
  out.u16(optOctets(edns) - OPT_FIXED_OCTETS);
  for (const { code, data } of edns.options) {
    out.u16(code);
    out.u16(data.length);
    out.octets(data);
  }
}

/** Octets that the OPT record takes. */
export function optOctets(edns: Edns | undefined): number {
  if (edns === undefined) return 0;
  return edns.options.reduce((sum, option) => sum + 4 + option.data.length, OPT_FIXED_OCTETS);
}
