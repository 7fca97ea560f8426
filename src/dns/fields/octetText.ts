import { base64Bytes } from "../../base/index.ts";

/** The octets of hexadecimal digits in pairs, in either case; undefined for anything else. */
export function parseHex(digits: string): Uint8Array | undefined {
  if (digits.length % 2 !== 0 || !/^[0-9A-Fa-f]*$/.test(digits)) return undefined;
  const octets = new Uint8Array(digits.length / 2);
  for (let index = 0; index < octets.length; index += 1) {
    octets[index] = Number.parseInt(digits.slice(index * 2, index * 2 + 2), 16);
  }
  return octets;
}

/** The octets of base64, with its padding. */
export function parseBase64(text: string): Uint8Array | undefined {
  return base64Bytes(text);
}

const BASE32HEX = "0123456789ABCDEFGHIJKLMNOPQRSTUV"; // RFC 4648 section 7

/** Base32hex without padding, upper case: hashed owner names (RFC 5155 section 3.3). */
export function base32HexText(octets: Uint8Array): string {
  let text = "";
  let bits = 0;
  let held = 0;
  for (const octet of octets) {
    held = ((held << 8) | octet) & 0xfff;
    for (bits += 8; bits >= 5; bits -= 5) text += BASE32HEX.charAt((held >> (bits - 5)) & 31);
  }
  return bits === 0 ? text : text + BASE32HEX.charAt((held << (5 - bits)) & 31);
}

/** The octets of base32hex without padding, in either case; undefined for anything else. */
export function parseBase32Hex(text: string): Uint8Array | undefined {
  if (!/^[0-9A-Va-v]*$/.test(text)) return undefined;
  const octets = new Uint8Array(Math.floor((text.length * 5) / 8));
  let bits = 0;
  let held = 0;
  let length = 0;
  for (const digit of text.toUpperCase()) {
    held = ((held << 5) | BASE32HEX.indexOf(digit)) & 0xfff;
    bits += 5;
    if (bits < 8) continue;
    bits -= 8;
    octets[length] = held >> bits;
    length += 1;
  }
  // Bits left over are zero, and fewer than a digit has: each octet string has one spelling.
  const isOneSpelling = bits < 5 && (held & ((1 << bits) - 1)) === 0;
  return isOneSpelling ? octets : undefined;
}
