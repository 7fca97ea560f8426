import { beliefOf } from "./belief.ts";
import type { Entry } from "./entry.ts";
import { heldValues } from "./heldValues.ts";
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

/** However seldom proofs are to be: within the time for confirmation some must have come. */
const PROOFS_EACH_CONFIRM = 4;

/** An answer is not asked for again before it is so old. */
const CONFIRM_MS_MIN = 1000;

/** What an entry lacks at this time. */
export function wantsOf(entry: Entry, policy: GuardPolicy, nowMs: number): Wants {
  const belief = beliefOf(entry, policy);
  const { denials, failure, tombstone, proof } = entry;
  if (denials === undefined || belief === undefined || nowMs >= belief.atMs) {
    const isAsked = verdictOf(entry, policy, nowMs).kind === "ask";
    const upstream = isAsked || isUnconfirmed(entry, policy, nowMs);
    return { upstream, tombstone: false, proof: false };
  }
  const askedMs = Math.max(denials.atMs, failure?.atMs ?? denials.atMs);
  const upstreamDueMs = askedMs + policy.recheckMs;
  const proofEveryMs = Math.min(policy.proofMs, policy.confirmMs / PROOFS_EACH_CONFIRM);
  const tombstoneEveryMs = tombstone?.newest.found === "none" ? policy.proofMs : policy.recheckMs;
  const tombstoneDueMs = tombstone === undefined ? nowMs : tombstone.atMs + tombstoneEveryMs;
  const proofDueMs = proof === undefined ? nowMs : proof.triedMs + proofEveryMs;
  const dueMs = [upstreamDueMs, tombstoneDueMs, proofDueMs];
  const nextMs = Math.min(belief.atMs, ...dueMs.filter((due) => due > nowMs));
  return {
    upstream: nowMs >= upstreamDueMs,
    tombstone: nowMs >= tombstoneDueMs,
    proof: nowMs >= proofDueMs,
    lookAgainMs: nextMs,
  };
}

/** Whether an answer that is good for long is old enough to be held on to, if it is given again. */
function isUnconfirmed(entry: Entry, policy: GuardPolicy, nowMs: number): boolean {
  const { answer, denials, failure } = entry;
  if (answer === undefined || denials !== undefined || failure !== undefined) return false;
  const isDue = nowMs - answer.atMs >= Math.max(policy.minAgeMs, CONFIRM_MS_MIN);
  return isDue && policy.isGuarded && heldValues(entry, policy).length === 0;
}
