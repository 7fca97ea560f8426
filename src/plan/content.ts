import { typeCode } from "../dns/index.ts";
import type { NonEmpty, PlannedContent, PlannedRRset, ServingEntry } from "./plan.ts";
import { ADDRESS_TYPES } from "./plannerIndex.ts";

/** What is planned of an endpoint: beneath its pin, where it is pinned. */
export function plannedContent(entry: ServingEntry): PlannedContent {
  return entry.beneath ?? { answers: entry.answers, rrsets: entry.rrsets };
}

/** Whether a person's records, by an override or a rollback, stand in place of the planned ones. */
export function isPinned(entry: ServingEntry): boolean {
  return entry.override !== undefined || entry.beneath !== undefined;
}

/** Whether it is an alias: a CNAME stands alone, and answers for every type (RFC 1034 3.6.2). */
export function isAlias({ rrsets }: Pick<PlannedContent, "rrsets">): boolean {
  return rrsets.some((rrset) => rrset.type === "CNAME");
}

/** Old content as a rollback serves it: address types that are planned now, and were not, stay. */
export function rollbackContent(
  content: PlannedContent,
  planned: PlannedContent | undefined,
): PlannedContent {
  return planned === undefined ? content : withAddressTypesOf(content, planned);
}

/**
 * The entry that planning goes on from once nothing pins it any more: what was planned beneath,
 * with the address types that only its pin brought, as a type once held never disappears.
 */
export function planningParent(entry: ServingEntry): ServingEntry {
  if (entry.beneath === undefined) return entry;
  return { ...entry, ...withAddressTypesOf(entry.beneath, entry) };
}

function withAddressTypesOf(content: PlannedContent, other: PlannedContent): PlannedContent {
  const { answers, rrsets } = content;
  if (isAlias(content)) return { answers, rrsets };
  const kept = other.rrsets.filter(({ type }) => {
    return isAddressType(type) && !rrsets.some((rrset) => rrset.type === type);
  });
  return { answers, rrsets: kept.length === 0 ? rrsets : inTypeOrder([...rrsets, ...kept]) };
}

function isAddressType(type: string): boolean {
  return ADDRESS_TYPES.some((one) => one === type);
}

function inTypeOrder(rrsets: NonEmpty<PlannedRRset>): NonEmpty<PlannedRRset> {
  const [first, ...rest] = rrsets.toSorted((left, right) => {
    return (typeCode(left.type) ?? 0) - (typeCode(right.type) ?? 0);
  });
  return first === undefined ? rrsets : [first, ...rest];
}
