import { compareBytes } from "../base/index.ts";
import { Opcode, Rcode, RRClass, rcodeText } from "./codes.ts";
import type { Message, ResourceRecord } from "./message.ts";
import type { Name } from "./name.ts";
import { isAtOrBelow } from "./nameTree.ts";
import { RRType, typeText } from "./rrType.ts";
import { compareSerials } from "./serial.ts";
import { decodeSoa } from "./soa.ts";

/** Records kept of one transfer: a whole cell's zone, some times over. */
const RECORDS_MAX = 10_000_000;
/** Octets of RDATA kept of one transfer. */
const OCTETS_MAX = 2 ** 31;

/** One step from a version of a zone to the next (RFC 1995 section 4); no SOA is in the lists. */
export interface DifferenceSequence {
  readonly fromSoa: ResourceRecord;
  readonly toSoa: ResourceRecord;
  readonly removed: readonly ResourceRecord[];
  readonly added: readonly ResourceRecord[];
}

/** What a transfer brought. */
export type Transfer =
  /** One SOA alone: there is nothing newer, or, over UDP, it does not fit: ask over TCP. */
  | { readonly kind: "soa-alone"; readonly soa: ResourceRecord }
  /** Every record, the SOA first, without its repetition at the end. */
  | { readonly kind: "whole"; readonly records: readonly ResourceRecord[] }
  | { readonly kind: "differences"; readonly sequences: readonly DifferenceSequence[] };

/** What {@link TransferReader} says after each message. */
export type TransferRead =
  | { readonly kind: "more" }
  | { readonly kind: "done"; readonly transfer: Transfer }
  | { readonly kind: "failed"; readonly problem: string; readonly rcode?: number };

/** What was asked for. */
export interface TransferAsked {
  readonly id: number;
  readonly zone: Name;
  readonly type: typeof RRType.AXFR | typeof RRType.IXFR;
  /** The serial sent with IXFR. */
  readonly serial?: number;
  /** An answer over UDP is one message, whatever is in it. */
  readonly isUdp?: boolean;
}

/** Bounds of what is kept; for tests to make smaller. */
export interface TransferReaderLimits {
  readonly recordsMax: number;
  readonly octetsMax: number;
}

interface OpenSequence {
  fromSoa: ResourceRecord;
  toSoa: ResourceRecord | undefined;
  removed: ResourceRecord[];
  added: ResourceRecord[];
}

/**
 * Reads the answer to AXFR or IXFR, message by message (RFC 5936 section 2.2, RFC 1995 section 4).
 * Signatures are checked before by whoever hands the messages over.
 */
export class TransferReader {
  readonly #asked: TransferAsked;
  readonly #limits: TransferReaderLimits;
  #soa: ResourceRecord | undefined;
  #records: ResourceRecord[] = [];
  #sequences: OpenSequence[] = [];
  #form: "unknown" | "whole" | "differences" = "unknown";
  #recordCount = 0;
  #octets = 0;
  #messageCount = 0;
  #end: TransferRead | undefined;

  constructor(
    asked: TransferAsked,
    limits: TransferReaderLimits = { recordsMax: RECORDS_MAX, octetsMax: OCTETS_MAX },
  ) {
    this.#asked = asked;
    this.#limits = limits;
  }

  /** Takes the next message. After "done" or "failed" every further one is answered the same. */
  push(message: Message): TransferRead {
    if (this.#end !== undefined) return this.#end;
    const problem = this.#messageProblem(message) ?? this.#readAll(message.answer);
    this.#messageCount += 1;
    if (problem !== undefined) {
      const rcode = message.rcode === Rcode.NOERROR ? {} : { rcode: message.rcode };
      const text = `Cannot read transfer of ${this.#asked.zone} as ${problem}`;
      this.#end = { kind: "failed", problem: text, ...rcode };
    } else if (this.#end === undefined && this.#isSoaAlone()) {
      const soa = this.#soa;
      if (soa !== undefined) this.#end = done({ kind: "soa-alone", soa });
    }
    return this.#end ?? { kind: "more" };
  }

  #messageProblem(message: Message): string | undefined {
    const { id, zone, type } = this.#asked;
    if (!message.qr || message.id !== id || message.opcode !== Opcode.QUERY) {
      return "a message is no response to the request";
    }
    if (message.rcode !== Rcode.NOERROR) return `it was answered with ${rcodeText(message.rcode)}`;
    if (message.tc) return "a message was truncated";
    const [question] = message.question;
    if (question === undefined) {
      // RFC 5936 section 2.2.1: only the first message must have the question.
      return this.#messageCount === 0 ? "the first message has no question" : undefined;
    }
    const isSame = question.name === zone && question.type === type;
    return isSame ? undefined : "a message answers another question";
  }

  #readAll(records: readonly ResourceRecord[]): string | undefined {
    if (records.length === 0) return "a message has no record";
    for (const record of records) {
      if (this.#end !== undefined) return "there are records behind its end";
      const problem = this.#boundsProblem(record) ?? this.#read(record);
      if (problem !== undefined) return problem;
    }
    return undefined;
  }

  #boundsProblem(record: ResourceRecord): string | undefined {
    this.#recordCount += 1;
    this.#octets += record.rdata.length;
    if (this.#recordCount > this.#limits.recordsMax) return "it has too many records";
    if (this.#octets > this.#limits.octetsMax) return "it has too many octets";
    if (record.class !== RRClass.IN) return "a record is not of class IN";
    const { zone } = this.#asked;
    if (!isAtOrBelow(record.name, zone)) return `${record.name} is not in the zone`;
    if (record.type === RRType.SOA && record.name !== zone) return "an SOA is not at the apex";
    return undefined;
  }

  #read(record: ResourceRecord): string | undefined {
    if (this.#soa === undefined) {
      if (record.type !== RRType.SOA) return `it begins with ${typeText(record.type)}, not SOA`;
      this.#soa = record;
      return undefined;
    }
    if (this.#form === "unknown") this.#form = this.#formOf(record);
    return this.#form === "whole"
      ? this.#readWhole(this.#soa, record)
      : this.#readDifference(this.#soa, record);
  }

  /** RFC 1995 section 4: a second SOA that is not the first one again begins differences. */
  #formOf(second: ResourceRecord): "whole" | "differences" {
    const { type, serial } = this.#asked;
    if (type === RRType.AXFR || second.type !== RRType.SOA) return "whole";
    return decodeSoa(second.rdata).serial === serial ? "differences" : "whole";
  }

  #readWhole(soa: ResourceRecord, record: ResourceRecord): string | undefined {
    if (record.type !== RRType.SOA) {
      this.#records.push(record);
      return undefined;
    }
    if (compareBytes(record.rdata, soa.rdata) !== 0) return "its two SOAs differ";
    this.#end = done({ kind: "whole", records: [soa, ...this.#records] });
    return undefined;
  }

  #readDifference(soa: ResourceRecord, record: ResourceRecord): string | undefined {
    const open = this.#sequences.at(-1);
    if (record.type !== RRType.SOA) {
      if (open === undefined) return "differences begin without an SOA";
      (open.toSoa === undefined ? open.removed : open.added).push(record);
      return undefined;
    }
    if (open !== undefined && open.toSoa === undefined) {
      open.toSoa = record;
      return undefined;
    }
    const before = open?.toSoa;
    if (before !== undefined && serialOf(before) !== serialOf(record)) {
      return "a sequence does not begin where the one before it ended";
    }
    if (before !== undefined && serialOf(record) === serialOf(soa)) {
      this.#end = done({ kind: "differences", sequences: this.#sequences.map(closed) });
      return undefined;
    }
    this.#sequences.push({ fromSoa: record, toSoa: undefined, removed: [], added: [] });
    return undefined;
  }

  /** RFC 1995 section 2 and 4: then there is nothing newer, or it is to be asked for over TCP. */
  #isSoaAlone(): boolean {
    const { type, isUdp = false, serial } = this.#asked;
    if (type !== RRType.IXFR || this.#soa === undefined || this.#recordCount !== 1) return false;
    if (isUdp || serial === undefined) return true;
    return compareSerials(serialOf(this.#soa), serial) !== "greater";
  }
}

function done(transfer: Transfer): TransferRead {
  return { kind: "done", transfer };
}

function closed(open: OpenSequence): DifferenceSequence {
  return { ...open, toSoa: open.toSoa ?? open.fromSoa };
}

function serialOf(soa: ResourceRecord): number {
  return decodeSoa(soa.rdata).serial;
}
