import assert from "node:assert/strict";
import { test } from "node:test";
import { SimClock } from "../../../sim/simClock.ts";
import { Guard } from "./guard.ts";
import { answer, denial, OLD } from "./machine.suite.ts";
import { DEFAULT_POLICY } from "./policy.ts";

const A = 1;
const POLICY = { ...DEFAULT_POLICY, minAgeMs: 0, recheckMs: 60_000, proofMs: 20_000 };

/** When addresses of a denied name are tried, in ms since the first try; chance draws `share`. */
async function triesWith(share: number): Promise<readonly number[]> {
  const clock = new SimClock();
  const tries: number[] = [];
  let isDenied = false;
  const guard = new Guard({
    clock,
    chance: { below: (bound) => Math.floor(share * (bound - 1)), fork: () => assert.fail() },
    upstream: {
      identity: "home",
      ask: async () => (isDenied ? denial() : answer(OLD, 1)),
      findTombstone: async () => ({ found: "none", isAuthenticated: false }),
    },
    prover: {
      prove: async () => {
        tries.push(clock.monotonicMs());
        return { proven: [OLD[0]], disproven: [] };
      },
    },
    policyFor: () => POLICY,
    report: () => {},
    entriesMax: 10,
  });
  for (const isOver of [false, false, true]) {
    isDenied = isOver;
    const asked = guard.lookUp("api.example.", A);
    await clock.advance(0);
    await asked;
    await clock.advance(2000);
  }
  for (let at = 0; at < 70; at += 1) await clock.advance(1000);
  guard.close();
  const [first = 0] = tries;
  return tries.map((ms) => ms - first);
}

test("tries of addresses are apart by their time, and a quarter more by chance", async () => {
  const earliest = await triesWith(0);
  assert.deepEqual(earliest.slice(0, 3), [0, 20_000, 40_000]);
  const [, second = 0, third = 0] = await triesWith(1);
  assert.ok(second >= 25_000 && second <= 26_000, `${second} ms`);
  assert.ok(third - second >= 25_000 && third - second <= 26_000, `${third} ms`);
});
