import type { EntryView, OrderView } from "../api/index.ts";
import { nameOf } from "../dns/index.ts";
import type { NonEmpty, Order, PlanEntry, PlannedContent } from "../plan/index.ts";
import { CliError } from "./cliError.ts";

/** An entry as the planner has it, from what the API tells. */
export function entryOf(view: EntryView): PlanEntry {
  const names = { endpoint: nameOf(view.endpoint), zone: nameOf(view.zone) };
  if (view.kind === "tombstone") {
    const { ends, revives, ...head } = view;
    return {
      ...head,
      ...names,
      ...(ends === undefined ? {} : { ends }),
      ...(revives === undefined ? {} : { revives }),
    };
  }
  const { override, beneath, ends, revives, ...head } = view;
  return {
    ...head,
    ...names,
    ...contentOf(view),
    ...(override === undefined ? {} : { override }),
    ...(beneath === undefined ? {} : { beneath: contentOf(beneath) }),
    ...(ends === undefined ? {} : { ends }),
    ...(revives === undefined ? {} : { revives }),
  };
}

/** An order as the planner has it, from what the API tells. */
export function orderOf(view: OrderView): Order {
  const { id, actor, reason, atMs } = view;
  const names = { endpoint: nameOf(view.endpoint), zone: nameOf(view.zone) };
  const head = { id, actor, reason, atMs, ...names };
  switch (view.kind) {
    case "override": {
      const { kind, untilMs, direct } = view;
      return { kind, ...head, untilMs, direct, ...contentOf(view) };
    }
    case "retirement":
      return { kind: view.kind, ...head, holdDownMs: view.holdDownMs };
    case "revival":
      return { kind: view.kind, ...head, tombstoneId: view.tombstoneId };
    case "rollback": {
      const { kind, toGeneration } = view;
      return { kind, ...head, toGeneration, ...contentOf(view) };
    }
  }
}

type ContentView = Pick<Extract<EntryView, { kind: "serving" }>, "answers" | "rrsets">;

function contentOf({ answers, rrsets }: ContentView): PlannedContent {
  const all = rrsets.map((rrset) => ({ ...rrset, records: nonEmpty(rrset.records) }));
  return { answers, rrsets: nonEmpty(all) };
}

function nonEmpty<Item>(items: readonly Item[]): NonEmpty<Item> {
  const [first, ...rest] = items;
  if (first !== undefined) return [first, ...rest];
  const problem = "an entry without records";
  throw new CliError({ code: "usage", problem }, `Cannot read the plan of the API: ${problem}`);
}
