const BACKSLASH = 0x5c;

/** One octet of presentation format, and how many characters it took. */
export interface ReadOctet {
  readonly octet: number;
  readonly characters: number;
}

/**
 * Reads `\DDD` or `\X` at `index` of a text (RFC 1035 section 5.1). A string says what is wrong.
 */
export function readEscape(text: string, index: number): ReadOctet | string {
  const code = text.charCodeAt(index + 1);
  if (code >= 0x30 && code <= 0x39) {
    const digits = text.slice(index + 1, index + 4);
    const octet = /^[0-9]{3}$/.test(digits) ? Number(digits) : 256;
    if (octet > 255) return `"\\${digits}" must be a number of three digits up to 255`;
    return { octet, characters: 4 };
  }
  if (code >= 0x20 && code < 0x7f) return { octet: code, characters: 2 };
  return "a backslash must be followed by three digits or a printable ASCII character";
}

/** The octets of ASCII text, escapes resolved. Only for text whose escapes were checked. */
export function unescapedOctets(text: string): Uint8Array {
  const octets = new Uint8Array(text.length);
  let length = 0;
  for (let index = 0; index < text.length; length += 1) {
    const code = text.charCodeAt(index);
    const read = code === BACKSLASH ? readEscape(text, index) : { octet: code, characters: 1 };
    if (typeof read === "string") break;
    octets[length] = read.octet;
    index += read.characters;
  }
  return octets.slice(0, length);
}

/** Octets as a quoted character-string in presentation format (RFC 1035 section 5.1). */
export function quotedText(octets: Uint8Array): string {
  return `"${escapedText(octets)}"`;
}

/** Octets in presentation format without quotes around them; spaces stay. */
export function escapedText(octets: Uint8Array): string {
  let text = "";
  for (const octet of octets) {
    if (octet === 0x22 || octet === BACKSLASH) text += `\\${String.fromCharCode(octet)}`;
    else if (octet >= 0x20 && octet <= 0x7e) text += String.fromCharCode(octet);
    else text += `\\${octet.toString().padStart(3, "0")}`;
  }
  return text;
}
