import assert from "node:assert/strict";
import { describe } from "node:test";
import { appendPlan, deltaAfter, endpoint, serving } from "./fixtures.suite.ts";
import { REMEMBERED_MAX } from "./limits.ts";
import { type MakeStore, storeTest } from "./makeStore.suite.ts";

/** Entries that enactors hold and no plan has: the store was lost, and the next plan has them. */
export function rememberedSuite(name: string, make: MakeStore): void {
  describe(`${name} is a PlanStore: what enactors remember`, () => {
    storeTest("knows the newest of each name that no plan has", make, async (store) => {
      await appendPlan(store, ["a"]);
      assert.equal("remembered" in (await store.head()), false);
      await store.remember([serving("a", 7), serving("b", 7)]);
      await store.remember([serving("c", 5), serving("b", 6)]);
      await store.remember([serving("c", 6)]);
      const { remembered } = await store.head();
      assert.deepEqual(remembered, [serving("b", 7), serving("c", 6)]);
      assert.deepEqual((await store.changesAfter(0)).head.remembered, remembered);
    });

    storeTest("forgets what a plan has, and that alone", make, async (store) => {
      await store.remember([serving("a", 7), serving("b", 7)]);
      const first = deltaAfter(await store.head(), { generation: 8, changed: [serving("a", 8)] });
      assert.equal((await store.append(first)).kind, "accepted");
      assert.deepEqual((await store.head()).remembered, [serving("b", 7)]);
      const next = deltaAfter(await store.head(), { generation: 9, changed: [serving("b", 9)] });
      await store.append(next);
      assert.equal("remembered" in (await store.head()), false);
    });

    storeTest("says that the line moved, and only where it did", make, async (store) => {
      const heard: string[] = [];
      store.watch(({ topic }) => heard.push(topic));
      await store.remember([serving("a", 7)]);
      const once = heard.filter((topic) => topic === "plan").length;
      await store.remember([serving("a", 7)]);
      assert.equal(heard.filter((topic) => topic === "plan").length, once);
    });

    storeTest("keeps a bounded number, the first", make, async (store) => {
      const many = Array.from({ length: REMEMBERED_MAX + 1 }, (_, index) =>
        serving(`n${index}`, 1),
      );
      await store.remember(many.slice(0, REMEMBERED_MAX));
      await store.remember(many);
      const { remembered = [] } = await store.head();
      assert.equal(remembered.length, REMEMBERED_MAX);
      assert.equal(remembered[0]?.endpoint, endpoint("n0"));
    });
  });
}
