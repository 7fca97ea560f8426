import { hexText } from "../base/index.ts";
import { RRClass } from "./codes.ts";
import { keptNameText, parseNameField } from "./fields/domainName.ts";
import { parseHex } from "./fields/octetText.ts";
import type { Name } from "./name.ts";
import { RDATA_ROWS, type RdataRow } from "./rdata.table.ts";
import type { NameField } from "./rdataField.ts";
import { decodeRdata } from "./rdataWire.ts";
import { typeText } from "./rrType.ts";
import { splitRdata, TokenCursor } from "./token.ts";
import { WireReader } from "./wireReader.ts";
import { WireWriter } from "./wireWriter.ts";

/** What {@link parseRdata} says. `problem` is a sentence for a person. */
export type ParsedRdata =
  | { readonly kind: "parsed"; readonly rdata: Uint8Array }
  | { readonly kind: "malformed"; readonly problem: string };

const RDATA_OCTETS_MAX = 65535; // RDLENGTH: RFC 1035 section 3.2.1
const RDATA_CHARACTERS_MAX = RDATA_OCTETS_MAX * 4; // each octet may be written as \DDD
const QUOTED_CHARACTERS_MAX = 80; // what a message shows of text that may be an attacker's

/**
 * Reads RDATA in presentation format on one line. Names are absolute, or relative to `origin`
 * where that is given. Every type may be written in the unknown-type format `\# length hex`
 * (RFC 3597 section 5); those not understood here must be.
 */
export function parseRdata(type: number, text: string, origin?: Name): ParsedRdata {
  const problem = (detail: string): ParsedRdata => malformed(type, text, detail);
  if (text.length > RDATA_CHARACTERS_MAX)
    return problem(`it must be <= ${RDATA_OCTETS_MAX} octets`);
  const tokens = splitRdata(text);
  if (typeof tokens === "string") return problem(tokens);
  const rdata = parseRdataTokens(type, new TokenCursor(tokens, origin));
  return typeof rdata === "string" ? problem(rdata) : { kind: "parsed", rdata };
}

/** {@link parseRdata} of pieces that were split before; a string says what is malformed. */
export function parseRdataTokens(type: number, tokens: TokenCursor): Uint8Array | string {
  const first = tokens.peek();
  const isGeneric = first !== undefined && first.text === "\\#" && !first.quoted;
  const row = RDATA_ROWS.get(type);
  if (row === undefined && !isGeneric) return "its type must be written as \\# length hex";
  const rdata =
    row === undefined || isGeneric ? parseGeneric(type, tokens) : parseFields(row, tokens);
  if (typeof rdata === "string" || rdata.length <= RDATA_OCTETS_MAX) return rdata;
  return `it must be <= ${RDATA_OCTETS_MAX} octets`;
}

/** RDATA in presentation format; in the unknown-type format where it is not what its type says. */
export function rdataText(type: number, rdata: Uint8Array): string {
  const row = RDATA_ROWS.get(type);
  const check = new WireReader(rdata, "rdata");
  if (row !== undefined) decodeRdata(check, type, RRClass.IN, rdata.length);
  // APL may be empty; nothing at all between a type and the end of a line is better not written.
  if (row === undefined || check.problem !== undefined || rdata.length === 0) {
    return rdata.length === 0 ? "\\# 0" : `\\# ${rdata.length} ${hexText(rdata)}`;
  }
  const reader = new WireReader(rdata, "rdata");
  const texts = row.fields.map((field) => {
    return field.kind === "name" ? nameText(reader, field) : field.text(reader);
  });
  return texts.filter((text) => text !== "").join(" ");
}

function nameText(reader: WireReader, field: NameField): string {
  return field.letterCase === "fold" ? reader.name("refuse") : keptNameText(reader);
}

function parseFields(row: RdataRow, cursor: TokenCursor): Uint8Array | string {
  const out = new WireWriter();
  for (const field of row.fields) {
    const problem =
      field.kind === "name"
        ? parseNameField(cursor, out, field.letterCase)
        : field.parse(cursor, out);
    if (problem !== undefined) return problem;
  }
  return cursor.next() === undefined ? out.finish() : "there is more than its type has fields";
}

function parseGeneric(type: number, cursor: TokenCursor): Uint8Array | string {
  cursor.next();
  const length = cursor.next()?.text ?? "";
  if (!/^[0-9]{1,5}$/.test(length)) return "\\# needs a length";
  const octets = parseHex(cursor.rest());
  if (octets === undefined) return "\\# needs pairs of hexadecimal digits";
  if (octets.length !== Number(length)) return `\\# must have ${length} octets`;
  const reader = new WireReader(octets, "rdata");
  const rdata = decodeRdata(reader, type, RRClass.IN, octets.length);
  return reader.problem ?? rdata;
}

function malformed(type: number, text: string, detail: string): ParsedRdata {
  const quoted = JSON.stringify(text.slice(0, QUOTED_CHARACTERS_MAX));
  const cut = text.length > QUOTED_CHARACTERS_MAX ? "…" : "";
  const problem = `Cannot read ${typeText(type)} RDATA ${quoted}${cut}: ${detail}`;
  return { kind: "malformed", problem };
}
