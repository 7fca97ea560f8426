// 2 h 37 min of "nothing there", in accelerated time: who still gets an answer. Real BIND, real
// unbound, Node's own HTTPS client, curl.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { escaped } from "../../sim/drill/page/markup.ts";
import { needs, skipped } from "../peers.ts";
import { OUTAGE_CHART, OUTAGE_FILE, outageChart, readOutageRun } from "./outageChart.ts";
import { OUTAGE_MINUTES, runOutage, shareText } from "./outageRun.ts";
import { OUTAGE_PROGRAMS } from "./outageWorld.ts";

/** curl's own resolv.conf needs a mount namespace, and port 53. */
const wanted =
  process.getuid?.() === 0
    ? needs(...OUTAGE_PROGRAMS, "curl", "unshare")
    : skipped("not root: no mount namespace, and no port 53");

test("with guard, a name that is emptied for 2 h 37 min goes on serving", wanted, async () => {
  const { clients } = await runOutage();
  for (const client of clients) console.log(`${client.what}: ${shareText(client)} requests`);
  for (const { what, asked, answered, parts } of clients) {
    assert.ok(asked > 10, `${what} asked ${asked} times`);
    if (what.startsWith("with guard")) assert.equal(answered, asked, what);
    else if (!what.endsWith("keep-alive")) assert.equal(answered, 0, what);
    const [, answeredLast] = parts.findLast(([askedLast]) => askedLast > 0) ?? [0, 0];
    assert.ok(answeredLast > 0, `${what}: the answer is not back`);
  }
});

test("the chart in the docs is of the run beside it, and so are the numbers in guard.md", () => {
  const run = readOutageRun(OUTAGE_FILE);
  const svg = readFileSync(OUTAGE_CHART, "utf8");
  assert.equal(svg, outageChart(run), "node test/guard/outageChart.run.ts --draw");
  const page = readFileSync(new URL("../../docs/guard.md", import.meta.url), "utf8");
  for (const client of run.clients) assert.ok(page.includes(shareText(client)), client.what);
  const minutes = run.restoredMinutes - run.emptiedMinutes;
  assert.ok(minutes >= OUTAGE_MINUTES, `${minutes} minutes`);
  for (const { what, asked, answered, parts } of run.clients) {
    assert.ok(svg.includes(escaped(what)) && svg.includes(shareText({ asked, answered })), what);
    for (const [some, good] of parts) assert.ok(good <= some, what);
  }
});

test("the chart is well-formed, and says in words what it shows", () => {
  const svg = readFileSync(OUTAGE_CHART, "utf8");
  const open: string[] = [];
  for (const [, close, name = "", selfClosing] of svg.matchAll(/<(\/?)(\w+)[^>]*?(\/?)>/g)) {
    if (close === "/") assert.equal(open.pop(), name);
    else if (selfClosing !== "/") open.push(name);
  }
  assert.deepEqual(open, []);
  assert.match(svg, /^<svg [^>]*role="img"[\s\S]*<title[\s\S]*<desc/);
  assert.doesNotMatch(svg, /NaN|undefined|Infinity/);
});
