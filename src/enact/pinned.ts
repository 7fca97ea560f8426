import { rdataText, typeCode, typeText } from "../dns/index.ts";
import {
  entryDigest,
  type Fence,
  type NonEmpty,
  type PlannedContent,
  type PlannedRRset,
} from "../plan/index.ts";
import type { ReadReading } from "./decision.ts";

/** Of each record, where nothing says more. */
const WEIGHT_DEFAULT = 100;

/**
 * What an override pins, where all of it was read: the records digest to what the fence says.
 * Undefined where anything differs, and for a fence without an override. Only here is a digest
 * computed again: nobody else can say what a person wrote straight to the server.
 */
export function pinnedContent(reading: ReadReading, fence: Fence): PlannedContent | undefined {
  if (fence.mark?.kind !== "override" || reading.weights === undefined) return undefined;
  const { answers, byType } = reading.weights;
  const rrsets = fence.types.flatMap((type) => plannedAt(reading, type, byType.get(type)) ?? []);
  const [first, ...others] = rrsets;
  if (first === undefined || rrsets.length !== fence.types.length) return undefined;
  const content: PlannedContent = { answers, rrsets: [first, ...others] };
  const digest = entryDigest({ endpoint: reading.endpoint, ...content });
  return digest === fence.digest ? content : undefined;
}

/** What was read, as content; undefined where nothing was. Without weights all are equal. */
export function heldContent(reading: ReadReading): PlannedContent | undefined {
  const { rrsets, weights } = reading;
  const planned = rrsets.flatMap(({ type, rdata }) => {
    const mnemonic = typeText(type);
    const held = weights?.byType.get(mnemonic);
    const equal = rdata.map(() => WEIGHT_DEFAULT);
    return plannedAt(reading, mnemonic, held?.length === rdata.length ? held : equal) ?? [];
  });
  return isNonEmpty(planned) ? { answers: weights?.answers ?? "all", rrsets: planned } : undefined;
}

function plannedAt(
  reading: ReadReading,
  type: string,
  weights: readonly number[] | undefined,
): PlannedRRset | undefined {
  const code = typeCode(type);
  const held = reading.rrsets.find((rrset) => rrset.type === code);
  if (held === undefined || weights === undefined) return undefined;
  if (weights.length !== held.rdata.length) return undefined;
  const records = held.rdata.flatMap((rdata, index) => {
    const weight = weights[index];
    return weight === undefined ? [] : [{ rdata: rdataText(held.type, rdata), weight }];
  });
  return isNonEmpty(records)
    ? { type: typeText(held.type), ttlSeconds: held.ttlSeconds, records }
    : undefined;
}

function isNonEmpty<Item>(items: readonly Item[]): items is NonEmpty<Item> {
  return items.length > 0;
}
