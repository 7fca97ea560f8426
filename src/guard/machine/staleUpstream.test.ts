// An upstream that holds on to what it once knew, and says so: another guard, or RFC 8767.
import assert from "node:assert/strict";
import { test } from "node:test";
import { SimClock } from "../../../sim/simClock.ts";
import { Guard } from "./guard.ts";
import type { GuardEvent } from "./guardEvent.ts";
import { answer, denial, failure, Machine, OLD, TTL_SECONDS } from "./machine.suite.ts";
import type { Outcome } from "./outcome.ts";
import { DEFAULT_POLICY } from "./policy.ts";

const { confirmMs, holdMsMax, minAgeMs } = DEFAULT_POLICY;

function stale(values: readonly string[] = OLD, ttlSeconds = 30): Outcome {
  const outcome = answer(values, ttlSeconds);
  return outcome.kind === "answer" ? { ...outcome, isStale: true } : outcome;
}

test("a stale answer is served to whoever has nothing, and confirms nothing", () => {
  const machine = new Machine().outcome(stale());
  assert.equal(machine.verdict.kind, "fresh");
  for (let pastMs = 0; pastMs < 2 * minAgeMs; pastMs += 60_000) {
    machine.after(60_000).outcome(stale());
    assert.deepEqual(values(machine), OLD);
  }
  assert.equal(machine.outcome(denial()).verdict.kind, "denied");
});

test("a stale answer ends no doubt: the time without proof runs on", () => {
  const machine = new Machine().confirmed().outcome(denial());
  for (let pastMs = 0; pastMs < confirmMs; pastMs += 10_000) {
    assert.equal(machine.verdict.kind, "held");
    machine.after(10_000).outcome(stale());
  }
  assert.equal(machine.outcome(denial()).verdict.kind, "denied");
});

test("two guards in a row do not hold on twice as long", () => {
  const machine = new Machine().confirmed().after(TTL_SECONDS * 1000);
  for (let pastMs = 0; pastMs < holdMsMax; pastMs += 60_000) {
    machine.outcome(stale()).after(60_000);
    assert.deepEqual(values(machine), OLD);
  }
  assert.equal(machine.outcome(denial()).verdict.kind, "denied");
});

test("what is stale is asked for again when its TTL is over, not after a failure's rest", () => {
  const machine = new Machine().confirmed().after(TTL_SECONDS * 1000);
  machine.outcome(stale(OLD, 1)).after(999);
  assert.equal(machine.verdict.kind, "stale");
  assert.equal(machine.after(1).verdict.kind, "ask");
});

test("failures before a denial do not count for the longest time", () => {
  const machine = new Machine().confirmed().after(TTL_SECONDS * 1000);
  machine
    .outcome(failure())
    .after(2 * holdMsMax)
    .outcome(stale())
    .outcome(denial());
  assert.equal(machine.verdict.kind, "held");
});

test("who wants nothing stale of guard gets what the upstream says", () => {
  for (const policy of [{ isGuarded: false }, { staleMsMax: 0 }]) {
    const machine = new Machine(policy).confirmed().after(TTL_SECONDS * 1000 + 1);
    assert.equal(machine.outcome(stale()).verdict.kind, "fresh");
  }
});

test("the time in which others were asked counts: a hold is not longer for it", () => {
  const machine = new Machine().confirmed();
  const outcome = denial();
  machine.after(1500).outcome(outcome.kind === "denial" ? { ...outcome, agoMs: 1500 } : outcome);
  assert.equal(machine.after(confirmMs - 1501).verdict.kind, "held");
  assert.equal(machine.after(1).outcome(denial()).verdict.kind, "denied");
});

test("however often an upstream repeats what is stale: nothing is confirmed by it", () => {
  const machine = new Machine({ staleMsMax: 0 }).outcome(answer());
  for (let pastMs = 0; pastMs < 2 * minAgeMs; pastMs += TTL_SECONDS * 1000 + 1) {
    machine.after(TTL_SECONDS * 1000 + 1).outcome(stale());
  }
  assert.equal(machine.outcome(denial()).verdict.kind, "denied");
});

test("upstreams that disagree are asked both, and told of once", async () => {
  const clock = new SimClock();
  const events: GuardEvent[] = [];
  const doubted: boolean[] = [];
  let outcome = answer();
  const guard = new Guard({
    ...{ clock, chance: { below: () => 0, fork: () => assert.fail() } },
    upstream: {
      identity: "home",
      ask: async (_name, _type, isDenialDoubted) => {
        doubted.push(isDenialDoubted);
        return outcome;
      },
      findTombstone: async () => ({ found: "none", isAuthenticated: false }),
    },
    prover: { prove: async () => ({ proven: [], disproven: [] }) },
    policyFor: () => DEFAULT_POLICY,
    report: (event) => events.push(event),
    entriesMax: 10,
  });
  const lookUps = async (times: number): Promise<void> => {
    for (let time = 0; time < times; time += 1) {
      await guard.lookUp("api.example", 1);
      await clock.advance(minAgeMs);
    }
  };
  await lookUps(3);
  assert.deepEqual(doubted, [false, false, true], "once there is something to hold on to");
  if (outcome.kind === "answer") outcome = { ...outcome, isDisputed: true };
  await lookUps(3);
  assert.deepEqual(events, [{ kind: "upstreams-disagree", name: "api.example", type: 1 }]);
  guard.close();
});

function values({ verdict }: Machine): readonly string[] {
  if ("values" in verdict) return verdict.values;
  return verdict.kind === "ask" ? (verdict.last?.values ?? []) : [];
}
