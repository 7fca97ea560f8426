/** A duration as people write it: a whole number and `ms`, `s`, `m` or `h`. */
export const DURATION = /^(0|[1-9][0-9]{0,8})(ms|s|m|h)$/;

const MS_PER_UNIT: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
};

/** Milliseconds of a duration; undefined where the text is not one. */
export function durationMs(text: string): number | undefined {
  const found = DURATION.exec(text);
  const unitMs = MS_PER_UNIT[found?.[2] ?? ""];
  return unitMs === undefined ? undefined : Number(found?.[1]) * unitMs;
}

/** The shortest text of a duration in milliseconds. */
export function durationText(ms: number): string {
  for (const unit of ["h", "m", "s"]) {
    const unitMs = MS_PER_UNIT[unit] ?? 1;
    if (ms > 0 && ms % unitMs === 0) return `${ms / unitMs}${unit}`;
  }
  return `${ms}ms`;
}
