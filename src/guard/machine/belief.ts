import type { Entry } from "./entry.ts";
import { heldValues } from "./heldValues.ts";
import type { GuardPolicy } from "./policy.ts";

/** Why a denial is believed. */
export type Belief =
  | "never-good"
  | "not-guarded"
  | "filtered"
  | "authenticated"
  | "tombstone"
  | "unproven"
  | "held-longest";

/**
 * When the denials of an entry are to be believed, on the machine's clock, and why: at once
 * (`sinceMs`) or later. Undefined where there are none.
 */
export function beliefOf(
  entry: Entry,
  policy: GuardPolicy,
): { readonly atMs: number; readonly why: Belief } | undefined {
  const { denials, tombstone, proof, believed } = entry;
  if (denials === undefined) return undefined;
  const { newest, sinceMs, unprovenMs } = denials;
  const atOnce = (why: Belief) => ({ atMs: sinceMs, why });
  if (believed !== undefined) return atOnce(believed);
  if (!policy.isGuarded) return atOnce("not-guarded");
  if (newest.isFiltered) return atOnce("filtered");
  if (newest.isAuthenticated) return atOnce("authenticated");
  if (heldValues(entry, policy).length === 0) return atOnce("never-good");
  const isRetired = tombstone?.newest.found === "tombstone";
  if (isRetired && tombstone.newest.isAuthenticated) return atOnce("tombstone");
  // One answer of somebody else's may have brought it: it must be there for as long.
  const retiredMs = isRetired ? Math.max(sinceMs, tombstone.sinceMs) + policy.confirmMs : Infinity;
  const lastProvenMs = Math.max(unprovenMs, proof?.provenMs ?? unprovenMs);
  const confirmedMs = lastProvenMs + policy.confirmMs;
  const longestMs = sinceMs + policy.holdMsMax;
  const atMs = Math.min(retiredMs, confirmedMs, longestMs);
  if (atMs === retiredMs) return { atMs, why: "tombstone" };
  return { atMs, why: atMs === longestMs ? "held-longest" : "unproven" };
}
