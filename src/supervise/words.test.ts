import assert from "node:assert/strict";
import { test } from "node:test";
import { SimClock } from "../../sim/simClock.ts";
import type { NewEvent } from "../journal/index.ts";
import { newProcess, type ProcessState, type Role } from "./machine/process.ts";
import { isRegionReady, type ProcessView, regionProgress } from "./progress.ts";
import { JsonTerminal, TextTerminal } from "./terminal.ts";
import { counted } from "./words.ts";

const counts = [
  { count: 0, want: "0 endpoints" },
  { count: 1, want: "1 endpoint" },
  { count: 999, want: "999 endpoints" },
  { count: 10_717, want: "10,717 endpoints" },
  { count: 1_000_000, want: "1,000,000 endpoints" },
];
for (const { count, want } of counts) {
  test(`counted() gives ${want} for ${count}`, () =>
    assert.equal(counted(count, "endpoint"), want));
}

const event = (kind: NewEvent["kind"], text: string): NewEvent => ({
  atMs: 0,
  kind,
  actor: "planner",
  subject: "it",
  text,
  facts: {},
});

test("a TextTerminal shortens a flood of like events, and shows the others whole", async () => {
  const lines: string[] = [];
  const clock = new SimClock();
  const terminal = new TextTerminal((line) => lines.push(line), clock);
  const flood = Array.from({ length: 5_000 }, (_, index) => event("endpoint-enacted", `${index}`));
  for (const one of flood) terminal.show([one]);
  terminal.show([event("target-down", "HTTP 503")]);
  await clock.advance(1_000);
  assert.ok(lines.length < 20, `${lines.length} lines`);
  assert.ok(lines.some((line) => line.includes("it: HTTP 503")));
  assert.match(lines.at(-1) ?? "", /4,988 more events of kind endpoint-enacted/);
  terminal.show([event("endpoint-enacted", "shown again")]);
  assert.match(lines.at(-1) ?? "", /shown again/);
});

test("a JsonTerminal writes one JSON object a line, for all that happens", () => {
  const lines: string[] = [];
  const terminal = new JsonTerminal((line) => lines.push(line), new SimClock(7));
  terminal.say("Ready");
  terminal.show([event("target-down", "a\nb")]);
  assert.deepEqual(JSON.parse(lines[0] ?? ""), { kind: "said", atMs: 7, text: "Ready" });
  assert.equal(JSON.parse(lines[1] ?? "").text, "a\nb");
  assert.ok(lines.every((line) => !line.includes("\n")));
});

function view(role: Role, ready: boolean, settled: boolean, done = 0): ProcessView {
  const state: ProcessState = { ...newProcess({ id: role, role }, 0), ready };
  const progress = { done, total: 9 };
  return { state, report: { kind: "report", ready, settled, progress, report: {} } };
}

test("isRegionReady() waits for all parts, and one enactor that has seen it all", () => {
  const nameserver = view("nameserver", true, true);
  const planner = view("planner", true, false);
  const late = view("enactor", true, false, 4);
  const done = view("enactor", true, true, 9);
  assert.equal(isRegionReady([nameserver, planner, late, done]), true);
  assert.equal(isRegionReady([nameserver, planner, late]), false, "no enactor has seen it all");
  assert.equal(isRegionReady([view("nameserver", true, false), done]), false, "a zone is silent");
  assert.equal(isRegionReady([nameserver, view("planner", false, false), done]), false);
  assert.deepEqual(regionProgress([late, done]), { done: 9, total: 9 });
});
