import assert from "node:assert/strict";
import { makeRRset, nameOf, parseRdata, type RRset, RRType, typeCode } from "../dns/index.ts";
import {
  entryDigest,
  type Fence,
  fenceText,
  type PlannedRRset,
  parseFence,
  type Reading,
  rrsetsOf,
  type ServingEntry,
  type TombstoneEntry,
  weightsOf,
} from "../plan/index.ts";
import type { DecisionFacts, ReadReading } from "./decision.ts";
import { type HighWaterMark, raiseMark } from "./highWaterMark.ts";

export const ZONE = nameOf("example.org");
export const ENDPOINT = nameOf("www.example.org");

/** A planned RRset; weights 100, 200, … */
export function planned(type: string, ...addresses: readonly string[]): PlannedRRset {
  const records = addresses.map((rdata, index) => ({ rdata, weight: 100 * (index + 1) }));
  const [first, ...others] = records;
  assert(first !== undefined);
  return { type, ttlSeconds: 5, records: [first, ...others] };
}

/** An entry whose addresses are its generation's own: entries of two generations share nothing. */
export function entryAt(generation: number, changes: Partial<ServingEntry> = {}): ServingEntry {
  const { high, low } = { high: (generation >> 8) & 255, low: generation & 255 };
  const content = {
    endpoint: ENDPOINT,
    answers: "all",
    rrsets: [
      planned("A", `192.0.${high}.${low}`, `198.51.${high}.${low}`),
      planned("AAAA", `2001:db8::${(generation & 0xffff).toString(16)}`),
    ],
    ...changes,
  } as const;
  const position = { zone: ZONE, epoch: 0, generation, actor: "planner", cause: "a test" };
  const made = { kind: "serving", ...position, ...content } as const;
  return { digest: entryDigest(made), ...made, ...changes };
}

export function tombstoneAt(
  generation: number,
  changes: Partial<TombstoneEntry> = {},
): TombstoneEntry {
  const place = { endpoint: ENDPOINT, zone: ZONE, epoch: 0, generation };
  const why = { actor: "operator:ann", cause: "retired", digest: "retired-digest-0" };
  const mark = { tombstoneId: "t1", retiredAtMs: 0 };
  return { kind: "tombstone", ...place, ...why, ...mark, ...changes };
}

/** The fence of a tombstone. */
export function tombstoneFence(generation: number, id = "t1", epoch = 0): Fence {
  const place = { epoch, generation, edition: 10 * generation + 1 };
  const mark = { kind: "tombstone", id, atMs: 0 } as const;
  return { ...place, types: [], digest: "retired-digest-0", mark };
}

/** The fence an entry leaves behind. */
export function fenceOf(entry: ServingEntry, changes: Partial<Fence> = {}): Fence {
  return {
    epoch: entry.epoch,
    generation: entry.generation,
    edition: 10 * entry.generation + 1,
    types: entry.rrsets.map(({ type }) => type),
    digest: entry.digest,
    ...changes,
  };
}

/** A reading of an endpoint that holds exactly `entry`; parts may be changed. */
export function holding(
  entry: ServingEntry,
  changes: { fence?: Fence | "none" | "malformed"; rrsets?: readonly RRset[] } = {},
): ReadReading {
  const fence = changes.fence ?? fenceOf(entry);
  return {
    kind: "read",
    endpoint: entry.endpoint,
    fence: foundOf(fence),
    rrsets: changes.rrsets ?? rrsetsOf(entry),
    weights: weightsOf(entry.rrsets, entry.answers),
  };
}

function foundOf(fence: Fence | "none" | "malformed"): ReadReading["fence"] {
  if (fence === "none") return { kind: "none" };
  if (fence === "malformed") return { kind: "malformed", problem: "not a fence", texts: ["x"] };
  const text = fenceText(fence);
  const parsed = parseFence(text);
  assert(parsed.kind === "fence", `${text} is a fence`);
  return { kind: "fence", fence, text };
}

export const UNREADABLE: Reading = { kind: "unreadable", endpoint: ENDPOINT, problem: "no answer" };

/** Any RRset at the endpoint's own name. */
export function rrsetAt(type: string, ...texts: readonly string[]): RRset {
  const code = typeCode(type) ?? RRType.A;
  const rdata = texts.map((text) => {
    const parsed = parseRdata(code, text);
    assert(parsed.kind === "parsed", text);
    return parsed.rdata;
  });
  return makeRRset(ENDPOINT, code, 5, rdata);
}

export function markAt(fence: Fence): HighWaterMark {
  return raiseMark(undefined, fence);
}

export const FACTS: DecisionFacts = {
  wallMs: 1_000_000_000,
  newestGeneration: 10,
  ownsWholeName: true,
  newest: "unasked",
};
