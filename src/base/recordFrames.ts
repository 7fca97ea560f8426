import { concatBytes, utf8 } from "./bytes.ts";
import { crc32 } from "./crc32.ts";
import { RecordLogError } from "./recordLogError.ts";

/** What a kind of log is called and how its records are to be read. */
export interface LogFormat {
  /** Names the kind of log: 1 to 16 printable ASCII characters. */
  readonly magic: string;
  /** Version of the records written now, from 1. Older ones are read, newer ones refused. */
  readonly version: number;
}

/** Octets of the file's head: magic, version, check. */
export const HEAD_OCTETS = 24;
const MAGIC_OCTETS = 16;
const FRAME_MARK = 0x48464c31; // "HFL1"
/** Octets in front of a frame's records: mark, own offset in the file, length, check. */
export const FRAME_HEAD_OCTETS = 16;
/** A frame knows its own offset as 32 bits. */
export const LOG_OCTETS_MAX = 2 ** 32 - 1;

/** The head of a file of this format. */
function encodeHead(format: LogFormat): Uint8Array {
  const head = new Uint8Array(HEAD_OCTETS);
  head.set(utf8(format.magic).subarray(0, MAGIC_OCTETS));
  viewOf(head).setUint32(MAGIC_OCTETS, format.version);
  viewOf(head).setUint32(MAGIC_OCTETS + 4, crc32(head.subarray(0, MAGIC_OCTETS + 4)));
  return head;
}

/** The version of a file's records. Throws RecordLogError `log-not-ours`, `log-too-new`. */
export function readHead(file: string, bytes: Uint8Array, format: LogFormat): number {
  const version = bytes.length < HEAD_OCTETS ? 0 : viewOf(bytes).getUint32(MAGIC_OCTETS);
  const expected = encodeHead({ magic: format.magic, version });
  if (!expected.every((octet, index) => octet === bytes[index])) {
    throw new RecordLogError(
      { code: "log-not-ours", file },
      `Cannot read ${file} as it must begin as a "${format.magic}" log: it does not`,
    );
  }
  if (version > format.version) {
    throw new RecordLogError(
      { code: "log-too-new", file, version },
      `Cannot read ${file} as its format must be <= ${format.version}: it is ${version}; ` +
        "use the newer holdfast that wrote it",
    );
  }
  return version;
}

/** All records as one frame that will stand at `offset`: whole after a crash, or not there. */
export function encodeFrame(offset: number, records: readonly Uint8Array[]): Uint8Array {
  const length = records.reduce((sum, record) => sum + 4 + record.length, 0);
  const frame = new Uint8Array(FRAME_HEAD_OCTETS + length);
  const view = viewOf(frame);
  view.setUint32(0, FRAME_MARK);
  view.setUint32(4, offset);
  view.setUint32(8, length);
  let at = FRAME_HEAD_OCTETS;
  for (const record of records) {
    view.setUint32(at, record.length);
    frame.set(record, at + 4);
    at += 4 + record.length;
  }
  view.setUint32(12, checkOf(frame));
  return frame;
}

/** What a file holds behind its head. */
export interface ReadFrames {
  readonly records: readonly Uint8Array[];
  /** Where the last whole frame ends; anything behind is a torn tail. */
  readonly end: number;
}

/**
 * Reads frames until the end or a torn tail. Only the last frame can be torn, because the next is
 * written after the one before is durable: damage with a whole frame behind it is corruption.
 *
 * @throws RecordLogError `log-corrupt`
 */
export function readFrames(file: string, bytes: Uint8Array): ReadFrames {
  const records: Uint8Array[] = [];
  let offset = HEAD_OCTETS;
  while (offset < bytes.length) {
    const frame = frameAt(bytes, offset);
    if (frame === undefined) {
      const next = findFrame(bytes, offset + 1);
      if (next === undefined) break;
      throw new RecordLogError(
        { code: "log-corrupt", file, offset },
        `Cannot read ${file} as every record must be whole: the one at octet ${offset} is ` +
          `damaged and octet ${next} begins a whole one; restore a backup`,
      );
    }
    splitRecords(frame, records);
    offset += frame.length;
  }
  return { records, end: offset };
}

function frameAt(bytes: Uint8Array, offset: number): Uint8Array | undefined {
  if (bytes.length - offset < FRAME_HEAD_OCTETS) return undefined;
  const view = viewOf(bytes);
  if (view.getUint32(offset) !== FRAME_MARK || view.getUint32(offset + 4) !== offset) {
    return undefined;
  }
  const end = offset + FRAME_HEAD_OCTETS + view.getUint32(offset + 8);
  if (end > bytes.length) return undefined;
  const frame = bytes.subarray(offset, end);
  return view.getUint32(offset + 12) === checkOf(frame) ? frame : undefined;
}

function findFrame(bytes: Uint8Array, from: number): number | undefined {
  for (let offset = from; offset + FRAME_HEAD_OCTETS <= bytes.length; offset += 1) {
    if (bytes[offset] === FRAME_MARK >>> 24 && frameAt(bytes, offset) !== undefined) return offset;
  }
  return undefined;
}

function splitRecords(frame: Uint8Array, into: Uint8Array[]): void {
  const view = viewOf(frame);
  for (let at = FRAME_HEAD_OCTETS; at < frame.length; ) {
    const end = at + 4 + view.getUint32(at);
    into.push(frame.subarray(at + 4, end));
    at = end;
  }
}

/** Covers everything of a frame but the check itself. */
function checkOf(frame: Uint8Array): number {
  return crc32(frame.subarray(FRAME_HEAD_OCTETS), crc32(frame.subarray(0, 12)));
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** A whole file: its head and one frame. */
export function encodeFile(format: LogFormat, records: readonly Uint8Array[]): Uint8Array {
  const head = encodeHead(format);
  return records.length === 0 ? head : concatBytes([head, encodeFrame(HEAD_OCTETS, records)]);
}
