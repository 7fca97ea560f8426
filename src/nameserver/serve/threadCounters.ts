import { SharedCounts, sumOfCounts } from "../../packet/index.ts";

/** What each serving thread counts, in this order. */
const NAMES = [
  /** Messages that got here, whatever became of them. */
  "received",
  /** Without a reply: no request, or nothing that can be answered. */
  "dropped",
  /** Left unanswered by the rate limit, and answered with "use TCP" or "use a cookie" instead. */
  "limited",
  "slipped",
  "truncated",
  /** With a client cookie alone or a wrong server cookie; with a right one. */
  "cookiesNew",
  "cookiesValid",
  /** Answered by the general path; left to the main thread; not left to it as too many wait. */
  "general",
  "handedOver",
  "handOverFull",
  /** Bugs met: each was answered with SERVFAIL. */
  "faults",
  /** Replies that the system did not take. */
  "unsent",
] as const;
export type ServeCount = (typeof NAMES)[number];

/** RCODEs counted by themselves: those of 0..23 are in use (RFC 6895 section 2.3). */
const RCODES = 24;

/** Place of each count. */
export const COUNT: Readonly<Record<ServeCount, number>> = Object.fromEntries(
  NAMES.map((name, index) => [name, index]),
) as Record<ServeCount, number>;
const RCODE_AT = NAMES.length;

/** Counts of one thread: see {@link SharedCounts}. */
export class ThreadCounters extends SharedCounts {
  response(rcode: number): void {
    if (rcode < RCODES) this.add(RCODE_AT + rcode);
  }
}

/** What all threads counted together. */
export interface ServeCounts extends Readonly<Record<ServeCount, number>> {
  /** By RCODE, 0..23. */
  readonly responses: readonly number[];
}

/** Sums the counts of all threads. */
export function sumCounters(share: SharedArrayBuffer): ServeCounts {
  const sum = (place: number): number => sumOfCounts(share, place);
  const named = Object.fromEntries(NAMES.map((name) => [name, sum(COUNT[name])]));
  const responses = Array.from({ length: RCODES }, (_, rcode) => sum(RCODE_AT + rcode));
  return { ...(named as Record<ServeCount, number>), responses };
}
