import type { PlainField } from "../rdataField.ts";
import type { TokenCursor } from "../token.ts";

/** DNSSEC algorithm numbers by mnemonic (IANA registry "DNS Security Algorithm Numbers"). */
const ALGORITHMS: ReadonlyMap<string, number> = new Map([
  ["RSAMD5", 1],
  ["DH", 2],
  ["DSA", 3],
  ["RSASHA1", 5],
  ["DSA-NSEC3-SHA1", 6],
  ["RSASHA1-NSEC3-SHA1", 7],
  ["RSASHA256", 8],
  ["RSASHA512", 10],
  ["ECC-GOST", 12],
  ["ECDSAP256SHA256", 13],
  ["ECDSAP384SHA384", 14],
  ["ED25519", 15],
  ["ED448", 16],
  ["INDIRECT", 252],
  ["PRIVATEDNS", 253],
  ["PRIVATEOID", 254],
  // What BIND writes for them.
  ["NSEC3DSA", 6],
  ["NSEC3RSASHA1", 7],
  ["ECCGOST", 12],
]);

/** A number of eight or sixteen bits that may also be written as a mnemonic, in any case. */
function mnemonicField(
  what: string,
  bits: 8 | 16,
  byText: ReadonlyMap<string, number>,
  writes: "numbers" | "mnemonics",
): PlainField {
  const highest = 2 ** bits - 1;
  const byNumber = new Map([...byText].map(([text, number]) => [number, text]));
  const parse = (tokens: TokenCursor): number => {
    const text = tokens.next()?.text ?? "";
    return /^[0-9]{1,5}$/.test(text) ? Number(text) : (byText.get(text.toUpperCase()) ?? -1);
  };
  return {
    kind: "plain",
    skip: (reader) => {
      reader.skip(bits / 8);
    },
    parse: (tokens, out) => {
      const value = parse(tokens);
      if (value < 0 || value > highest) {
        return `${what} must be a number in 0..${highest} or a mnemonic`;
      }
      if (bits === 8) out.u8(value);
      else out.u16(value);
      return undefined;
    },
    text: (reader) => {
      const value = bits === 8 ? reader.u8() : reader.u16();
      return (writes === "mnemonics" ? byNumber.get(value) : undefined) ?? String(value);
    },
  };
}

/** A DNSSEC algorithm; written as a number: mnemonics differ from program to program. */
export const ALGORITHM_FIELD = mnemonicField("the algorithm", 8, ALGORITHMS, "numbers");

const CERT_TYPES: ReadonlyMap<string, number> = new Map([
  ["PKIX", 1],
  ["SPKI", 2],
  ["PGP", 3],
  ["IPKIX", 4],
  ["ISPKI", 5],
  ["IPGP", 6],
  ["ACPKIX", 7],
  ["IACPKIX", 8],
  ["URI", 253],
  ["OID", 254],
]);

/** The type of a certificate (RFC 4398 section 2.1). */
export const CERT_TYPE_FIELD = mnemonicField("the type", 16, CERT_TYPES, "mnemonics");
const DSYNC_SCHEMES: ReadonlyMap<string, number> = new Map([["NOTIFY", 1]]);

/** How a DSYNC record says that a child is to be announced (RFC 9859 section 2.1). */
export const DSYNC_SCHEME_FIELD = mnemonicField("the scheme", 8, DSYNC_SCHEMES, "mnemonics");
