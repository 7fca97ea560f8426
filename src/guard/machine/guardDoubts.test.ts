// What a guard does about a name that it doubts the denial of: whom it tries, and whom it believes.
import assert from "node:assert/strict";
import { test } from "node:test";
import { SimClock } from "../../../sim/simClock.ts";
import { Guard } from "./guard.ts";
import { answer, denial, failure, Machine, OLD, TTL_SECONDS } from "./machine.suite.ts";
import type { Outcome } from "./outcome.ts";
import { DEFAULT_POLICY } from "./policy.ts";
import { wantsOf } from "./wants.ts";

const NAME = "api.example.";
const A = 1;
const { confirmMs, minAgeMs } = DEFAULT_POLICY;
const SIX = [1, 2, 3, 4, 5, 6].map((last) => `192.0.2.${last}`);

/** A guard that is told `outcomes` one after another, a minute apart, the last of them for good. */
async function told(outcomes: readonly Outcome[]) {
  const clock = new SimClock();
  const tried: string[][] = [];
  const sought: string[] = [];
  let asked = 0;
  const guard = new Guard({
    clock,
    chance: { below: () => 0, fork: () => assert.fail() },
    upstream: {
      identity: "home",
      ask: async () => {
        asked += 1;
        return outcomes[Math.min(asked, outcomes.length) - 1] ?? assert.fail();
      },
      findTombstone: async (names) => {
        sought.push(...names);
        return { found: "none", isAuthenticated: false };
      },
    },
    prover: {
      prove: async (_name, addresses, began) => {
        began();
        tried.push(addresses.slice(0, 4));
        return { proven: addresses.slice(0, 4), disproven: [] };
      },
    },
    policyFor: () => ({ ...DEFAULT_POLICY, minAgeMs: 50_000 }),
    report: () => {},
    entriesMax: 10,
  });
  for (const _ of outcomes) {
    void guard.lookUp(NAME, A);
    await clock.advance(60_000);
  }
  return { guard, clock, tried, sought };
}

test("of many addresses those are tried first whose turn is longest ago", async () => {
  const { guard, clock, tried } = await told([answer(SIX, 1), answer(SIX, 1), denial()]);
  await clock.advance(DEFAULT_POLICY.proofMs);
  guard.close();
  const [first = [], second = []] = tried;
  assert.equal(new Set([...first, ...second]).size, SIX.length);
  for (const address of second.slice(0, 2)) assert.ok(!first.includes(address), address);
});

test("time in which nobody looked after a name does not hide that it is held", async () => {
  const lasting = { ...denial(), ttlSeconds: 3 * 3600 } as Outcome;
  const { guard, clock } = await told([answer(OLD, 1), answer(OLD, 1), lasting]);
  assert.equal(guard.held().length, 1);
  await clock.advance(100 * 60_000);
  assert.equal(guard.hasAddresses(NAME), true, "other types are not told as NXDOMAIN");
  const [held] = guard.held();
  assert.ok(held !== undefined && held.leftMs > 0, "the alarm goes on");
  assert.equal((await guard.lookUp(NAME, A)).kind, "held");
  guard.close();
});

test("a tombstone is looked for where held addresses are, not where a stranger's are", async () => {
  const good = { ...answer(OLD, 1), aliases: ["edge.example."] } as Outcome;
  const strange = { ...answer(["192.0.2.66"], 1), aliases: ["evil.example."] } as Outcome;
  const held = await told([good, good, denial()]);
  held.guard.close();
  assert.deepEqual([...new Set(held.sought)], [NAME, "edge.example."]);
  const hijacked = await told([good, good, strange, denial()]);
  hijacked.guard.close();
  assert.deepEqual([...new Set(hijacked.sought)], [NAME]);
});

test("a tombstone that nobody authenticated must be there for confirmMs", () => {
  const machine = new Machine().confirmed().after(TTL_SECONDS * 1000);
  const prove = (): Machine =>
    machine
      .outcome(denial())
      .proof("proven")
      .after(confirmMs / 2);
  for (let halves = 0; halves < 10; halves += 1) prove();
  machine.tombstone("tombstone");
  assert.equal(prove().verdict.kind, "held");
  machine.tombstone("none");
  assert.equal(prove().verdict.kind, "held", "it was one answer of somebody's");
  machine.tombstone("tombstone");
  prove();
  assert.equal(machine.tombstone("tombstone").verdict.kind, "held");
  prove();
  assert.equal(machine.tombstone("tombstone").outcome(denial()).verdict.kind, "denied");
});

test("an answer that is good for long is asked for once more, so that it may be held on to", () => {
  const machine = new Machine().outcome(answer(OLD, 86_400)).after(minAgeMs - 1);
  const isAsked = (): boolean => wantsOf(machine.entry, machine.policy, machine.nowMs).upstream;
  assert.equal(isAsked(), false);
  machine.after(1);
  assert.equal(isAsked(), true);
  assert.equal(machine.verdict.kind, "fresh");
  machine.outcome(answer(OLD, 86_400)).after(2 * minAgeMs);
  assert.equal(isAsked(), false);
});

test("a denial is believed in time though the upstream fails meanwhile", () => {
  const machine = new Machine().confirmed().after(TTL_SECONDS * 1000);
  machine
    .outcome(denial())
    .outcome(failure())
    .after(confirmMs - 1);
  assert.equal(machine.verdict.kind, "held");
  assert.deepEqual(machine.after(1).verdict, { kind: "ask" }, "with nothing to give meanwhile");
  machine.outcome(failure());
  assert.equal(machine.verdict.kind, "failed");
  assert.equal(machine.after(86_400_000).outcome(failure()).verdict.kind, "failed");
});
