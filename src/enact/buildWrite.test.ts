import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { RRType } from "../dns/index.ts";
import {
  comparePositions,
  type Fence,
  fenceText,
  type PlanEntry,
  parseFence,
  type Reading,
  type ServingEntry,
} from "../plan/index.ts";
import { buildWrite } from "./buildWrite.ts";
import { decide } from "./decide.ts";
import type { DecisionFacts, ReadReading } from "./decision.ts";
import { type HighWaterMark, raiseMark } from "./highWaterMark.ts";
import {
  entryAt,
  FACTS,
  fenceOf,
  holding,
  markAt,
  rrsetAt,
  tombstoneAt,
  tombstoneFence,
  UNREADABLE,
} from "./samples.suite.ts";

const GATE = "holdfast-gate=1 edition=3 automation=on";
const ours = entryAt(7);
const ADVANCE = { kind: "write", why: "advance" } as const;
const write = (reading: ReadReading, mark?: HighWaterMark, facts: DecisionFacts = FACTS) =>
  buildWrite(ours, ADVANCE, { reading, mark, facts }, GATE);

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

test("buildWrite() of a tombstone deletes all that is held, and adds nothing but its fence", () => {
  const reading = holding(entryAt(6), {
    rrsets: [...holding(entryAt(6)).rrsets, rrsetAt("HTTPS", "1 .")],
  });
  const situation = { reading, mark: undefined, facts: FACTS };
  const retired = tombstoneAt(7, { tombstoneId: "t9", retiredAtMs: 86_400_000 });
  const made = buildWrite(retired, { kind: "write", why: "retire" }, situation, GATE);
  assert.deepEqual(made.rrsets, []);
  assert.equal(made.weights, undefined);
  assert.deepEqual(made.deleteTypes, [RRType.A, RRType.CNAME, RRType.AAAA, RRType.HTTPS]);
  const { epoch, generation: at, digest } = retired;
  const mark = { kind: "tombstone", id: "t9", atMs: 86_400_000 } as const;
  const edition = fenceOf(entryAt(6)).edition + 1;
  assert.deepEqual(made.fence, { epoch, generation: at, edition, types: [], digest, mark });
  assert.equal(made.condition.fence, fenceText(fenceOf(entryAt(6))));
  assert.equal(made.condition.gate, GATE);
});

test("buildWrite() gives a name that is to be retired its fence back, with what was read", () => {
  const reading = holding(entryAt(6), { fence: "none" });
  const known = markAt(fenceOf(entryAt(5)));
  const facts: DecisionFacts = { ...FACTS, newest: "confirmed" };
  const decision = decide(tombstoneAt(7), reading, known, facts);
  assert(decision.kind === "write" && decision.why === "refence");
  const situation = { reading, mark: known, facts };
  const made = buildWrite(tombstoneAt(7), decision, situation, GATE);
  assert.deepEqual([made.condition.fence, made.condition.records], [undefined, reading.rrsets]);
  assert.deepEqual([made.rrsets, made.weights], [reading.rrsets, reading.weights]);
  const { edition, ...fence } = fenceOf(entryAt(5));
  assert.deepEqual(made.fence, { ...fence, edition: edition + 1 });
});

test("buildWrite() asserts that a tombstone is written over a fence only", () => {
  const reading = holding(entryAt(6), { fence: "none" });
  const retire = { kind: "write", why: "retire" } as const;
  const situation = { reading, mark: markAt(fenceOf(entryAt(5))), facts: FACTS };
  assert.throws(() => buildWrite(tombstoneAt(7), retire, situation, GATE), /over a fence only/);
});

test("buildWrite() deletes a CNAME whether it was read or not, but at the apex", () => {
  assert(write(holding(entryAt(6))).deleteTypes.includes(RRType.CNAME));
  const apex = entryAt(7, { zone: ours.endpoint });
  const situation = { reading: holding(entryAt(6)), mark: undefined, facts: FACTS };
  const made = buildWrite(apex, ADVANCE, situation, GATE);
  assert(!made.deleteTypes.includes(RRType.CNAME));
});

test("buildWrite() asserts that only its revival takes the place of a tombstone", () => {
  const reading = holding(ours, { fence: tombstoneFence(6), rrsets: [] });
  assert.throws(() => write(reading), /only its revival/);
  const gone = holding(ours, { fence: "none", rrsets: [] });
  assert.throws(() => write(gone, markAt(tombstoneFence(6))), /only its revival/);
  const revived = entryAt(7, { revives: ["t1"] });
  const situation = { reading, mark: undefined, facts: FACTS };
  const made = buildWrite(revived, { kind: "write", why: "revive" }, situation, GATE);
  assert.deepEqual(made.fence.types, ["A", "AAAA"]);
});

test("buildWrite() puts back what an override pinned, at the fence's own place", () => {
  const mark = { kind: "override", id: "o", untilMs: 5_000 } as const;
  const fence = fenceOf(entryAt(6), { mark });
  const { answers, rrsets } = entryAt(6);
  const reading = holding(entryAt(6), { fence, rrsets: [rrsetAt("CNAME", "x.example.")] });
  const decision = {
    kind: "write",
    why: "override-restored",
    pinned: { answers, rrsets },
  } as const;
  const situation = { reading, mark: undefined, facts: FACTS };
  const made = buildWrite(ours, decision, situation, GATE);
  assert.deepEqual(made.fence, { ...fence, edition: fence.edition + 1 });
  assert.deepEqual(made.rrsets, holding(entryAt(6)).rrsets);
  assert(made.deleteTypes.includes(RRType.CNAME));
  const plain = { ...situation, reading: holding(entryAt(6)) };
  assert.throws(() => buildWrite(ours, decision, plain, GATE), /is an override's/);
});

test("buildWrite() marks an override, and never makes it last longer than a person left it", () => {
  const until = (untilMs: number) => ({ kind: "override", id: "o", untilMs }) as const;
  const pinned = entryAt(7, { override: { id: "o", untilMs: 9_000 } });
  const made = (of: number, mark: Fence["mark"]) => {
    const fence = fenceOf(entryAt(of), mark === undefined ? {} : { mark });
    const situation = { reading: holding(entryAt(of), { fence }), mark: undefined, facts: FACTS };
    return buildWrite(pinned, ADVANCE, situation, GATE).fence.mark;
  };
  assert.deepEqual(made(6, undefined), until(9_000));
  assert.deepEqual(made(7, until(4_000)), until(4_000), "it was cleared at the server itself");
  assert.deepEqual(made(6, { ...until(4_000), id: "other" }), until(9_000));
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
const carried = fc.constantFrom<Partial<ServingEntry>>(
  {},
  { override: { id: "o", untilMs: 2_000_000_000 } },
  { ends: ["o"] },
  { revives: ["t"] },
);
const position = fc.tuple(generation, fc.integer({ min: 0, max: 2 }));
const entryArbitrary: fc.Arbitrary<PlanEntry> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.tuple(position, carried).map(([[g, epoch], changes]) => {
      return entryAt(g, { epoch, ...changes });
    }),
  },
  { weight: 1, arbitrary: position.map(([g, epoch]) => tombstoneAt(g, { epoch })) },
);
const situation = fc.record({
  entry: entryArbitrary,
  reading: readingArbitrary,
  mark: fc.option(
    fenceArbitrary.map((made) => {
      const { answers, rrsets } = entryAt(made.generation);
      return raiseMark(undefined, madeFence(made), { answers, rrsets });
    }),
    { nil: undefined },
  ),
  facts: fc.record({
    wallMs: fc.constant(FACTS.wallMs),
    newestGeneration: fc.integer({ min: 0, max: 20 }),
    ownsWholeName: fc.boolean(),
    newest: fc.constantFrom("unasked" as const, "confirmed" as const, "unavailable" as const),
  }),
});

test("no write is empty but a tombstone's, lowers the position, or repeats an edition", () => {
  const whys = new Map<string, number>();
  fc.assert(
    fc.property(situation, ({ entry, reading, mark, facts }) => {
      const decision = decide(entry, reading, mark, facts);
      if (decision.kind !== "write") return;
      whys.set(decision.why, (whys.get(decision.why) ?? 0) + 1);
      assert(reading.kind === "read");
      const made = buildWrite(entry, decision, { reading, mark, facts }, undefined);
      const before = reading.fence.kind === "fence" ? reading.fence.fence : mark?.fence;
      const isTombstone = entry.kind === "tombstone" && decision.pinned === undefined;
      assert.equal(made.rrsets.length === 0, isTombstone);
      assert.equal(made.fence.mark?.kind === "tombstone", isTombstone);
      assert(made.rrsets.every(({ rdata }) => rdata.length > 0));
      assert(parseFence(fenceText(made.fence)).kind === "fence");
      assert(made.fence.edition > (mark?.editionMax ?? 0));
      if (before === undefined) return;
      assert(comparePositions(made.fence, before) >= 0, "the position never falls");
      assert(made.fence.edition > before.edition, "the edition always rises");
    }),
    { numRuns: 8_000 },
  );
  const rare = ["retire", "revive", "override-restored", "override-cleared", "override-emptied"];
  for (const why of ["create", "advance", "repair", ...rare, "override-ended", "recreate"]) {
    assert((whys.get(why) ?? 0) > 0, `the property saw ${JSON.stringify([...whys])}, no ${why}`);
  }
});

test("no write brings a name back from a tombstone that its entry does not name", () => {
  fc.assert(
    fc.property(situation, ({ entry, reading, mark, facts }) => {
      const decision = decide(entry, reading, mark, facts);
      if (decision.kind !== "write" || entry.kind === "tombstone") return;
      assert(reading.kind === "read" && reading.fence.kind !== "malformed");
      const last = reading.fence.kind === "fence" ? reading.fence.fence : mark?.fence;
      if (last?.mark?.kind !== "tombstone") return;
      assert.deepEqual([decision.why, entry.revives], ["revive", [last.mark.id]]);
      assert(comparePositions(entry, last) > 0);
    }),
    { numRuns: 4_000 },
  );
});

test("a write's condition is always the fence that was read", () => {
  fc.assert(
    fc.property(situation, ({ entry, reading, mark, facts }) => {
      const decision = decide(entry, reading, mark, facts);
      if (reading.kind !== "read" || decision.kind !== "write") return;
      const { condition } = buildWrite(entry, decision, { reading, mark, facts }, GATE);
      const read = reading.fence.kind === "fence" ? reading.fence.text : undefined;
      assert.equal(condition.fence, read);
      assert.equal(condition.gate, GATE);
      const isBare = reading.fence.kind === "none" && reading.rrsets.length === 0;
      assert.equal(condition.nameNotInUse, isBare);
    }),
  );
});

test("done is said at the entry's own position only", () => {
  fc.assert(
    fc.property(situation, ({ entry, reading, mark, facts }) => {
      if (decide(entry, reading, mark, facts).kind !== "done") return;
      assert(reading.kind === "read" && reading.fence.kind === "fence");
      assert.equal(comparePositions(reading.fence.fence, entry), 0);
    }),
  );
});
