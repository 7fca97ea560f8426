import assert from "node:assert/strict";
import { test } from "node:test";
import { nameOf } from "../dns/index.ts";
import { type EntryContent, entryDigest } from "./entry.ts";
import { applyDelta, emptyPlan, planDigest } from "./line.ts";
import type { PlanDelta, ServingEntry } from "./plan.ts";

const endpoint = nameOf("dynamodb.use1.holdfast.example");
const content: EntryContent = {
  endpoint,
  answers: 2,
  rrsets: [
    {
      type: "A",
      ttlSeconds: 5,
      records: [
        { rdata: "192.0.2.1", weight: 100 },
        { rdata: "192.0.2.2", weight: 50 },
      ],
    },
  ],
};

function entry(generation: number): ServingEntry {
  return {
    ...content,
    kind: "serving",
    zone: nameOf("use1.holdfast.example"),
    epoch: 0,
    generation,
    digest: entryDigest(content),
    actor: "planner",
    cause: "first plan",
  };
}

function delta(generation: number, parentDigest: string): PlanDelta {
  const changed = [entry(generation)];
  return {
    region: "use1",
    generation,
    parentGeneration: generation - 1,
    parentDigest,
    digest: planDigest("use1", parentDigest, generation, changed),
    actor: "planner",
    cause: "test",
    madeAtMs: 0,
    changed,
  };
}

test("planDigest() covers what pins an entry and what it carries, and is as it was without", () => {
  const [rrset] = content.rrsets;
  const beneath = { answers: 2, rrsets: content.rrsets };
  const pins: readonly Partial<ServingEntry>[] = [
    {},
    { override: { id: "o-one", untilMs: 1000 } },
    { override: { id: "o-two", untilMs: 1000 } },
    { override: { id: "o-one", untilMs: 2000 } },
    { beneath },
    { beneath: { ...beneath, answers: "all" } },
    { beneath: { ...beneath, rrsets: [{ ...rrset, ttlSeconds: 6 }] } },
    {
      beneath: { ...beneath, rrsets: [{ ...rrset, records: [{ rdata: "192.0.2.1", weight: 9 }] }] },
    },
    { ends: ["o-one"] },
    { ends: ["o-one", "o-two"] },
    { revives: ["o-one"] },
  ];
  const digests = pins.map((pin) => planDigest("use1", "", 1, [{ ...entry(1), ...pin }]));
  assert.equal(new Set(digests).size, pins.length);
  // What was stored before entries could be pinned must verify for ever.
  assert.equal(digests[0], "pTtEDStxZJBG_zLwbawcNwcVZAD2rxvQQpyY4bA_3Po");
});

test("planDigest() covers what a tombstone carries on, and nothing where it carries none", () => {
  const { endpoint, zone, epoch, generation, digest, actor, cause } = entry(1);
  const head = { endpoint, zone, epoch, generation, digest, actor, cause };
  const tombstone = { kind: "tombstone", ...head, tombstoneId: "t-two", retiredAtMs: 5 } as const;
  const carries = [{}, { revives: ["t-one"] }, { revives: [] }, { ends: ["t-one"] }, { ends: [] }];
  const digests = carries.map((more) => planDigest("use1", "", 1, [{ ...tombstone, ...more }]));
  assert.equal(new Set(digests).size, carries.length);
  // What was stored before tombstones carried anything must verify for ever.
  assert.equal(digests[0], "rcMtHws2drcq6IRm5cShplZ5vd4moYiwuV-vuDtdQDw");
});

test("planDigest() takes content of any kind: what is offered to a store may be no RDATA", () => {
  const beneath = { answers: 1, rrsets: [{ ...content.rrsets[0], type: "NONSENSE" }] } as const;
  assert.match(planDigest("use1", "", 1, [{ ...entry(1), beneath }]), /^[\w-]{43}$/);
});

test("entryDigest() is the same for the same answer and differs in each thing it covers", () => {
  const [rrset] = content.rrsets;
  const [first, second] = rrset.records;
  assert.ok(second !== undefined);
  const variants: EntryContent[] = [
    content,
    { ...content, answers: "all" },
    { ...content, endpoint: nameOf("other.use1.holdfast.example") },
    { ...content, rrsets: [{ ...rrset, ttlSeconds: 6 }] },
    { ...content, rrsets: [{ ...rrset, records: [first] }] },
    { ...content, rrsets: [{ ...rrset, records: [first, { ...second, weight: 51 }] }] },
    { ...content, rrsets: [{ ...rrset, records: [first, { ...second, rdata: "192.0.2.3" }] }] },
  ];
  assert.equal(entryDigest({ ...content }), entryDigest(content));
  assert.equal(new Set(variants.map(entryDigest)).size, variants.length);
});

test("applyDelta() gives the whole plan and keeps the entries that did not change", () => {
  const first = applyDelta(emptyPlan("use1"), delta(1, ""));
  const second = applyDelta(first, delta(2, first.digest));
  assert.equal(second.generation, 2);
  assert.equal(second.entries.get(endpoint)?.generation, 2);
  assert.equal(first.entries.get(endpoint)?.generation, 1, "the parent plan is immutable");
});

test("applyDelta() refuses a delta that is not a child of the plan", () => {
  const first = applyDelta(emptyPlan("use1"), delta(1, ""));
  assert.throws(() => applyDelta(first, delta(3, first.digest)), {
    fault: { code: "delta-does-not-follow", generation: 3, parent: 2 },
  });
  assert.throws(() => applyDelta(first, delta(2, "another digest")), {
    fault: { code: "delta-does-not-follow", generation: 2, parent: 1 },
  });
});

test("applyDelta() refuses a delta whose content is not what its digest says", () => {
  const forged = { ...delta(1, ""), changed: [{ ...entry(1), digest: "A".repeat(43) }] };
  assert.throws(() => applyDelta(emptyPlan("use1"), forged), {
    fault: { code: "plan-digest-mismatch", generation: 1 },
  });
});
