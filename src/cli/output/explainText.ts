import type { EndpointView } from "../../api/index.ts";
import { painter, toneOf } from "./paint.ts";
import { COLUMNS_MAX, tableText } from "./table.ts";
import { agoText } from "./time.ts";

/** An endpoint explained, for people: what, from where, why, and what DNS holds. */
export function explainLines(view: EndpointView, nowMs: number, colour: boolean): string[] {
  const paint = painter(colour);
  return [
    `${paint("strong", view.endpoint)}  ${paint(toneOf(view.mode), view.mode)}`,
    ...(view.text === undefined ? [] : [view.text]),
    ...entryLines(view),
    ...planLines(view, nowMs),
    ...targetLines(view, nowMs, colour),
    ...view.notes.map((note) => `Note: ${note}`),
    ...heldLines(view, colour),
  ];
}

function entryLines(view: EndpointView): string[] {
  const { entry } = view;
  if (entry === undefined) return ["Not planned yet: waiting for the planner."];
  if (entry.kind === "tombstone") return [`Retired on purpose (${entry.tombstoneId}).`];
  const answers = entry.answers === "all" ? "all of them" : `${entry.answers} of them`;
  return [
    ...notInPlace(view),
    `${notInPlace(view).length > 0 ? "Planned to answer" : "Answers"} ${answers} in each response:`,
    ...entry.rrsets.flatMap((rrset) => {
      const records = rrset.records.map(({ rdata, weight }) => `${rdata} (weight ${weight})`);
      return [`  ${rrset.type}, TTL ${rrset.ttlSeconds} s:`, ...wrapped(records, "    ")];
    }),
  ];
}

// What follows is the plan: where a zone store holds something else, that is what clients get.
function notInPlace({ held }: EndpointView): string[] {
  return held.flatMap(({ storeId, state, generation, records }) => {
    if (state === "current" || state === "unreadable") return [];
    const counted = `${records.length} record${records.length === 1 ? "" : "s"}`;
    const from = generation === undefined ? "" : ` of plan ${generation}`;
    return [
      `Not in place at ${storeId}, which answers from its ${counted}${from}:`,
      ...records.map((record) => `  ${record}`),
    ];
  });
}

/** Items in lines that fit the page. */
function wrapped(items: readonly string[], indent: string): string[] {
  const lines: string[] = [];
  let line = "";
  for (const item of items) {
    const longer = line === "" ? `${indent}${item}` : `${line}, ${item}`;
    if (longer.length >= COLUMNS_MAX && line !== "") {
      lines.push(`${line},`);
      line = `${indent}${item}`;
    } else line = longer;
  }
  return line === "" ? lines : [...lines, line];
}

function planLines({ entry, plan }: EndpointView, nowMs: number): string[] {
  if (entry === undefined) return [];
  const when = plan === undefined ? "" : `, made ${agoText(plan.madeAtMs, nowMs)}`;
  return [`From plan ${entry.generation}${when} by ${entry.actor}: ${entry.cause}`];
}

function targetLines(view: EndpointView, nowMs: number, colour: boolean): string[] {
  if (view.targets.length === 0) return [];
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
