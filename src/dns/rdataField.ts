import { ipv4Text, ipv6Text, parseIpv4, parseIpv6 } from "./ipAddress.ts";
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
  /**
   * Whether its canonical form is lower case: only in the types that RFC 4034 section 6.2 lists,
   * less NSEC (RFC 6840 section 5.1). Names of all others are kept as they came.
   */
  readonly letterCase: "fold" | "keep";
}

/** One field of a type's RDATA. */
export type RdataField = PlainField | NameField;

/** A name of an RFC 1035 type: compressed both ways. */
export const COMPRESSED_NAME: NameField = {
  kind: "name",
  compress: true,
  pointers: "follow",
  letterCase: "fold",
};
/** A name that older servers compress, though they should not (RFC 3597 section 4: SRV). */
export const TOLERATED_NAME: NameField = {
  kind: "name",
  compress: false,
  pointers: "follow",
  letterCase: "fold",
};
/** A name that never comes compressed, of a type whose canonical form is lower case. */
export const PLAIN_NAME: NameField = {
  kind: "name",
  compress: false,
  pointers: "refuse",
  letterCase: "fold",
};
/** A name that never comes compressed, and whose letters stay as they are. */
export const KEPT_NAME: NameField = {
  kind: "name",
  compress: false,
  pointers: "refuse",
  letterCase: "keep",
};

/** Reads one number in 0..`highest`; a string says what is malformed. */
export function parseNumber(tokens: TokenCursor, what: string, highest: number): number | string {
  const text = tokens.next()?.text ?? "";
  const value = /^[0-9]{1,10}$/.test(text) ? Number(text) : -1;
  return value < 0 || value > highest ? `${what} must be a number in 0..${highest}` : value;
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
      const value = parseNumber(tokens, what, highest);
      if (typeof value === "string") return value;
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

/** A field of a fixed size whose text is one piece; `parse` gives exactly `octets` octets. */
export function fixedField(
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

/** An IPv4 address: A, L32. */
export const IPV4_FIELD = fixedField("IPv4 address", 4, parseIpv4, (bytes) => ipv4Text(bytes));
/** An IPv6 address: AAAA. */
export const IPV6_FIELD = fixedField("IPv6 address", 16, parseIpv6, (bytes) => ipv6Text(bytes));
