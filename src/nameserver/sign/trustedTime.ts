import { INCEPTION_BACK_SECONDS } from "./limits.ts";

/** Both clocks, read at one moment; seconds. */
export interface ClockReading {
  readonly wallSeconds: number;
  readonly monotonicSeconds: number;
}

/** What is known of time from before this process. */
export interface TimeRecord {
  /** The newest moment that had certainly come; 0: nothing was ever signed. */
  readonly newestSeconds: number;
  /** When the last signature on record ends; 0: there is none. */
  readonly lastExpirationSeconds: number;
}

/** The wall clock as it was believed last, or what is taken for it. */
export interface TimeAnchor extends ClockReading {
  /** False: the clock was wrong from the start, and this is only the newest moment on record. */
  readonly isBelieved: boolean;
  /**
   * How far the wall clock is past all that is certain: nobody saw that time pass. Either the
   * machine was off for so long, or its clock is ahead by so much.
   */
  readonly doubtSeconds: number;
}

/** What time it is, for signatures. */
export interface JudgedTime {
  /** From the wall clock where it is trusted; else from what was believed last. */
  readonly nowSeconds: number;
  /** A moment that has come, also where the wall clock is ahead: what waits are counted by. */
  readonly certainSeconds: number;
  /** No later than any of the clocks, right or wrong: what signatures begin by. */
  readonly beginSeconds: number;
  /** Why the wall clock is not believed: nothing is re-signed, expired or rolled meanwhile. */
  readonly problem?: string;
  readonly anchor: TimeAnchor;
}

/** A step that time synchronisation may make without meaning that the clock was wrong. */
const STEP_SECONDS_MAX = 60;
/** The two clocks may drift apart so much: 500 ppm is what NTP itself slews by at most. */
const DRIFT_SHARE_MAX = 0.0005;
/** Earlier than this, no program that can do this existed: 2025-01-01. */
const EARLIEST_SECONDS = 1_735_689_600;
/**
 * A clock may be ahead of what is certain by so much and be taken as it is: a signature begins so
 * far in the past that it holds for either, and waits have as much to spare for propagation.
 */
const UNDOUBTED_SECONDS = INCEPTION_BACK_SECONDS;

/**
 * Judges the wall clock. Signatures made or thrown away by a clock that jumped leave a zone bogus
 * for every validator: so it must agree with the monotonic clock, must not be earlier than what was
 * signed before, nor later than everything that was signed holds. A start cannot tell a machine
 * that was off from one whose clock is ahead: then what is certain is told apart from it. Pure.
 */
export function judgeTime(
  anchor: TimeAnchor | undefined,
  reading: ClockReading,
  record: TimeRecord,
): JudgedTime {
  if (anchor?.isBelieved !== true) return judgeFirst(anchor, reading, record);
  const { doubtSeconds } = anchor;
  const elapsedSeconds = reading.monotonicSeconds - anchor.monotonicSeconds;
  const expectedSeconds = anchor.wallSeconds + elapsedSeconds;
  const jumpSeconds = reading.wallSeconds - expectedSeconds;
  const allowed = STEP_SECONDS_MAX + elapsedSeconds * DRIFT_SHARE_MAX;
  if (Math.abs(jumpSeconds) <= allowed) return believed(reading, doubtSeconds);
  const pastSeconds = jumpSeconds + doubtSeconds;
  // A clock in doubt that goes back towards what is certain is one that was set right.
  if (doubtSeconds > 0 && jumpSeconds < 0 && pastSeconds >= -STEP_SECONDS_MAX) {
    return believed(reading, doubtOf(pastSeconds));
  }
  const jump = `${jumpSeconds > 0 ? "forward" : "back"} by ${Math.round(Math.abs(jumpSeconds))} s`;
  return notBelieved(reading, anchor, `the clock jumped ${jump} while this ran`);
}

function judgeFirst(
  anchor: TimeAnchor | undefined,
  reading: ClockReading,
  { newestSeconds, lastExpirationSeconds }: TimeRecord,
): JudgedTime {
  const { wallSeconds, monotonicSeconds } = reading;
  const earliest = Math.max(newestSeconds - STEP_SECONDS_MAX, EARLIEST_SECONDS);
  const isTooLate = lastExpirationSeconds > 0 && wallSeconds > lastExpirationSeconds;
  const assumed = anchor ?? {
    wallSeconds: Math.max(newestSeconds, EARLIEST_SECONDS),
    monotonicSeconds,
    isBelieved: false,
    doubtSeconds: 0,
  };
  if (wallSeconds >= earliest && !isTooLate) {
    if (newestSeconds === 0) return believed(reading, 0);
    return believed(reading, doubtOf(wallSeconds - expected(assumed, reading)));
  }
  const problem = isTooLate
    ? "the clock is later than every signature holds"
    : "the clock is earlier than what was signed before";
  return notBelieved(reading, assumed, problem);
}

function doubtOf(pastSeconds: number): number {
  return pastSeconds <= UNDOUBTED_SECONDS ? 0 : pastSeconds;
}

function expected(anchor: TimeAnchor, { monotonicSeconds }: ClockReading): number {
  return anchor.wallSeconds + monotonicSeconds - anchor.monotonicSeconds;
}

function believed(reading: ClockReading, doubtSeconds: number): JudgedTime {
  const certainSeconds = Math.floor(reading.wallSeconds - doubtSeconds);
  return {
    nowSeconds: Math.floor(reading.wallSeconds),
    certainSeconds,
    beginSeconds: certainSeconds,
    anchor: { ...reading, isBelieved: true, doubtSeconds },
  };
}

function notBelieved(reading: ClockReading, anchor: TimeAnchor, problem: string): JudgedTime {
  const nowSeconds = expected(anchor, reading);
  const certainSeconds = Math.floor(nowSeconds - anchor.doubtSeconds);
  // What was believed may be what is wrong, and this clock right: signatures hold for both.
  const seenSeconds = Math.floor(Math.max(reading.wallSeconds, EARLIEST_SECONDS));
  return {
    nowSeconds: Math.floor(nowSeconds),
    certainSeconds,
    beginSeconds: Math.min(certainSeconds, seenSeconds),
    problem,
    anchor,
  };
}
