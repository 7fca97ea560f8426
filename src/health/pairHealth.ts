import type { Check, TargetHealth } from "../plan/index.ts";
import type { ProbeResult } from "./probe.ts";

/** One moment on both clocks. */
export interface Moment {
  /** Monotonic: all decisions. */
  readonly nowMs: number;
  /** Wall clock: for people only. */
  readonly wallMs: number;
}

/** What is known of one target under one check, and how close it is to turning over. */
export interface PairHealth {
  readonly state: TargetHealth["state"];
  readonly fresh: boolean;
  /** A result has counted since this process began. */
  readonly confirmed: boolean;
  /** Wall clock when the state began. */
  readonly sinceMs: number;
  /** Why the state is what it is. */
  readonly detail: string;
  /** Results in a row that speak for the other state than the one held, or for the one held. */
  readonly passes: number;
  readonly failures: number;
  /** What the newest failure said. */
  readonly failureDetail: string;
  /** Monotonic time of the first of those failures; meaningless where there is none. */
  readonly failingSinceMs: number;
  /** Monotonic time of the newest result that counted. */
  readonly countedMs: number;
}

/** How a pair starts: as last known from before, or knowing nothing. */
export function beginHealth(known: TargetHealth | undefined, now: Moment): PairHealth {
  return {
    state: known?.state ?? "unknown",
    fresh: false,
    confirmed: false,
    sinceMs: known?.sinceMs ?? now.wallMs,
    detail: known?.detail ?? "not probed yet",
    passes: 0,
    failures: 0,
    failureDetail: "",
    failingSinceMs: now.nowMs,
    countedMs: now.nowMs,
  };
}

/** A pass: up at once where nothing was known, else after `rise` in a row. */
export function countPass(
  before: PairHealth,
  result: ProbeResult,
  check: Check,
  now: Moment,
): PairHealth {
  const passes = before.passes + 1;
  const counted = { fresh: true, confirmed: true, countedMs: now.nowMs };
  const health = { ...before, ...counted, passes, failures: 0 };
  if (before.state === "up") return health;
  if (before.state === "down" && passes < check.rise) return health;
  const isFirst = before.state === "unknown";
  const detail = isFirst ? result.detail : `${check.rise} of ${check.rise} passed`;
  return { ...health, state: "up", sinceMs: now.wallMs, detail };
}

/**
 * A failure; down only through {@link fall}, which the caller may put off while it doubts itself.
 */
export function countFailure(before: PairHealth, result: ProbeResult, now: Moment): PairHealth {
  return {
    ...before,
    fresh: true,
    confirmed: true,
    passes: 0,
    failures: before.failures + 1,
    failureDetail: result.detail,
    failingSinceMs: before.failures === 0 ? now.nowMs : before.failingSinceMs,
    countedMs: now.nowMs,
  };
}

/** Down, if there were failures enough: one where nothing was known, else `fall` in a row. */
export function fall(before: PairHealth, check: Check, now: Moment): PairHealth {
  const needed = before.state === "unknown" ? 1 : check.fall;
  if (before.state === "down" || before.failures < needed) return before;
  return { ...before, state: "down", sinceMs: now.wallMs, detail: before.failureDetail };
}

/** As if the failures in a row had not been seen. */
export function forgetFailures(before: PairHealth): PairHealth {
  return { ...before, failures: 0 };
}
