import { durationMs, durationText } from "./duration.ts";
import { type Findings, type Place, within } from "./findings.ts";

/** Bounds of a duration, in milliseconds, both allowed. */
export interface DurationBounds {
  readonly minMs: number;
  readonly maxMs: number;
  /** Whole seconds only: TTLs. */
  readonly wholeSeconds?: boolean;
}

/** Reads the duration under `key` of the part at `place`; says where it is out of bounds. */
export function readDuration(
  text: string,
  place: Place,
  key: string,
  bounds: DurationBounds,
  findings: Findings,
): number | undefined {
  const ms = durationMs(text);
  const inSteps = ms !== undefined && (bounds.wholeSeconds !== true || ms % 1000 === 0);
  if (ms !== undefined && inSteps && ms >= bounds.minMs && ms <= bounds.maxMs) return ms;
  const steps = bounds.wholeSeconds === true ? " in whole seconds" : "";
  const range = `from ${durationText(bounds.minMs)} to ${durationText(bounds.maxMs)}`;
  findings.error(within(place, key), `Cannot take ${text} here`, `a duration${steps} ${range}`);
  return undefined;
}
