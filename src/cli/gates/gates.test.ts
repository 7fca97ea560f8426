import assert from "node:assert/strict";
import { test } from "node:test";
import { nameOf } from "../../dns/index.ts";
import { type Gate, type GateFound, gateText, type WriteOutcome } from "../../plan/index.ts";
import { changeGates, type GateTask } from "./changeGates.ts";
import { gateStep } from "./gateStep.ts";

const ZONE = nameOf("use1.holdfast.example");
const NOW_MS = 1_760_000_000_000;

function found(gate: Gate): GateFound {
  return { kind: "gate", gate, text: gateText(gate) };
}

const PAUSED: Gate = { edition: 4, automation: "paused" };
const ON: Gate = { edition: 5, automation: "on" };
const BROKEN = { kind: "malformed" as const, problem: "not in its grammar" };

const STEPS: readonly (readonly [
  why: string,
  found: GateFound,
  wanted: Gate["automation"],
  expected: object,
])[] = [
  [
    "no gate, pause: above any that a lost disk may have held",
    { kind: "none" },
    "paused",
    { expected: undefined, edition: NOW_MS / 1000 },
  ],
  [
    "no gate, resume: enactors that saw it paused believe only what says `on`",
    { kind: "none" },
    "on",
    { expected: undefined, edition: NOW_MS / 1000 },
  ],
  ["on, pause but for repairs", found(ON), "repairs", { expected: gateText(ON), edition: 6 }],
  ["paused, repairs only", found(PAUSED), "repairs", { expected: gateText(PAUSED), edition: 5 }],
  ["paused, resume", found(PAUSED), "on", { expected: gateText(PAUSED), edition: 5 }],
  ["paused, pause again", found(PAUSED), "paused", { kind: "done" }],
  ["on again, pause", found(ON), "paused", { expected: gateText(ON), edition: 6 }],
  [
    "one broken record is replaced, above any edition",
    { ...BROKEN, texts: ["nonsense"] },
    "paused",
    { expected: "nonsense", edition: NOW_MS / 1000 },
  ],
  ["two records cannot be a condition", { ...BROKEN, texts: ["a", "b"] }, "on", { kind: "cannot" }],
  [
    "unreadable is unknown: nothing is written blindly",
    { kind: "unreadable", problem: "no answer" },
    "paused",
    { kind: "cannot" },
  ],
];

for (const [why, gate, wanted, expected] of STEPS) {
  test(`gateStep() knows what to do: ${why}`, () => {
    const step = gateStep(gate, wanted, NOW_MS);
    if ("kind" in expected) assert.equal(step.kind, expected.kind);
    else {
      assert.ok(step.kind === "write");
      assert.deepEqual({ expected: step.expected, edition: step.gate.edition }, expected);
      assert.equal(step.gate.automation, wanted);
    }
  });
}

/** A zone store as far as gates go, with replies that a test scripts. */
class GateStore {
  gate: GateFound = { kind: "none" };
  readonly replies: WriteOutcome[] = [];
  writes = 0;

  readonly readGate = async (): Promise<GateFound> => this.gate;

  readonly writeGate = async (
    _zone: unknown,
    expected: string | undefined,
    gate: Gate,
  ): Promise<WriteOutcome> => {
    this.writes += 1;
    const held = this.gate.kind === "gate" ? this.gate.text : undefined;
    if (held !== expected) return { kind: "condition-failed" };
    const reply = this.replies.shift() ?? { kind: "applied" };
    if (reply.kind === "applied" || reply.kind === "unknown") this.gate = found(gate);
    return reply;
  };

  task(): GateTask {
    const rest = {
      ...{ id: "embedded", read: async () => [], commit: async () => [] },
      ...{ readSeed: async () => "seeded" as const, onReconnect: () => {}, close: () => {} },
      writeSeed: async (): Promise<WriteOutcome> => ({ kind: "applied" }),
      abilities: {
        ...{ fencing: "fenced multi-record" as const, weightedAnswers: true, needsSeed: true },
        ...{ gateIsCondition: true, writesPerCommitMax: 1 },
      },
    };
    const store = { ...rest, readGate: this.readGate, writeGate: this.writeGate };
    return { zone: ZONE, storeId: "embedded", store };
  }
}

const now = () => NOW_MS;

test("changeGates() pauses, and says so again without writing", async () => {
  const store = new GateStore();
  const [first] = await changeGates([store.task()], "paused", now);
  assert.equal(first?.outcome, "changed");
  const [second] = await changeGates([store.task()], "paused", now);
  assert.equal(second?.outcome, "already");
  assert.equal(store.writes, 1);
});

test("changeGates() reads after a lost reply, and never repeats blindly", async () => {
  const store = new GateStore();
  store.replies.push({ kind: "unknown", problem: "no answer in 2 s" });
  const [outcome] = await changeGates([store.task()], "paused", now);
  assert.equal(outcome?.outcome, "changed");
  assert.equal(store.writes, 1);
});

test("changeGates() reports a refusal, and goes on with the other stores", async () => {
  const store = new GateStore();
  store.replies.push({ kind: "refused", problem: "NOTAUTH" });
  const other = new GateStore();
  const missing: GateTask = { zone: ZONE, storeId: "bind", store: undefined, problem: "no key" };
  const outcomes = await changeGates([store.task(), missing, other.task()], "paused", now);
  assert.deepEqual(
    outcomes.map(({ outcome, problem }) => [outcome, problem]),
    [
      ["failed", "NOTAUTH"],
      ["failed", "no key"],
      ["changed", undefined],
    ],
  );
});

test("changeGates() gives up on a gate that others change all the time", async () => {
  const store = new GateStore();
  const task = store.task();
  assert.ok(task.store !== undefined);
  const never = async (): Promise<WriteOutcome> => ({ kind: "condition-failed" });
  const contended = { ...task, store: { ...task.store, writeGate: never } };
  const [outcome] = await changeGates([contended], "paused", now);
  assert.equal(outcome?.outcome, "failed");
});
