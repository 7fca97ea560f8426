import type { PlanEntry, PlanSummary } from "../../plan/index.ts";
import type { EntryView, PlanSummaryView } from "../schemas/plans.ts";

/** An entry as JSON: the same, in arrays of its own. */
export function entryView(entry: PlanEntry): EntryView {
  if (entry.kind === "tombstone") return { ...entry };
  const rrsets = entry.rrsets.map((rrset) => ({ ...rrset, records: [...rrset.records] }));
  return { ...entry, rrsets };
}

/** A plan without its entries, as JSON. */
export function summaryView(summary: PlanSummary): PlanSummaryView {
  return { ...summary };
}
