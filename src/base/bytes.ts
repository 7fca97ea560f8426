const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true });

/** Up to so many characters of ASCII, a loop is several times faster than the encoder. */
const LOOP_CHARACTERS_MAX = 256;

/** UTF-8 octets of a text. */
export function utf8(text: string): Uint8Array {
  const { length } = text;
  if (length > LOOP_CHARACTERS_MAX) return encoder.encode(text);
  const bytes = new Uint8Array(length);
  for (let index = 0; index < length; index += 1) {
    const code = text.charCodeAt(index);
    if (code >= 0x80) return encoder.encode(text);
    bytes[index] = code;
  }
  return bytes;
}

/** The text of UTF-8 octets; undefined where they are not valid UTF-8. */
export function utf8Text(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** All parts, one after another, in one new array. */
export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    whole.set(part, offset);
    offset += part.length;
  }
  return whole;
}

/** Orders octet strings as unsigned numbers, left-justified: RFC 4034 section 6.3. */
export function compareBytes(left: Uint8Array, right: Uint8Array): number {
  const shared = Math.min(left.length, right.length);
  for (let index = 0; index < shared; index += 1) {
    const difference = (left[index] ?? 0) - (right[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

/** Lower-case hexadecimal, two digits an octet. */
export function hexText(bytes: Uint8Array): string {
  let text = "";
  for (const octet of bytes) text += octet.toString(16).padStart(2, "0");
  return text;
}

const BASE64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const BASE64_URL = `${BASE64.slice(0, -2)}-_`;

/** Base64 with padding (RFC 4648 section 4). */
export function base64Text(bytes: Uint8Array): string {
  return base64Digits(bytes, BASE64) + "=".repeat((3 - (bytes.length % 3)) % 3);
}

function base64Digits(bytes: Uint8Array, alphabet: string): string {
  let text = "";
  let held = 0;
  let bits = 0;
  for (let index = 0; index < bytes.length; index += 1) {
    held = ((held << 8) | (bytes[index] ?? 0)) & 0xffff;
    bits += 8;
    for (; bits >= 6; bits -= 6) text += alphabet.charAt((held >> (bits - 6)) & 63);
  }
  return bits > 0 ? text + alphabet.charAt((held << (6 - bits)) & 63) : text;
}

/** The octets of padded base64; undefined where the text is anything else. */
export function base64Bytes(text: string): Uint8Array | undefined {
  if (text.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined;
  const digits = text.replace(/=+$/, "");
  const bytes = new Uint8Array(Math.floor((digits.length * 6) / 8));
  let bits = 0;
  let held = 0;
  let offset = 0;
  for (const digit of digits) {
    held = ((held << 6) | BASE64.indexOf(digit)) & 0xffffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[offset] = (held >> bits) & 0xff;
      offset += 1;
    }
  }
  return bytes;
}

/** Base64url without padding (RFC 4648 section 5): for names and digests in text. */
export function base64UrlText(bytes: Uint8Array): string {
  return base64Digits(bytes, BASE64_URL);
}
