// The table of cases: what the upstream says x what is held x tombstone x proof x age.
import assert from "node:assert/strict";
import { test } from "node:test";
import { answer, denial, failure, Machine, NEW, OLD, TTL_SECONDS } from "./machine.suite.ts";
import { DEFAULT_POLICY } from "./policy.ts";

const { confirmMs, holdMsMax, minAgeMs, staleMsMax, failureBackOffMs } = DEFAULT_POLICY;

interface Case {
  readonly what: string;
  readonly machine: () => Machine;
  readonly verdict: string;
  readonly values?: readonly string[];
}

function kept(): Machine {
  return new Machine().confirmed().after(TTL_SECONDS * 1000);
}

/** A denial that is proven wrong every half of `confirmMs`, for so long. */
function proven(ms: number): Machine {
  const machine = kept().outcome(denial()).tombstone("none");
  for (let past = 0; past < ms; past += confirmMs / 2) {
    machine
      .proof("proven")
      .after(Math.min(confirmMs / 2, ms - past))
      .outcome(denial());
  }
  return machine;
}

const CASES: readonly Case[] = [
  { what: "nothing is known", machine: () => new Machine(), verdict: "ask" },
  {
    what: "a good answer",
    machine: () => new Machine().outcome(answer()),
    verdict: "fresh",
    values: OLD,
  },
  {
    what: "a good answer past its TTL",
    machine: () => new Machine().outcome(answer()).after(TTL_SECONDS * 1000),
    verdict: "ask",
  },
  {
    what: "another good answer",
    machine: () => kept().outcome(answer(NEW)),
    verdict: "fresh",
    values: NEW,
  },
  {
    what: "a failure with nothing known",
    machine: () => new Machine().outcome(failure()),
    verdict: "failed",
  },
  {
    what: "a failure with nothing known, rested",
    machine: () => new Machine().outcome(failure()).after(failureBackOffMs),
    verdict: "ask",
  },
  {
    what: "a failure after a good answer",
    machine: () => kept().outcome(failure()),
    verdict: "stale",
    values: OLD,
  },
  {
    what: "a failure after an answer that was there once: stale needs no confirmation",
    machine: () =>
      new Machine()
        .outcome(answer())
        .after(TTL_SECONDS * 1000)
        .outcome(failure()),
    verdict: "stale",
    values: OLD,
  },
  {
    what: "a failure, seven days after the TTL ended",
    machine: () =>
      kept()
        .after(staleMsMax + 1)
        .outcome(failure()),
    verdict: "failed",
  },
  {
    what: "a denial of a name that was never good",
    machine: () => new Machine().outcome(denial()),
    verdict: "denied",
  },
  {
    what: "a denial of what was there once only",
    machine: () => new Machine().outcome(answer()).after(minAgeMs).outcome(denial()),
    verdict: "denied",
  },
  {
    what: "a denial of what was there twice, but not over the least age",
    machine: () =>
      new Machine()
        .outcome(answer())
        .after(minAgeMs - 1)
        .outcome(answer())
        .outcome(denial()),
    verdict: "denied",
  },
  {
    what: "a denial of what was confirmed",
    machine: () => kept().outcome(denial()),
    verdict: "held",
    values: OLD,
  },
  {
    what: "a denial after a brief answer of somebody else: that one is not held",
    machine: () => kept().outcome(answer(NEW)).after(1000).outcome(answer(NEW)).outcome(denial()),
    verdict: "held",
    values: OLD,
  },
  {
    what: "a denial after the name moved for good: what it left is not held",
    machine: () => kept().confirmed(NEW).after(minAgeMs).outcome(answer(NEW)).outcome(denial()),
    verdict: "held",
    values: NEW,
  },
  {
    what: "a denial validated by DNSSEC",
    machine: () => kept().outcome(denial({ isAuthenticated: true })),
    verdict: "denied",
  },
  {
    what: "a denial by a filter that says so",
    machine: () => kept().outcome(denial({ isFiltered: true })),
    verdict: "denied",
  },
  {
    what: "a denial of a name that is not guarded",
    machine: () => new Machine({ isGuarded: false }).confirmed().outcome(denial()),
    verdict: "denied",
  },
  {
    what: "an authenticated tombstone",
    machine: () => kept().outcome(denial()).tombstone("tombstone", true),
    verdict: "denied",
  },
  {
    what: "a tombstone that nobody authenticates",
    machine: () => kept().outcome(denial()).tombstone("tombstone"),
    verdict: "held",
    values: OLD,
  },
  {
    what: "a tombstone that nobody authenticates, after the time for confirmation",
    machine: () =>
      kept()
        .outcome(denial())
        .tombstone("tombstone")
        .proof("proven")
        .after(confirmMs)
        .outcome(denial()),
    verdict: "denied",
  },
  {
    what: "a denial, nothing proven, just before the time for confirmation",
    machine: () =>
      kept()
        .outcome(denial())
        .after(confirmMs - 1),
    verdict: "held",
    values: OLD,
  },
  {
    what: "a denial, nothing proven, after the time for confirmation",
    machine: () => kept().outcome(denial()).after(confirmMs).outcome(denial()),
    verdict: "denied",
  },
  {
    what: "a denial, addresses that are not the service any more",
    machine: () => kept().outcome(denial()).proof("disproven").after(confirmMs).outcome(denial()),
    verdict: "denied",
  },
  {
    what: "an address that is not the service any more, beside one that is",
    machine: () => kept().outcome(denial()).proof("proven").proof("disproven", OLD[1]),
    verdict: "held",
    values: [OLD[0]],
  },
  {
    what: "an address that was not the service, and is again",
    machine: () => kept().outcome(denial()).proof("disproven", OLD[1]).proof("proven", OLD[1]),
    verdict: "held",
    values: OLD,
  },
  {
    what: "a proof by an address that is not held",
    machine: () =>
      kept()
        .outcome(denial())
        .after(confirmMs - 1)
        .proof("proven", NEW[0])
        .after(1)
        .outcome(denial()),
    verdict: "denied",
  },
  {
    what: "a denial that is proven wrong, long after",
    machine: () => proven(holdMsMax - 1),
    verdict: "held",
    values: OLD,
  },
  {
    what: "a denial that is proven wrong, after the longest time",
    machine: () => proven(holdMsMax),
    verdict: "denied",
  },
  {
    what: "a proof that ended",
    machine: () =>
      proven(10 * confirmMs)
        .after(confirmMs)
        .outcome(denial()),
    verdict: "denied",
  },
  {
    what: "a proof that comes after the denial was believed",
    machine: () => kept().outcome(denial()).after(confirmMs).outcome(denial()).proof("proven"),
    verdict: "denied",
  },
  {
    what: "a failure while a denial is doubted",
    machine: () => kept().outcome(denial()).outcome(failure()),
    verdict: "held",
    values: OLD,
  },
  {
    what: "a failure after a denial was believed: nothing comes back",
    machine: () => kept().outcome(denial()).after(confirmMs).outcome(denial()).outcome(failure()),
    verdict: "failed",
  },
  {
    what: "a good answer after a doubted denial",
    machine: () =>
      kept()
        .outcome(denial())
        .after(confirmMs / 2)
        .outcome(answer(NEW)),
    verdict: "fresh",
    values: NEW,
  },
  {
    what: "a denial after one that was doubted and came right: the clock begins anew",
    machine: () =>
      kept()
        .outcome(denial())
        .after(confirmMs - 1)
        .outcome(answer())
        .outcome(denial())
        .after(confirmMs - 1),
    verdict: "held",
    values: OLD,
  },
];

for (const { what, machine, verdict, values } of CASES) {
  test(`${what}: ${verdict}`, () => {
    const found = machine().verdict;
    assert.equal(found.kind, verdict);
    if (values !== undefined) assert.deepEqual("values" in found && found.values, values);
  });
}

test("what is held is told with a short TTL, never past the moment of belief", () => {
  const machine = kept().outcome(denial());
  assert.equal("ttlSeconds" in machine.verdict && machine.verdict.ttlSeconds, 30);
  machine.after(confirmMs - 1500);
  assert.equal("ttlSeconds" in machine.verdict && machine.verdict.ttlSeconds, 2);
});

test("an expired answer may be served while the upstream is silent", () => {
  const { verdict } = kept();
  assert.deepEqual(verdict, { kind: "ask", last: { values: OLD, ttlSeconds: 30 } });
});
