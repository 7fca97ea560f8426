import { type Entry, SEEN_MAX, type SeenValue } from "./entry.ts";
import type { Answer } from "./outcome.ts";
import type { GuardPolicy } from "./policy.ts";

/** A server that answers with some of many addresses has shown all of them within so many TTLs. */
const ROTATION_TTLS = 10;
/** The least time for that: TTLs may be zero. */
const ROTATION_MS_MIN = 10 * 60_000;

/** What of the answers so far may be held on to: seen twice, over the policy's least age. */
export function heldValues(entry: Entry, policy: GuardPolicy): readonly string[] {
  const { seen } = entry;
  return seen.filter((one) => isConfirmed(one, policy)).map(({ value }) => value);
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

/** The values seen, after one more answer. What answers no longer show is forgotten. */
export function seenAfter(
  seen: readonly SeenValue[],
  answer: Answer,
  nowMs: number,
): readonly SeenValue[] {
  const oldestMs = nowMs - Math.max(ROTATION_MS_MIN, ROTATION_TTLS * answer.ttlSeconds * 1000);
  const known = new Map(seen.map((one) => [one.value, { ...one, missed: one.missed + 1 }]));
  for (const value of new Set(answer.values)) {
    const before = known.get(value);
    known.delete(value); // what was seen last stands last
    const { firstMs = nowMs, times = 0 } = before ?? {};
    known.set(value, { value, firstMs, lastMs: nowMs, times: times + 1, missed: 0 });
  }
  return [...known.values()].filter(({ lastMs }) => lastMs >= oldestMs).slice(-SEEN_MAX);
}

/** So many answers in a row without it, and an address is a name's no more. */
const MISSED_MAX = 3;

/** Whether good answers go on, and one of their earlier values was in none of the last three. */
export function isGone({ seen, denials }: Entry, value: string): boolean {
  const known = seen.find((one) => one.value === value);
  return denials === undefined && known !== undefined && known.missed >= MISSED_MAX;
}

function isConfirmed({ firstMs, lastMs, times }: SeenValue, { minAgeMs }: GuardPolicy): boolean {
  return times > 1 && lastMs - firstMs >= minAgeMs;
}
