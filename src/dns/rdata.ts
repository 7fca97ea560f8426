import { hexText } from "../base/index.ts";
import { RRClass } from "./codes.ts";
import { RDATA_ROWS, type RdataRow } from "./rdata.table.ts";
import { parseNameField } from "./rdataField.ts";
import { decodeRdata } from "./rdataWire.ts";
import { typeText } from "./rrType.ts";
import { splitRdata, type Token, TokenCursor } from "./token.ts";
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
 * Reads RDATA in presentation format on one line, names absolute. Every type may be written in
 * the unknown-type format `\# length hex` (RFC 3597 section 5); those not understood here must be.
 */
export function parseRdata(type: number, text: string): ParsedRdata {
  const problem = (detail: string): ParsedRdata => malformed(type, text, detail);
  if (text.length > RDATA_CHARACTERS_MAX)
    return problem(`it must be <= ${RDATA_OCTETS_MAX} octets`);
  const tokens = splitRdata(text);
  if (typeof tokens === "string") return problem(tokens);
  const [first] = tokens;
  const isGeneric = first !== undefined && first.text === "\\#" && !first.quoted;
  const row = RDATA_ROWS.get(type);
  if (row === undefined && !isGeneric) return problem("its type must be written as \\# length hex");
  const rdata =
    row === undefined || isGeneric ? parseGeneric(type, tokens) : parseFields(row, tokens);
  if (typeof rdata === "string") return problem(rdata);
  if (rdata.length > RDATA_OCTETS_MAX) return problem(`it must be <= ${RDATA_OCTETS_MAX} octets`);
  return { kind: "parsed", rdata };
}

/** RDATA in presentation format; in the unknown-type format where it is not what its type says. */
export function rdataText(type: number, rdata: Uint8Array): string {
  const row = RDATA_ROWS.get(type);
  const check = new WireReader(rdata, "rdata");
  if (row !== undefined) decodeRdata(check, type, RRClass.IN, rdata.length);
  if (row === undefined || check.problem !== undefined) {
    return rdata.length === 0 ? "\\# 0" : `\\# ${rdata.length} ${hexText(rdata)}`;
  }
  const reader = new WireReader(rdata, "rdata");
  const texts = row.fields.map((field) => {
    return field.kind === "name" ? reader.name("refuse") : field.text(reader);
  });
  return texts.filter((text) => text !== "").join(" ");
}

function parseFields(row: RdataRow, tokens: readonly Token[]): Uint8Array | string {
  const cursor = new TokenCursor(tokens);
  const out = new WireWriter();
  for (const field of row.fields) {
    const problem = field.kind === "name" ? parseNameField(cursor, out) : field.parse(cursor, out);
    if (problem !== undefined) return problem;
  }
  return cursor.atEnd ? out.finish() : "there is more than its type has fields";
}

function parseGeneric(type: number, tokens: readonly Token[]): Uint8Array | string {
  const [, length, ...hex] = tokens.map((token) => token.text);
  const digits = hex.join("");
  if (length === undefined || !/^[0-9]{1,5}$/.test(length)) return "\\# needs a length";
  if (!/^([0-9A-Fa-f]{2})*$/.test(digits)) return "\\# needs pairs of hexadecimal digits";
  if (digits.length !== Number(length) * 2) return `\\# must have ${length} octets`;
  const octets = new Uint8Array(digits.length / 2);
  for (let index = 0; index < octets.length; index += 1) {
    octets[index] = Number.parseInt(digits.slice(index * 2, index * 2 + 2), 16);
  }
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
