import { RRClass } from "./codes.ts";
import { skipPlainName } from "./fields/domainName.ts";
import type { Name } from "./name.ts";
import { RDATA_ROWS, type RdataRow } from "./rdata.table.ts";
import { copyOctets, WireReader } from "./wireReader.ts";
import { WireWriter } from "./wireWriter.ts";

/** The row that understands RDATA of this type and class; undefined where it is opaque. */
function rowOf(type: number, rrClass: number): RdataRow | undefined {
  const row = RDATA_ROWS.get(type);
  if (row === undefined || row.anyClass) return row;
  // NONE and ANY are not classes of data: UPDATE uses them for RRs of the zone's class, IN.
  return rrClass === RRClass.IN || rrClass === RRClass.NONE || rrClass === RRClass.ANY
    ? row
    : undefined;
}

/**
 * Reads the RDATA between the reader's offset and `end` of a message: checks every field, resolves
 * compression, lower-cases names where RFC 4034 section 6.2 does. `reader.problem` where it is
 * malformed.
 */
export function decodeRdata(
  reader: WireReader,
  type: number,
  rrClass: number,
  end: number,
): Uint8Array {
  const row = rowOf(type, rrClass);
  const start = reader.offset;
  if (row === undefined) return reader.octets(end - start);
  const messageEnd = reader.end;
  reader.end = end;
  const rdata = row.isRewritten ? rewriteFields(reader, row) : skipFields(reader, row);
  if (reader.offset !== end) reader.fail("RDATA is longer than its fields");
  reader.end = messageEnd;
  return rdata;
}

function skipFields(reader: WireReader, row: RdataRow): Uint8Array {
  const start = reader.offset;
  for (const field of row.fields) {
    if (field.kind === "plain") field.skip(reader);
    else skipPlainName(reader);
  }
  return copyOctets(reader.bytes, start, reader.offset);
}

function rewriteFields(reader: WireReader, row: RdataRow): Uint8Array {
  const out = new WireWriter();
  for (const field of row.fields) {
    if (field.kind === "name" && field.letterCase === "fold") {
      out.name(reader.name(field.pointers));
      continue;
    }
    const start = reader.offset;
    if (field.kind === "name") skipPlainName(reader);
    else field.skip(reader);
    out.octets(reader.bytes.subarray(start, reader.offset));
  }
  return out.finish();
}

/** Writes RDATA, compressing the names in it where its type allows that (RFC 3597 section 4). */
export function encodeRdata(out: WireWriter, type: number, rdata: Uint8Array): void {
  const row = RDATA_ROWS.get(type);
  if (row === undefined || !row.compresses || rdata.length === 0) {
    out.octets(rdata);
    return;
  }
  const before = out.length;
  const reader = new WireReader(rdata, "rdata");
  for (const field of row.fields) {
    if (field.kind === "name") {
      out.compressedName(reader.name("refuse"));
      continue;
    }
    const start = reader.offset;
    field.skip(reader);
    out.octets(rdata.subarray(start, reader.offset));
  }
  // RDATA of a class that gives the type other fields: it goes out as it is.
  if (reader.problem !== undefined || reader.left > 0) {
    out.cut(before);
    out.octets(rdata);
  }
}

/**
 * The names in RDATA, in field order and lower case: where an alias, a delegation or a service
 * points to. None where the RDATA is not what its type says.
 */
export function rdataNames(type: number, rdata: Uint8Array): readonly Name[] {
  const row = RDATA_ROWS.get(type);
  if (row === undefined || !row.hasName) return [];
  const names: Name[] = [];
  const reader = new WireReader(rdata, "rdata");
  for (const field of row.fields) {
    if (field.kind === "name") names.push(reader.name("refuse"));
    else field.skip(reader);
  }
  return reader.problem === undefined ? names : [];
}
