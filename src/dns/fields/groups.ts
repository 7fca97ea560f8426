import { hexText } from "../../base/index.ts";
import { fixedField, type PlainField } from "../rdataField.ts";
import { parseHex } from "./octetText.ts";

/** A field of a fixed size, written as groups of hexadecimal digits with a mark between them. */
function grouped(what: string, octets: number, groupOctets: number, mark: "-" | ":"): PlainField {
  const groups = octets / groupOctets;
  // Groups of one octet have both digits; of two, zeros in front may be left out (RFC 6742 2.1.1).
  const digits = groupOctets === 1 ? "{2}" : "{1,4}";
  const shape = new RegExp(`^[0-9A-Fa-f]${digits}(${mark}[0-9A-Fa-f]${digits}){${groups - 1}}$`);
  const parse = (text: string): Uint8Array | undefined => {
    if (!shape.test(text)) return undefined;
    const whole = text.split(mark).map((group) => group.padStart(groupOctets * 2, "0"));
    return parseHex(whole.join(""));
  };
  const format = (bytes: Uint8Array): string => {
    const texts = Array.from({ length: groups }, (_, index) => {
      const group = hexText(bytes.subarray(index * groupOctets, (index + 1) * groupOctets));
      return groupOctets === 1 ? group : group.replace(/^0{1,3}/, "");
    });
    return texts.join(mark);
  };
  return fixedField(what, octets, parse, format);
}

/** A 48-bit interface identifier (RFC 7043 section 3.2). */
export const EUI48_FIELD = grouped("EUI-48 address such as 00-00-5e-00-53-2a", 6, 1, "-");
/** A 64-bit interface identifier (RFC 7043 section 4.2). */
export const EUI64_FIELD = grouped("EUI-64 address such as 00-00-5e-ef-10-00-00-2a", 8, 1, "-");
/** A NodeID or a 64-bit locator (RFC 6742 sections 2.1.1 and 2.3.1). */
export const LOCATOR64_FIELD = grouped("64-bit number such as 14:4fff:ff20:ee64", 8, 2, ":");

/** An NSAP address: `0x` and hexadecimal digits, dots allowed among them (RFC 1706 section 7). */
export const NSAP_FIELD: PlainField = {
  kind: "plain",
  skip: (reader) => {
    if (reader.left === 0) reader.fail("the NSAP address is missing");
    reader.skip(reader.left);
  },
  parse: (tokens, out) => {
    const digits = /^0[xX]([0-9A-Fa-f][0-9A-Fa-f.]*)$/.exec(tokens.next()?.text ?? "")?.[1];
    const octets = digits === undefined ? undefined : parseHex(digits.replaceAll(".", ""));
    if (octets === undefined) return "it must be 0x and pairs of hexadecimal digits";
    out.octets(octets);
    return undefined;
  },
  text: (reader) => `0x${hexText(reader.octets(reader.left))}`,
};
