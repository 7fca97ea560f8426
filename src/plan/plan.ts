import type { Name } from "../dns/index.ts";

/** Position of a plan in its region's one line of plans: whole, from 1, never reused. */
export type Generation = number;

/** An array that the type system knows to hold something. */
export type NonEmpty<Item> = readonly [Item, ...Item[]];

/** One address of an RRset with its share in a weighted choice. */
export interface PlannedRecord {
  /** RDATA in presentation format, canonical. */
  readonly rdata: string;
  /** 1..65535, relative to the others of the RRset. */
  readonly weight: number;
}

/** One RRset an endpoint should hold. */
export interface PlannedRRset {
  /** RR type mnemonic (`A`, `AAAA`, `CNAME`, …). */
  readonly type: string;
  readonly ttlSeconds: number;
  /** In canonical RDATA order, unique. */
  readonly records: NonEmpty<PlannedRecord>;
}

/** Ids carried on in an entry's `ends` and `revives`; the oldest are dropped. */
export const CARRIED_IDS_MAX = 8;

/** What an endpoint answers, without who and when. */
export interface PlannedContent {
  readonly answers: number | "all";
  /** In order of RR type code. */
  readonly rrsets: NonEmpty<PlannedRRset>;
}

/** An override as an entry carries it, and its fence. */
export interface PlannedOverride {
  readonly id: string;
  /** Wall clock, whole seconds. */
  readonly untilMs: number;
}

/** What an endpoint should answer: never nothing (DESIGN.md, rule 1). */
export interface ServingEntry {
  readonly kind: "serving";
  readonly endpoint: Name;
  readonly zone: Name;
  /** Rises only by a person's confirmed act; compared before the generation. */
  readonly epoch: number;
  /** Generation of the plan in which this entry last changed. */
  readonly generation: Generation;
  /** Over the canonical wire form of the records, TTLs, weights and answer count. */
  readonly digest: string;
  readonly answers: number | "all";
  /** In order of RR type code. */
  readonly rrsets: NonEmpty<PlannedRRset>;
  /** The override that these records are pinned by; absent: they are planned. */
  readonly override?: PlannedOverride;
  /** What was planned when an override or a rollback took its place; absent: this is. */
  readonly beneath?: PlannedContent;
  /**
   * Overrides that this entry may be written over before they expire, oldest first; carried on
   * from entry to entry, as a zone store may have missed the one that ended it.
   */
  readonly ends?: readonly string[];
  /** Tombstones that this entry brings the name back from, oldest first; carried on as well. */
  readonly revives?: readonly string[];
  /** Who made this entry: `planner`, or `operator:<name>`. */
  readonly actor: string;
  /** Why it changed, in one line for people. */
  readonly cause: string;
}

/** The mark that an endpoint was retired on purpose: the only way a name may stop answering. */
export interface TombstoneEntry {
  readonly kind: "tombstone";
  readonly endpoint: Name;
  readonly zone: Name;
  readonly epoch: number;
  readonly generation: Generation;
  readonly digest: string;
  readonly tombstoneId: string;
  readonly retiredAtMs: number;
  /** Overrides that it may be written over before they expire; carried on, as a serving entry's. */
  readonly ends?: readonly string[];
  /** Tombstones that earlier entries brought the name back from, oldest first: to be carried on. */
  readonly revives?: readonly string[];
  readonly actor: string;
  readonly cause: string;
}

/** An endpoint's entry in a plan: a non-empty set or a tombstone, nothing else. */
export type PlanEntry = ServingEntry | TombstoneEntry;

/** A plan as it is stored: what it changes against its parent. */
export interface PlanDelta {
  readonly region: string;
  readonly generation: Generation;
  /** 0 for the first. */
  readonly parentGeneration: Generation;
  /** Digest of the whole plan: chains the parent's digest and the changed entries. */
  readonly digest: string;
  /** The parent plan's digest; empty text for the first. */
  readonly parentDigest: string;
  readonly actor: string;
  readonly cause: string;
  /** Wall clock, for people; not part of the digest. */
  readonly madeAtMs: number;
  /** In order of endpoint name (code unit), unique, never empty. */
  readonly changed: readonly PlanEntry[];
}

/** The full, immutable answer to "what should every endpoint of this region serve". */
export interface Plan {
  readonly region: string;
  readonly generation: Generation;
  readonly digest: string;
  readonly entries: ReadonlyMap<Name, PlanEntry>;
}
