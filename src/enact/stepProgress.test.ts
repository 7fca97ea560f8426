import assert from "node:assert/strict";
import { test } from "node:test";
import { fenceText, type PlanEntry, type Reading, type WriteOutcome } from "../plan/index.ts";
import { RETRY_MS_MAX } from "./backoff.ts";
import { raiseMark } from "./highWaterMark.ts";
import type { Progress, ProgressEffect, ProgressEvent, StepFacts } from "./progress.ts";
import { PREFERENCE_DELAY_MS } from "./rank.ts";
import {
  ENDPOINT,
  entryAt,
  FACTS,
  fenceOf,
  holding,
  markAt,
  tombstoneAt,
  UNREADABLE,
} from "./samples.suite.ts";
import { newProgress, stepProgress } from "./stepProgress.ts";

const BARE: Reading = { kind: "read", endpoint: ENDPOINT, fence: { kind: "none" }, rrsets: [] };

/** Walks one endpoint through events, and keeps what it asked for. */
class Walk {
  progress: Progress;
  facts: StepFacts = {
    ...FACTS,
    mark: undefined,
    gate: { kind: "open", text: undefined },
    monotonicMs: 0,
  };
  effects: readonly ProgressEffect[] = [];

  constructor(entry: PlanEntry, rank = 0) {
    this.progress = newProgress(entry, rank);
  }

  step(event: ProgressEvent): this {
    const { progress, effects } = stepProgress(this.progress, event, this.facts);
    this.progress = progress;
    this.effects = effects;
    return this;
  }
  offer(entry: PlanEntry): this {
    return this.step({ kind: "offered", entry });
  }
  read(reading: Reading): this {
    return this.step({ kind: "read", reading });
  }
  written(kind: WriteOutcome["kind"]): this {
    const problem = "why";
    const plain = kind === "applied" || kind === "condition-failed";
    return this.step({ kind: "written", outcome: plain ? { kind } : { kind, problem } });
  }
  /** Kinds of the effects, without what is told. */
  get asks(): readonly string[] {
    return this.effects.flatMap(({ kind }) => (kind === "tell" || kind === "seen" ? [] : kind));
  }
  get told(): readonly string[] {
    return this.effects.flatMap((effect) => (effect.kind === "tell" ? effect.happening.kind : []));
  }
  get write() {
    const effect = this.effects.find(({ kind }) => kind === "write");
    assert(effect?.kind === "write", `asks for ${this.asks.join()}, not a write`);
    return effect.write;
  }
  get waitMs(): number {
    const effect = this.effects.find(({ kind }) => kind === "wait");
    assert(effect?.kind === "wait", `asks for ${this.asks.join()}, not a wait`);
    return effect.wait.afterMs;
  }
}

test("an endpoint new to everyone is created without asking, on condition that it is new", () => {
  const walk = new Walk(entryAt(1)).offer(entryAt(1));
  assert.deepEqual(walk.write.condition, {
    fence: undefined,
    gate: undefined,
    nameNotInUse: true,
  });
});

test("a known endpoint is advanced without asking, on condition of the fence last seen", () => {
  const walk = new Walk(entryAt(6)).step({ kind: "look" }).read(holding(entryAt(6)));
  assert.equal(walk.progress.standing.kind, "confirmed");
  walk.facts = { ...walk.facts, mark: markAt(fenceOf(entryAt(6))) };
  assert.equal(walk.offer(entryAt(7)).write.condition.fence, fenceText(fenceOf(entryAt(6))));
});

test("memory of an override is not enough to write on: it is read", () => {
  const mark = { kind: "override", id: "o", untilMs: FACTS.wallMs + 1 } as const;
  const fence = fenceOf(entryAt(6), { mark });
  const walk = new Walk(entryAt(6)).step({ kind: "look" }).read(holding(entryAt(6), { fence }));
  walk.facts = { ...walk.facts, mark: markAt(fence) };
  assert.deepEqual(walk.offer(entryAt(7)).asks, ["read"]);
});

test("an applied write counts only after it was read back", () => {
  const walk = new Walk(entryAt(1)).offer(entryAt(1));
  const { fence } = walk.write;
  walk.written("applied");
  assert.deepEqual(walk.asks, ["read"]);
  assert.equal(walk.progress.standing.kind, "unseen");
  walk.read(holding(entryAt(1), { fence }));
  assert.equal(walk.progress.standing.kind, "confirmed");
  assert.deepEqual(walk.told, ["enacted"]);
  assert.equal(walk.progress.behindSinceMs, undefined);
});

test("an unknown outcome is followed by a reading, never by the same write again", () => {
  const walk = new Walk(entryAt(1)).offer(entryAt(1));
  const { fence } = walk.write;
  walk.written("unknown");
  assert.deepEqual(walk.asks, ["wait"]);
  assert.deepEqual(walk.step({ kind: "due" }).asks, ["read"]);
  walk.read(holding(entryAt(1), { fence }));
  assert.deepEqual([walk.asks, walk.told], [[], ["enacted"]], "it had been applied");
});

test("after a wait the newest entry is used, however many went by", () => {
  const walk = new Walk(entryAt(1)).offer(entryAt(1)).written("unknown");
  for (const generation of [2, 3, 4]) {
    assert.deepEqual(walk.offer(entryAt(generation)).asks, []);
  }
  walk.step({ kind: "due" }).read(BARE);
  assert.equal(walk.write.fence.generation, 4);
});

test("an entry offered while a write is under way is written next", () => {
  const walk = new Walk(entryAt(1)).offer(entryAt(1));
  const { fence } = walk.write;
  assert.deepEqual(walk.offer(entryAt(2)).asks, []);
  walk.written("applied").read(holding(entryAt(1), { fence }));
  assert.equal(walk.write.fence.generation, 2);
  assert.deepEqual(walk.told, ["enacted"]);
});

test("an older or repeated offer changes nothing", () => {
  const walk = new Walk(entryAt(2)).step({ kind: "look" }).read(holding(entryAt(2)));
  for (const entry of [entryAt(1), entryAt(2)]) {
    assert.deepEqual(walk.offer(entry).asks, []);
    assert.equal(walk.progress.entry.generation, 2);
  }
});

test("a lost race is read again at once, with the gate; a third in a row waits", () => {
  const walk = new Walk(entryAt(7)).step({ kind: "look" });
  for (const want of ["read", "read", "wait"]) {
    walk.read(holding(entryAt(6))).written("condition-failed");
    assert.deepEqual(walk.asks, ["read-gate", want]);
  }
});

test("waits double and are bounded, and a success starts them anew", () => {
  const walk = new Walk(entryAt(1)).step({ kind: "look" });
  const waits: number[] = [];
  for (let attempt = 0; attempt < 12; attempt += 1) {
    waits.push(walk.read(UNREADABLE).waitMs);
    walk.step({ kind: "due" });
  }
  assert.deepEqual(
    waits,
    waits.toSorted((left, right) => left - right),
  );
  assert.equal(waits.at(-1), RETRY_MS_MAX / 2);
  walk.read(holding(entryAt(1)));
  walk.step({ kind: "look" });
  assert.equal(walk.read(UNREADABLE).waitMs, waits[0]);
});

for (const rank of [1, 2]) {
  test(`place ${rank + 1} leaves a change to those before it, then takes over`, () => {
    const walk = new Walk(entryAt(7), rank).offer(entryAt(7));
    assert.equal(walk.waitMs, rank * PREFERENCE_DELAY_MS);
    walk.facts = { ...walk.facts, monotonicMs: rank * PREFERENCE_DELAY_MS };
    assert.deepEqual(walk.step({ kind: "due" }).asks, ["read"]);
    assert.equal(walk.read(holding(entryAt(6))).write.fence.generation, 7);
  });

  test(`place ${rank + 1} leaves drift to those before it, then takes over`, () => {
    const walk = new Walk(entryAt(7), rank).step({ kind: "look" });
    walk.read(holding(entryAt(7), { rrsets: [] }));
    assert.equal(walk.waitMs, rank * PREFERENCE_DELAY_MS);
    assert.deepEqual(walk.told, [], "the first tells it");
    walk.facts = { ...walk.facts, monotonicMs: rank * PREFERENCE_DELAY_MS };
    walk.step({ kind: "due" }).read(holding(entryAt(7), { rrsets: [] }));
    assert.equal(walk.write.fence.edition, fenceOf(entryAt(7)).edition + 1);
  });
}

test("the first writes drift at once", () => {
  const walk = new Walk(entryAt(7)).step({ kind: "look" });
  assert(walk.read(holding(entryAt(7), { rrsets: [] })).write.rrsets.length > 0);
  assert.deepEqual(walk.written("applied").told, ["drift-found"]);
});

test("drift that was a torn reading is not told: its write fails on its condition", () => {
  const walk = new Walk(entryAt(7)).step({ kind: "look" });
  walk.read(holding(entryAt(7), { rrsets: [] }));
  const { edition } = walk.write.fence;
  assert.deepEqual(walk.written("condition-failed").told, []);
  walk.read(holding(entryAt(8), { fence: fenceOf(entryAt(8), { edition }) }));
  assert.deepEqual(walk.told, ["superseded"]);
});

test("a closed gate holds the write; looking again is harmless; the open gate lets it go", () => {
  const walk = new Walk(entryAt(7)).step({ kind: "look" });
  walk.facts = { ...walk.facts, gate: { kind: "closed", why: "paused" } };
  for (const told of [["drift-found"], []]) {
    walk.read(holding(entryAt(7), { rrsets: [] }));
    assert.deepEqual([walk.asks, walk.told], [["hold"], told]);
    walk.step({ kind: "look" });
  }
  const text = "holdfast-gate=1 edition=2 automation=on";
  walk.facts = { ...walk.facts, gate: { kind: "open", text } };
  walk.read(holding(entryAt(7), { rrsets: [] }));
  assert.equal(walk.write.condition.gate, text);
});

test("a plausible fence seen is remembered, an implausible one is not", () => {
  const walk = new Walk(entryAt(1)).step({ kind: "look" });
  const seen = (made: Walk) => made.effects.filter(({ kind }) => kind === "seen").length;
  assert.equal(seen(walk.read(holding(entryAt(9)))), 1);
  walk.step({ kind: "look" });
  const far = fenceOf(entryAt(1), { generation: 99_999_999 });
  assert.equal(seen(walk.read(holding(entryAt(1), { fence: far }))), 0);
  walk.step({ kind: "look" });
  assert.equal(seen(walk.read(holding(entryAt(1), { fence: "malformed" }))), 0);
});

test("a stranger's records are told at the second look: the first may be a torn reading", () => {
  const walk = new Walk(entryAt(7)).step({ kind: "look" });
  const theirs = holding(entryAt(7), { fence: "none" });
  assert.deepEqual([walk.read(theirs).asks, walk.told], [["wait"], []]);
  walk.step({ kind: "due" }).read(holding(entryAt(7)));
  assert.equal(walk.progress.standing.kind, "confirmed", "another enactor was creating it");
  const other = new Walk(entryAt(7)).step({ kind: "look" }).read(theirs).step({ kind: "due" });
  assert.deepEqual(other.read(theirs).told, ["refused"]);
  assert.deepEqual(other.step({ kind: "look" }).read(theirs).told, [], "once");
});

test("a name without its fence is written only after the plan store's word", () => {
  const walk = new Walk(entryAt(7)).step({ kind: "look" });
  walk.facts = { ...walk.facts, mark: markAt(fenceOf(entryAt(7))) };
  const unfenced = holding(entryAt(7), { fence: "none" });
  assert.deepEqual(walk.read(unfenced).asks, ["ask-newest"]);
  assert.deepEqual(walk.step({ kind: "newest", answer: "unavailable" }).asks, ["wait"]);
  walk.step({ kind: "due" }).read(unfenced);
  assert.equal(walk.step({ kind: "newest", answer: "confirmed" }).write.fence.generation, 7);
});

test("the plan store's word is about the newest entry, also where that came with it", () => {
  const walk = new Walk(entryAt(7)).step({ kind: "look" });
  walk.facts = { ...walk.facts, mark: markAt(fenceOf(entryAt(7))) };
  walk.read(holding(entryAt(7), { fence: "none" })).offer(entryAt(8));
  assert.equal(walk.step({ kind: "newest", answer: "confirmed" }).write.fence.generation, 8);
});

test("an entry that retires a name is written on what was read, never on memory", () => {
  const walk = new Walk(entryAt(6)).step({ kind: "look" }).read(holding(entryAt(6)));
  walk.facts = { ...walk.facts, mark: markAt(fenceOf(entryAt(6))) };
  assert.deepEqual(walk.offer(tombstoneAt(7)).asks, ["read"]);
  const { rrsets, weights, fence } = walk.read(holding(entryAt(6))).write;
  assert.deepEqual([rrsets, weights, fence.types], [[], undefined, []]);
  walk.written("applied").read(holding(entryAt(6), { fence, rrsets: [] }));
  assert.equal(walk.progress.standing.kind, "retired");
  assert.deepEqual(walk.told, ["enacted"]);
});

test("a name without a fence is not retired, and that is no trouble", () => {
  const walk = new Walk(tombstoneAt(7)).step({ kind: "look" });
  assert.deepEqual(walk.read(holding(entryAt(6), { fence: "none" })).asks, []);
  assert.equal(walk.progress.standing.kind, "retired");
});

const REPAIRS_ONLY = { kind: "repairs", text: "holdfast-gate=1 edition=2 automation=repairs" };

test("a gate for repairs lets drift be written, and holds what is new", () => {
  const gate = { ...REPAIRS_ONLY, kind: "repairs" } as const;
  const walk = new Walk(entryAt(7)).step({ kind: "look" });
  walk.facts = { ...walk.facts, gate };
  assert.deepEqual(walk.read(holding(entryAt(6))).asks, ["hold"]);
  walk.step({ kind: "look" }).read(holding(entryAt(7), { rrsets: [] }));
  assert.equal(walk.write.condition.gate, REPAIRS_ONLY.text);
  const retiring = new Walk(tombstoneAt(7)).step({ kind: "look" });
  retiring.facts = { ...walk.facts, gate };
  assert.deepEqual(retiring.read(holding(entryAt(6))).asks, ["hold"]);
});

test("a gate for repairs does not leave a name empty for a newer plan's sake", () => {
  const walk = new Walk(entryAt(7)).step({ kind: "look" });
  walk.facts = { ...walk.facts, gate: { ...REPAIRS_ONLY, kind: "repairs" } };
  assert.equal(walk.read(holding(entryAt(6), { rrsets: [] })).write.fence.generation, 7);
});

test("memory is not enough to tell a repair from what is new behind a gate for repairs", () => {
  const walk = new Walk(entryAt(6)).step({ kind: "look" }).read(holding(entryAt(6)));
  const gate = { ...REPAIRS_ONLY, kind: "repairs" } as const;
  walk.facts = { ...walk.facts, gate, mark: markAt(fenceOf(entryAt(6))) };
  assert.deepEqual(walk.offer(entryAt(7)).asks, ["hold"]);
});

test("an override's end is looked at when it comes, and now and then before", () => {
  const leftMs = 70_000;
  const mark = { kind: "override", id: "o", untilMs: FACTS.wallMs + leftMs } as const;
  const held = holding(entryAt(6), { fence: fenceOf(entryAt(6), { mark }) });
  const walk = new Walk(entryAt(6)).step({ kind: "look" });
  assert.equal(walk.read(held).waitMs, 30_000, "clocks jump");
  walk.facts = { ...walk.facts, wallMs: FACTS.wallMs + leftMs - 100 };
  assert.equal(walk.step({ kind: "due" }).read(held).waitMs, 100);
  walk.facts = { ...walk.facts, wallMs: FACTS.wallMs + leftMs };
  const { fence } = walk.step({ kind: "due" }).read(held).write;
  assert.equal(fence.mark, undefined);
});

test("what an override pins is remembered where all was seen, and where written", () => {
  const { answers, rrsets } = entryAt(6);
  const override = { id: "o", untilMs: FACTS.wallMs + 9_000 };
  const mark = { kind: "override", ...override } as const;
  const seen = (walk: Walk) =>
    walk.effects.flatMap((effect) => (effect.kind === "seen" ? [effect.pinned] : []));
  const fence = fenceOf(entryAt(6), { mark });
  const walk = new Walk(entryAt(5)).step({ kind: "look" });
  assert.deepEqual(seen(walk.read(holding(entryAt(6), { fence }))), [{ answers, rrsets }]);
  const other = { fence, rrsets: holding(entryAt(8)).rrsets };
  assert.deepEqual(seen(walk.step({ kind: "look" }).read(holding(entryAt(6), other))), [undefined]);
  const writer = new Walk(entryAt(6, { override })).step({ kind: "look" }).read(BARE);
  assert.deepEqual(seen(writer.written("applied")), [{ answers, rrsets }]);
});

test("an override that was put back and still differs is not put back over and over", () => {
  const mark = { kind: "override", id: "o", untilMs: FACTS.wallMs + 9_000 } as const;
  const fence = fenceOf(entryAt(6), { mark });
  const { answers, rrsets } = entryAt(6);
  const walk = new Walk(entryAt(5)).step({ kind: "look" });
  walk.facts = { ...walk.facts, mark: raiseMark(undefined, fence, { answers, rrsets }) };
  const written = walk.read(holding(entryAt(6), { fence, rrsets: [] })).write.fence;
  assert.equal(written.edition, fence.edition + 1);
  walk.written("applied").read(holding(entryAt(6), { fence: written, rrsets: [] }));
  assert.deepEqual(walk.asks, ["wait"]);
});

test("a name that shall answer again is not in place until it was looked at", () => {
  const walk = new Walk(tombstoneAt(6)).step({ kind: "look" }).read(BARE);
  assert.equal(walk.progress.standing.kind, "retired");
  walk.offer(entryAt(7, { revives: ["t1"] }));
  assert.equal(walk.progress.standing.kind, "unseen");
});

test("a wake that comes late changes nothing", () => {
  const walk = new Walk(entryAt(1)).step({ kind: "look" }).read(holding(entryAt(1)));
  assert.deepEqual(walk.step({ kind: "due" }).asks, []);
});

test("a write without an answer is told, and told again when it turns up late", () => {
  const walk = new Walk(entryAt(7)).step({ kind: "look" }).read(holding(entryAt(6)));
  const sent = walk.write.fence;
  walk.written("unknown").step({ kind: "due" });
  walk.offer(entryAt(8)).read(holding(entryAt(6)));
  assert.deepEqual(walk.told, ["outcome-unknown"]);
  walk.written("condition-failed").read(holding(entryAt(7), { fence: sent }));
  assert.deepEqual(walk.told, ["enacted"]);
  const { edition } = walk.write.fence;
  const raced = holding(entryAt(9), { fence: fenceOf(entryAt(9), { edition }) });
  walk.written("condition-failed").step({ kind: "due" }).read(raced);
  assert.deepEqual([walk.told, walk.progress.doubts], [["superseded"], undefined]);
});

test("a write without an answer that something later covers is told once", () => {
  const walk = new Walk(entryAt(7)).step({ kind: "look" }).read(holding(entryAt(6)));
  const { edition } = walk.write.fence;
  const later = holding(entryAt(9), { fence: fenceOf(entryAt(9), { edition: edition + 1 }) });
  walk.written("unknown").step({ kind: "due" }).read(later);
  assert.deepEqual(walk.told, ["outcome-unknown", "superseded"]);
  walk.step({ kind: "look" }).read(later);
  assert.deepEqual(walk.told, []);
});

test("a write without an answer is told where another has its edition: disks get lost", () => {
  const walk = new Walk(entryAt(7)).step({ kind: "look" }).read(holding(entryAt(6)));
  const { edition } = walk.write.fence;
  walk.written("unknown").step({ kind: "due" });
  walk.read(holding(entryAt(9), { fence: fenceOf(entryAt(9), { edition }) }));
  assert.deepEqual(walk.told, ["outcome-unknown", "superseded"]);
  assert.equal(walk.progress.doubts, undefined);
});

test("a write whose condition failed, and that is there all the same, is told as unknown", () => {
  const walk = new Walk(entryAt(7)).step({ kind: "look" }).read(holding(entryAt(6)));
  const sent = walk.write.fence;
  walk.written("condition-failed").read(holding(entryAt(7), { fence: sent }));
  assert.deepEqual(walk.told, ["outcome-unknown"]);
  assert.equal(walk.progress.standing.kind, "confirmed");
});

test("a write whose condition failed is told where the reading after it failed, and once", () => {
  const walk = new Walk(entryAt(7)).step({ kind: "look" }).read(holding(entryAt(6)));
  const { endpoint } = walk.progress.entry;
  walk.written("condition-failed");
  walk.step({ kind: "read", reading: { kind: "unreadable", endpoint, problem: "no answer" } });
  assert.deepEqual(walk.told, ["outcome-unknown"]);
  walk.step({ kind: "due" }).read(holding(entryAt(9)));
  assert.deepEqual(walk.told, ["superseded"], "a race that was lost is nothing to tell");
});

test("a write whose condition failed is told where the zone has left its edition behind", () => {
  const later = holding(entryAt(9)); // many editions on
  const onReading = new Walk(entryAt(7)).step({ kind: "look" }).read(holding(entryAt(6)));
  assert.deepEqual(onReading.written("condition-failed").read(later).told, [
    "outcome-unknown",
    "superseded",
  ]);
  const onMemory = new Walk(entryAt(6)).step({ kind: "look" }).read(holding(entryAt(6)));
  onMemory.facts = { ...onMemory.facts, mark: markAt(fenceOf(entryAt(6))) };
  onMemory.offer(entryAt(7)).written("condition-failed").read(later);
  assert.deepEqual(onMemory.told, ["superseded"], "memory was old, as memory is");
});

test("memory is not enough for an entry that lacks an address type: it is read", () => {
  const [ipv4] = entryAt(7).rrsets;
  const walk = new Walk(entryAt(6)).step({ kind: "look" }).read(holding(entryAt(6)));
  walk.facts = { ...walk.facts, mark: markAt(fenceOf(entryAt(6))) };
  assert.deepEqual(walk.offer(entryAt(7, { rrsets: [ipv4] })).asks, ["read"]);
});
