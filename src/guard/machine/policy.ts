/** How suspicious guard is about one name, and for how long. All times in milliseconds. */
export interface GuardPolicy {
  /** Off: what the upstream says is passed on as it is. Stale answers are served all the same. */
  readonly isGuarded: boolean;
  /** A value is held on to only after it was seen over this time, at least twice. */
  readonly minAgeMs: number;
  /** How long a denial may be doubted with no proof that the old addresses are the service. */
  readonly confirmMs: number;
  /** How long at most, whatever is proven. Not less than `confirmMs`. */
  readonly holdMsMax: number;
  /** While a denial is doubted: how often the upstream is asked again. */
  readonly recheckMs: number;
  /**
   * While a denial is doubted: how often the old addresses are tried again, but at least four times
   * within `confirmMs`.
   */
  readonly proofMs: number;
  /** TTL of what is served though it is stale or doubted (RFC 8767 section 4), in seconds. */
  readonly staleTtlSeconds: number;
  /** How long after its TTL the last good answer may be served (RFC 8767 section 5). */
  readonly staleMsMax: number;
  /**
   * After a failure: no question before this has passed (RFC 8767 section 5); 1 s to 5 min (RFC
   * 9520 section 3.2).
   */
  readonly failureBackOffMs: number;
}

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/**
 * Two minutes are longer than a change of two steps takes, and short enough for a name that is
 * really gone. A day is nine times what the outage of 2025 took.
 */
export const DEFAULT_POLICY: GuardPolicy = {
  isGuarded: true,
  minAgeMs: 10 * MINUTE_MS,
  confirmMs: 2 * MINUTE_MS,
  holdMsMax: DAY_MS,
  recheckMs: 10 * SECOND_MS,
  proofMs: 30 * SECOND_MS,
  staleTtlSeconds: 30,
  staleMsMax: 7 * DAY_MS,
  failureBackOffMs: 30 * SECOND_MS,
};

/** The longest that anything may be held or stale: RFC 8767 section 5 has it for stale data. */
const AGE_MS_MAX = 7 * DAY_MS;

interface Range {
  readonly min: number;
  readonly max: number;
}

const RANGES: Readonly<Record<Exclude<keyof GuardPolicy, "isGuarded">, Range>> = {
  minAgeMs: { min: 0, max: AGE_MS_MAX },
  confirmMs: { min: 0, max: AGE_MS_MAX },
  holdMsMax: { min: 0, max: AGE_MS_MAX },
  recheckMs: { min: 100, max: HOUR_MS },
  proofMs: { min: 100, max: HOUR_MS },
  staleTtlSeconds: { min: 1, max: 3600 },
  staleMsMax: { min: 0, max: AGE_MS_MAX },
  failureBackOffMs: { min: SECOND_MS, max: 5 * MINUTE_MS }, // RFC 9520 section 3.2
};

/** What is wrong with a policy, a sentence each; empty: nothing. */
export function policyProblems(policy: GuardPolicy): readonly string[] {
  const problems: string[] = [];
  for (const [key, { min, max }] of Object.entries(RANGES)) {
    const value = policy[key as keyof typeof RANGES];
    if (Number.isFinite(value) && value >= min && value <= max) continue;
    problems.push(`Cannot use ${key} as it must be ${min}..${max}: it is ${value}`);
  }
  if (problems.length === 0 && policy.holdMsMax < policy.confirmMs) {
    const { holdMsMax, confirmMs } = policy;
    problems.push(
      `Cannot use holdMsMax as it must be >= confirmMs (${confirmMs}): it is ${holdMsMax}`,
    );
  }
  return problems;
}
