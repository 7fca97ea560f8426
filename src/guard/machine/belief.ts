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
  const { newest, sinceMs } = denials;
  const atOnce = (why: Belief) => ({ atMs: sinceMs, why });
  if (believed !== undefined) return atOnce(believed);
  if (!policy.isGuarded) return atOnce("not-guarded");
  if (newest.isFiltered) return atOnce("filtered");
  if (newest.isAuthenticated) return atOnce("authenticated");
  if (heldValues(entry, policy).length === 0) return atOnce("never-good");
  const unprovenMs = sinceMs + policy.confirmMs;
  if (tombstone?.newest.found === "tombstone") {
    if (tombstone.newest.isAuthenticated) return atOnce("tombstone");
    return { atMs: unprovenMs, why: "tombstone" };
  }
  const lastProvenMs = Math.max(sinceMs, proof?.provenMs ?? sinceMs);
  const confirmedMs = lastProvenMs + policy.confirmMs;
  const longestMs = sinceMs + policy.holdMsMax;
  if (confirmedMs < longestMs) return { atMs: confirmedMs, why: "unproven" };
  return { atMs: longestMs, why: "held-longest" };
}
