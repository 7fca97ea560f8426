import { utf8 } from "../base/index.ts";
import { escapedText, readEscape } from "./escape.ts";
import type { Name } from "./name.ts";

/** One piece of RDATA in presentation format: escapes are still in it, quotes are not. */
export interface Token {
  readonly text: string;
  /** Whether it stood in quotes as a whole: `""` is a token, nothing is not. */
  readonly quoted: boolean;
}

/** Pieces of one RR's RDATA, taken from the left. */
export class TokenCursor {
  /** What relative names are relative to; without it they are taken as absolute. */
  readonly origin: Name | undefined;
  readonly #tokens: readonly Token[];
  #index = 0;

  constructor(tokens: readonly Token[], origin?: Name, start = 0) {
    this.#tokens = tokens;
    this.origin = origin;
    this.#index = start;
  }

  /** How many pieces were taken. */
  get index(): number {
    return this.#index;
  }

  get atEnd(): boolean {
    return this.#index >= this.#tokens.length;
  }

  /** The next piece; undefined at the end. */
  next(): Token | undefined {
    this.#index += 1;
    return this.#tokens[this.#index - 1];
  }

  /** The next piece, which stays. */
  peek(): Token | undefined {
    return this.#tokens[this.#index];
  }

  /** All pieces that are left, as one: hexadecimal and base64 may have spaces in them. */
  rest(): string {
    let text = "";
    while (!this.atEnd) text += this.next()?.text ?? "";
    return text;
  }
}

/**
 * Splits RDATA at spaces; quotes keep spaces together (RFC 1035 section 5.1). A string says what
 * is malformed. Parentheses and comments belong to zone files: they are refused here.
 */
export function splitRdata(text: string): readonly Token[] | string {
  const tokens: Token[] = [];
  const scanner = new TokenScanner(text);
  for (let index = 0; index < text.length; ) {
    const code = text.charCodeAt(index);
    if (isSpace(code)) {
      index += 1;
      continue;
    }
    if (isMark(code)) return `"${text.charAt(index)}" must be escaped or quoted`;
    const token = scanner.scan(index);
    if (typeof token === "string") return token;
    tokens.push(token);
    index = scanner.end;
  }
  return tokens;
}

const QUOTE = 0x22;
const EQUALS = 0x3d;
const BACKSLASH = 0x5c;
const TAB = 0x09;

/** Whether a character stands between pieces: a space or a tab. */
export function isSpace(code: number): boolean {
  return code === 0x20 || code === TAB;
}

/** Whether a character means something in zone files: a parenthesis or a semicolon. */
export function isMark(code: number): boolean {
  return code === 0x28 || code === 0x29 || code === 0x3b;
}

/** Takes pieces out of one line of text. */
export class TokenScanner {
  readonly #text: string;
  readonly #foreign: "refuse" | "escape";
  #hasForeign = false;
  /** Where the piece that was read last ends. */
  end = 0;

  /**
   * What is not printable ASCII is malformed, or stands for its octets in UTF-8: zone files are
   * octets, and this is what other readers make of them.
   */
  constructor(text: string, foreign: "refuse" | "escape" = "refuse") {
    this.#text = text;
    this.#foreign = foreign;
  }

  /** Reads the piece at `start`, up to a space or mark; a string says what is malformed. */
  scan(start: number): Token | string {
    const text = this.#text;
    let index = start;
    for (; index < text.length; ) {
      const code = text.charCodeAt(index);
      if (isSpace(code) || isMark(code)) break;
      if (code === QUOTE) return this.#scanQuoted(start, index);
      const characters = this.#characters(index, code);
      if (typeof characters === "string") return characters;
      index += characters;
    }
    this.end = index;
    return this.#token(text.slice(start, index), false);
  }

  /** The rest of a piece from a quote on, which ends it: `"…"`, or `key="…"` (RFC 9460 2.1). */
  #scanQuoted(start: number, quoteAt: number): Token | string {
    const text = this.#text;
    if (quoteAt !== start && text.charCodeAt(quoteAt - 1) !== EQUALS) {
      return "a quote is out of place";
    }
    let index = quoteAt + 1;
    for (let code = text.charCodeAt(index); code !== QUOTE; code = text.charCodeAt(index)) {
      if (index >= text.length) return "a quote is not closed";
      const characters = code === TAB ? 1 : this.#characters(index, code);
      if (typeof characters === "string") return characters;
      index += characters;
    }
    const after = text.charCodeAt(index + 1);
    if (index + 1 < text.length && !isSpace(after) && !isMark(after)) {
      return "a space must follow a quote";
    }
    this.end = index + 1;
    const inside = text.slice(quoteAt + 1, index);
    return this.#token(text.slice(start, quoteAt) + inside, quoteAt === start);
  }

  #token(text: string, quoted: boolean): Token {
    if (!this.#hasForeign) return { text, quoted };
    this.#hasForeign = false;
    return { text: text.replace(/[^\x20-\x7e]+/g, (piece) => escapedText(utf8(piece))), quoted };
  }

  /** How many characters the octet at `index` takes; a string says what is malformed. */
  #characters(index: number, code: number): number | string {
    if (code < 0x20 || code > 0x7e) {
      if (this.#foreign === "refuse") return "octets outside printable ASCII are written as \\DDD";
      this.#hasForeign = true;
      return 1;
    }
    if (code !== BACKSLASH) return 1;
    const read = readEscape(this.#text, index);
    return typeof read === "string" ? read : read.characters;
  }
}
