import { escapedText, quotedText, unescapedOctets } from "./escape.ts";
import { ipv4Text, ipv6Text, parseIpv4, parseIpv6 } from "./ipAddress.ts";
import { parseName } from "./name.ts";
import type { TokenCursor } from "./token.ts";
import type { WireReader } from "./wireReader.ts";
import type { WireWriter } from "./wireWriter.ts";

/** A field whose octets stand for themselves: it is copied, never rewritten. */
export interface PlainField {
  readonly kind: "plain";
  /** Moves over the field; `reader.fail` where it is malformed. The RDATA ends at `reader.end`. */
  readonly skip: (reader: WireReader) => void;
  /** Reads presentation format into wire format; a string says what is malformed. */
  readonly parse: (tokens: TokenCursor, out: WireWriter) => string | undefined;
  /** Presentation format. */
  readonly text: (reader: WireReader) => string;
}

/** A field that holds a domain name. */
export interface NameField {
  readonly kind: "name";
  /** Whether writers may compress it: only in the types of RFC 1035 (RFC 3597 section 4). */
  readonly compress: boolean;
  /** Whether it may come compressed. */
  readonly pointers: "follow" | "refuse";
}

/** One field of a type's RDATA. */
export type RdataField = PlainField | NameField;

/** A name of an RFC 1035 type: compressed both ways. */
export const COMPRESSED_NAME: NameField = { kind: "name", compress: true, pointers: "follow" };
/** A name that older servers compress, though they should not (RFC 3597 section 4: SRV). */
export const TOLERATED_NAME: NameField = { kind: "name", compress: false, pointers: "follow" };
/** A name that never comes compressed. */
export const PLAIN_NAME: NameField = { kind: "name", compress: false, pointers: "refuse" };

/** Reads the next piece as a name into wire format; a string says what is malformed. */
export function parseNameField(tokens: TokenCursor, out: WireWriter): string | undefined {
  const token = tokens.next();
  if (token === undefined || token.quoted) return "a domain name is missing";
  const parsed = parseName(token.text);
  if (parsed.kind === "malformed") return parsed.problem;
  out.name(parsed.name);
  return undefined;
}

/** An unsigned number of 8, 16 or 32 bits. */
function unsigned(what: string, bits: 8 | 16 | 32): PlainField {
  const highest = 2 ** bits - 1;
  return {
    kind: "plain",
    skip: (reader) => {
      reader.skip(bits / 8);
    },
    parse: (tokens, out) => {
      const text = tokens.next()?.text ?? "";
      const value = /^[0-9]{1,10}$/.test(text) ? Number(text) : -1;
      if (value < 0 || value > highest) return `${what} must be a number in 0..${highest}`;
      if (bits === 32) out.u32(value);
      else if (bits === 16) out.u16(value);
      else out.u8(value);
      return undefined;
    },
    text: (reader) => {
      if (bits === 32) return String(reader.u32());
      return String(bits === 16 ? reader.u16() : reader.u8());
    },
  };
}

/** A field of 8 bits; `what` names it in messages. */
export const u8Field = (what: string): PlainField => unsigned(what, 8);
/** A field of 16 bits. */
export const u16Field = (what: string): PlainField => unsigned(what, 16);
/** A field of 32 bits. */
export const u32Field = (what: string): PlainField => unsigned(what, 32);

/** An address of a fixed size. */
function address(
  what: string,
  octets: number,
  parse: (text: string) => Uint8Array | undefined,
  text: (bytes: Uint8Array) => string,
): PlainField {
  return {
    kind: "plain",
    skip: (reader) => {
      reader.skip(octets);
    },
    parse: (tokens, out) => {
      const parsed = parse(tokens.next()?.text ?? "");
      if (parsed === undefined) return `it must be one ${what}`;
      out.octets(parsed);
      return undefined;
    },
    text: (reader) => text(reader.octets(octets)),
  };
}

/** The address of an A record. */
export const IPV4_FIELD = address("IPv4 address", 4, parseIpv4, (bytes) => ipv4Text(bytes));
/** The address of an AAAA record. */
export const IPV6_FIELD = address("IPv6 address", 16, parseIpv6, (bytes) => ipv6Text(bytes));

const CHARACTER_STRING_OCTETS_MAX = 255; // RFC 1035 section 3.3

/** One or more character-strings up to the end of the RDATA (RFC 1035 section 3.3.14). */
export const CHARACTER_STRINGS_FIELD: PlainField = {
  kind: "plain",
  skip: (reader) => {
    do {
      reader.skip(reader.u8());
    } while (reader.left > 0);
  },
  parse: (tokens, out) => {
    if (tokens.atEnd) return "a character-string is missing";
    for (let token = tokens.next(); token !== undefined; token = tokens.next()) {
      const octets = unescapedOctets(token.text);
      if (octets.length > CHARACTER_STRING_OCTETS_MAX) {
        return `a character-string must be <= ${CHARACTER_STRING_OCTETS_MAX} octets`;
      }
      out.u8(octets.length);
      out.octets(octets);
    }
    return undefined;
  },
  text: (reader) => {
    const strings: string[] = [];
    while (reader.left > 0) strings.push(quotedText(reader.octets(reader.u8())));
    return strings.join(" ");
  },
};

/** The tag of a CAA record: letters and digits (RFC 8659 section 4.1). */
export const CAA_TAG_FIELD: PlainField = {
  kind: "plain",
  skip: (reader) => {
    const tag = reader.octets(reader.u8());
    if (!CAA_TAG.test(escapedText(tag))) reader.fail("CAA tag is malformed");
  },
  parse: (tokens, out) => {
    const tag = tokens.next()?.text ?? "";
    if (!CAA_TAG.test(tag)) return "the tag must be 1 to 255 letters and digits";
    out.u8(tag.length);
    out.octets(unescapedOctets(tag));
    return undefined;
  },
  text: (reader) => escapedText(reader.octets(reader.u8())),
};

const CAA_TAG = /^[A-Za-z0-9]{1,255}$/;

/** One string that fills the rest of the RDATA, without a length before it (RFC 8659). */
export const REST_STRING_FIELD: PlainField = {
  kind: "plain",
  skip: (reader) => {
    reader.skip(reader.left);
  },
  parse: (tokens, out) => {
    const token = tokens.next();
    if (token === undefined) return "a value is missing";
    out.octets(unescapedOctets(token.text));
    return undefined;
  },
  text: (reader) => quotedText(reader.octets(reader.left)),
};
