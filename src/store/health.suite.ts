import assert from "node:assert/strict";
import { describe } from "node:test";
import { VANTAGE_FRESH_MS } from "../plan/index.ts";
import { health } from "./fixtures.suite.ts";
import { failsWith, type MakeStore, storeTest } from "./makeStore.suite.ts";
import type { Store } from "./store.ts";

async function seen(store: Store): Promise<string> {
  const { health: results } = await store.inventory();
  return [...results.values()]
    .map(({ targetId, state, fresh }) => `${targetId} ${state}${fresh ? "" : " (kept)"}`)
    .sort()
    .join(", ");
}

/** What was seen of the targets, by several vantages. */
export function healthSuite(name: string, make: MakeStore): void {
  describe(`${name} is a PlanStore: inventory`, () => {
    storeTest("knows nothing before the first report", make, async (store) => {
      assert.equal((await store.inventory()).health.size, 0);
    });

    storeTest("keeps a vantage's results under target and check", make, async (store) => {
      await store.report({
        vantage: "p1",
        changed: [health("lb-a1", "up"), health("lb-b1", "down")],
      });
      const inventory = await store.inventory();
      assert.deepEqual(inventory.health.get("lb-a1/http"), health("lb-a1", "up"));
      assert.deepEqual(inventory.health.get("lb-b1/http"), health("lb-b1", "down"));
    });

    storeTest("takes a target down only by majority of vantages", make, async (store) => {
      for (const vantage of ["p1", "p2", "p3"]) {
        await store.report({ vantage, changed: [health("lb-a1", "up")] });
      }
      await store.report({ vantage: "p1", changed: [health("lb-a1", "down")] });
      assert.equal(await seen(store), "lb-a1 up");
      await store.report({ vantage: "p3", changed: [health("lb-a1", "down")] });
      assert.equal(await seen(store), "lb-a1 down");
    });

    storeTest("gives a silent vantage no vote", make, async (store, clock) => {
      await store.report({ vantage: "p1", changed: [health("lb-a1", "up")] });
      await store.report({ vantage: "p2", changed: [health("lb-a1", "down")] });
      assert.equal(await seen(store), "lb-a1 up");
      clock.advance(VANTAGE_FRESH_MS);
      await store.report({ vantage: "p2", changed: [] });
      clock.advance(1);
      assert.equal(await seen(store), "lb-a1 down");
    });

    storeTest("keeps the last state when every vantage is silent", make, async (store, clock) => {
      await store.report({ vantage: "p1", changed: [health("lb-a1", "down")] });
      clock.advance(VANTAGE_FRESH_MS + 1);
      assert.equal(await seen(store), "lb-a1 down (kept)");
      await store.report({ vantage: "p1", changed: [] });
      assert.equal(await seen(store), "lb-a1 down");
    });

    storeTest("refuses one vantage too many", make, async (store) => {
      for (let index = 0; index < 64; index += 1) {
        await store.report({ vantage: `p${index}`, changed: [] });
      }
      const report = store.report({ vantage: "p64", changed: [] });
      await assert.rejects(report, failsWith("refused"));
    });
  });
}
