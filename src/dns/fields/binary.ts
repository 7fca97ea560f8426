import { base64Text, hexText } from "../../base/index.ts";
import { type PlainField, parseNumber } from "../rdataField.ts";
import type { TokenCursor } from "../token.ts";
import type { WireReader } from "../wireReader.ts";
import { base32HexText, parseBase32Hex, parseBase64, parseHex } from "./octetText.ts";

/** Whether octets must be there at all. */
type Emptiness = "may be empty" | "never empty";

function restField(
  what: string,
  form: string,
  emptiness: Emptiness,
  parse: (text: string) => Uint8Array | undefined,
  text: (octets: Uint8Array) => string,
): PlainField {
  return {
    kind: "plain",
    skip: (reader) => {
      if (reader.left === 0 && emptiness === "never empty") reader.fail(`${what} is missing`);
      reader.skip(reader.left);
    },
    parse: (tokens, out) => {
      const octets = parse(tokens.rest());
      if (octets === undefined) return `${what} must be ${form}`;
      if (octets.length === 0 && emptiness === "never empty") return `${what} is missing`;
      out.octets(octets);
      return undefined;
    },
    text: (reader) => text(reader.octets(reader.left)),
  };
}

/** Hexadecimal up to the end, spaces allowed in it; upper case, as other programs write it. */
export function hexField(what: string, emptiness: Emptiness = "never empty"): PlainField {
  return restField(what, "pairs of hexadecimal digits", emptiness, parseHex, upperHex);
}

/** Base64 up to the end, spaces allowed in it. */
export function base64Field(what: string, emptiness: Emptiness = "never empty"): PlainField {
  return restField(what, "base64", emptiness, parseBase64, base64Text);
}

function upperHex(octets: Uint8Array): string {
  return hexText(octets).toUpperCase();
}

/**
 * Eight bits that name a digest and the digest up to the end, in hexadecimal: DS, SSHFP, ZONEMD.
 * Where `sizes` knows the digest it must have just that size; secondaries refuse the zone else.
 */
export function digestField(
  what: string,
  octetsMin: number,
  sizes: ReadonlyMap<number, number>,
): PlainField {
  const problemOf = (type: number, octets: number): string | undefined => {
    const size = sizes.get(type);
    if (size !== undefined && octets !== size) {
      return `the digest of ${what} ${type} must be ${size} octets: it is ${octets}`;
    }
    return octets < octetsMin ? `the digest must be >= ${octetsMin} octets` : undefined;
  };
  return {
    kind: "plain",
    skip: (reader) => {
      const problem = problemOf(reader.u8(), reader.left);
      if (problem !== undefined) reader.fail(problem);
      reader.skip(reader.left);
    },
    parse: (tokens, out) => {
      const type = parseNumber(tokens, what, 255);
      if (typeof type === "string") return type;
      const digest = parseHex(tokens.rest());
      if (digest === undefined) return "the digest must be pairs of hexadecimal digits";
      out.u8(type);
      out.octets(digest);
      return problemOf(type, digest.length);
    },
    text: (reader) => `${reader.u8()} ${upperHex(reader.octets(reader.left))}`,
  };
}

const COUNTED_OCTETS_MAX = 255;

function readCounted(reader: WireReader): Uint8Array {
  return reader.octets(reader.u8());
}

function parseCounted(
  tokens: TokenCursor,
  parse: (text: string) => Uint8Array | undefined,
): Uint8Array | undefined {
  const octets = parse(tokens.next()?.text ?? "");
  return octets !== undefined && octets.length <= COUNTED_OCTETS_MAX ? octets : undefined;
}

/** The salt of NSEC3 and NSEC3PARAM: hexadecimal, `-` where there is none (RFC 5155 3.3). */
export const SALT_FIELD: PlainField = {
  kind: "plain",
  skip: (reader) => {
    reader.skip(reader.u8());
  },
  parse: (tokens, out) => {
    const salt = parseCounted(tokens, (text) => {
      if (text === "-") return new Uint8Array(0);
      return text === "" ? undefined : parseHex(text);
    });
    if (salt === undefined) return "the salt must be - or 1 to 255 octets in hexadecimal";
    out.u8(salt.length);
    out.octets(salt);
    return undefined;
  },
  text: (reader) => upperHex(readCounted(reader)) || "-",
};

/** The next hashed owner name of NSEC3: base32hex without padding (RFC 5155 section 3.3). */
export const HASHED_NAME_FIELD: PlainField = {
  kind: "plain",
  skip: (reader) => {
    const octets = reader.u8();
    if (octets === 0) reader.fail("the next hashed owner name is empty");
    reader.skip(octets);
  },
  parse: (tokens, out) => {
    const hash = parseCounted(tokens, parseBase32Hex);
    if (hash === undefined || hash.length === 0) {
      return "the next hashed owner name must be 1 to 255 octets in base32hex";
    }
    out.u8(hash.length);
    out.octets(hash);
    return undefined;
  },
  text: (reader) => base32HexText(readCounted(reader)),
};
