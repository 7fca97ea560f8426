import { MetaType, Opcode, RRClass } from "./codes.ts";
import { decodeOpt, type ReadOpt } from "./edns.ts";
import { readHeader } from "./headerWire.ts";
import {
  type Message,
  type MessageHeader,
  type Question,
  type ResourceRecord,
  TTL_SECONDS_MAX,
} from "./message.ts";
import { type Name, ROOT } from "./name.ts";
import { decodeTsig, type TsigRecord } from "./tsigRecord.ts";
import { copyOctets, HEADER_OCTETS, WireReader } from "./wireReader.ts";

/** What `decodeMessage` says. */
export type DecodedMessage =
  | {
      readonly kind: "message";
      readonly message: Message;
      /** The question section as it came: responses echo the QNAME's letter case. */
      readonly questionWire: Uint8Array;
      /** The signature, not verified. */
      readonly tsig?: TsigRecord;
    }
  | {
      readonly kind: "malformed";
      readonly problem: string;
      /** There where the header could be read, so that FORMERR can be answered. */
      readonly id?: number;
      readonly header?: MessageHeader;
      /** There where the one question could be read, so that FORMERR can repeat it. */
      readonly asked?: {
        readonly question: readonly Question[];
        readonly questionWire: Uint8Array;
      };
    };

const QUESTION_OCTETS_MIN = 5; // root name, type, class
const RECORD_OCTETS_MIN = 11; // root name, type, class, TTL, RDLENGTH

/** How records are read. */
interface Reading {
  /** Of an UPDATE: RDATA may be empty where it says "any" or "none". */
  readonly isUpdate: boolean;
  readonly readRdata: ReadRdata;
}

/** What of a message is not in its sections. */
interface Pseudo {
  opt?: ReadOpt;
  tsig?: TsigRecord;
}

/**
 * Reads the RDATA between the reader's offset and `end`: uncompressed, checked as far as its type
 * is known. `reader.problem` where it is malformed.
 */
export type ReadRdata = (
  reader: WireReader,
  type: number,
  rrClass: number,
  end: number,
) => Uint8Array;

/** `decodeMessage` of messageDecode.ts, for whoever knows other types' RDATA. */
export function readMessage(bytes: Uint8Array, readRdata: ReadRdata): DecodedMessage {
  if (bytes.length < HEADER_OCTETS) {
    return { kind: "malformed", problem: "Cannot read message as it is shorter than a header" };
  }
  const reader = new WireReader(bytes, "message");
  const id = reader.u16();
  const header = readHeader(id, reader.u16());
  const counts = [reader.u16(), reader.u16(), reader.u16(), reader.u16()] as const;
  const problem = countsProblem(header, counts, reader.left);
  if (problem !== undefined) {
    return { kind: "malformed", problem: `Cannot read message as ${problem}`, id, header };
  }
  const question = readQuestion(reader, counts[0]);
  const questionWire = copyOctets(bytes, HEADER_OCTETS, reader.offset);
  const isAsked = question.length === 1 && reader.problem === undefined;
  const pseudo: Pseudo = {};
  const isUpdate = header.opcode === Opcode.UPDATE;
  const how = { isUpdate, readRdata };
  const answer = readSection(reader, counts[1], how, undefined);
  const authority = readSection(reader, counts[2], how, undefined);
  const additional = readSection(reader, counts[3], how, pseudo);
  if (reader.left > 0) reader.fail("there are octets behind the last section");
  if (reader.problem !== undefined) {
    const malformed = { problem: `Cannot read message as ${reader.problem}`, id, header };
    const asked = isAsked ? { asked: { question, questionWire } } : {};
    return { kind: "malformed", ...malformed, ...asked };
  }
  const sections = { question, answer, authority, additional };
  const { opt, tsig } = pseudo;
  const message: Message =
    opt === undefined
      ? { ...header, ...sections }
      : { ...header, ...sections, rcode: (opt.rcodeHigh << 4) | header.rcode, edns: opt.edns };
  const decoded = { kind: "message", message, questionWire } as const;
  return tsig === undefined ? decoded : { ...decoded, tsig };
}

/** The header alone; undefined where there are too few octets for one. */
export function decodeHeader(bytes: Uint8Array): MessageHeader | undefined {
  if (bytes.length < HEADER_OCTETS) return undefined;
  const reader = new WireReader(bytes, "message");
  const id = reader.u16();
  return readHeader(id, reader.u16());
}

function countsProblem(
  header: MessageHeader,
  counts: readonly [number, number, number, number],
  octetsLeft: number,
): string | undefined {
  const [questions, ...records] = counts;
  const recordCount = records.reduce((sum, count) => sum + count, 0);
  const octetsMin = questions * QUESTION_OCTETS_MIN + recordCount * RECORD_OCTETS_MIN;
  if (octetsMin > octetsLeft) return "it counts more than its octets can hold";
  if (header.opcode === Opcode.QUERY && questions > 1) {
    return "a QUERY must have at most one question (RFC 9619)";
  }
  return undefined;
}

function readQuestion(reader: WireReader, count: number): readonly Question[] {
  const question: Question[] = [];
  while (question.length < count && reader.problem === undefined) {
    const name = reader.name("follow");
    question.push({ name, type: reader.u16(), class: reader.u16() });
  }
  return question;
}

/** Reads one section; only the additional section is handed a place for OPT and TSIG. */
function readSection(
  reader: WireReader,
  count: number,
  how: Reading,
  pseudo: Pseudo | undefined,
): readonly ResourceRecord[] {
  const records: ResourceRecord[] = [];
  for (let read = 0; read < count && reader.problem === undefined; read += 1) {
    const startOffset = reader.offset;
    const name = reader.name("follow");
    const type = reader.u16();
    if (type === MetaType.OPT) {
      readOpt(reader, name, pseudo);
    } else if (type === MetaType.TSIG) {
      if (pseudo === undefined || read !== count - 1) {
        reader.fail("TSIG must be the last record of the additional section");
      } else {
        pseudo.tsig = decodeTsig(reader, name, startOffset);
      }
    } else {
      records.push(readRecord(reader, name, type, how));
    }
  }
  return records;
}

function readOpt(reader: WireReader, name: Name, pseudo: Pseudo | undefined): void {
  if (pseudo === undefined) reader.fail("OPT must be in the additional section");
  else if (pseudo.opt !== undefined) reader.fail("OPT must be there once");
  else if (name !== ROOT) reader.fail("OPT must be owned by the root");
  else pseudo.opt = decodeOpt(reader);
}

function readRecord(
  reader: WireReader,
  name: Name,
  type: number,
  { isUpdate, readRdata }: Reading,
): ResourceRecord {
  const rrClass = reader.u16();
  const ttl = reader.u32();
  // RFC 2181 section 8: a TTL with its top bit set counts as zero.
  const ttlSeconds = ttl > TTL_SECONDS_MAX ? 0 : ttl;
  const end = reader.u16() + reader.offset;
  if (end > reader.end) reader.fail("RDATA is cut off");
  const isEmptied = end === reader.offset && (rrClass === RRClass.ANY || rrClass === RRClass.NONE);
  const rdata =
    reader.problem !== undefined || (isUpdate && isEmptied)
      ? new Uint8Array(0)
      : readRdata(reader, type, rrClass, end);
  return { name, type, class: rrClass, ttlSeconds, rdata };
}
