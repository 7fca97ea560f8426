import { MetaType, RRClass } from "./codes.ts";
import type { Name } from "./name.ts";
import { HEADER_OCTETS, WireReader } from "./wireReader.ts";
import { encodeName } from "./wireWriter.ts";

/** A TSIG record as it stands in a message (RFC 8945 section 4.2). */
export interface TsigRecord {
  /** Owner name: the key's name. */
  readonly name: Name;
  /** Such as `hmac-sha256.` */
  readonly algorithm: Name;
  /** Seconds since the Unix epoch, 48 bits. */
  readonly timeSigned: number;
  readonly fudgeSeconds: number;
  readonly mac: Uint8Array;
  readonly originalId: number;
  /** Extended RCODE: 0, or BADSIG, BADKEY, BADTIME, BADTRUNC. */
  readonly error: number;
  readonly otherData: Uint8Array;
  /** Where the record begins in the message. */
  readonly startOffset: number;
}

/** Reads a TSIG record from behind its type. `reader.problem` where it is malformed. */
export function decodeTsig(reader: WireReader, name: Name, startOffset: number): TsigRecord {
  const rrClass = reader.u16();
  const ttl = reader.u32();
  if (rrClass !== RRClass.ANY || ttl !== 0) reader.fail("TSIG must have class ANY and TTL 0");
  const end = reader.u16() + reader.offset;
  const algorithm = reader.name("refuse");
  const timeSigned = reader.u48();
  const fudgeSeconds = reader.u16();
  const mac = reader.octets(reader.u16());
  const originalId = reader.u16();
  const error = reader.u16();
  const otherData = reader.octets(reader.u16());
  if (reader.offset !== end) reader.fail("TSIG has another length than its fields");
  return {
    name,
    algorithm,
    timeSigned,
    fudgeSeconds,
    mac,
    originalId,
    error,
    otherData,
    startOffset,
  };
}

/** The two names of a TSIG record in wire format. */
export interface TsigNames {
  readonly owner: Uint8Array;
  readonly algorithm: Uint8Array;
}

/**
 * A message with a TSIG record behind it, and one more in its ARCOUNT. `names`: the record's, where
 * they are encoded already.
 */
export function appendTsig(
  message: Uint8Array,
  tsig: Omit<TsigRecord, "startOffset">,
  names: TsigNames = { owner: encodeName(tsig.name), algorithm: encodeName(tsig.algorithm) },
): Uint8Array {
  const { owner, algorithm } = names;
  const { mac, otherData } = tsig;
  const rdataOctets = algorithm.length + RDATA_FIXED_OCTETS + mac.length + otherData.length;
  // One array of the right size: this is done for every signed response.
  const start = message.length + owner.length;
  const bytes = new Uint8Array(start + RECORD_FIXED_OCTETS + rdataOctets);
  const view = new DataView(bytes.buffer);
  bytes.set(message);
  view.setUint16(10, view.getUint16(10) + 1);
  bytes.set(owner, message.length);
  view.setUint16(start, MetaType.TSIG);
  view.setUint16(start + 2, RRClass.ANY);
  view.setUint16(start + 8, rdataOctets);
  bytes.set(algorithm, start + RECORD_FIXED_OCTETS);
  const timeAt = start + RECORD_FIXED_OCTETS + algorithm.length;
  view.setUint16(timeAt, Math.floor(tsig.timeSigned / 0x1_0000_0000));
  view.setUint32(timeAt + 2, tsig.timeSigned % 0x1_0000_0000);
  view.setUint16(timeAt + 6, tsig.fudgeSeconds);
  view.setUint16(timeAt + 8, mac.length);
  bytes.set(mac, timeAt + 10);
  const idAt = timeAt + 10 + mac.length;
  view.setUint16(idAt, tsig.originalId);
  view.setUint16(idAt + 2, tsig.error);
  view.setUint16(idAt + 4, otherData.length);
  bytes.set(otherData, idAt + 6);
  return bytes;
}

const RECORD_FIXED_OCTETS = 10; // type, class, TTL, RDLENGTH
const RDATA_FIXED_OCTETS = 16; // time, fudge, MAC size, original id, error, other size
/** Octets of a TSIG record besides its names, its MAC and its other data. */
export const TSIG_FIXED_OCTETS = RECORD_FIXED_OCTETS + RDATA_FIXED_OCTETS;

/** What {@link locateTsig} says. */
export type LocatedTsig =
  | { readonly kind: "none" }
  | { readonly kind: "tsig"; readonly tsig: TsigRecord }
  | { readonly kind: "malformed"; readonly problem: string };

/** Finds the TSIG of a message by moving over its records without reading them. */
export function locateTsig(bytes: Uint8Array): LocatedTsig {
  const reader = new WireReader(bytes, "message");
  reader.skip(HEADER_OCTETS - 8);
  const questions = reader.u16();
  const records = reader.u16() + reader.u16() + reader.u16();
  const additionals = ((bytes[10] ?? 0) << 8) | (bytes[11] ?? 0);
  for (let read = 0; read < questions && reader.problem === undefined; read += 1) {
    reader.skipName();
    reader.skip(4);
  }
  let tsig: TsigRecord | undefined;
  for (let read = 0; read < records && reader.problem === undefined; read += 1) {
    const startOffset = reader.offset;
    reader.skipName();
    const type = reader.u16();
    if (type !== MetaType.TSIG) {
      reader.skip(6);
      reader.skip(reader.u16());
    } else if (read !== records - 1 || additionals === 0) {
      reader.fail("TSIG must be the last record of the additional section");
    } else {
      reader.offset = startOffset;
      const name = reader.name("follow");
      reader.skip(2);
      tsig = decodeTsig(reader, name, startOffset);
    }
  }
  if (reader.left > 0) reader.fail("there are octets behind the last section");
  if (reader.problem !== undefined) {
    return { kind: "malformed", problem: `Cannot read message as ${reader.problem}` };
  }
  return tsig === undefined ? { kind: "none" } : { kind: "tsig", tsig };
}
