import type { PlanEntry, PlannedContent, PlanSummary } from "../../plan/index.ts";
import type { EntryView, PlanSummaryView } from "../schemas/plans.ts";

/** An entry as JSON: the same, in arrays of its own. */
export function entryView(entry: PlanEntry): EntryView {
  if (entry.kind === "tombstone") {
    const { ends, revives, ...head } = entry;
    return {
      ...head,
      ...(ends === undefined ? {} : { ends: [...ends] }),
      ...(revives === undefined ? {} : { revives: [...revives] }),
    };
  }
  const { override, beneath, ends, revives, ...head } = entry;
  return {
    ...head,
    ...contentView(entry),
    ...(override === undefined ? {} : { override: { ...override } }),
    ...(beneath === undefined ? {} : { beneath: contentView(beneath) }),
    ...(ends === undefined ? {} : { ends: [...ends] }),
    ...(revives === undefined ? {} : { revives: [...revives] }),
  };
}

type ContentView = Pick<Extract<EntryView, { kind: "serving" }>, "answers" | "rrsets">;

/** What an endpoint answers, in arrays of its own. */
export function contentView({ answers, rrsets }: PlannedContent): ContentView {
  return { answers, rrsets: rrsets.map((one) => ({ ...one, records: [...one.records] })) };
}

/** A plan without its entries, as JSON. */
export function summaryView(summary: PlanSummary): PlanSummaryView {
  return { ...summary };
}
