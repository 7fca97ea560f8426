import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededChance } from "../../../sim/seededChance.ts";
import { SEEN_MAX } from "./entry.ts";
import { heldValues, isGone } from "./heldValues.ts";
import { answer, denial, Machine, NEW, OLD } from "./machine.suite.ts";
import { DEFAULT_POLICY } from "./policy.ts";

const { minAgeMs } = DEFAULT_POLICY;
const DAY_MS = 86_400_000;
const HIJACKED = "203.0.113.66";

function addressOf(index: number): string {
  return `10.0.${index >> 8}.${index & 255}`;
}

/** Asked so often, a server shows so many of a name's addresses at a time, by chance. */
function rotated(seed: number, shown: number, of: number, everyMs: number, forMs: number): Machine {
  const chance = new SeededChance(seed);
  const machine = new Machine();
  for (let pastMs = 0; pastMs < forMs; pastMs += everyMs) {
    const values = new Set<string>();
    while (values.size < shown) values.add(addressOf(chance.below(of)));
    machine.outcome(answer([...values], 5)).after(everyMs);
  }
  return machine;
}

function held({ entry, policy }: Machine): readonly string[] {
  return heldValues(entry, policy);
}

test("a name that shows one of many addresses at a time is held, as in October 2025", () => {
  const missed: string[] = [];
  const ways = [
    ...[50, 200, 1000].map((of) => ({ shown: 1, of, everyMs: 5000 })),
    { shown: 8, of: 1000, everyMs: 60_000 },
    { shown: 1, of: 50, everyMs: 60_000 },
    { shown: 1, of: 8, everyMs: 300_000 },
  ];
  for (const { shown, of, everyMs } of ways) {
    for (let seed = 1; seed <= 8; seed += 1) {
      const machine = rotated(seed, shown, of, everyMs, 2 * 3_600_000);
      assert.ok(machine.entry.seen.length <= SEEN_MAX);
      const { kind } = machine.outcome(denial()).verdict;
      if (kind !== "held" || held(machine).length < 2) missed.push(`${shown} of ${of}: ${seed}`);
    }
  }
  assert.deepEqual(missed, []);
});

test("what is held of a rotation is what was seen last, first", () => {
  const machine = rotated(1, 1, 8, 60_000, 2 * 3_600_000);
  const last = machine.entry.answer?.newest.values[0];
  assert.equal(held(machine)[0], last);
  assert.equal(held(machine).length, 8);
});

test("an address brought in beside a rotation for less than the least age is not held", () => {
  for (let seed = 1; seed <= 8; seed += 1) {
    const machine = rotated(seed, 1, 50, 5000, 3_600_000);
    for (let pastMs = 0; pastMs < minAgeMs; pastMs += 5000) {
      machine.outcome(answer([HIJACKED], 5)).after(5000);
    }
    machine.outcome(denial());
    assert.ok(held(machine).length > 0);
    assert.ok(!held(machine).includes(HIJACKED));
  }
});

test("a flood of new addresses does not take the place of those long known", () => {
  const machine = new Machine().confirmed();
  for (let index = 0; index < 500; index += 1) {
    machine.after(1000).outcome(answer([addressOf(index)], 1));
  }
  machine.outcome(denial());
  assert.deepEqual(held(machine), OLD);
});

test("what good answers dropped is not held, nor first while it is", () => {
  const moved = new Machine().confirmed();
  for (let answers = 0; answers < 2; answers += 1) moved.after(minAgeMs).outcome(answer(NEW, 300));
  assert.deepEqual(held(moved), [...NEW, ...OLD]);
  moved.after(minAgeMs).outcome(answer(NEW, 300)).outcome(denial());
  assert.deepEqual(held(moved), NEW);
});

test("until what came instead is confirmed, the addresses before it are held", () => {
  const machine = new Machine().confirmed();
  for (let answers = 0; answers < 20; answers += 1) machine.after(1000).outcome(answer(NEW, 1));
  assert.deepEqual(held(machine.outcome(denial())), OLD);
});

test("a name with many addresses that moved is known by the new ones", () => {
  const machine = rotated(3, 1, 200, 5000, 3 * 3_600_000);
  for (let answers = 0; answers < 3; answers += 1) machine.after(minAgeMs).outcome(answer(NEW, 60));
  assert.equal(held(machine)[0], NEW[0]);
});

test("a rotation that moved as a whole makes way for the one that came instead", () => {
  const machine = rotated(4, 1, 200, 5000, 3_600_000);
  const chance = new SeededChance(5);
  const moved = (): string => `10.1.0.${chance.below(100)}`;
  for (let answers = 0; answers < 4320; answers += 1) {
    machine.after(5000).outcome(answer([moved()], 5));
  }
  const held = heldValues(machine.entry, machine.policy);
  assert.ok(held.length > 32, `${held.length} of them`);
  assert.deepEqual(
    held.filter((value) => !value.startsWith("10.1.")),
    [],
  );
});

test("what was seen last more than seven days before is not held", () => {
  const days = (count: number): Machine => new Machine().confirmed().after(count * DAY_MS);
  assert.equal(days(7).outcome(denial()).verdict.kind, "held");
  assert.equal(days(8).outcome(denial()).verdict.kind, "denied");
});

test("a rotation takes no address away from its connections, a move does, for good", () => {
  const machine = new Machine();
  for (let at = 0; at < 32; at += 1) {
    machine.after(5000).outcome(answer([addressOf(at % 8)], 5));
    for (let one = 0; one < 8; one += 1) assert.ok(!isGoneNow(addressOf(one)), `${one} at ${at}`);
  }
  machine.entry = { seen: [] };
  machine.outcome(answer(OLD));
  for (let at = 0; at < 3; at += 1) machine.after(60_000).outcome(answer(NEW));
  assert.ok(isGoneNow(OLD[0]));
  for (let at = 0; at < 60; at += 1) machine.after(60_000).outcome(answer(NEW));
  assert.ok(isGoneNow(OLD[0]), "an hour later");
  machine.entry = { seen: [] };
  machine.outcome(answer(OLD));
  for (let at = 0; at < 200; at += 1) machine.after(5000).outcome(answer([addressOf(at)], 5));
  assert.ok(isGoneNow(OLD[0]), "of no rotation that is known");

  function isGoneNow(value: string): boolean {
    return isGone(machine.entry, value);
  }
});
