import type { Name } from "../name.ts";

/** Where and how a zone file is read. */
export interface ZoneFileOptions {
  /** What relative names are relative to until `$ORIGIN`; without it they are malformed. */
  readonly origin?: Name;
  /** The file's own name, for problems and for {@link include}; by default `zone file`. */
  readonly file?: string;
  /** TTL of records without one until `$TTL`, in seconds, 0..2^31-1. */
  readonly ttlSeconds?: number;
  /**
   * Gives the text of a file that `$INCLUDE` names, `from` the file in which it stands; undefined
   * where there is no such file. Without it `$INCLUDE` is malformed.
   */
  readonly include?: (path: string, from: string) => string | undefined;
}

/** Something malformed in a zone file; line and column count from 1. */
export interface ZoneFileProblem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** A sentence for a person. */
  readonly problem: string;
}

/** Files that may include one another in turn: what anyone needs, and far below any stack's end. */
export const INCLUDE_DEPTH_MAX = 8;
/** Includes in all: a file that includes itself twice would otherwise be read 2^8 times. */
export const INCLUDES_MAX = 1000;
/** Reading stops at so many problems: the file is not a zone file. */
export const PROBLEMS_MAX = 100;
/** Records of one file, includes and $GENERATE and all: eight times the largest cell's. */
export const RECORDS_MAX = 8_000_000;
/** Characters of one line: an entry's worth, however it is laid out. */
export const LINE_CHARACTERS_MAX = 1_000_000;
/** Records of one $GENERATE: all addresses of an IPv4 /16, or all pointers to them. */
export const GENERATE_STEPS_MAX = 65_536;
