import { escapedText, quotedText, unescapedOctets } from "../escape.ts";
import type { PlainField } from "../rdataField.ts";
import type { Token } from "../token.ts";
import type { WireWriter } from "../wireWriter.ts";

const CHARACTER_STRING_OCTETS_MAX = 255; // RFC 1035 section 3.3

function writeString(token: Token, out: WireWriter): string | undefined {
  const octets = unescapedOctets(token.text);
  if (octets.length > CHARACTER_STRING_OCTETS_MAX) {
    return `a character-string must be <= ${CHARACTER_STRING_OCTETS_MAX} octets`;
  }
  out.u8(octets.length);
  out.octets(octets);
  return undefined;
}

/** One character-string (RFC 1035 section 3.3): HINFO, NAPTR, X25. */
export const CHARACTER_STRING_FIELD: PlainField = {
  kind: "plain",
  skip: (reader) => {
    reader.skip(reader.u8());
  },
  parse: (tokens, out) => {
    const token = tokens.next();
    return token === undefined ? "a character-string is missing" : writeString(token, out);
  },
  text: (reader) => quotedText(reader.octets(reader.u8())),
};

/** A character-string that may be left out at the end: the sub-address of ISDN. */
export const OPTIONAL_STRING_FIELD: PlainField = {
  kind: "plain",
  skip: (reader) => {
    if (reader.left > 0) CHARACTER_STRING_FIELD.skip(reader);
  },
  parse: (tokens, out) => (tokens.atEnd ? undefined : CHARACTER_STRING_FIELD.parse(tokens, out)),
  text: (reader) => (reader.left > 0 ? CHARACTER_STRING_FIELD.text(reader) : ""),
};

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
      const problem = writeString(token, out);
      if (problem !== undefined) return problem;
    }
    return undefined;
  },
  text: (reader) => {
    const strings: string[] = [];
    while (reader.left > 0) strings.push(quotedText(reader.octets(reader.u8())));
    return strings.join(" ");
  },
};

const CAA_TAG = /^[A-Za-z0-9]{1,255}$/;

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
