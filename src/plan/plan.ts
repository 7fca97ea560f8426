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
