import { beliefOf } from "./belief.ts";
import type { Entry } from "./entry.ts";
import type { GuardPolicy } from "./policy.ts";
import { verdictOf } from "./verdict.ts";

/** What is to be found out about an entry now. */
export interface Wants {
  readonly upstream: boolean;
  readonly tombstone: boolean;
  readonly proof: boolean;
  /** While denials are doubted: when to look again, though nobody asks. */
  readonly lookAgainMs?: number;
}

/** What an entry lacks at this time. */
export function wantsOf(entry: Entry, policy: GuardPolicy, nowMs: number): Wants {
  const belief = beliefOf(entry, policy);
  const { denials, failure, tombstone, proof } = entry;
  if (denials === undefined || belief === undefined || nowMs >= belief.atMs) {
    const upstream = verdictOf(entry, policy, nowMs).kind === "ask";
    return { upstream, tombstone: false, proof: false };
  }
  const askedMs = Math.max(denials.atMs, failure?.atMs ?? denials.atMs);
  const upstreamDueMs = askedMs + policy.recheckMs;
  const isRetired = tombstone?.newest.found === "tombstone";
  const tombstoneEveryMs = tombstone?.newest.found === "none" ? policy.proofMs : policy.recheckMs;
  const tombstoneDueMs = tombstone === undefined ? nowMs : tombstone.atMs + tombstoneEveryMs;
  // Whether a retired name's addresses are up changes nothing.
  const proofDueMs = proof === undefined ? nowMs : proof.triedMs + policy.proofMs;
  const dueMs = [upstreamDueMs, tombstoneDueMs, ...(isRetired ? [] : [proofDueMs])];
  const nextMs = Math.min(belief.atMs, ...dueMs.filter((due) => due > nowMs));
  return {
    upstream: nowMs >= upstreamDueMs,
    tombstone: nowMs >= tombstoneDueMs,
    proof: !isRetired && nowMs >= proofDueMs,
    lookAgainMs: nextMs,
  };
}
