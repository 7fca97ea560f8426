import assert from "node:assert/strict";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { ENDED_RETIREMENTS_MAX, EndedRetirements } from "./endedRetirements.ts";

const folder = mkdtempSync(join(tmpdir(), "holdfast-ended-"));
after(() => rmSync(folder, { recursive: true }));

test("EndedRetirements is on disk at once, for its owner alone", () => {
  const path = join(folder, "first");
  const ended = EndedRetirements.open(path);
  assert.equal(ended.has("t-one"), false);
  ended.add(["t-one", "t-two"]);
  const again = EndedRetirements.open(path);
  assert.deepEqual([again.has("t-one"), again.has("t-two"), again.has("t")], [true, true, false]);
  assert.equal(statSync(`${path}.ended`).mode & 0o777, 0o600);
});

test("EndedRetirements survives a line that a crash cut", () => {
  const path = join(folder, "cut");
  EndedRetirements.open(path).add(["t-one"]);
  appendFileSync(`${path}.ended`, "\nt-tw");
  EndedRetirements.open(path).add(["t-three"]);
  const ended = EndedRetirements.open(path);
  assert.deepEqual([ended.has("t-one"), ended.has("t-three")], [true, true]);
});

test("EndedRetirements is bounded, and forgets the oldest", () => {
  const path = join(folder, "many");
  const ended = EndedRetirements.open(path);
  const batch = 1_000;
  const batches = (3 * ENDED_RETIREMENTS_MAX) / batch;
  for (let index = 0; index < batches; index += 1) {
    ended.add(Array.from({ length: batch }, (_, place) => `t-${index * batch + place}`));
  }
  const lines = readFileSync(`${path}.ended`, "utf8").split("\n").length;
  assert.ok(lines <= 2 * ENDED_RETIREMENTS_MAX + 1, `${lines} lines`);
  for (const one of [ended, EndedRetirements.open(path)]) {
    assert.equal(one.has(`t-${3 * ENDED_RETIREMENTS_MAX - 1}`), true);
    assert.equal(one.has(`t-${2 * ENDED_RETIREMENTS_MAX}`), true);
    assert.equal(one.has("t-0"), false);
  }
});
