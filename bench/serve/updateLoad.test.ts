import assert from "node:assert/strict";
import { test } from "node:test";
import { decodeMessage, parseUpdate, RRType, verifyMessage } from "../../src/dns/index.ts";
import type { BenchZone } from "./benchZone.ts";
import { BENCH_KEY, signedUpdate, updateAt } from "./updateLoad.ts";

const ZONE: BenchZone = { names: 1_000, tenEvery: 1, fences: true, weighted: false };
const NOW_SECONDS = 1_800_000_000;

test("updateAt() touches every name once before it touches one again", () => {
  const first = Array.from({ length: ZONE.names }, (_, position) => updateAt(ZONE, position));
  assert.equal(new Set(first.map(({ index }) => index)).size, ZONE.names);
  assert.ok(first.every(({ edition }) => edition === 2));
  const again = updateAt(ZONE, ZONE.names);
  assert.deepEqual(again, { index: first[0]?.index, edition: 3 });
});

test("signedUpdate() is signed, and conditional on the fence that the one before it wrote", () => {
  const fences = [0, ZONE.names].map((position) => {
    const bytes = signedUpdate(ZONE, position, NOW_SECONDS);
    const checked = verifyMessage(bytes, () => BENCH_KEY, { nowSeconds: NOW_SECONDS });
    assert.equal(checked.kind, "verified");
    const decoded = decodeMessage(bytes);
    assert.ok(decoded.kind === "message");
    const parsed = parseUpdate(decoded.message);
    assert.ok(parsed.kind === "update");
    const [condition] = parsed.update.prerequisites;
    assert.ok(condition?.kind === "rrset-is");
    const added = parsed.update.steps.flatMap((step) => (step.kind === "add" ? [step.record] : []));
    assert.equal(added.filter(({ type }) => type === RRType.A).length, 10);
    const text = added.find(({ type }) => type === RRType.TXT);
    return { held: condition.rrset.rdata[0], written: text?.rdata };
  });
  assert.deepEqual(fences[1]?.held, fences[0]?.written);
});
