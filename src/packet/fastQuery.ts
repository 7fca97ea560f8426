import { RRClass, RRType, UDP_OCTETS_MIN, UDP_PAYLOAD_OCTETS } from "../dns/index.ts";
import type { PacketMemory } from "./packetMemory.ts";

/** Octets of a header (RFC 1035 section 4.1.1). */
export const HEADER_OCTETS = 12;
/** Octets of an OPT record without options (RFC 6891 section 6.1.2). */
export const OPT_FIXED_OCTETS = 11;

const NAME_OCTETS_MAX = 255;
const LABEL_OCTETS_MAX = 63;
const QUESTION_TAIL_OCTETS = 4; // QTYPE and QCLASS
// The third octet of a header: QR and opcode, which are 0 in a query.
const NOT_A_QUERY = 0xf80000;
// QDCOUNT 1 and ANCOUNT 0; NSCOUNT 0 and ARCOUNT 1: as little-endian words.
const ONE_QUESTION = 0x0000_0100;
const ONE_ADDITIONAL = 0x0100_0000;

/** Who looks at the options of a query's OPT record. */
export interface OptionReader {
  /** A query with EDNS begins; `dnssecOk` is its DO bit. */
  begin(dnssecOk: boolean): void;
  /** Its options, from octet `at` to `end`; false: the query is not the usual one. */
  takeOptions(at: number, end: number, addressAt: number): boolean;
}

/**
 * What the usual query asks: one question of class IN, with EDNS of version 0 or without. The fast
 * path answers it for ordinary types. One object serves all queries of a thread, one at a time.
 */
export class FastQuery {
  /** Octet where the message begins. */
  at = 0;
  nameOctets = 0;
  /** Octet behind the question. */
  questionEnd = 0;
  type = 0;
  /** The type has rules of its own, which the general path knows. */
  isSpecial = false;
  hasEdns = false;
  dnssecOk = false;
  /** Octets that the reply may have. */
  octetsMax = UDP_OCTETS_MIN;
  readonly #packets: PacketMemory;
  readonly #opt: OptionReader;

  constructor(packets: PacketMemory, opt: OptionReader) {
    this.#packets = packets;
    this.#opt = opt;
  }

  /** Octet where the QNAME begins. */
  get nameAt(): number {
    return this.at + HEADER_OCTETS;
  }

  /**
   * Reads the message of `length` octets at octet `at`; false for everything that is not the
   * usual query. Work is bounded by the octets that there are.
   */
  read(at: number, length: number, addressAt: number): boolean {
    const { words, octets } = this.#packets;
    const end = at + length;
    const start = at >> 2;
    this.at = at;
    if (length < HEADER_OCTETS + 1 + QUESTION_TAIL_OCTETS) return false;
    if (((words[start] as number) & NOT_A_QUERY) !== 0) return false;
    if (words[start + 1] !== ONE_QUESTION) return false;
    const additional = words[start + 2];
    if (additional !== 0 && additional !== ONE_ADDITIONAL) return false;

    let next = at + HEADER_OCTETS;
    let label = octets[next] as number;
    while (label !== 0) {
      if (label > LABEL_OCTETS_MAX) return false;
      next += label + 1;
      if (next >= end) return false;
      label = octets[next] as number;
    }
    next += 1;
    const nameOctets = next - at - HEADER_OCTETS;
    if (nameOctets > NAME_OCTETS_MAX || next + QUESTION_TAIL_OCTETS > end) return false;
    this.nameOctets = nameOctets;
    const type = ((octets[next] as number) << 8) | (octets[next + 1] as number);
    this.type = type;
    if (octets[next + 2] !== 0 || octets[next + 3] !== RRClass.IN) return false;
    this.isSpecial = isSpecial(type);
    const questionEnd = next + QUESTION_TAIL_OCTETS;
    this.questionEnd = questionEnd;
    if (additional === 0) {
      this.hasEdns = false;
      this.dnssecOk = false;
      this.octetsMax = UDP_OCTETS_MIN;
      return questionEnd === end;
    }
    return this.#readOpt(questionEnd, end, addressAt);
  }

  #readOpt(at: number, end: number, addressAt: number): boolean {
    const { octets } = this.#packets;
    const optionsAt = at + OPT_FIXED_OCTETS;
    if (optionsAt > end) return false;
    if (octets[at] !== 0 || octets[at + 1] !== 0 || octets[at + 2] !== RRType.OPT) return false;
    if (octets[at + 6] !== 0) return false; // version
    const length = ((octets[at + 9] as number) << 8) | (octets[at + 10] as number);
    if (optionsAt + length !== end) return false;
    const asked = ((octets[at + 3] as number) << 8) | (octets[at + 4] as number);
    this.octetsMax = Math.min(Math.max(asked, UDP_OCTETS_MIN), UDP_PAYLOAD_OCTETS);
    this.hasEdns = true;
    this.dnssecOk = ((octets[at + 7] as number) & 0x80) !== 0;
    this.#opt.begin(this.dnssecOk);
    return length === 0 || this.#opt.takeOptions(optionsAt, end, addressAt);
  }
}

/** Types with rules of their own: meta-types, signatures, and the DS, which the parent answers. */
function isSpecial(type: number): boolean {
  if (type < RRType.OPT) return type === 0;
  if (type >= 128 && type <= 255) return true;
  return type === RRType.OPT || type === RRType.DS || type === RRType.RRSIG || type === RRType.NSEC;
}
