import assert from "node:assert/strict";
import { test } from "node:test";
import { painter, toneOf } from "./paint.ts";
import { COLUMNS_MAX, tableText } from "./table.ts";
import { agoText, durationText, leftText, momentText } from "./time.ts";

const DURATIONS: readonly (readonly [ms: number, text: string])[] = [
  [-5, "0 ms"],
  [0, "0 ms"],
  [850, "850 ms"],
  [999, "999 ms"],
  [1000, "1 s"],
  [59_999, "59 s"],
  [60_000, "1 min"],
  [3_600_000, "1 h"],
  [200_000_000, "2 d"],
];

for (const [ms, text] of DURATIONS) {
  test(`durationText() says ${text} of ${ms} ms`, () => assert.equal(durationText(ms), text));
}

const LEFT: readonly (readonly [ms: number, text: string])[] = [
  [-5, "0 s"],
  [1, "1 s"],
  [59_001, "1 min"],
  [7_199_001, "2 h"],
  [7_141_000, "1 h 59 min"],
  [90_000_000, "1 d 1 h"],
  [86_460_000, "1 d"],
];

for (const [ms, text] of LEFT) {
  test(`leftText() says ${text} of ${ms} ms`, () => assert.equal(leftText(ms), text));
}

test("agoText() says now of the last second and of a clock that is ahead", () => {
  assert.equal(agoText(10_000, 10_500), "now");
  assert.equal(agoText(10_000, 9_000), "now");
  assert.equal(agoText(10_000, 13_000), "3 s ago");
  assert.equal(momentText(0), "1970-01-01T00:00:00Z");
});

test("tableText() lines columns up, painted or not", () => {
  const bold = painter(true);
  const plain = tableText(
    ["NAME", "STATE"],
    [
      ["lb-a1", "up"],
      ["a-longer-name", "down"],
    ],
  );
  assert.deepEqual(plain.split("\n"), [
    "NAME           STATE",
    "lb-a1          up",
    "a-longer-name  down",
  ]);
  const painted = tableText(["NAME", "STATE"], [["lb-a1", bold("good", "up")]]);
  assert.equal(painted.split("\n")[1]?.indexOf("\u001b"), "lb-a1  ".length);
});

test("tableText() cuts the widest column to fit, and keeps the others whole", () => {
  const long = "x".repeat(300);
  const text = tableText(["NAME", "WHY", "WHEN"], [["lb-a1", long, "3 s ago"]]);
  for (const line of text.split("\n")) assert.ok(line.length <= COLUMNS_MAX, `${line.length}`);
  assert.match(text, /lb-a1 +x+… +3 s ago/);
  const two = tableText(["A", "B"], [[long, long]]);
  for (const line of two.split("\n")) assert.ok(line.length <= COLUMNS_MAX, `${line.length}`);
});

test("tableText() cuts the prose of the last column before a name that people copy", () => {
  const name = "dynamodb.dualstack.use1.holdfast.example.";
  const text = tableText(["ENDPOINT", "SERVED", "BECAUSE"], [[name, "healthy", "y".repeat(200)]]);
  assert.match(text, /dynamodb\.dualstack\.use1\.holdfast\.example\. +healthy +y+…/);
  for (const line of text.split("\n")) assert.ok(line.length <= COLUMNS_MAX, `${line.length}`);
});

test("painter() leaves text alone where there are no eyes for colour", () => {
  assert.equal(painter(false)("bad", "down"), "down");
  assert.notEqual(painter(true)("bad", "down"), "down");
  assert.equal(toneOf("down"), "bad");
  assert.equal(toneOf("anything"), "plain");
});
