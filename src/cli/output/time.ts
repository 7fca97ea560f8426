const UNITS: readonly (readonly [name: string, ms: number])[] = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1000],
];

/** A duration in one unit that a person can grasp: `850 ms`, `3 s`, `12 min`, `5 d`. */
export function durationText(ms: number): string {
  const long = UNITS.find(([, unitMs]) => ms >= unitMs);
  if (long === undefined) return `${Math.max(0, Math.round(ms))} ms`;
  return `${Math.floor(ms / long[1])} ${long[0]}`;
}

/** How long ago a moment was; `now` where it is less than a second, or ahead by a skewed clock. */
export function agoText(atMs: number, nowMs: number): string {
  return nowMs - atMs < 1000 ? "now" : `${durationText(nowMs - atMs)} ago`;
}

/** A moment in UTC, to the second: `2026-03-02T10:11:12Z`. */
export function momentText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
