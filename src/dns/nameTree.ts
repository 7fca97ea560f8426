import { compareBytes } from "../base/index.ts";
import { unescapedOctets } from "./escape.ts";
import { type Name, type ParsedName, parseName, ROOT } from "./name.ts";

const DOT = 0x2e;
const BACKSLASH = 0x5c;

/** Index of the dot that ends the label which begins at `start`, escapes skipped. */
export function labelEnd(name: Name, start: number): number {
  const dot = name.indexOf(".", start);
  // A dot behind anything but a backslash ends the label: nearly every name stops here.
  if (name.charCodeAt(dot - 1) !== BACKSLASH) return dot;
  let index = start;
  while (name.charCodeAt(index) !== DOT) {
    // `\DDD` needs no skip of its own: digits are not dots.
    index += name.charCodeAt(index) === BACKSLASH ? 2 : 1;
  }
  return index;
}

/** Labels in presentation format, leftmost first; none for the root. */
export function labelsOf(name: Name): readonly string[] {
  if (name === ROOT) return [];
  if (!name.includes("\\")) return name.slice(0, -1).split(".");
  const labels: string[] = [];
  for (let start = 0; start < name.length; ) {
    const end = labelEnd(name, start);
    labels.push(name.slice(start, end));
    start = end + 1;
  }
  return labels;
}

/** The name without its leftmost label; undefined for the root. */
export function parentOf(name: Name): Name | undefined {
  if (name === ROOT) return undefined;
  const parent = name.slice(labelEnd(name, 0) + 1);
  return parent === "" ? ROOT : (parent as Name);
}

/** Whether `name` is `apex` or below it. */
export function isAtOrBelow(name: Name, apex: Name): boolean {
  if (apex === ROOT || name === apex) return true;
  if (!name.endsWith(apex)) return false;
  // "xb.c." ends with "b.c." and is not below it, nor is "x\.b.c.".
  let before = name.length - apex.length - 1;
  if (name.charCodeAt(before) !== DOT) return false;
  let escaped = false;
  while (before > 0 && name.charCodeAt(before - 1) === BACKSLASH) {
    escaped = !escaped;
    before -= 1;
  }
  return !escaped;
}

/** Whether `name` is below `apex`, and not `apex` itself. */
export function isBelow(name: Name, apex: Name): boolean {
  return name !== apex && isAtOrBelow(name, apex);
}

/** One label (presentation format) in front of `name`; malformed where that gets too long. */
export function prefixName(label: string, name: Name): ParsedName {
  const prefixed = parseName(name === ROOT ? `${label}.` : `${label}.${name}`);
  if (prefixed.kind === "malformed") return prefixed;
  // The text of more than one label would pass unseen: `a.b` is two.
  if (parentOf(prefixed.name) === name) return prefixed;
  const problem = `Cannot prefix ${name} with ${JSON.stringify(label)} as it must be one label`;
  return { kind: "malformed", problem };
}

/** Canonical DNS name order: negative where `left` comes first (RFC 4034 section 6.1). */
export function compareNames(left: Name, right: Name): number {
  if (left === right) return 0;
  const lefts = labelsOf(left);
  const rights = labelsOf(right);
  const shared = Math.min(lefts.length, rights.length);
  for (let back = 1; back <= shared; back += 1) {
    const a = lefts[lefts.length - back] ?? "";
    const b = rights[rights.length - back] ?? "";
    if (a !== b) return compareLabels(a, b);
  }
  return lefts.length - rights.length;
}

function compareLabels(left: string, right: string): number {
  // Without escapes, characters are octets; and code units of ASCII order as octets do.
  if (!left.includes("\\") && !right.includes("\\")) return left < right ? -1 : 1;
  return compareBytes(unescapedOctets(left), unescapedOctets(right));
}
