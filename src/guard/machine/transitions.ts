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
  if (outcome.kind === "answer") {
    if (isOfUse(outcome, settled, policy, nowMs)) return afterAnswer(settled, outcome, nowMs);
    const { ttlSeconds } = outcome;
    return afterFailure(settled, { kind: "failure", failure: "stale", ttlSeconds }, nowMs);
  }
  if (outcome.kind === "failure") return afterFailure(settled, outcome, nowMs);
  return settle(afterDenial(settled, outcome, nowMs - (outcome.agoMs ?? 0)), policy, nowMs);
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
  const isSame = settled.tombstone?.newest.found === found.found;
  const sinceMs = isSame ? (settled.tombstone?.sinceMs ?? nowMs) : nowMs;
  return settle({ ...settled, tombstone: { newest: found, sinceMs, atMs: nowMs } }, policy, nowMs);
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
  if (belief === undefined || nowMs < belief.atMs) return entry;
  if (entry.answer === undefined && entry.tombstone === undefined && entry.proof === undefined) {
    return entry;
  }
  const { denials, failure } = entry;
  if (denials === undefined) return entry;
  const settled: Entry = { seen: [], denials, believed: belief.why };
  return failure === undefined ? settled : { ...settled, failure };
}

/** The entry after a time in which nobody could look after it: it does not count for proofs. */
export function rested(entry: Entry, restMs: number): Entry {
  const { denials, proof } = entry;
  if (denials === undefined || restMs === 0) return entry;
  const lastProvenMs = Math.max(denials.unprovenMs, proof?.provenMs ?? denials.unprovenMs);
  if (lastProvenMs + restMs === denials.unprovenMs) return entry;
  return { ...entry, denials: { ...denials, unprovenMs: lastProvenMs + restMs } };
}

function hasDoubt(entry: Entry): boolean {
  return entry.denials !== undefined && entry.answer !== undefined;
}

/**
 * What an upstream once knew, and says that it is that, confirms nothing and ends no doubt: two who
 * hold on one behind the other would do so twice as long. It is of use to whoever has nothing.
 */
function isOfUse(
  { isStale }: Answer,
  { answer, denials }: Entry,
  { isGuarded, staleMsMax }: GuardPolicy,
  nowMs: number,
): boolean {
  if (isStale !== true || !isGuarded || answer === undefined) return true;
  const pastMs = nowMs - answer.atMs - answer.newest.ttlSeconds * 1000;
  return denials === undefined && pastMs > staleMsMax;
}

function afterAnswer({ seen }: Entry, newest: Answer, nowMs: number): Entry {
  const answer = { newest, atMs: nowMs };
  return { answer, seen: newest.isStale ? seen : seenAfter(seen, newest, nowMs) };
}

function afterDenial(entry: Entry, newest: Denial, nowMs: number): Entry {
  const { failure, ...rest } = entry;
  // Somebody else has been holding on until now.
  const firstMs = failure?.newest.failure === "stale" ? failure.sinceMs : nowMs;
  const { sinceMs = firstMs, unprovenMs = nowMs } = entry.denials ?? {};
  return { ...rest, denials: { newest, sinceMs, unprovenMs, atMs: nowMs } };
}

function afterFailure(entry: Entry, newest: Failure, nowMs: number): Entry {
  const before = entry.failure;
  const isSame = before?.newest.failure === newest.failure;
  const sinceMs = isSame ? before.sinceMs : nowMs;
  return { ...entry, failure: { newest, sinceMs, atMs: nowMs } };
}
