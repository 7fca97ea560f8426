import { readEscape } from "./escape.ts";

/** One piece of RDATA in presentation format: escapes are still in it, quotes are not. */
export interface Token {
  readonly text: string;
  /** Whether it stood in quotes as a whole: `""` is a token, nothing is not. */
  readonly quoted: boolean;
}

/** Pieces of one RR's RDATA, taken from the left. */
export class TokenCursor {
  readonly #tokens: readonly Token[];
  #index = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get atEnd(): boolean {
    return this.#index >= this.#tokens.length;
  }

  /** The next piece; undefined at the end. */
  next(): Token | undefined {
    this.#index += 1;
    return this.#tokens[this.#index - 1];
  }
}

/**
 * Splits RDATA at spaces; quotes keep spaces together (RFC 1035 section 5.1). A string says what
 * is malformed. Parentheses and comments belong to zone files: they are refused here.
 */
export function splitRdata(text: string): readonly Token[] | string {
  const tokens: Token[] = [];
  for (let index = 0; index < text.length; ) {
    if (text[index] === " " || text[index] === "\t") {
      index += 1;
      continue;
    }
    const read = readToken(text, index);
    if (typeof read === "string") return read;
    tokens.push(read.token);
    index = read.next;
  }
  return tokens;
}

function readToken(text: string, start: number): { token: Token; next: number } | string {
  let piece = "";
  let inQuotes = false;
  let index = start;
  while (index < text.length) {
    const character = text.charAt(index);
    if (character === '"') {
      // A quote opens a token, or the value of `key="…"` (RFC 9460 section 2.1), and closes it.
      if (inQuotes) return closeToken(text, start, index, piece);
      if (index !== start && text.charAt(index - 1) !== "=") return "a quote is out of place";
      inQuotes = true;
      index += 1;
      continue;
    }
    if (!inQuotes && (character === " " || character === "\t")) break;
    if (!inQuotes && "();".includes(character)) return `"${character}" must be escaped or quoted`;
    const read = readCharacter(text, index);
    if (typeof read === "string") return read;
    piece += text.slice(index, index + read);
    index += read;
  }
  if (inQuotes) return "a quote is not closed";
  return { token: { text: piece, quoted: false }, next: index };
}

function closeToken(
  text: string,
  start: number,
  quoteAt: number,
  piece: string,
): { token: Token; next: number } | string {
  const after = text.charAt(quoteAt + 1);
  if (after !== "" && after !== " " && after !== "\t") return "a space must follow a quote";
  return { token: { text: piece, quoted: text.charAt(start) === '"' }, next: quoteAt + 1 };
}

/** How many characters the octet at `index` takes; a string says what is malformed. */
function readCharacter(text: string, index: number): number | string {
  const code = text.charCodeAt(index);
  if (code < 0x20 || code > 0x7e) return "octets outside printable ASCII are written as \\DDD";
  if (code !== 0x5c) return 1;
  const read = readEscape(text, index);
  return typeof read === "string" ? read : read.characters;
}
