import { base64Text, hexText } from "../../base/index.ts";
import { type PlainField, parseNumber } from "../rdataField.ts";
import { keptNameText, parseNameField, skipPlainName } from "./domainName.ts";
import { parseBase64, parseHex } from "./octetText.ts";

const TAG_OCTETS_MAX = 255; // its length has eight bits (RFC 8005 section 5)
const KEY_OCTETS_MAX = 65_535;

/**
 * All of a HIP record (RFC 8005 sections 5 and 6): its two lengths stand before both values, and
 * in text nowhere. Rendezvous servers are names to the end, none or more.
 */
export const HOST_IDENTITY_FIELD: PlainField = {
  kind: "plain",
  skip: (reader) => {
    const tagOctets = reader.u8();
    reader.skip(1);
    const keyOctets = reader.u16();
    if (tagOctets === 0 || keyOctets === 0) reader.fail("the host identity tag or key is empty");
    reader.skip(tagOctets);
    reader.skip(keyOctets);
    while (reader.left > 0) skipPlainName(reader);
  },
  parse: (tokens, out) => {
    const algorithm = parseNumber(tokens, "the algorithm", 255);
    if (typeof algorithm === "string") return algorithm;
    const tag = parseHex(tokens.next()?.text ?? "");
    if (tag === undefined || tag.length === 0 || tag.length > TAG_OCTETS_MAX) {
      return `the host identity tag must be 1 to ${TAG_OCTETS_MAX} octets in hexadecimal`;
    }
    const key = parseBase64(tokens.next()?.text ?? "");
    if (key === undefined || key.length === 0 || key.length > KEY_OCTETS_MAX) {
      return "the public key must be base64 in one piece";
    }
    out.u8(tag.length);
    out.u8(algorithm);
    out.u16(key.length);
    out.octets(tag);
    out.octets(key);
    while (!tokens.atEnd) {
      const problem = parseNameField(tokens, out, "keep");
      if (problem !== undefined) return problem;
    }
    return undefined;
  },
  text: (reader) => {
    const tagOctets = reader.u8();
    const algorithm = reader.u8();
    const keyOctets = reader.u16();
    const tag = hexText(reader.octets(tagOctets)).toUpperCase();
    const texts = [String(algorithm), tag, base64Text(reader.octets(keyOctets))];
    while (reader.left > 0) texts.push(keptNameText(reader));
    return texts.join(" ");
  },
};
