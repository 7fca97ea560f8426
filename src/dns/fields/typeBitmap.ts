import { decodeTypeBitmap, encodeTypeBitmap } from "../nsec.ts";
import type { PlainField } from "../rdataField.ts";
import { typeCode, typeText } from "../rrType.ts";
import type { WireReader } from "../wireReader.ts";

const WINDOW_OCTETS_MAX = 32; // RFC 4034 section 4.1.2: 256 types, one bit each

/** Moves over type bit maps; fails where they are not the one form that their types have. */
function skipTypes(reader: WireReader): void {
  let last = -1;
  while (reader.left > 0) {
    const window = reader.u8();
    const octets = reader.u8();
    const isRightSize = octets > 0 && octets <= WINDOW_OCTETS_MAX;
    if (!isRightSize || window <= last) reader.fail("type bit maps are malformed");
    reader.skip(octets);
    if (reader.problem === undefined && reader.bytes[reader.offset - 1] === 0) {
      reader.fail("a type bit map ends in a zero octet");
    }
    last = window;
  }
}

function typeBitmap(emptiness: "may be empty" | "never empty"): PlainField {
  return {
    kind: "plain",
    skip: (reader) => {
      if (reader.left === 0 && emptiness === "never empty") reader.fail("there are no types");
      skipTypes(reader);
    },
    parse: (tokens, out) => {
      const types: number[] = [];
      for (let token = tokens.next(); token !== undefined; token = tokens.next()) {
        const type = token.quoted ? undefined : typeCode(token.text);
        if (type === undefined) return `${JSON.stringify(token.text.slice(0, 40))} is no type`;
        types.push(type);
      }
      if (types.length === 0 && emptiness === "never empty") return "the list of types is missing";
      out.octets(encodeTypeBitmap(types));
      return undefined;
    },
    text: (reader) => {
      const types = decodeTypeBitmap(reader.octets(reader.left)) ?? [];
      return types.map(typeText).join(" ");
    },
  };
}

/** The types at an owner name: an NSEC record is one of them, so that there always is one. */
export const TYPES_FIELD = typeBitmap("never empty");
/** The types of an NSEC3 or CSYNC record: none at an empty non-terminal. */
export const TYPES_OR_NONE_FIELD = typeBitmap("may be empty");

/** One type by its mnemonic: the type covered by a signature. */
export const TYPE_FIELD: PlainField = {
  kind: "plain",
  skip: (reader) => {
    reader.skip(2);
  },
  parse: (tokens, out) => {
    const type = typeCode(tokens.next()?.text ?? "");
    if (type === undefined) return "it must begin with an RR type";
    out.u16(type);
    return undefined;
  },
  text: (reader) => typeText(reader.u16()),
};
