// Figures of runs, and what they say about the limits.
import type { ServerId } from "./servers/serverKind.ts";

/** What one run of one server showed, by the name of the figure. */
export type Trial = Readonly<Record<string, number>>;

/** Every run of every server. */
export type Samples = ReadonlyMap<ServerId, readonly Trial[]>;

/** One line of the table. */
export interface Verdict {
  readonly row: number;
  readonly work: string;
  /** What must be reached, in words. */
  readonly rule: string;
  /** Figures of ours and of the limit, in this unit. */
  readonly unit: string;
  readonly ours: number;
  readonly limit: number;
  /** Whether more is better; the ratio is turned round then. */
  readonly isRate: boolean;
}

/** Measurements that belong together: one table. */
export interface Measured {
  readonly title: string;
  readonly samples: Samples;
  readonly verdicts: readonly Verdict[];
}

/** The middle one; of an even number, the mean of the two in the middle. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/** The value that a share of all values does not exceed. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

/** The median of one figure of one server; not a number where it was not measured. */
export function medianOf(samples: Samples, id: ServerId, figure: string): number {
  const values = (samples.get(id) ?? []).map((trial) => trial[figure] ?? Number.NaN);
  return median(values.filter((value) => !Number.isNaN(value)));
}

/** How far ours is from the limit: at most 1 where it holds. */
export function ratioOf({ ours, limit, isRate }: Verdict): number {
  return isRate ? limit / ours : ours / limit;
}
