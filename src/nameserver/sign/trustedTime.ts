/** Both clocks, read at one moment; seconds. */
export interface ClockReading {
  readonly wallSeconds: number;
  readonly monotonicSeconds: number;
}

/** What is known of time from before this process. */
export interface TimeRecord {
  /** The newest moment at which anything was signed; 0: nothing ever was. */
  readonly newestSeconds: number;
  /** When the last signature on record ends; 0: there is none. */
  readonly lastExpirationSeconds: number;
}

/** The wall clock as it was believed last, or what is taken for it. */
export interface TimeAnchor extends ClockReading {
  /** False: the clock was wrong from the start, and this is only the newest moment on record. */
  readonly isBelieved: boolean;
}

/** What time it is, for signatures. */
export interface JudgedTime {
  /** From the wall clock where it is trusted; else from what was believed last. */
  readonly nowSeconds: number;
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
 * Judges the wall clock. Signatures made or thrown away by a clock that jumped leave a zone bogus
 * for every validator: so it must agree with the monotonic clock, must not be earlier than what was
 * signed before, nor later than everything that was signed holds. Pure.
 */
export function judgeTime(
  anchor: TimeAnchor | undefined,
  reading: ClockReading,
  record: TimeRecord,
): JudgedTime {
  if (anchor?.isBelieved !== true) return judgeFirst(anchor, reading, record);
  const elapsedSeconds = reading.monotonicSeconds - anchor.monotonicSeconds;
  const expectedSeconds = anchor.wallSeconds + elapsedSeconds;
  const jumpSeconds = reading.wallSeconds - expectedSeconds;
  const allowed = STEP_SECONDS_MAX + elapsedSeconds * DRIFT_SHARE_MAX;
  if (Math.abs(jumpSeconds) <= allowed) return believed(reading);
  const jump = `${jumpSeconds > 0 ? "forward" : "back"} by ${Math.round(Math.abs(jumpSeconds))} s`;
  return {
    nowSeconds: Math.floor(expectedSeconds),
    problem: `the clock jumped ${jump} while this ran`,
    anchor,
  };
}

function judgeFirst(
  anchor: TimeAnchor | undefined,
  reading: ClockReading,
  { newestSeconds, lastExpirationSeconds }: TimeRecord,
): JudgedTime {
  const { wallSeconds, monotonicSeconds } = reading;
  const earliest = Math.max(newestSeconds - STEP_SECONDS_MAX, EARLIEST_SECONDS);
  const isTooLate = lastExpirationSeconds > 0 && wallSeconds > lastExpirationSeconds;
  if (wallSeconds >= earliest && !isTooLate) return believed(reading);
  const assumed = anchor ?? {
    wallSeconds: Math.max(newestSeconds, EARLIEST_SECONDS),
    monotonicSeconds,
    isBelieved: false,
  };
  return {
    nowSeconds: Math.floor(assumed.wallSeconds + monotonicSeconds - assumed.monotonicSeconds),
    problem: isTooLate
      ? "the clock is later than every signature holds"
      : "the clock is earlier than what was signed before",
    anchor: assumed,
  };
}

function believed(reading: ClockReading): JudgedTime {
  return { nowSeconds: Math.floor(reading.wallSeconds), anchor: { ...reading, isBelieved: true } };
}
