import type { EndpointView } from "../../api/index.ts";
import { orderLine, untilText } from "./orderText.ts";
import { painter, toneOf } from "./paint.ts";
import { tableText } from "./table.ts";
import { agoText, momentText } from "./time.ts";
import { wrapped } from "./wrapped.ts";

type Entry = NonNullable<EndpointView["entry"]>;

/** An endpoint explained, for people: what, from where, why, and what DNS holds. */
export function explainLines(view: EndpointView, nowMs: number, colour: boolean): string[] {
  const paint = painter(colour);
  return [
    `${paint("strong", view.endpoint)}  ${paint(toneOf(view.mode), view.mode)}`,
    ...(view.text === undefined ? [] : [view.text]),
    ...entryLines(view, nowMs),
    ...planLines(view, nowMs),
    ...view.orders.map((order) => `Asked for: ${orderLine(order, nowMs)}`),
    ...targetLines(view, nowMs, colour),
    ...view.notes.map((note) => `Note: ${note}`),
    ...heldLines(view, colour),
  ];
}

function entryLines(view: EndpointView, nowMs: number): string[] {
  const { entry } = view;
  if (entry === undefined) return ["Not planned yet: waiting for the planner."];
  if (entry.kind === "tombstone") {
    const { tombstoneId, retiredAtMs } = entry;
    const when = momentText(retiredAtMs);
    return [`Retired on purpose at ${when} (${tombstoneId}); bring it back with "revive".`];
  }
  const answers = entry.answers === "all" ? "all of them" : `${entry.answers} of them`;
  const elsewhere = notInPlace(view, nowMs);
  return [
    ...elsewhere,
    `${elsewhere.length > 0 ? "Planned to answer" : "Answers"} ${answers} in each response:`,
    ...entry.rrsets.flatMap((rrset) => {
      const records = rrset.records.map(({ rdata, weight }) => `${rdata} (weight ${weight})`);
      return [`  ${rrset.type}, TTL ${rrset.ttlSeconds} s:`, ...wrapped(records, "    ")];
    }),
    ...beneathLines(entry),
  ];
}

// Pinned records are not what targets and configuration would have: that waits beneath.
function beneathLines({ override, beneath }: Extract<Entry, { kind: "serving" }>): string[] {
  if (beneath === undefined) return [];
  const until = override === undefined ? "a release" : `the override's end (${override.id})`;
  const waiting = beneath.rrsets.flatMap(({ type, records }) => {
    return records.map(({ rdata }) => `${type} ${rdata}`);
  });
  return [`Planned beneath, for ${until}:`, ...wrapped(waiting, "    ")];
}

// What follows is the plan: where a zone store holds something else, that is what clients get.
function notInPlace({ held }: EndpointView, nowMs: number): string[] {
  return held.flatMap(({ storeId, state, generation, records, override, tombstone }) => {
    if (state === "current" || state === "unreadable") return [];
    if (tombstone !== undefined) return [`Retired at ${storeId}, by ${tombstone.id}.`];
    if (state === "overridden" && override !== undefined) {
      const until = untilText(override.untilMs, nowMs);
      return [
        `Overridden at ${storeId} until ${until}, by ${override.id}, which answers:`,
        ...records.map((record) => `  ${record}`),
      ];
    }
    const counted = `${records.length} record${records.length === 1 ? "" : "s"}`;
    const from = generation === undefined ? "" : ` of plan ${generation}`;
    return [
      `Not in place at ${storeId}, which answers from its ${counted}${from}:`,
      ...records.map((record) => `  ${record}`),
    ];
  });
}

function planLines({ entry, plan }: EndpointView, nowMs: number): string[] {
  if (entry === undefined) return [];
  const when = plan === undefined ? "" : `, made ${agoText(plan.madeAtMs, nowMs)}`;
  return [`From plan ${entry.generation}${when} by ${entry.actor}: ${entry.cause}`];
}

function targetLines(view: EndpointView, nowMs: number, colour: boolean): string[] {
  // A retired name answers with none of them, whatever they are like.
  if (view.targets.length === 0 || view.entry?.kind === "tombstone") return [];
  const paint = painter(colour);
  const rows = view.targets.map((target) => [
    target.targetId,
    target.in ? paint("good", "in") : paint("bad", "out"),
    target.weight === undefined ? "-" : String(target.weight),
    target.sinceMs === undefined ? "-" : agoText(target.sinceMs, nowMs),
    target.why,
  ]);
  return ["", tableText(["TARGET", "ANSWER", "WEIGHT", "SINCE", "WHY"], rows)];
}

function heldLines(view: EndpointView, colour: boolean): string[] {
  if (view.held.length === 0) return [];
  const paint = painter(colour);
  const rows = view.held.map((held) => [
    held.storeId,
    paint(toneOf(held.state), held.state),
    held.generation === undefined ? "-" : String(held.generation),
    held.edition === undefined ? "-" : String(held.edition),
    String(held.records.length),
    held.problem ?? "",
  ]);
  const head = ["STORE", "HELD", "PLAN", "EDITION", "RECORDS", "PROBLEM"];
  return ["", tableText(head, rows)];
}
