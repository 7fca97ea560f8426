import assert from "node:assert/strict";
import { test } from "node:test";
import { median, quantile, ratioOf, type Verdict } from "./figures.ts";
import { readDnsperf } from "./loads.ts";
import { readOptions } from "./options.ts";
import { figureTable, verdictTable, withBlock } from "./report.ts";

const COST: Verdict = {
  row: 1,
  work: "CPU",
  rule: "1.0 x Knot",
  unit: "us",
  ours: 3,
  limit: 2,
  isRate: false,
};

test("median() is the middle one, or the mean of the two in the middle", () => {
  assert.equal(median([9, 1, 5]), 5);
  assert.equal(median([9, 1, 5, 6]), 5.5);
  assert.ok(Number.isNaN(median([])));
});

test("quantile() is the least value that the share does not exceed", () => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index);
  assert.equal(quantile(values, 0.99), 99);
  assert.equal(quantile(values, 0.5), 50);
  assert.equal(quantile([7], 0.99), 7);
});

test("ratioOf() is above 1 where a cost is too high or a rate too low", () => {
  assert.equal(ratioOf(COST), 1.5);
  assert.equal(ratioOf({ ...COST, isRate: true }), 2 / 3);
});

test("verdictTable() says whether a limit holds, and what was not measured", () => {
  const table = verdictTable([COST, { ...COST, ours: 1 }, { ...COST, limit: Number.NaN }]);
  const [, , first, second, third] = table.split("\n");
  assert.match(first ?? "", /\| 3\.00 us \| at most 2\.00 us \| 1\.50 \| \*\*no\*\* \|$/);
  assert.match(second ?? "", /\| 0\.500 \| yes \|$/);
  assert.match(third ?? "", /\| not measured \|$/);
});

test("figureTable() shows the median of each figure of each server", () => {
  const samples = new Map([["knot" as const, [{ cpuUs: 1 }, { cpuUs: 2 }, { cpuUs: 9 }]]]);
  const table = figureTable({ title: "queries", samples, verdicts: [] });
  assert.match(table, /\| \| cpuUs \|/);
  assert.match(table, /\| Knot \| 2\.00 \|/);
});

test("withBlock() replaces its block and nothing else, or appends one", () => {
  const once = withBlock("# Page\n", "one");
  const twice = withBlock(`${once}\nafter\n`, "two");
  assert.match(twice, /^# Page\n\n<!-- bench\/serve: begin -->\ntwo\n<!-- .*end -->\n\nafter\n$/);
});

test("readDnsperf() reads its figures, and refuses what is no report", () => {
  const text = `
  Queries completed:    200 (100.00%)
  Queries lost:         3 (0.00%)
  Queries per second:   1234.500000
  Average Latency (s):  0.000125 (min 0.00001, max 0.01)
`;
  assert.deepEqual(readDnsperf(text), { perSecond: 1234.5, answered: 200, lost: 3, meanUs: 125 });
  assert.throws(() => readDnsperf("nothing"), /Cannot read dnsperf's report/);
});

test("readOptions() reads rows and servers, and refuses what there is not", () => {
  const options = readOptions(["--rows", "3,1", "--servers", "ours,knot", "--names", "1000"]);
  assert.deepEqual([...(options?.rows ?? [])], [3, 1]);
  assert.deepEqual([...(options?.servers ?? [])], ["ours", "knot"]);
  assert.equal(readOptions(["--help"]), undefined);
  assert.throws(() => readOptions(["--rows", "10"]), /--rows .* 1\.\.9/);
  assert.throws(() => readOptions(["--servers", "tinydns"]), /no "tinydns"/);
});
