/** A good answer: at least one value. */
export interface Answer {
  readonly kind: "answer";
  /** Of A and AAAA: addresses as text; of other types whatever stands for one record. 1..64. */
  readonly values: readonly string[];
  /** Seconds that it may be used for, 0..604800. */
  readonly ttlSeconds: number;
  /** Names that led from the one asked for to the owner of the values, in order. */
  readonly aliases: readonly string[];
  /** The upstream says that it knows nothing newer: extended errors 3 and 19 (RFC 8914). */
  readonly isStale?: true;
  /** Another server that was asked denies it. */
  readonly isDisputed?: true;
}

/** "Nothing there": NODATA or NXDOMAIN (RFC 2308 section 2). */
export interface Denial {
  readonly kind: "denial";
  readonly denial: "nodata" | "nxdomain";
  /** Seconds that it may be used for (RFC 2308 section 5). */
  readonly ttlSeconds: number;
  /** Validated by DNSSEC, by somebody who is trusted to say so. */
  readonly isAuthenticated: boolean;
  /** The upstream says itself that it hides something: extended errors 15 to 17 (RFC 8914). */
  readonly isFiltered: boolean;
  /** Milliseconds since it was said: other servers were asked meanwhile. Undefined: none. */
  readonly agoMs?: number;
}

/** No answer: nobody knows what would have been said. */
export interface Failure {
  readonly kind: "failure";
  /** `stale`: it answers, but with what it once knew. */
  readonly failure: "timeout" | "servfail" | "refused" | "lame" | "malformed" | "stale";
  /** Of `stale`: how long its answer may be used, in seconds; then it is asked again. */
  readonly ttlSeconds?: number;
}

/** What became of one question to an upstream. */
export type Outcome = Answer | Denial | Failure;

/** Whether a name that is denied was retired: what its tombstone's look-up found. */
export interface TombstoneOutcome {
  readonly found: "none" | "tombstone" | "unknown";
  /** As of {@link Denial}; of "tombstone" alone it means something. */
  readonly isAuthenticated: boolean;
}

/** Which addresses are still the service, by somebody who tried them. */
export interface ProofOutcome {
  readonly proven: readonly string[];
  /** Tried, and not the service (any more). Addresses in neither list were not tried. */
  readonly disproven: readonly string[];
}
