import type { Belief } from "./belief.ts";
import type { Answer, Denial, Failure, TombstoneOutcome } from "./outcome.ts";

/** One value of a name's answers, and since when it is known. */
export interface SeenValue {
  readonly value: string;
  readonly firstMs: number;
  readonly lastMs: number;
  /** Answers that had it. */
  readonly times: number;
  /** Answers since then that had not. */
  readonly missed: number;
  /** The most answers in a row that had not, before one had it again. */
  readonly away: number;
}

/** An unbroken row of denials. */
interface DenialRow {
  readonly newest: Denial;
  /** When the first of them came. */
  readonly sinceMs: number;
  readonly atMs: number;
  /** From when the time without proof counts: {@link rested} makes it later than `sinceMs`. */
  readonly unprovenMs: number;
}

/** What is known of one type of one name, through one upstream. Times are monotonic. */
export interface Entry {
  /** The last good answer. */
  readonly answer?: { readonly newest: Answer; readonly atMs: number };
  /** Values of the good answers so far, at most {@link SEEN_MAX}; those seen last are last. */
  readonly seen: readonly SeenValue[];
  /** There while the newest outcome but for failures is a denial. */
  readonly denials?: DenialRow;
  /** There while the newest outcome is a failure. */
  readonly failure?: { readonly newest: Failure; readonly sinceMs: number; readonly atMs: number };
  /** Of the denials: what the look-up of a tombstone said. */
  readonly tombstone?: {
    readonly newest: TombstoneOutcome;
    /** Since when it has been found like that. */
    readonly sinceMs: number;
    readonly atMs: number;
  };
  /** Why the denials are believed, after they were doubted. */
  readonly believed?: Belief;
  /** Of the denials: when old addresses were tried, when one last was the service, who is not. */
  readonly proof?: {
    readonly triedMs: number;
    readonly provenMs?: number;
    readonly disproven: readonly string[];
  };
}

/** Values remembered of one name and type: more than any set of addresses that is sensible. */
export const SEEN_MAX = 64;

/** Nothing is known yet. */
export const NEW_ENTRY: Entry = { seen: [] };
