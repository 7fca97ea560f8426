import { assert } from "../base/index.ts";
import type { Name } from "../dns/index.ts";

/**
 * How long each enactor but the first waits before it takes an endpoint over: longer than a write
 * with its read-back takes on a working network, far shorter than anyone's patience.
 */
export const PREFERENCE_DELAY_MS = 400;

/**
 * This enactor's place (0 is first) in the order in which enactors see to an endpoint: by
 * rendezvous hashing, so that one enactor more or less moves only its own share. A hint, no lock:
 * nothing breaks where two enactors differ about it.
 */
export function rankOf(endpoint: Name, enactorId: string, enactorIds: readonly string[]): number {
  assert(enactorIds.includes(enactorId), `enactor ${enactorId} is one of the region's`);
  const own = score(endpoint, enactorId);
  return enactorIds.filter((other) => {
    if (other === enactorId) return false;
    const theirs = score(endpoint, other);
    return theirs === own ? other < enactorId : theirs < own;
  }).length;
}

/**
 * How long an enactor of this place still leaves an endpoint, behind since then, to those before
 * it; 0: its turn.
 */
export function takeOverInMs(rank: number, behindSinceMs: number, nowMs: number): number {
  return Math.max(0, behindSinceMs + rank * PREFERENCE_DELAY_MS - nowMs);
}

/** FNV-1a with a final mix (as in MurmurHash3), so that names of one family spread evenly. */
function score(endpoint: Name, enactorId: string): number {
  let hash = 0x811c9dc5;
  const text = `${enactorId} ${endpoint}`;
  for (let index = 0; index < text.length; index += 1) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
