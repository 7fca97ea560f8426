import { concatBytes } from "../base/index.ts";
import type { Name } from "./name.ts";
import { compareNames } from "./nameTree.ts";
import { WireReader } from "./wireReader.ts";
import { encodeName } from "./wireWriter.ts";

/** The RDATA of an NSEC record (RFC 4034 section 4.1). */
export interface Nsec {
  /** The next owner name in canonical order; the apex behind the last one. */
  readonly next: Name;
  /** Types at the owner name, in rising order. */
  readonly types: readonly number[];
}

const WINDOW_OCTETS_MAX = 32;

/** NSEC RDATA. */
export function encodeNsec({ next, types }: Nsec): Uint8Array {
  return concatBytes([encodeName(next), encodeTypeBitmap(types)]);
}

/** Reads NSEC RDATA; undefined where it is malformed. */
export function decodeNsec(rdata: Uint8Array): Nsec | undefined {
  const reader = new WireReader(rdata, "rdata");
  const next = reader.name("refuse");
  const bitmap = reader.octets(reader.left);
  if (reader.problem !== undefined) return undefined;
  const types = decodeTypeBitmap(bitmap);
  return types === undefined ? undefined : { next, types };
}

/** A set of types as window blocks, empty ones left out (RFC 4034 section 4.1.2). */
export function encodeTypeBitmap(types: readonly number[]): Uint8Array {
  const windows = new Map<number, number[]>();
  for (const type of types.toSorted((left, right) => left - right)) {
    const window = type >> 8;
    const octets = windows.get(window) ?? [];
    const at = (type & 0xff) >> 3;
    while (octets.length <= at) octets.push(0);
    octets[at] = (octets[at] ?? 0) | (0x80 >> (type & 7));
    windows.set(window, octets);
  }
  return concatBytes(
    [...windows].map(([window, octets]) => Uint8Array.of(window, octets.length, ...octets)),
  );
}

/** The types of window blocks, rising; undefined where they are malformed or out of order. */
export function decodeTypeBitmap(bitmap: Uint8Array): readonly number[] | undefined {
  const types: number[] = [];
  let last = -1;
  for (let at = 0; at < bitmap.length; ) {
    const window = bitmap[at] ?? 0;
    const octets = bitmap[at + 1] ?? 0;
    const block = bitmap.subarray(at + 2, at + 2 + octets);
    if (window <= last || octets === 0 || octets > WINDOW_OCTETS_MAX) return undefined;
    if (block.length !== octets) return undefined;
    for (const [index, octet] of block.entries()) {
      for (let bit = 0; bit < 8; bit += 1) {
        if ((octet & (0x80 >> bit)) !== 0) types.push(window * 256 + index * 8 + bit);
      }
    }
    last = window;
    at += 2 + octets;
  }
  return types;
}

/**
 * Whether the NSEC of `owner` proves that `name` does not exist: it lies between the two in
 * canonical order; behind the last owner, where `next` is the apex (RFC 4035 section 5.4).
 */
export function nsecCovers(owner: Name, next: Name, name: Name): boolean {
  if (compareNames(owner, name) >= 0) return false;
  const isLast = compareNames(next, owner) <= 0;
  return isLast || compareNames(name, next) < 0;
}
