import { beliefOf } from "./belief.ts";
import type { Entry } from "./entry.ts";
import { heldValues, seenAfter } from "./heldValues.ts";
import type {
  Answer,
  Denial,
  Failure,
  Outcome,
  ProofOutcome,
  TombstoneOutcome,
} from "./outcome.ts";
import type { GuardPolicy } from "./policy.ts";

/** The entry after an outcome of the upstream. */
export function afterOutcome(
  entry: Entry,
  outcome: Outcome,
  policy: GuardPolicy,
  nowMs: number,
): Entry {
  const settled = settle(entry, policy, nowMs);
  if (outcome.kind === "answer") return afterAnswer(settled, outcome, nowMs);
  if (outcome.kind === "failure") return afterFailure(settled, outcome, nowMs);
  return settle(afterDenial(settled, outcome, nowMs), policy, nowMs);
}

/** The entry after a look-up of the tombstone. Of no use where nothing is doubted any more. */
export function afterTombstone(
  entry: Entry,
  newest: TombstoneOutcome,
  policy: GuardPolicy,
  nowMs: number,
): Entry {
  const settled = settle(entry, policy, nowMs);
  if (!hasDoubt(settled)) return settled;
  // That nobody could be asked takes back nothing that was found.
  const isKnown = newest.found !== "unknown" || settled.tombstone === undefined;
  const found = isKnown ? newest : settled.tombstone.newest;
  return settle({ ...settled, tombstone: { newest: found, atMs: nowMs } }, policy, nowMs);
}

/** The entry after the old addresses were tried. A proof that comes too late proves nothing. */
export function afterProof(
  entry: Entry,
  outcome: ProofOutcome,
  policy: GuardPolicy,
  nowMs: number,
): Entry {
  const settled = settle(entry, policy, nowMs);
  const belief = beliefOf(settled, policy);
  // While the upstream fails nothing is settled, but the time for proofs runs on.
  if (!hasDoubt(settled) || belief === undefined || nowMs >= belief.atMs) return settled;
  const { proven, disproven } = outcome;
  const held = heldValues(settled, policy);
  const before = settled.proof;
  const isProven = proven.some((value) => held.includes(value));
  const provenMs = isProven ? nowMs : before?.provenMs;
  const others = (before?.disproven ?? []).filter((value) => !proven.includes(value));
  const all = [...new Set([...others, ...disproven])].filter((value) => held.includes(value));
  const tried = { triedMs: nowMs, disproven: all };
  return { ...settled, proof: provenMs === undefined ? tried : { ...tried, provenMs } };
}

/**
 * What is believed by now is past doubt: the good answer is forgotten, so that nothing that comes
 * later (a proof, a failure of the upstream, another policy) brings it back.
 */
export function settle(entry: Entry, policy: GuardPolicy, nowMs: number): Entry {
  const belief = beliefOf(entry, policy);
  // While the upstream fails, nobody has said again that there is nothing.
  if (belief === undefined || entry.failure !== undefined || nowMs < belief.atMs) return entry;
  if (entry.answer === undefined && entry.tombstone === undefined && entry.proof === undefined) {
    return entry;
  }
  const { denials } = entry;
  return denials === undefined ? entry : { seen: [], denials, believed: belief.why };
}

function hasDoubt(entry: Entry): boolean {
  return entry.denials !== undefined && entry.answer !== undefined;
}

function afterAnswer(entry: Entry, newest: Answer, nowMs: number): Entry {
  return { answer: { newest, atMs: nowMs }, seen: seenAfter(entry.seen, newest, nowMs) };
}

function afterDenial(entry: Entry, newest: Denial, nowMs: number): Entry {
  const { failure: _failure, ...rest } = entry;
  const sinceMs = entry.denials?.sinceMs ?? nowMs;
  return { ...rest, denials: { newest, sinceMs, atMs: nowMs } };
}

function afterFailure(entry: Entry, newest: Failure, nowMs: number): Entry {
  const sinceMs = entry.failure?.sinceMs ?? nowMs;
  return { ...entry, failure: { newest, sinceMs, atMs: nowMs } };
}
