import type { DocumentPath } from "./documentPath.ts";

/**
 * What {@link walkJson} comes by. Offsets count characters from the start of the text. Paths are
 * reused for the next call: copy what must be kept.
 */
export interface JsonVisitor {
  /** A value begins. `keyOffset` is where its key stands; undefined in lists and at the root. */
  value?(path: DocumentPath, valueOffset: number, keyOffset: number | undefined): void;
  /** A key that its object has already. */
  repeatedKey?(path: DocumentPath, keyOffset: number): void;
}

interface Frame {
  /** Keys seen so far in an object; undefined for a list. */
  readonly keys: Set<string> | undefined;
}

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const SPACE = 0x20;

/**
 * Walks a text that `JSON.parse` has taken, to say what it does not: where values stand, and which
 * keys come twice (it keeps the last without a word).
 */
export function walkJson(text: string, visitor: JsonVisitor): void {
  const frames: Frame[] = [];
  const path: (string | number)[] = [];
  let keyOffset: number | undefined;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code <= SPACE || code === COLON) continue;
    const character = text.charAt(at);
    const frame = frames.at(-1);
    if (character === "}" || character === "]") {
      frames.pop();
      path.pop();
      continue;
    }
    if (code === COMMA) {
      const last = path.at(-1);
      if (typeof last === "number") path[path.length - 1] = last + 1;
      continue;
    }
    const end = tokenEnd(text, at);
    if (frame?.keys !== undefined && keyOffset === undefined) {
      const key: string = JSON.parse(text.slice(at, end));
      path[path.length - 1] = key;
      if (frame.keys.has(key)) visitor.repeatedKey?.(path, at);
      frame.keys.add(key);
      keyOffset = at;
      at = end - 1;
      continue;
    }
    visitor.value?.(path, at, keyOffset);
    keyOffset = undefined;
    if (character === "{") {
      frames.push({ keys: new Set() });
      path.push("");
    } else if (character === "[") {
      frames.push({ keys: undefined });
      path.push(0);
    } else at = end - 1;
  }
}

/** Where the string, number or word ends that begins at `start`. */
function tokenEnd(text: string, start: number): number {
  if (text.charCodeAt(start) !== QUOTE) {
    let at = start + 1;
    while (at < text.length && !/[\s,:[\]{}]/.test(text.charAt(at))) at += 1;
    return at;
  }
  let end = text.indexOf('"', start + 1);
  while (isEscaped(text, end)) end = text.indexOf('"', end + 1);
  return end + 1;
}

function isEscaped(text: string, quote: number): boolean {
  let backslashes = 0;
  while (text.charCodeAt(quote - 1 - backslashes) === BACKSLASH) backslashes += 1;
  return backslashes % 2 === 1;
}
