import assert from "node:assert/strict";
import { describe } from "node:test";
import { applyDelta, emptyPlan, FAR_AHEAD_MAX, type PlanDelta } from "../plan/index.ts";
import { appendPlan, deltaAfter, endpoint, REGION, serving, tombstone } from "./fixtures.suite.ts";
import { failsWith, type MakeStore, storeTest } from "./makeStore.suite.ts";

const FIRST = { generation: 0, digest: "" };

/** The line of plans: only children of the newest, readable at any generation. */
export function planLineSuite(name: string, make: MakeStore): void {
  describe(`${name} is a PlanStore: the line of plans`, () => {
    storeTest("holds nothing before the first plan", make, async (store) => {
      const head = { region: REGION, generation: 0, digest: "", floorGeneration: 0, epochs: [] };
      assert.deepEqual(await store.head(), head);
      assert.equal(await store.read(), undefined);
      assert.equal(await store.read(1), undefined);
      assert.deepEqual(await store.changesAfter(0), { head, after: 0, entries: [] });
      assert.deepEqual(await store.summaries(10), []);
      assert.deepEqual(await store.history(endpoint("a"), 10), []);
    });

    storeTest("accepts a child of the newest plan and makes it the head", make, async (store) => {
      const first = await appendPlan(store, ["a", "b"]);
      const head = await store.head();
      assert.equal(head.generation, 1);
      assert.equal(head.digest, first.digest);
      await appendPlan(store, ["b"]);
      assert.equal((await store.head()).generation, 2);
    });

    storeTest("refuses to fork: of two children one is not-a-child", make, async (store) => {
      const one = deltaAfter(FIRST, { generation: 1, changed: [serving("a", 1)] });
      const other = deltaAfter(FIRST, { generation: 1, changed: [serving("b", 1)] });
      const outcomes = await Promise.all([store.append(one), store.append(other)]);
      assert.deepEqual(outcomes.map(({ kind }) => kind).sort(), ["accepted", "not-a-child"]);
      assert.equal((await store.read())?.entries.size, 1);
    });

    storeTest("says not-a-child to a plan with another parent digest", make, async (store) => {
      await appendPlan(store, ["a"]);
      const parent = { generation: 1, digest: "digest-of-another-line" };
      const stray = deltaAfter(parent, { generation: 2, changed: [serving("a", 2)] });
      const outcome = await store.append(stray);
      assert.deepEqual(outcome, { kind: "not-a-child", head: await store.head() });
    });

    for (const { delta, why } of unsound) {
      storeTest(`refuses a plan, changing nothing: ${why}`, make, async (store) => {
        const outcome = await store.append(delta).catch((error: unknown) => {
          if (failsWith("malformed")(error)) return { kind: "refused" };
          throw error; // over a socket it does not even arrive
        });
        assert.equal(outcome.kind, "refused");
        assert.equal((await store.head()).generation, 0);
        assert.equal(await store.read(), undefined);
      });
    }

    storeTest("refuses an entry whose epoch falls", make, async (store) => {
      const raised = { ...serving("a", 1), epoch: 1 };
      await store.append(deltaAfter(FIRST, { generation: 1, changed: [raised] }));
      const fallen = deltaAfter(await store.head(), { generation: 2, changed: [serving("a", 2)] });
      assert.equal((await store.append(fallen)).kind, "refused");
    });

    storeTest("reads the whole plan at any generation", make, async (store) => {
      const deltas: PlanDelta[] = [];
      for (const labels of [["a", "b"], ["b"], ["c"], ["a", "c"]]) {
        deltas.push(await appendPlan(store, labels));
      }
      let plan = emptyPlan(REGION);
      for (const delta of deltas) {
        plan = applyDelta(plan, delta);
        assert.deepEqual(await store.read(delta.generation), plan);
      }
      assert.deepEqual(await store.read(), plan);
      assert.equal(await store.read(9), undefined);
    });

    storeTest("gives each changed endpoint once, newest, in order of name", make, async (store) => {
      await appendPlan(store, ["c", "a", "b"]);
      await appendPlan(store, ["b"]);
      await appendPlan(store, ["b", "a"]);
      const changes = await store.changesAfter(1);
      assert.deepEqual(changes.entries, [serving("a", 3), serving("b", 3)]);
      assert.equal(changes.after, 1);
      assert.deepEqual(changes.head, await store.head());
      assert.deepEqual((await store.changesAfter(3)).entries, []);
      assert.deepEqual((await store.changesAfter(99)).entries, []);
    });

    storeTest(
      "gives what is new to who asks the same again after a plan or a floor",
      make,
      async (store) => {
        await appendPlan(store, ["a"]);
        const before = await store.changesAfter(0);
        assert.deepEqual(await store.changesAfter(0), before);
        await appendPlan(store, ["b"]);
        assert.deepEqual((await store.changesAfter(0)).entries, [serving("a", 1), serving("b", 2)]);
        await store.raiseFloor({ epoch: 0, generation: 7 });
        assert.equal((await store.changesAfter(0)).head.floorGeneration, 7);
      },
    );

    storeTest("lists plans newest first, page by page", make, async (store) => {
      for (const labels of [["a"], ["a", "b"], ["b"]]) await appendPlan(store, labels);
      const page = await store.summaries(2);
      assert.deepEqual(
        page.map(({ generation, changedCount, cause }) => ({ generation, changedCount, cause })),
        [
          { generation: 3, changedCount: 1, cause: "plan 3" },
          { generation: 2, changedCount: 2, cause: "plan 2" },
        ],
      );
      const rest = await store.summaries(2, 2);
      assert.deepEqual(
        rest.map((summary) => summary.generation),
        [1],
      );
    });

    storeTest("tells an endpoint's history with the plan of each version", make, async (store) => {
      for (const labels of [["a"], ["b"], ["a"], ["a"]]) await appendPlan(store, labels);
      const versions = await store.history(endpoint("a"), 2);
      assert.deepEqual(
        versions.map(({ entry, plan }) => [entry.generation, plan.generation, plan.changedCount]),
        [
          [4, 4, 1],
          [3, 3, 1],
        ],
      );
      assert.deepEqual(versions[0]?.entry, serving("a", 4));
    });

    storeTest("refuses limits outside of 1..1000", make, async (store) => {
      for (const limit of [0, 1_001, 1.5]) {
        await assert.rejects(store.summaries(limit), failsWith("refused"));
        await assert.rejects(store.history(endpoint("a"), limit), failsWith("refused"));
      }
    });
  });

  floorSuite(name, make);
}

function floorSuite(name: string, make: MakeStore): void {
  describe(`${name} is a PlanStore: the floor`, () => {
    storeTest("rises to a fence's generation and never falls", make, async (store) => {
      await store.raiseFloor({ epoch: 0, generation: 500 });
      await store.raiseFloor({ epoch: 0, generation: 400 });
      assert.equal((await store.head()).floorGeneration, 500);
    });

    storeTest("climbs to what is far ahead by plausible steps", make, async (store) => {
      const seen = { epoch: 0, generation: FAR_AHEAD_MAX * 2 + 7 };
      await store.raiseFloor(seen);
      assert.equal((await store.head()).floorGeneration, FAR_AHEAD_MAX);
      await store.raiseFloor(seen);
      assert.equal((await store.head()).floorGeneration, FAR_AHEAD_MAX * 2);
      await store.raiseFloor(seen);
      assert.equal((await store.head()).floorGeneration, seen.generation);
      assert.equal((await appendPlan(store, ["a"])).generation, seen.generation + 1);
    });

    for (const generation of [Number.MAX_SAFE_INTEGER + 1, 0.5]) {
      if (name === "SocketStore") break; // which refuses them as malformed
      storeTest(
        `does not believe that there is a generation ${generation}`,
        make,
        async (store) => {
          await store.raiseFloor({ epoch: 0, generation });
          assert.equal((await store.head()).floorGeneration, 0);
        },
      );
    }

    storeTest("takes no plan at or below it, and one above it", make, async (store) => {
      await store.raiseFloor({ epoch: 0, generation: 500 });
      const low = deltaAfter(FIRST, { generation: 500, changed: [serving("a", 500)] });
      assert.equal((await store.append(low)).kind, "not-a-child");
      assert.equal((await appendPlan(store, ["a"])).generation, 501);
    });
  });
}

const sound = deltaAfter(FIRST, { generation: 1, changed: [serving("a", 1), serving("b", 1)] });
const unsound: readonly { readonly delta: PlanDelta; readonly why: string }[] = [
  { delta: { ...sound, region: "euw1" }, why: "another region's plan" },
  { delta: { ...sound, digest: "0123456789abcdef" }, why: "its digest is not its content's" },
  {
    delta: deltaAfter(FIRST, { generation: 1, changed: [serving("b", 1), serving("a", 1)] }),
    why: "entries out of order",
  },
  {
    delta: deltaAfter(FIRST, { generation: 1, changed: [serving("a", 1), serving("a", 1)] }),
    why: "one endpoint twice",
  },
  { delta: deltaAfter(FIRST, { generation: 1, changed: [] }), why: "it changes nothing" },
  {
    delta: deltaAfter(FIRST, { generation: 1, changed: [tombstone("a", 1)] }),
    why: "a tombstone that nobody asked for",
  },
  ...[[], [{ type: "A", ttlSeconds: 5, records: [] }]].map((rrsets) => ({
    // The planner's types forbid it: a planner with a fault may not know.
    delta: deltaAfter(FIRST, {
      generation: 1,
      changed: [{ ...serving("a", 1), rrsets: rrsets as never }],
    }),
    why: "an entry without records would empty a name",
  })),
  {
    delta: deltaAfter(FIRST, { generation: 2, changed: [serving("a", 1)] }),
    why: "an entry with another plan's generation",
  },
  {
    delta: deltaAfter(FIRST, { generation: 0, changed: [serving("a", 0)] }),
    why: "generation 0 is the empty plan's",
  },
  {
    delta: deltaAfter(FIRST, {
      generation: FAR_AHEAD_MAX + 1,
      changed: [serving("a", FAR_AHEAD_MAX + 1)],
    }),
    why: "an implausible generation would use up the numbers of the region",
  },
];
