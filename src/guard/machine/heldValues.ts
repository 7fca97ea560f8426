import { type Entry, SEEN_MAX, type SeenValue } from "./entry.ts";
import type { Answer } from "./outcome.ts";
import type { GuardPolicy } from "./policy.ts";

/** Values kept for how long they are known: who shows one of hundreds shows them again. */
const LONGEST_MAX = 48;
/** So many answers in a row without it, and a value is forgotten, unless others stayed away so. */
const FORGOTTEN_ANSWERS = 1024;
/** Nothing is remembered for longer, nor held on to again (RFC 8767 section 5 has it for stale). */
const REMEMBERED_MS = 7 * 86_400_000;
/** So many answers in a row without it, and an address is a name's no more. */
const MISSED_MAX = 3;
/** A server that shows addresses in turn has shown all of them within so many TTLs. */
const TURN_TTLS = 10;
/** The least time for that: TTLs may be zero. */
const TURN_MS_MIN = 10 * 60_000;

/**
 * What of the answers so far may be held on to, what was seen last first: seen twice, over the
 * policy's least age, and not dropped for as long by answers that went on.
 */
export function heldValues(entry: Entry, policy: GuardPolicy): readonly string[] {
  const { seen, answer, denials } = entry;
  const missedMax = missedMaxOf(seen);
  const heardMs = answer?.atMs ?? 0;
  const ttlMs = (answer?.newest.ttlSeconds ?? 0) * 1000;
  const oldestMs = (denials?.sinceMs ?? heardMs) - ttlMs - REMEMBERED_MS;
  const isDropped = ({ missed, lastMs }: SeenValue): boolean => {
    return missed >= missedMax && heardMs - lastMs >= policy.minAgeMs;
  };
  return seen
    .filter((one) => isConfirmed(one, policy) && one.lastMs >= oldestMs && !isDropped(one))
    .sort((left, right) => right.lastMs - left.lastMs)
    .map(({ value }) => value);
}

/**
 * What of {@link heldValues} is served while a denial is doubted: not what was tried and is not the
 * service, as long as something else is left.
 */
export function servedValues(entry: Entry, policy: GuardPolicy): readonly string[] {
  const held = heldValues(entry, policy);
  const disproven = entry.proof?.disproven ?? [];
  const left = held.filter((value) => !disproven.includes(value));
  return left.length === 0 ? held : left;
}

/** The values seen, after one more answer. */
export function seenAfter(
  seen: readonly SeenValue[],
  answer: Answer,
  nowMs: number,
): readonly SeenValue[] {
  const known = new Map(seen.map((one) => [one.value, { ...one, missed: one.missed + 1 }]));
  for (const value of new Set(answer.values)) {
    const before = known.get(value);
    known.delete(value); // what was seen last stands last
    const { firstMs = nowMs, times = 0, missed = 1, away = 0 } = before ?? {};
    const seenNow = { value, firstMs, lastMs: nowMs, times: times + 1, missed: 0 };
    known.set(value, { ...seenNow, away: Math.max(away, missed - 1) });
  }
  const oldestMs = nowMs - REMEMBERED_MS;
  const left = [...known.values()].filter(({ lastMs }) => lastMs >= oldestMs);
  return left.length <= SEEN_MAX ? left : fewer(left);
}

/**
 * Whether good answers go on, and one of their earlier values was in none of the last ones. While
 * these differ from each other it may be yet another's turn: then it takes longer.
 */
export function isGone({ seen, denials, answer }: Entry, value: string): boolean {
  const known = seen.find((one) => one.value === value);
  if (denials !== undefined || answer === undefined || known === undefined) return false;
  if (known.missed < missedMaxOf(seen)) return false;
  const isSteady = seen.every(({ missed }) => missed === 0 || missed >= MISSED_MAX);
  const turnMs = Math.max(TURN_MS_MIN, TURN_TTLS * answer.newest.ttlSeconds * 1000);
  return isSteady || answer.atMs - known.lastMs >= turnMs;
}

/**
 * Where there are too many: the longest known stay, so that a server that shows one of hundreds at
 * a time shows some of them again; and the newest, so that a name that moved is known by them soon.
 */
function fewer(seen: readonly SeenValue[]): readonly SeenValue[] {
  const forgotten = Math.max(FORGOTTEN_ANSWERS, missedMaxOf(seen));
  const longest = seen
    .filter(({ missed }) => missed < forgotten)
    .sort((left, right) => knownMs(right) - knownMs(left) || left.firstMs - right.firstMs)
    .slice(0, LONGEST_MAX);
  const kept = new Set(longest);
  const others = seen.filter((one) => !kept.has(one)).slice(longest.length - SEEN_MAX);
  for (const one of others) kept.add(one);
  return seen.filter((one) => kept.has(one));
}

function knownMs({ firstMs, lastMs }: SeenValue): number {
  return lastMs - firstMs;
}

/** A name of which values came back after so many answers may show any of them again. */
function missedMaxOf(seen: readonly SeenValue[]): number {
  return MISSED_MAX * (1 + Math.max(0, ...seen.map(({ away }) => away)));
}

function isConfirmed({ firstMs, lastMs, times }: SeenValue, { minAgeMs }: GuardPolicy): boolean {
  return times > 1 && lastMs - firstMs >= minAgeMs;
}
