// What must hold of every reply. Each check knows the model alone, and what the world did.
import type { GuardPolicy } from "../../src/guard/machine/policy.ts";
import type { Model, Place } from "./model.ts";

/** What must always be true, by name. */
export const CHECKS = [
  "once-given",
  "hold-max",
  "confirm",
  "believed-at-once",
  "confirmed-first",
  "stale-max",
  "short-ttl",
  "public-only",
  "bounded",
  "stays-up",
  "in-time",
  "recovers",
] as const;

export type Check = (typeof CHECKS)[number];

export interface Violation {
  readonly check: Check;
  readonly atMs: number;
  readonly text: string;
}

/** What an application was told, and when. */
export interface Reply {
  readonly place: Place;
  readonly askedMs: number;
  readonly nowMs: number;
  /** Empty: nothing there, or no answer. */
  readonly values: readonly string[];
  readonly ttlSeconds: number;
  readonly word: string;
}

/** What is known of a world that a check asks for. */
export interface Circumstances {
  readonly policy: GuardPolicy;
  /** The machine may have forgotten names: more were asked for than it remembers. */
  readonly mayForget: boolean;
  /** The machine was in one network while this was asked. */
  readonly isAtHome: boolean;
  /** Nothing stood still meanwhile. */
  readonly isTimed: boolean;
}

/** Steps of the machine in one moment may take so long. */
const SLACK_MS = 50;
/** A client waits no longer, where there is something to give (RFC 8767 section 5). */
const CLIENT_MS = 1800;
/** Whoever knows nothing waits for the upstream, and that is all servers together. */
const ANSWER_MS = 5000;
/** Proofs need so long at most: below this a hold may end though the service is up. */
const CONFIRM_MS_MIN = 20_000;
/** Other servers are asked for so long whether they deny a name as well. */
const OTHERS_MS = 2000;
/** Looking for a tombstone takes so long. */
const SEEK_MS = 12_000;

/** What is wrong with a reply, if anything. */
export function checkReply(
  model: Model,
  reply: Reply,
  circumstances: Circumstances,
): { readonly check: Check; readonly text: string } | undefined {
  const known = model.get(reply.place);
  if (known.row?.queuedMs !== undefined) model.queue(reply.place, reply.nowMs, true);
  model.lapse(known, reply.nowMs);
  const found =
    reply.values.length > 0
      ? checkServed(model, reply, circumstances)
      : checkUnserved(model, reply, circumstances);
  const late = circumstances.isTimed ? checkTime(model, reply, circumstances.policy) : undefined;
  return found ?? late;
}

type Found = { readonly check: Check; readonly text: string } | undefined;

function checkServed(model: Model, reply: Reply, { policy }: Circumstances): Found {
  const { place, values, nowMs, ttlSeconds } = reply;
  const known = model.get(place);
  const { row, answer, isUnsure } = known;
  const strange = values.find((value) => !model.wasGiven(place, value));
  if (strange !== undefined) return found("once-given", `${strange} was never given here`);
  if (row === undefined) return isUnsure ? undefined : checkStale(model, reply, policy);
  // What one server denies is not denied before the others were asked.
  const isAsking = row.ended === undefined && nowMs - row.sinceMs < OTHERS_MS;
  if (isAsking && checkStale(model, reply, policy) === undefined) return undefined;
  const { ended, sinceMs, clearMs } = row;
  if (ended === "sure") return found("believed-at-once", "the denial was beyond doubt");
  if (ended === "never-good") return found("confirmed-first", "nothing was to be held on to");
  const unconfirmed = values.find((value) => !model.confirmed(known).includes(value));
  if (unconfirmed !== undefined) {
    return found("confirmed-first", `${unconfirmed} was not confirmed, and is denied`);
  }
  const seekMs = lateMs(policy);
  if (row.signedMs !== undefined && nowMs > row.signedMs + seekMs) {
    return found("believed-at-once", "an authenticated tombstone was there to be seen");
  }
  const plainMs = row.plainMs === undefined ? Infinity : row.plainMs + seekMs;
  if (nowMs >= sinceMs + policy.holdMsMax) return found("hold-max", `since ${nowMs - sinceMs} ms`);
  if (ended === "late" || nowMs >= clearMs + policy.confirmMs) {
    return found("confirm", `unproven for ${nowMs - clearMs} ms`);
  }
  if (nowMs >= plainMs + policy.confirmMs) {
    return found("confirm", "a tombstone was there to be seen");
  }
  const endMs = model.deadlineMs(row);
  const isShort = ttlSeconds <= policy.staleTtlSeconds && nowMs + ttlSeconds * 1000 <= endMs + 1000;
  if (!isShort && answer !== undefined) return found("short-ttl", `TTL ${ttlSeconds} s`);
  return undefined;
}

/** Nothing is denied: what is served is the last answer, and not for ever. */
function checkStale(model: Model, reply: Reply, policy: GuardPolicy): Found {
  const { answer } = model.get(reply.place);
  if (answer === undefined) return found("once-given", "no answer is known of in this life");
  const other = reply.values.find((value) => !answer.values.includes(value));
  if (other !== undefined) return found("once-given", `${other} is not in the last answer`);
  const endMs = answer.atMs + answer.ttlSeconds * 1000;
  if (answer.atMs >= reply.askedMs || reply.nowMs <= endMs + SLACK_MS) return undefined;
  if (reply.nowMs > endMs + policy.staleMsMax + ANSWER_MS) {
    return found("stale-max", `${reply.nowMs - endMs} ms after the answer's time`);
  }
  if (reply.ttlSeconds > policy.staleTtlSeconds) {
    return found("short-ttl", `stale, and TTL ${reply.ttlSeconds} s`);
  }
  return undefined;
}

/** The way of October 2025: nothing is served, and the service is up. */
function checkUnserved(model: Model, reply: Reply, circumstances: Circumstances): Found {
  const { policy, mayForget, isAtHome } = circumstances;
  const { row, answer, isUnsure } = model.get(reply.place);
  const { nowMs } = reply;
  if (mayForget || !isAtHome || isUnsure || answer === undefined) return undefined;
  if (row === undefined) {
    const endMs = answer.atMs + answer.ttlSeconds * 1000 + policy.staleMsMax;
    return nowMs < endMs ? found("stays-up", "nobody said that there is nothing") : undefined;
  }
  const isPlainDue = row.plainMs !== undefined && nowMs >= row.plainMs + policy.confirmMs;
  const isSaid = row.signedMs !== undefined || isPlainDue;
  if (row.ended === "sure" || row.ended === "never-good" || isSaid || !row.isSure) return undefined;
  if (nowMs >= row.sinceMs + policy.holdMsMax) return undefined;
  const leftMs = model.surelyUntilMs(row) - nowMs;
  if (row.ended === undefined && leftMs > 0) {
    return found("stays-up", `${leftMs} ms before it may be believed`);
  }
  const isProvable = row.isProvable && policy.confirmMs >= CONFIRM_MS_MIN;
  return isProvable ? found("stays-up", "its addresses were the service all the time") : undefined;
}

function checkTime(
  model: Model,
  { place, askedMs, nowMs, values }: Reply,
  { staleMsMax }: GuardPolicy,
): Found {
  const { row, answer } = model.get(place);
  const staleMs = (answer?.ttlSeconds ?? 0) * 1000 + staleMsMax;
  const isGood = answer !== undefined && answer.atMs < askedMs && askedMs < answer.atMs + staleMs;
  const isHeld = row?.ended === undefined && (row?.sinceMs ?? askedMs) < askedMs;
  const isKnown = values.length > 0 && (row === undefined ? isGood : isHeld);
  const waitMs = isKnown ? CLIENT_MS : ANSWER_MS;
  // A clock that drifts has other milliseconds than the wire.
  const tookMs = nowMs - askedMs;
  if (tookMs <= 1.2 * waitMs + SLACK_MS) return undefined;
  return found("in-time", `told after ${tookMs} ms`);
}

/** How long after it can be seen a tombstone is seen. */
function lateMs({ proofMs, recheckMs }: GuardPolicy): number {
  return 1.25 * Math.max(proofMs, recheckMs) + SEEK_MS;
}

function found(check: Check, text: string): Found {
  return { check, text };
}
