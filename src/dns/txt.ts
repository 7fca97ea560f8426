import { assert, concatBytes } from "../base/index.ts";
import { WireReader } from "./wireReader.ts";

/** TXT RDATA of character-strings: at least one, each at most 255 octets (RFC 1035 3.3.14). */
export function encodeTxt(strings: readonly Uint8Array[]): Uint8Array {
  assert(strings.length > 0, "TXT RDATA has at least one character-string");
  const parts = strings.flatMap((octets) => {
    assert(octets.length <= 255, "a character-string is at most 255 octets");
    return [Uint8Array.of(octets.length), octets];
  });
  return concatBytes(parts);
}

/** The character-strings of TXT RDATA; undefined where it is not TXT RDATA. */
export function decodeTxt(rdata: Uint8Array): readonly Uint8Array[] | undefined {
  const reader = new WireReader(rdata, "rdata");
  const strings: Uint8Array[] = [];
  do {
    strings.push(reader.octets(reader.u8()));
  } while (reader.left > 0);
  return reader.problem === undefined ? strings : undefined;
}
