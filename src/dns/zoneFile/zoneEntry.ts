import { isMark, isSpace, type Token, TokenScanner } from "../token.ts";

/** A piece of a zone file and where it stands; lines and columns count from 1. */
export interface PlacedToken extends Token {
  readonly line: number;
  readonly column: number;
}

/** One entry of a zone file (RFC 1035 section 5.1): a line, or several joined by parentheses. */
export interface ZoneEntry {
  /** The line on which it begins. */
  readonly line: number;
  /** Whether it begins with a space, so that its owner is that of the entry before. */
  readonly isBlankOwner: boolean;
  readonly tokens: readonly PlacedToken[];
}

/** Something malformed, and where. */
export interface PlacedProblem {
  readonly line: number;
  readonly column: number;
  readonly problem: string;
}

/**
 * Characters of one entry: RDATA has up to 65,535 octets, each written as up to four, in pieces
 * with spaces between.
 */
const ENTRY_CHARACTERS_MAX = 1_000_000;

const SEMICOLON = 0x3b;
const OPEN = 0x28;

/** Joins lines to entries: knows of quotes, comments and parentheses, and of nothing else. */
export class EntryJoiner {
  #tokens: PlacedToken[] = [];
  #line = 0;
  #openLine = 0;
  #depth = 0;
  #characters = 0;
  #isBlankOwner = false;

  /** Takes the next line; an entry once one is whole, a problem where one is malformed. */
  push(given: string, line: number): ZoneEntry | PlacedProblem | undefined {
    const text = given.endsWith("\r") ? given.slice(0, -1) : given;
    if (this.#depth === 0) {
      this.#tokens = [];
      this.#characters = 0;
      this.#line = line;
      this.#isBlankOwner = isSpace(text.charCodeAt(0));
    }
    this.#characters += text.length;
    if (this.#characters > ENTRY_CHARACTERS_MAX) {
      return this.#malformed(line, 1, `an entry must be <= ${ENTRY_CHARACTERS_MAX} characters`);
    }
    const problem = this.#scanLine(text, line);
    if (problem !== undefined) return problem;
    if (this.#depth > 0 || this.#tokens.length === 0) return undefined;
    return { line: this.#line, isBlankOwner: this.#isBlankOwner, tokens: this.#tokens };
  }

  /** The problem of text that ends inside parentheses. */
  finish(): PlacedProblem | undefined {
    if (this.#depth === 0) return undefined;
    return this.#malformed(this.#openLine, 1, "a parenthesis is not closed");
  }

  #scanLine(text: string, line: number): PlacedProblem | undefined {
    const scanner = new TokenScanner(text, "escape");
    for (let index = 0; index < text.length; ) {
      const code = text.charCodeAt(index);
      if (isSpace(code)) {
        index += 1;
      } else if (code === SEMICOLON) {
        return undefined;
      } else if (isMark(code)) {
        if (code === OPEN && this.#depth === 0) this.#openLine = line;
        this.#depth += code === OPEN ? 1 : -1;
        if (this.#depth < 0) return this.#malformed(line, index + 1, "a parenthesis is not open");
        index += 1;
      } else {
        const token = scanner.scan(index);
        if (typeof token === "string") return this.#malformed(line, index + 1, token);
        const { text: piece, quoted } = token;
        this.#tokens.push({ text: piece, quoted, line, column: index + 1 });
        index = scanner.end;
      }
    }
    return undefined;
  }

  /** Gives the entry up: what follows begins a new one. */
  #malformed(line: number, column: number, problem: string): PlacedProblem {
    this.#depth = 0;
    this.#tokens = [];
    return { line, column, problem };
  }
}
