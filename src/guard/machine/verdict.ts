import { beliefOf } from "./belief.ts";
import type { Entry } from "./entry.ts";
import { servedValues } from "./heldValues.ts";
import type { Denial, Failure } from "./outcome.ts";
import type { GuardPolicy } from "./policy.ts";

/** What is to be told to whoever asks. */
export type Verdict =
  /** The upstream's own answer, within its TTL. */
  | { readonly kind: "fresh"; readonly values: readonly string[]; readonly ttlSeconds: number }
  /** The last good answer, as the upstream fails (RFC 8767). */
  | { readonly kind: "stale"; readonly values: readonly string[]; readonly ttlSeconds: number }
  /** Values held on to, as a denial is doubted. */
  | {
      readonly kind: "held";
      readonly values: readonly string[];
      readonly ttlSeconds: number;
      /** When the upstream began to deny, and what it says. */
      readonly sinceMs: number;
      readonly denial: Denial["denial"];
    }
  | { readonly kind: "denied"; readonly denial: Denial; readonly ttlSeconds: number }
  | { readonly kind: "failed"; readonly failure: Failure["failure"] }
  /** Nothing is known (any more): ask first. `last` may be served while nobody answers. */
  | {
      readonly kind: "ask";
      readonly last?: { readonly values: readonly string[]; readonly ttlSeconds: number };
    };

/** When something is asked, and since when: what came since is used, whatever its TTL. */
interface Moment {
  readonly nowMs: number;
  readonly sinceMs: number;
}

/** What an entry says now, to somebody who has been waiting since `sinceMs`. */
export function verdictOf(
  entry: Entry,
  policy: GuardPolicy,
  nowMs: number,
  sinceMs: number = Number.POSITIVE_INFINITY,
): Verdict {
  const moment = { nowMs, sinceMs };
  const belief = beliefOf(entry, policy);
  // What is held on to does not need the upstream.
  const isHeld = belief !== undefined && nowMs < belief.atMs;
  if (entry.failure !== undefined && !isHeld) return failing(entry, policy, moment);
  if (entry.denials !== undefined) return denied(entry, policy, moment);
  return answered(entry, policy, moment);
}

function answered({ answer }: Entry, policy: GuardPolicy, { nowMs, sinceMs }: Moment): Verdict {
  if (answer === undefined) return { kind: "ask" };
  const { values } = answer.newest;
  const leftMs = answer.atMs + answer.newest.ttlSeconds * 1000 - nowMs;
  if (leftMs > 0 || answer.atMs >= sinceMs) {
    return { kind: "fresh", values, ttlSeconds: Math.max(0, Math.ceil(leftMs / 1000)) };
  }
  if (-leftMs > policy.staleMsMax) return { kind: "ask" };
  return { kind: "ask", last: { values, ttlSeconds: policy.staleTtlSeconds } };
}

function denied(entry: Entry, policy: GuardPolicy, { nowMs, sinceMs: askedMs }: Moment): Verdict {
  const belief = beliefOf(entry, policy);
  const { denials } = entry;
  if (denials === undefined || belief === undefined) return { kind: "ask" };
  const { newest, sinceMs, atMs } = denials;
  if (nowMs < belief.atMs) {
    const { denial } = newest;
    const leftSeconds = Math.ceil((belief.atMs - nowMs) / 1000);
    const ttlSeconds = Math.min(policy.staleTtlSeconds, leftSeconds);
    return { kind: "held", values: servedValues(entry, policy), ttlSeconds, sinceMs, denial };
  }
  const leftMs = atMs + newest.ttlSeconds * 1000 - nowMs;
  if (leftMs <= 0 && atMs < askedMs) return { kind: "ask" };
  return { kind: "denied", denial: newest, ttlSeconds: Math.max(0, Math.ceil(leftMs / 1000)) };
}

function failing(entry: Entry, policy: GuardPolicy, moment: Moment): Verdict {
  const { failure, answer, denials } = entry;
  if (failure === undefined) return { kind: "ask" };
  const { nowMs, sinceMs } = moment;
  const { ttlSeconds: restSeconds = Number.POSITIVE_INFINITY } = failure.newest;
  const restMs = Math.min(policy.failureBackOffMs, restSeconds * 1000);
  const isRested = nowMs - failure.atMs >= restMs && failure.atMs < sinceMs;
  // What was denied is served while it is held on to, and then no more.
  if (answer === undefined || denials !== undefined) {
    return isRested ? { kind: "ask" } : { kind: "failed", failure: failure.newest.failure };
  }
  const { ttlSeconds, values } = answer.newest;
  const leftMs = answer.atMs + ttlSeconds * 1000 - nowMs;
  // An answer that was asked for again too early is still good.
  if (leftMs > 0) return { kind: "fresh", values, ttlSeconds: Math.ceil(leftMs / 1000) };
  if (-leftMs > policy.staleMsMax) {
    return isRested ? { kind: "ask" } : { kind: "failed", failure: failure.newest.failure };
  }
  const last = { values, ttlSeconds: policy.staleTtlSeconds };
  return isRested ? { kind: "ask", last } : { kind: "stale", ...last };
}
