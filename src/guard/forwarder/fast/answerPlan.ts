import { UDP_THREADS_MAX } from "../../../base/index.ts";
import type { IpNetwork } from "../../../dns/index.ts";
import { newCounts, sumOfCounts } from "../../../packet/index.ts";
import type { AnswerTable } from "./answerTable.ts";

/**
 * Everything that the forwarder's serving threads share, as they are given it. It passes from
 * thread to thread by structured clone.
 */
export interface AnswerPlan {
  readonly table: SharedArrayBuffer;
  readonly counts: SharedArrayBuffer;
  /** Networks whose clients are answered. */
  readonly allowed: readonly IpNetwork[];
}

/** What each thread counts, in this order. */
const NAMES = [
  /** Answered from the table. */
  "hits",
  /** From nobody's business, or too long for any query. */
  "dropped",
  /** Left to the main thread; not left to it, as too many wait. */
  "handedOver",
  "handOverFull",
  /** Bugs met: each was left to the main thread. */
  "faults",
  /** Replies that the system did not take. */
  "unsent",
] as const;
type AnswerCount = (typeof NAMES)[number];

/** Place of each count. */
export const COUNT: Readonly<Record<AnswerCount, number>> = Object.fromEntries(
  NAMES.map((name, index) => [name, index]),
) as Record<AnswerCount, number>;

/** What all threads counted together. */
export type AnswerCounts = Readonly<Record<AnswerCount, number>>;

/** What threads are given that answer from a table. */
export function answerPlan(table: AnswerTable, allowed: readonly IpNetwork[]): AnswerPlan {
  return { table: table.share, counts: newCounts(UDP_THREADS_MAX), allowed };
}

/** Sums the counts of all threads. */
export function sumAnswerCounts({ counts }: AnswerPlan): AnswerCounts {
  const summed = NAMES.map((name) => [name, sumOfCounts(counts, COUNT[name])]);
  return Object.fromEntries(summed) as Record<AnswerCount, number>;
}
