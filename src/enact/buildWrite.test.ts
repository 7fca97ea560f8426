import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { RRType } from "../dns/index.ts";
import {
  comparePositions,
  type Fence,
  fenceText,
  parseFence,
  type Reading,
} from "../plan/index.ts";
import { buildWrite } from "./buildWrite.ts";
import { decide } from "./decide.ts";
import type { DecisionFacts, ReadReading } from "./decision.ts";
import { type HighWaterMark, raiseMark } from "./highWaterMark.ts";
import { entryAt, FACTS, fenceOf, holding, markAt, rrsetAt, UNREADABLE } from "./samples.suite.ts";

const GATE = "holdfast-gate=1 edition=3 automation=on";
const ours = entryAt(7);
const write = (reading: ReadReading, mark?: HighWaterMark, facts: DecisionFacts = FACTS) =>
  buildWrite(ours, { reading, mark, facts }, GATE);

test("buildWrite() puts fence and gate as read on condition, and a new name not in use", () => {
  const older = entryAt(6);
  assert.deepEqual(write(holding(older)).condition, {
    fence: fenceText(fenceOf(older)),
    gate: GATE,
    nameNotInUse: false,
  });
  assert.deepEqual(write(holding(ours, { fence: "none", rrsets: [] })).condition, {
    fence: undefined,
    gate: GATE,
    nameNotInUse: true,
  });
  const left = holding(ours, { fence: "none", rrsets: [rrsetAt("A", "192.0.2.1")] });
  assert.equal(write(left, markAt(fenceOf(older))).condition.nameNotInUse, false);
});

test("buildWrite() deletes what the fence lists, what is written and what is in the way", () => {
  const fence = fenceOf(entryAt(6), { types: ["CNAME", "TXT"] });
  const rrsets = [rrsetAt("DNAME", "elsewhere.example."), rrsetAt("MX", "1 mail.example.")];
  const reading = holding(entryAt(6), { fence, rrsets });
  const shared = { ...FACTS, ownsWholeName: false };
  assert.deepEqual(write(reading, undefined, shared).deleteTypes, [
    RRType.A,
    RRType.CNAME,
    RRType.TXT,
    RRType.AAAA,
    RRType.DNAME,
  ]);
  assert(write(reading).deleteTypes.includes(RRType.MX), "where the whole name is ours");
});

test("buildWrite() goes above every edition ever seen, so that no fence text comes back", () => {
  const seen = raiseMark(markAt(fenceOf(entryAt(6), { edition: 900 })), fenceOf(ours));
  assert.equal(write(holding(ours, { fence: "none", rrsets: [] }), seen).fence.edition, 901);
  assert.equal(write(holding(ours), seen).fence.edition, 901);
});

test("buildWrite() asserts that it lowers nothing", () => {
  assert.throws(() => write(holding(entryAt(8))), /never lowers/);
  const gone = holding(ours, { fence: "none", rrsets: [] });
  assert.throws(() => write(gone, markAt(fenceOf(entryAt(8)))), /never lowers/);
});

const generation = fc.integer({ min: 1, max: 12 });
const fenceArbitrary = fc.record({
  generation,
  epoch: fc.integer({ min: 0, max: 2 }),
  edition: fc.integer({ min: 0, max: 500 }),
  digestOf: fc.constantFrom("own", "other"),
  mark: fc.constantFrom("none", "override-held", "override-ended", "tombstone"),
});
const rrsetsArbitrary = fc.constantFrom("match", "gone", "one-type", "txt", "cname", "other");

type ArbitraryFence = typeof fenceArbitrary extends fc.Arbitrary<infer Made> ? Made : never;

function madeFence(made: ArbitraryFence): Fence {
  const { epoch, edition, digestOf } = made;
  const entry = entryAt(made.generation);
  const digest = digestOf === "own" ? entry.digest : "x".repeat(20);
  const untilMs = made.mark === "override-held" ? 2_000_000_000 : 0;
  const base = fenceOf(entry, { epoch, edition, digest });
  if (made.mark === "none") return base;
  if (made.mark !== "tombstone") return { ...base, mark: { kind: "override", id: "o", untilMs } };
  return { ...base, types: [], mark: { kind: "tombstone", id: "t", atMs: 0 } };
}

function madeReading(
  fence: ArbitraryFence | "none" | "malformed" | "unreadable",
  rrsets: string,
): Reading {
  if (fence === "unreadable") return UNREADABLE;
  const held = typeof fence === "string" ? fence : madeFence(fence);
  const entry = entryAt(typeof fence === "string" ? 5 : fence.generation);
  switch (rrsets) {
    case "match":
      return holding(entry, { fence: held });
    case "gone":
      return holding(entry, { fence: held, rrsets: [] });
    case "one-type":
      return holding(entry, { fence: held, rrsets: [rrsetAt("A", "192.0.2.1")] });
    case "txt":
      return holding(entry, { fence: held, rrsets: [rrsetAt("TXT", '"x"')] });
    case "cname":
      return holding(entry, { fence: held, rrsets: [rrsetAt("CNAME", "x.example.")] });
    default:
      return holding(entry, { fence: held, rrsets: holding(entryAt(99)).rrsets });
  }
}

const readingArbitrary = fc
  .tuple(
    fc.oneof(
      fenceArbitrary,
      fc.constantFrom("none" as const, "malformed" as const, "unreadable" as const),
    ),
    rrsetsArbitrary,
  )
  .map(([fence, rrsets]) => madeReading(fence, rrsets));
const situation = fc.record({
  entry: fc
    .tuple(generation, fc.integer({ min: 0, max: 2 }))
    .map(([g, epoch]) => entryAt(g, { epoch })),
  reading: readingArbitrary,
  mark: fc.option(
    fenceArbitrary.map((made) => markAt(madeFence(made))),
    { nil: undefined },
  ),
  facts: fc.record({
    wallMs: fc.constant(FACTS.wallMs),
    newestGeneration: fc.integer({ min: 0, max: 20 }),
    ownsWholeName: fc.boolean(),
    newest: fc.constantFrom("unasked" as const, "confirmed" as const, "unavailable" as const),
  }),
});

test("no write is ever empty, lowers the position, or repeats an edition", () => {
  let writes = 0;
  fc.assert(
    fc.property(situation, ({ entry, reading, mark, facts }) => {
      const decision = decide(entry, reading, mark, facts);
      if (decision.kind !== "write") return;
      writes += 1;
      assert(reading.kind === "read");
      const made = buildWrite(entry, { reading, mark, facts }, undefined);
      const before = reading.fence.kind === "fence" ? reading.fence.fence : mark?.fence;
      for (const type of ["A", "AAAA"]) assert(made.fence.types.includes(type));
      assert(made.rrsets.length > 0 && made.rrsets.every(({ rdata }) => rdata.length > 0));
      assert(parseFence(fenceText(made.fence)).kind === "fence");
      assert(made.fence.edition > (mark?.editionMax ?? 0));
      if (before === undefined) return;
      assert(comparePositions(made.fence, before) >= 0, "the position never falls");
      assert(made.fence.edition > before.edition, "the edition always rises");
    }),
    { numRuns: 4_000 },
  );
  assert(writes > 400, `the property saw ${writes} writes`);
});

test("no write is ever made over a tombstone, a malformed or unreadable fence", () => {
  fc.assert(
    fc.property(situation, ({ entry, reading, mark, facts }) => {
      const decision = decide(entry, reading, mark, facts);
      if (decision.kind !== "write") return;
      assert(reading.kind === "read" && reading.fence.kind !== "malformed");
      const last = reading.fence.kind === "fence" ? reading.fence.fence : mark?.fence;
      assert.notEqual(last?.mark?.kind, "tombstone");
    }),
    { numRuns: 4_000 },
  );
});

test("a write's condition is always the fence that was read", () => {
  fc.assert(
    fc.property(situation, ({ entry, reading, mark, facts }) => {
      if (reading.kind !== "read" || decide(entry, reading, mark, facts).kind !== "write") return;
      const { condition } = buildWrite(entry, { reading, mark, facts }, GATE);
      const read = reading.fence.kind === "fence" ? reading.fence.text : undefined;
      assert.equal(condition.fence, read);
      assert.equal(condition.gate, GATE);
      const isBare = reading.fence.kind === "none" && reading.rrsets.length === 0;
      assert.equal(condition.nameNotInUse, isBare);
    }),
  );
});

test("an endpoint in any state is done, or a decision that says why not", () => {
  fc.assert(
    fc.property(situation, ({ entry, reading, mark, facts }) => {
      const { kind } = decide(entry, reading, mark, facts);
      const isSame =
        reading.kind === "read" &&
        reading.fence.kind === "fence" &&
        reading.fence.fence.mark === undefined &&
        comparePositions(reading.fence.fence, entry) === 0;
      if (kind === "done") assert(isSame, "done only at the entry's own position");
    }),
  );
});
