import assert from "node:assert/strict";
import { test } from "node:test";
import { addressOf, type BenchZone, isAddressOf, zoneFileText } from "./benchZone.ts";
import { dnsLoadText, dnsperfText, type QuestionPlan, questions } from "./questions.ts";
import { SeededRandom } from "./seededRandom.ts";

const ZONE: BenchZone = { names: 1_000, tenEvery: 10, fences: false, weighted: false };
const PLAN: QuestionPlan = { zone: ZONE, count: 20_000, seed: 1, moving: false };

function linesOf(pieces: Iterable<string>): readonly string[] {
  return [...pieces].join("").trimEnd().split("\n");
}

test("questions() are the same for the same seed, and others for another", () => {
  assert.deepEqual([...questions(PLAN)], [...questions(PLAN)]);
  assert.notDeepEqual([...questions(PLAN)], [...questions({ ...PLAN, seed: 2 })]);
});

test("questions() ask a tenth for names that do not exist, and follow Zipf for the others", () => {
  const counts = new Map<number | undefined, number>();
  for (const index of questions(PLAN)) counts.set(index, (counts.get(index) ?? 0) + 1);
  const missing = counts.get(undefined) ?? 0;
  assert.ok(Math.abs(missing / PLAN.count - 0.1) < 0.02, `${missing}`);
  counts.delete(undefined);
  const popular = [...counts.values()].toSorted((left, right) => right - left);
  // Of rank 1 and 2 among 1,000 names, 1/H(1000) and half of that: 13.4 % and 6.7 %.
  assert.ok(Math.abs((popular[0] ?? 0) / (PLAN.count * 0.9) - 0.134) < 0.02, `${popular[0]}`);
  assert.ok(Math.abs((popular[1] ?? 0) / (PLAN.count * 0.9) - 0.067) < 0.02, `${popular[1]}`);
});

test("dnsLoadText() says what each answer must be", () => {
  const lines = linesOf(dnsLoadText(PLAN));
  assert.equal(lines.length, PLAN.count);
  for (const line of lines) {
    const [name = "", type, rcode, answers, base, span] = line.split(" ");
    assert.equal(type, "1");
    const index = /^n(\d{7})\.bench\.test$/.exec(name)?.[1];
    if (index === undefined) {
      assert.match(name, /^n\d{7}x\.bench\.test$/);
      assert.deepEqual([rcode, answers, base, span], ["3", "0", "-", "0"]);
    } else {
      const count = Number(index) % 10 === 0 ? "10" : "1";
      assert.deepEqual([rcode, answers, span], ["0", count, count]);
      assert.equal(base, addressOf(Number(index)));
    }
  }
});

test("dnsLoadText() wants one of ten where the choice is weighted", () => {
  const zone: BenchZone = { ...ZONE, tenEvery: 1, weighted: true };
  const found = linesOf(dnsLoadText({ ...PLAN, zone })).filter((line) => line.includes(" 1 0 "));
  assert.ok(found.every((line) => / 1 0 1 10\.\d+\.\d+\.\d+ 10$/.test(line)));
});

test("dnsperfText() asks the same names in the same order, in random letter case", () => {
  const plain = linesOf(dnsLoadText(PLAN)).map((line) => `${line.split(" ")[0]}.`);
  const mixed = linesOf(dnsperfText(PLAN)).map((line) => line.split(" ")[0] ?? "");
  assert.deepEqual(
    mixed.map((name) => name.toLowerCase()),
    plain,
  );
  const upper = mixed.filter((name) => name.startsWith("N")).length;
  assert.ok(Math.abs(upper / PLAN.count - 0.5) < 0.05, `${upper}`);
});

test("addressOf() gives each name a range of its own, and isAddressOf() knows it", () => {
  const octets = (text: string): number[] => text.split(".").map(Number);
  assert.equal(addressOf(2 ** 20 - 1, 15), "10.255.255.255");
  assert.ok(isAddressOf(4_097, octets(addressOf(4_097, 9))));
  assert.ok(!isAddressOf(4_096, octets(addressOf(4_097, 0))));
  assert.ok(!isAddressOf(0, []));
});

test("zoneFileText() holds ten addresses, a fence and weights where they are asked for", () => {
  const zone: BenchZone = { names: 20, tenEvery: 10, fences: true, weighted: true };
  const lines = linesOf(zoneFileText(zone));
  assert.equal(lines.filter((line) => line.startsWith("n0000010 A ")).length, 10);
  assert.equal(lines.filter((line) => line.startsWith("n0000011 A ")).length, 1);
  assert.equal(lines.filter((line) => line.startsWith("_holdfast.n")).length, 20);
  assert.equal(lines.filter((line) => line.startsWith("_weights._holdfast.n")).length, 2);
});

test("permutation() holds every number once", () => {
  const order = new SeededRandom(7).permutation(1_000);
  assert.equal(new Set(order).size, 1_000);
  assert.notDeepEqual(order, order.toSorted());
});
