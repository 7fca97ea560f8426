import assert from "node:assert/strict";
import { describe } from "node:test";
import { CARRIED_IDS_MAX } from "../plan/index.ts";
import { appendPlan, deltaAfter, endpoint, serving, tombstone } from "./fixtures.suite.ts";
import { ENDED_OVERRIDES_MAX } from "./limits.ts";
import { failsWith, type MakeStore, storeTest } from "./makeStore.suite.ts";
import { override, retirement } from "./orderFixtures.suite.ts";
import type { Store } from "./store.ts";

/** Before the ends of the overrides here: the clock of these stores stands at 1,000,000 ms. */
async function endedIn(store: Store): Promise<readonly string[]> {
  const { endedOverrides = [] } = await store.head();
  return endedOverrides.map(({ endpoint, ids }) => `${endpoint.split(".")[0]} ${ids.join(" ")}`);
}

function end(store: Store, label: string, ...ids: readonly string[]): Promise<readonly string[]> {
  return store.endOverrides(endpoint(label), ids, "operator:bob", "the load balancers are back");
}

/** Overrides that ended before their time: fences may hold them, and the planner must know. */
export function endedOverridesSuite(name: string, make: MakeStore): void {
  describe(`${name} is a PlanStore: overrides that ended`, () => {
    storeTest("knows of none at first, and of none that time ended", make, async (store) => {
      const over = { ...override("b", "o-b-1"), untilMs: 1_000 };
      await store.putOrders([retirement("a", "t-a-1"), over]);
      await store.endOrders(["t-a-1", "o-b-1"], "planner", "its time is over");
      assert.equal("endedOverrides" in (await store.head()), false);
    });

    storeTest("knows those that were taken back or replaced", make, async (store) => {
      await store.putOrders([override("a", "o-a-1"), override("b", "o-b-1")]);
      await store.putOrders([override("a", "o-a-2")]);
      assert.deepEqual(await endedIn(store), ["a o-a-1"]);
      await store.endOrders(["o-b-1", "o-a-2"], "operator:bob", "done");
      assert.deepEqual(await endedIn(store), ["b o-b-1", "a o-a-1 o-a-2"]);
      assert.deepEqual((await store.changesAfter(0)).head, await store.head());
    });

    storeTest("takes those that were found in fences, journalled, once", make, async (store) => {
      assert.deepEqual(await end(store, "a", "o-a-1", "o-a-2", "o-a-1"), ["o-a-1", "o-a-2"]);
      assert.deepEqual(await end(store, "a", "o-a-1", "o-a-3"), ["o-a-3"]);
      assert.deepEqual(await endedIn(store), ["a o-a-1 o-a-2 o-a-3"]);
      const events = await store.newestEvents(10);
      assert.deepEqual(
        events.map(({ kind, actor, facts }) => `${kind} ${actor} ${facts["order"]}`),
        ["o-a-1", "o-a-2", "o-a-3"].map((id) => `override-ended operator:bob ${id}`),
      );
      await assert.rejects(store.putOrders([override("a", "o-a-2")]), failsWith("refused"));
    });

    storeTest("leaves an override that is held as an order", make, async (store) => {
      await store.putOrders([override("a", "o-a-1")]);
      assert.deepEqual(await end(store, "a", "o-a-1"), []);
      assert.equal((await store.orders()).length, 1);
      assert.deepEqual(await endedIn(store), []);
    });

    storeTest("forgets what an entry ends, and that alone", make, async (store) => {
      await appendPlan(store, ["a"]);
      await end(store, "a", "o-a-1", "o-a-2");
      await appendPlan(store, ["a", "b"]);
      assert.deepEqual(await endedIn(store), ["a o-a-1 o-a-2"]);
      const head = await store.head();
      const entry = { ...serving("a", 3), ends: ["o-a-1"] };
      await store.append(deltaAfter(head, { generation: 3, changed: [entry] }));
      assert.deepEqual(await endedIn(store), ["a o-a-2"]);
      assert.deepEqual(await end(store, "a", "o-a-1"), [], "the newest entry ends it");
      const last = { ...serving("a", 4), ends: ["o-a-1", "o-a-2"] };
      await store.append(deltaAfter(await store.head(), { generation: 4, changed: [last] }));
      assert.equal("endedOverrides" in (await store.head()), false);
    });

    storeTest("forgets what a tombstone ends", make, async (store) => {
      await appendPlan(store, ["a"]);
      await end(store, "a", "o-a-1");
      await store.putOrders([retirement("a", "t-1")]);
      const last = { ...tombstone("a", 2), ends: ["o-a-1"] };
      const delta = deltaAfter(await store.head(), { generation: 2, changed: [last] });
      assert.equal((await store.append(delta)).kind, "accepted");
      assert.deepEqual(await endedIn(store), []);
      assert.deepEqual((await store.read())?.entries.get(last.endpoint), last);
      assert.deepEqual(await end(store, "a", "o-a-1"), [], "the newest entry ends it");
    });

    storeTest("keeps a bounded number, the newest", make, async (store) => {
      const ids = Array.from({ length: CARRIED_IDS_MAX }, (_, index) => `o-a-${index}`);
      await end(store, "a", ...ids);
      await end(store, "a", "o-a-8");
      assert.deepEqual(await endedIn(store), [`a ${[...ids.slice(1), "o-a-8"].join(" ")}`]);
      const labels = Array.from({ length: ENDED_OVERRIDES_MAX }, (_, index) => `n${index}`);
      await store.putOrders(labels.map((label) => override(label, `o-${label}`)));
      await store.endOrders(
        labels.map((label) => `o-${label}`),
        "operator:bob",
        "done",
      );
      const ended = await endedIn(store);
      assert.deepEqual([ended.length, ended[0]], [ENDED_OVERRIDES_MAX, "n0 o-n0"]);
    });

    storeTest("refuses what no fence can hold", make, async (store) => {
      const tooMany = Array.from({ length: CARRIED_IDS_MAX + 1 }, (_, index) => `o-${index}`);
      for (const ids of [[], ["O 1"], tooMany]) {
        await assert.rejects(end(store, "a", ...ids), failsWith("refused"));
      }
      assert.deepEqual(await endedIn(store), []);
    });
  });
}
