import { escapedText, readEscape, unescapedOctets } from "../escape.ts";
import { NAME_OCTETS_MAX, type Name, OCTET_TEXT, parseName, ROOT } from "../name.ts";
import type { NameField } from "../rdataField.ts";
import type { TokenCursor } from "../token.ts";
import type { WireReader } from "../wireReader.ts";
import type { WireWriter } from "../wireWriter.ts";

const LABEL_OCTETS_MAX = 63; // RFC 1035 section 2.3.4
const DOT = 0x2e;
const BACKSLASH = 0x5c;

/** Reads the next piece as a name into wire format; a string says what is malformed. */
export function parseNameField(
  tokens: TokenCursor,
  out: WireWriter,
  letterCase: NameField["letterCase"],
): string | undefined {
  const token = tokens.next();
  if (token === undefined || token.quoted) return "a domain name is missing";
  const text = absoluteText(token.text, tokens.origin);
  const parsed = parseName(text);
  if (parsed.kind === "malformed") return parsed.problem;
  if (letterCase === "fold" || !/[A-Z]/.test(text)) out.name(parsed.name);
  else writeLabels(text, out);
  return undefined;
}

/**
 * The text of a name with its origin behind it where it is relative; `@` is the origin itself
 * (RFC 1035 section 5.1). Without an origin the text stays: relative is then taken as absolute.
 */
export function absoluteText(text: string, origin: Name | undefined): string {
  if (origin === undefined) return text;
  if (text === "@") return origin;
  if (isAbsolute(text)) return text;
  return origin === ROOT ? `${text}.` : `${text}.${origin}`;
}

function isAbsolute(text: string): boolean {
  const last = text.length - 1;
  if (text.charCodeAt(last) !== DOT) return false;
  let backslashes = 0;
  while (text.charCodeAt(last - 1 - backslashes) === BACKSLASH) backslashes += 1;
  return backslashes % 2 === 0;
}

/** Writes a name, checked before, in the letters in which it is given. */
function writeLabels(text: string, out: WireWriter): void {
  for (let start = 0; start < text.length; ) {
    let end = start;
    while (end < text.length && text.charCodeAt(end) !== DOT) {
      const read = text.charCodeAt(end) === BACKSLASH ? readEscape(text, end) : undefined;
      end += typeof read === "object" ? read.characters : 1;
    }
    const label = unescapedOctets(text.slice(start, end));
    out.u8(label.length);
    out.octets(label);
    start = end + 1;
  }
  out.u8(0);
}

/** Moves over a name that must not be compressed, and checks it. */
export function skipPlainName(reader: WireReader): void {
  const start = reader.offset;
  for (;;) {
    const length = reader.u8();
    if (length > LABEL_OCTETS_MAX) reader.fail("name must not be compressed");
    if (length === 0 || reader.problem !== undefined) break;
    reader.skip(length);
  }
  if (reader.offset - start > NAME_OCTETS_MAX) reader.fail("name is longer than 255 octets");
}

/** Presentation format of a name, checked before, in the letters in which it stands. */
export function keptNameText(reader: WireReader): string {
  let text = "";
  for (let label = reader.octets(reader.u8()); label.length > 0; ) {
    for (const octet of label) text += keptOctetText(octet);
    text += ".";
    label = reader.octets(reader.u8());
  }
  return text === "" ? ROOT : text;
}

function keptOctetText(octet: number): string {
  if (octet >= 0x41 && octet <= 0x5a) return escapedText(Uint8Array.of(octet));
  return OCTET_TEXT[octet] ?? "";
}
