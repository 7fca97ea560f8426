import { usage } from "./cliError.ts";

const DURATION = /^(0|[1-9][0-9]{0,6})(s|m|min|h|d)$/;
const MS_PER_UNIT: Readonly<Record<string, number>> = {
  s: 1_000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/**
 * A duration as people type it: a whole number and s, m, h or d. In milliseconds.
 *
 * @param option for the message: `--for`.
 * @throws CliError `usage`.
 */
export function durationOption(option: string, text: string): number {
  const found = DURATION.exec(text);
  const unitMs = MS_PER_UNIT[found?.[2] ?? ""];
  if (unitMs !== undefined) return Number(found?.[1]) * unitMs;
  throw usage(`${option} must be a whole number and s, m, h or d, such as 2h: it is "${text}"`);
}
