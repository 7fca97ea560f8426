import { type Name, type RRset, rdataText, typeText } from "../dns/index.ts";
import type { NonEmpty, PlannedContent, PlannedRRset, Weights } from "../plan/index.ts";
import type { ReadReading } from "./decision.ts";
import { endpointRRsets, isForeignType } from "./match.ts";

/** Weight of a record of which nothing else is known: all are alike. */
const WEIGHT_ALIKE = 1;

/** What a name holds, seen by a person who is about to write. */
export interface Holdings {
  /** RRsets that an entry of Holdfast would hold, or put something in place of. */
  readonly ours: readonly RRset[];
  /** RRsets that may stand beside: nobody of Holdfast touches them. */
  readonly beside: readonly RRset[];
}

/** Sorts what was read, as enactors do. `ownsWholeName`: on our nameserver nothing is beside. */
export function holdingsOf(reading: ReadReading, zone: Name, ownsWholeName: boolean): Holdings {
  const { fence } = reading;
  const listed = new Set(fence.kind === "fence" ? fence.fence.types : []);
  const isOurs = ({ type }: RRset): boolean => {
    return listed.has(typeText(type)) || isForeignType(type, ownsWholeName);
  };
  const held = endpointRRsets(reading, zone);
  return { ours: held.filter(isOurs), beside: held.filter((rrset) => !isOurs(rrset)) };
}

/**
 * RRsets as found, as the content that a plan's entry would have; undefined where there is none.
 * What no readable weights say is served alike, and whole.
 */
export function contentOf(
  rrsets: readonly RRset[],
  weights: Weights | undefined,
): PlannedContent | undefined {
  const [first, ...others] = rrsets.map((rrset) => plannedOf(rrset, weights));
  if (first === undefined) return undefined;
  return { answers: weights?.answers ?? "all", rrsets: [first, ...others] };
}

function plannedOf({ type, ttlSeconds, rdata }: RRset, weights: Weights | undefined): PlannedRRset {
  const known = weights?.byType.get(typeText(type));
  const isKnown = known?.length === rdata.length;
  const records = rdata.map((octets, index) => {
    const weight = isKnown ? (known?.[index] ?? WEIGHT_ALIKE) : WEIGHT_ALIKE;
    return { rdata: rdataText(type, octets), weight };
  });
  return { type: typeText(type), ttlSeconds, records: nonEmpty(records) };
}

function nonEmpty<Item>(items: readonly Item[]): NonEmpty<Item> {
  const [first, ...rest] = items;
  if (first === undefined) throw new RangeError("an RRset is never empty");
  return [first, ...rest];
}
