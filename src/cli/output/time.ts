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

/** A duration in its two largest units: `1 h 59 min`. Rounded up: what is left is not over. */
export function leftText(ms: number): string {
  let left = Math.max(0, Math.ceil(ms / 1000)) * 1000;
  const parts: string[] = [];
  for (const [name, unitMs] of UNITS) {
    const count = Math.floor(left / unitMs);
    left -= count * unitMs;
    if (count > 0) parts.push(`${count} ${name}`);
    else if (parts.length > 0) break;
  }
  return parts.slice(0, 2).join(" ") || "0 s";
}

/** How long ago a moment was; `now` where it is less than a second, or ahead by a skewed clock. */
export function agoText(atMs: number, nowMs: number): string {
  return nowMs - atMs < 1000 ? "now" : `${durationText(nowMs - atMs)} ago`;
}

/** A moment in UTC, to the second: `2026-03-02T10:11:12Z`. */
export function momentText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`;
}
