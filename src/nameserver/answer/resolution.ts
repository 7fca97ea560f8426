import type { Name, RRset } from "../../dns/index.ts";

/** One RRset as a response shows it. */
export interface ShownRRset {
  /** Owner name in the response; where a wildcard answers, the name that was asked for. */
  readonly name: Name;
  /** As the zone holds it: its signatures are found at `rrset.name`. */
  readonly rrset: RRset;
  /** What of it is shown, in this order; never empty. */
  readonly rdata: readonly Uint8Array[];
  /** Made for this answer, the CNAME of a DNAME: nothing signs it (RFC 6672 section 5.3.1). */
  readonly isSynthesized: boolean;
}

/**
 * What an answer rests on and does not show: what DNSSEC must prove (RFC 4035 section 3.1.3). One
 * chain of aliases may rest on several.
 */
export type Absence =
  /** The name exists, if only as an empty non-terminal, and has no such type (3.1.3.1). */
  | { readonly kind: "no-type"; readonly name: Name }
  /** Neither the name nor a wildcard that stands for it exists (3.1.3.2). */
  | ({ readonly kind: "no-name" } & BelowEncloser)
  /** The name does not exist: a wildcard answered in its place (3.1.3.3). */
  | ({ readonly kind: "expanded" } & BelowEncloser)
  /** The name does not exist, and the wildcard in its place has no such type (3.1.3.4). */
  | ({ readonly kind: "no-type-at-wildcard" } & BelowEncloser)
  /** Nothing vouches for the child zone's keys (3.1.4.1). */
  | { readonly kind: "no-ds"; readonly cut: Name };

/** A name that does not exist, with what RFC 4592 section 3.3.1 says of it. */
export interface BelowEncloser {
  readonly name: Name;
  /** Its longest ancestor that exists. */
  readonly encloser: Name;
  /** `*.<encloser>`, whether it exists or not. */
  readonly wildcard: Name;
}

/** How a look-up ended. */
export type Ending =
  /** With records of the type asked for. */
  | "records"
  /** The last name exists, or a wildcard stands for it, without such records. */
  | "no-type"
  /** The last name does not exist. */
  | "no-name"
  /** The last name is for a child zone to answer. */
  | "referral"
  /** The last name is outside this zone. */
  | "outside"
  /** In a loop of aliases, or after more of them than are followed. */
  | "unfinished"
  /** A DNAME makes a name that is too long of it (RFC 6672 section 2.2). */
  | "name-too-long";

/** What a zone says to one question: everything of a response but its header and EDNS. */
export interface Resolution {
  readonly ending: Ending;
  /** Aliases first, in the order in which they were followed. */
  readonly answer: readonly ShownRRset[];
  /** The SOA of a negative answer, the NS of a referral; and what proofs add. */
  readonly authority: readonly ShownRRset[];
  /** Glue: what lies in the child's domain first, for that is what must not be left out. */
  readonly additional: readonly ShownRRset[];
  /** In the order in which they were met. */
  readonly absences: readonly Absence[];
}
