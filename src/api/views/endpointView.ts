import type { EntryVersion } from "../../plan/index.ts";
import type { HeldView } from "../apiDeps.ts";
import { reasonsOf } from "../decisions.ts";
import type { EndpointFacts, Overview } from "../overview.ts";
import type { EndpointRow, EndpointView } from "../schemas/endpoints.ts";
import { heldRecord } from "./heldView.ts";
import { orderText } from "./orderText.ts";
import { orderView, type PlannerWord } from "./orderView.ts";
import { ORPHAN_TEXT } from "./orphan.ts";
import { entryView, summaryView } from "./planView.ts";

/** One line of a list. */
export function endpointRow(facts: EndpointFacts): EndpointRow {
  const { entry } = facts;
  const orders = facts.orders.map((order) => ({
    ...{ id: order.id, kind: order.kind, text: orderText(order) },
  }));
  const asked = orders.length === 0 ? {} : { orders };
  const head = { endpoint: facts.name, zone: facts.zone, mode: facts.mode, ...asked };
  if (entry === undefined) return { ...head, addresses: {} };
  const { generation, cause } = entry;
  if (entry.kind === "tombstone") return { ...head, generation, cause, addresses: {} };
  const addresses = Object.fromEntries(
    entry.rrsets.map((rrset) => [rrset.type, rrset.records.length]),
  );
  return { ...head, generation, cause, addresses, answers: entry.answers };
}

/** Everything there is to say about one endpoint. */
export function endpointView(
  facts: EndpointFacts,
  overview: Overview,
  held: readonly HeldView[],
  newest: EntryVersion | undefined,
  asked: { readonly word: PlannerWord; readonly nowMs: number },
): EndpointView {
  const reasons = reasonsOf(facts.name, overview.snapshot, asked.nowMs);
  return {
    endpoint: facts.name,
    zone: facts.zone,
    inConfiguration: facts.policy !== undefined,
    mode: facts.mode,
    ...(facts.entry === undefined ? {} : { entry: entryView(facts.entry) }),
    ...(newest === undefined ? {} : { plan: summaryView(newest.plan) }),
    ...reasons,
    orders: facts.orders.map((order) => orderView(order, facts.entry, asked.word)),
    held: held.map((one) => heldRecord(one, facts.entry, asked.nowMs)),
    ...(facts.mode === "orphaned" ? { text: ORPHAN_TEXT } : {}),
  };
}
