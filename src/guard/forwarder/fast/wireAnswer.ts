import { encodeMessage, makeQuery, type Name, UDP_PAYLOAD_OCTETS } from "../../../dns/index.ts";
import { HEADER_OCTETS, OPT_FIXED_OCTETS } from "../../../packet/index.ts";
import { responseOf, type Told } from "../told.ts";
import type { AnswerKey } from "./tableLayout.ts";

/** What of a response is the same for all who ask alike. */
export interface WireAnswer {
  readonly rcode: number;
  /** Validated: AD is set for whoever wants to know. */
  readonly ad: boolean;
  /** The second and third word of its header, as in memory, but for an OPT record. */
  readonly counts: readonly [number, number];
  /** What stands between the question and the OPT record. */
  readonly body: Uint8Array;
  /** Octets of the body at which TTLs stand. */
  readonly ttlsAt: readonly number[];
}

const QUESTION_TAIL_OCTETS = 4;
const RECORD_FIXED_OCTETS = 10; // type, class, TTL, length
const POINTER = 0xc0;
const TRUNCATED = 2;
const AUTHENTIC = 0x20;

/** The ready response; undefined where it says more than its records do, or does not fit UDP. */
export function wireAnswer(
  name: Name,
  { type, dnssecOk, cd }: AnswerKey,
  told: Told,
): WireAnswer | undefined {
  if (told.errors.length > 0 || told.rcode > 15) return undefined;
  const edns = dnssecOk ? { udpPayloadSize: UDP_PAYLOAD_OCTETS, dnssecOk } : {};
  const query = { ...makeQuery(0, name, type, { rd: true, ...edns }), cd, ad: true };
  const wire = encodeMessage(responseOf(query, told), { sizeMax: UDP_PAYLOAD_OCTETS });
  const view = new DataView(wire.buffer, wire.byteOffset, wire.length);
  if ((view.getUint8(2) & TRUNCATED) !== 0) return undefined;
  const begin = nameEnd(wire, HEADER_OCTETS) + QUESTION_TAIL_OCTETS;
  const records = view.getUint16(6) + view.getUint16(8);
  const ttlsAt: number[] = [];
  let at = begin;
  for (let record = 0; record < records; record += 1) {
    const fixed = nameEnd(wire, at);
    ttlsAt.push(fixed + 4 - begin);
    at = fixed + RECORD_FIXED_OCTETS + view.getUint16(fixed + 8);
  }
  const optOctets = dnssecOk ? OPT_FIXED_OCTETS : 0;
  const body = wire.slice(begin, at);
  if (at + optOctets !== wire.length) return undefined;
  const counts = [view.getInt32(4, true), view.getInt32(8, true) & 0xffff] as const;
  return { rcode: told.rcode, ad: (view.getUint8(3) & AUTHENTIC) !== 0, counts, body, ttlsAt };
}

/** Octet behind a name, which ends with the root or a pointer. */
function nameEnd(wire: Uint8Array, from: number): number {
  let at = from;
  for (;;) {
    const octet = wire[at] ?? 0;
    if (octet >= POINTER) return at + 2;
    at += 1 + octet;
    if (octet === 0) return at;
  }
}
