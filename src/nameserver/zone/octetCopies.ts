import type { Octets } from "./arenaLayout.ts";

/**
 * Memory for copies comes in pieces of this size: an array of its own costs some microseconds.
 * Whoever keeps one small copy for long keeps a piece.
 */
const PIECE_OCTETS = 4096;
const LARGE_OCTETS = 512;

let piece = new Uint8Array(PIECE_OCTETS);
let used = 0;

/** A copy of octets of an arena, which stays as it is when they are used for something else. */
export function copyOf(octets: Octets, start: number, length: number): Uint8Array {
  if (length > LARGE_OCTETS) return octets.slice(start, start + length);
  if (used + length > PIECE_OCTETS) {
    piece = new Uint8Array(PIECE_OCTETS);
    used = 0;
  }
  const at = used;
  used += length;
  for (let index = 0; index < length; index += 1) {
    piece[at + index] = octets[start + index] as number;
  }
  return piece.subarray(at, used);
}
