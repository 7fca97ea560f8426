import type { ProbeResult } from "./probe.ts";

/** The machine is stepped at least this often; a longer silence is a stall of this process. */
export const HEARTBEAT_MS = 100;
/** A silence this long (heartbeat and ordinary lateness) is worth remembering. */
const GAP_MS_MIN = 2 * HEARTBEAT_MS;
/** Past this a stall is trouble of our own: anything may have happened to open connections. */
export const STALL_MS = 1_000;
/** Probes last seconds, so that the newest few stalls are all that can matter to one. */
const STALLS_MAX = 64;

/** Times at which this process did not run (stopped, swapped out, starved), newest last. */
export interface Stall {
  readonly endedMs: number;
  readonly gapMs: number;
}

/** The stalls after a silence of `gapMs` that ended now. */
export function addGap(stalls: readonly Stall[], endedMs: number, gapMs: number): readonly Stall[] {
  if (gapMs < GAP_MS_MIN) return stalls;
  return [...stalls, { endedMs, gapMs }].slice(-STALLS_MAX);
}

/**
 * Whether a probe's failure may be our own stall instead of the target's fault. After a long stall
 * no failure counts; after a shorter one only a missed deadline that the stall ate half of.
 */
export function isVoid(
  result: ProbeResult,
  startMs: number,
  timeoutMs: number,
  stalls: readonly Stall[],
): boolean {
  if (result.kind !== "fail" && result.kind !== "no-answer") return false;
  return stalls.some(({ endedMs, gapMs }) => {
    if (endedMs <= startMs) return false;
    if (gapMs > STALL_MS) return true;
    return result.kind === "no-answer" && gapMs > timeoutMs / 2;
  });
}
