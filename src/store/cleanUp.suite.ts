import assert from "node:assert/strict";
import { describe } from "node:test";
import type { Plan, PlanRetention } from "../plan/index.ts";
import { STEP_PLANS_MAX } from "./cleanUp.ts";
import { appendPlan, deltaAfter, endpoint, serving, tombstone } from "./fixtures.suite.ts";
import { failsWith, type MakeStore, storeTest } from "./makeStore.suite.ts";
import { retirement } from "./orderFixtures.suite.ts";
import type { Store } from "./store.ts";

/** Keeps `count` plans, whatever their age. */
function keeping(count: number): PlanRetention {
  return { plansMin: count, plansMax: count, madeAfterMs: 0 };
}

async function cleanUpWhole(store: Store, retention: PlanRetention): Promise<number> {
  let dropped = 0;
  for (;;) {
    const { plans } = await store.cleanUp(retention);
    if (plans === 0) return dropped;
    dropped += plans;
  }
}

/** Plans in which a, b and c change in turn, and d only in the first. */
async function line(store: Store, count: number): Promise<void> {
  await appendPlan(store, ["a", "b", "c", "d"]);
  for (let index = 1; index < count; index += 1) {
    await appendPlan(store, [["a", "b", "c"][index % 3] ?? "a"]);
  }
}

async function readAll(store: Store, from: number, to: number): Promise<readonly Plan[]> {
  const plans: Plan[] = [];
  for (let generation = from; generation <= to; generation += 1) {
    plans.push((await store.read(generation)) ?? assert.fail(`no plan ${generation}`));
  }
  return plans;
}

/** Clean-up: bounded disk, and nothing that counts is ever dropped. */
export function cleanUpSuite(name: string, make: MakeStore): void {
  describe(`${name} is a PlanStore: clean-up`, () => {
    storeTest("has nothing to drop before the first plan", make, async (store) => {
      const nothing = { plans: 0, entries: 0, oldestGeneration: 0 };
      assert.deepEqual(await store.cleanUp(keeping(1)), nothing);
    });

    storeTest("leaves every plan that it keeps as it was", make, async (store) => {
      await line(store, 20);
      for (const count of [13, 12, 5, 1]) {
        const from = 21 - count;
        const before = await readAll(store, from, 20);
        const changes = await store.changesAfter(0);
        const outcome = await store.cleanUp(keeping(count));
        assert.equal(outcome.oldestGeneration, from);
        assert.deepEqual(await readAll(store, from, 20), before);
        assert.deepEqual(await store.changesAfter(0), changes);
        assert.equal(await store.read(from - 1), undefined);
        const left = await store.summaries(100);
        assert.deepEqual([left.length, left.at(-1)?.generation], [count, from]);
        assert.equal((await store.cleanUp(keeping(count))).plans, 0);
      }
    });

    storeTest("says what it dropped, and journals it in the same step", make, async (store) => {
      await line(store, 10);
      // Of a, b, c there is one version for the oldest plan, and what came after it.
      const outcome = await store.cleanUp(keeping(4));
      assert.deepEqual(outcome, { plans: 6, entries: 6, oldestGeneration: 7 });
      const [event, ...more] = await store.newestEvents(10);
      assert.deepEqual(more, []);
      assert.deepEqual(event?.facts, { plans: 6, entries: 6, oldestGeneration: 7 });
      assert.deepEqual([event?.kind, event?.subject], ["plans-dropped", "use1"]);
      await store.cleanUp(keeping(4));
      assert.equal((await store.newestEvents(10)).length, 1, "nothing dropped is no event");
    });

    storeTest("never drops a name's newest entry, nor where it is from", make, async (store) => {
      await store.putOrders([retirement("t", "t-1")]);
      const retired = deltaAfter(await store.head(), {
        generation: 1,
        changed: [serving("d", 1), tombstone("t", 1)],
      });
      await store.append(retired);
      for (let index = 0; index < 10; index += 1) await appendPlan(store, ["a"]);
      await cleanUpWhole(store, keeping(1));
      const entries = (await store.read())?.entries;
      assert.deepEqual(entries?.get(endpoint("d")), serving("d", 1));
      assert.deepEqual(entries?.get(endpoint("t")), tombstone("t", 1));
      const [version] = await store.history(endpoint("d"), 10);
      assert.equal(version?.plan.cause, "plan 1");
      assert.equal((await store.history(endpoint("a"), 10)).length, 1);
      const revived = deltaAfter(await store.head(), {
        generation: 12,
        changed: [serving("t", 12)],
      });
      assert.equal((await store.append(revived)).kind, "refused", "the tombstone still stands");
      await appendPlan(store, ["d"]);
      await cleanUpWhole(store, keeping(1));
      assert.equal((await store.history(endpoint("d"), 10)).length, 1);
    });

    storeTest("keeps by count and by age", make, async (store) => {
      for (const [index, madeAtMs] of [10, 20, 30, 40, 50].entries()) {
        const changed = [serving("a", index + 1)];
        const delta = deltaAfter(await store.head(), { generation: index + 1, changed });
        await store.append({ ...delta, madeAtMs });
      }
      const left = async (retention: PlanRetention): Promise<number> => {
        await store.cleanUp(retention);
        return (await store.summaries(100)).length;
      };
      assert.equal(await left({ plansMin: 1, plansMax: 9, madeAfterMs: 10 }), 4, "too old");
      assert.equal(await left({ plansMin: 4, plansMax: 9, madeAfterMs: 99 }), 4, "but few");
      assert.equal(await left({ plansMin: 1, plansMax: 3, madeAfterMs: 0 }), 3, "too many");
      assert.equal(await left({ plansMin: 1, plansMax: 3, madeAfterMs: 99 }), 1, "all too old");
    });

    storeTest(
      "drops a bounded number at once, and the rest when called again",
      make,
      async (store) => {
        await line(store, STEP_PLANS_MAX + 50);
        assert.equal((await store.cleanUp(keeping(10))).plans, STEP_PLANS_MAX);
        assert.equal((await store.cleanUp(keeping(10))).plans, 40);
        assert.equal((await store.cleanUp(keeping(10))).plans, 0);
      },
    );

    storeTest("refuses a retention that would keep nothing", make, async (store) => {
      await line(store, 3);
      const absurd = [
        { plansMin: 0, plansMax: 5, madeAfterMs: 0 },
        { plansMin: 5, plansMax: 4, madeAfterMs: 0 },
      ];
      for (const retention of absurd) {
        await assert.rejects(store.cleanUp(retention), failsWith("refused"));
      }
      assert.equal((await store.summaries(10)).length, 3);
    });
  });
}
