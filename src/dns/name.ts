import { DnsError } from "./dnsError.ts";
import { type ReadOctet, readEscape } from "./escape.ts";

declare const nameBrand: unique symbol;

/**
 * A fully-qualified domain name in canonical presentation format: ASCII letters folded to lower
 * case (RFC 4343), a trailing dot, octets that are not plain printable ASCII escaped as `\.` or
 * `\DDD` (RFC 1035 section 5.1). Lossless and unique: equal names are equal strings.
 */
export type Name = string & { readonly [nameBrand]: true };

/** What {@link parseName} says. `problem` is a sentence for a person. */
export type ParsedName =
  | { readonly kind: "parsed"; readonly name: Name }
  | { readonly kind: "malformed"; readonly problem: string };

/** The name of the root zone. */
export const ROOT = "." as Name;

/** RFC 1035 section 2.3.4. */
const LABEL_OCTETS_MAX = 63;
/** RFC 1035 section 2.3.4; counts each length octet and the root's zero octet. */
export const NAME_OCTETS_MAX = 255;

// Every octet may be written as four characters; more text than that is too long without reading.
const TEXT_CHARACTERS_MAX = NAME_OCTETS_MAX * 4;
const QUOTED_CHARACTERS_MAX = 80; // what a message shows of a name that may be an attacker's

const DOT = 0x2e;
const BACKSLASH = 0x5c;
const ESCAPED_BY_CHARACTER = '."()\\;@$'; // syntax in zone files (RFC 1035 section 5.1)

// ASCII only, and tested before folding: U+212A (the Kelvin sign) would lower to a plain "k".
const PLAIN = /^[!#%&'*+,\-./0-9:<=>?A-Z[\]^_`a-z{|}~]+$/;

function octetText(octet: number): string {
  if (octet >= 0x41 && octet <= 0x5a) return String.fromCharCode(octet + 0x20);
  if (octet <= 0x20 || octet >= 0x7f) return `\\${octet.toString().padStart(3, "0")}`;
  const character = String.fromCharCode(octet);
  return ESCAPED_BY_CHARACTER.includes(character) ? `\\${character}` : character;
}

/** Canonical presentation text of each octet of a label; 256 entries. */
export const OCTET_TEXT: readonly string[] = Array.from({ length: 256 }, (_, octet) =>
  octetText(octet),
);

/**
 * Reads a name in presentation format, with or without the trailing dot: relative text is taken
 * as absolute. Characters that mean something in zone files (`" ( ) ; @ $` and space) must be
 * escaped; anything outside ASCII must be written as `\DDD`.
 */
export function parseName(text: string): ParsedName {
  if (text === ".") return { kind: "parsed", name: ROOT };
  if (!PLAIN.test(text)) return parseEscapedName(text);
  const absolute = text.endsWith(".") ? text : `${text}.`;
  const octets = absolute.length + 1;
  if (octets > NAME_OCTETS_MAX) return nameTooLong(text);
  for (let start = 0; start < absolute.length; ) {
    const dot = absolute.indexOf(".", start);
    if (dot === start) return malformedName(text, "an empty label is the root's alone");
    if (dot - start > LABEL_OCTETS_MAX) return labelTooLong(text);
    start = dot + 1;
  }
  return { kind: "parsed", name: absolute.toLowerCase() as Name };
}

/** {@link parseName} for constants and checked input. Throws DnsError `malformed-name`. */
export function nameOf(text: string): Name {
  const parsed = parseName(text);
  if (parsed.kind === "parsed") return parsed.name;
  throw new DnsError({ code: "malformed-name", text }, parsed.problem);
}

function parseEscapedName(text: string): ParsedName {
  if (text === "") return malformedName(text, "a name has at least one label or is the root");
  if (text.length > TEXT_CHARACTERS_MAX) return nameTooLong(text);
  let canonical = "";
  let nameOctets = 1;
  let labelOctets = 0;
  for (let index = 0; index < text.length; ) {
    const code = text.charCodeAt(index);
    if (code === DOT) {
      if (labelOctets === 0) return malformedName(text, "an empty label is the root's alone");
      canonical += ".";
      nameOctets += 1 + labelOctets;
      labelOctets = 0;
      index += 1;
      continue;
    }
    const read = code === BACKSLASH ? readEscape(text, index) : readPlain(text, index);
    if (typeof read === "string") return malformedName(text, read);
    canonical += OCTET_TEXT[read.octet];
    labelOctets += 1;
    if (labelOctets > LABEL_OCTETS_MAX) return labelTooLong(text);
    index += read.characters;
  }
  if (labelOctets > 0) {
    canonical += ".";
    nameOctets += 1 + labelOctets;
  }
  if (nameOctets > NAME_OCTETS_MAX) return nameTooLong(text);
  return { kind: "parsed", name: canonical as Name };
}

function readPlain(text: string, index: number): ReadOctet | string {
  const character = text.charAt(index);
  if (PLAIN.test(character)) return { octet: character.charCodeAt(0), characters: 1 };
  return `${JSON.stringify(character)} must be escaped`;
}

function labelTooLong(text: string): ParsedName {
  return malformedName(text, `a label must be <= ${LABEL_OCTETS_MAX} octets`);
}

function nameTooLong(text: string): ParsedName {
  return malformedName(text, `it must be <= ${NAME_OCTETS_MAX} octets in wire format`);
}

function malformedName(text: string, detail: string): ParsedName {
  const quoted = JSON.stringify(text.slice(0, QUOTED_CHARACTERS_MAX));
  const cut = text.length > QUOTED_CHARACTERS_MAX ? "…" : "";
  return { kind: "malformed", problem: `Cannot read name ${quoted}${cut}: ${detail}` };
}
