import assert from "node:assert/strict";
import { describe } from "node:test";
import { type StoreHint, VANTAGE_FRESH_MS } from "../plan/index.ts";
import { appendPlan, endpoint, happened, health, samplePolicy } from "./fixtures.suite.ts";
import { type MakeStore, storeTest } from "./makeStore.suite.ts";
import { override } from "./orderFixtures.suite.ts";
import type { Store } from "./store.ts";

/** Hears hints and lets a test wait for one. */
class Ear {
  readonly heard: StoreHint[] = [];
  #wake: (() => void) | undefined;
  readonly stop: () => void;

  constructor(store: Store) {
    this.stop = store.watch((hint) => {
      this.heard.push(hint);
      this.#wake?.();
    });
  }

  /** Resolves with the next hint of a topic, heard from now on or since the last call. */
  async next(topic: StoreHint["topic"]): Promise<StoreHint> {
    for (;;) {
      const index = this.heard.findIndex((hint) => hint.topic === topic);
      const hint = this.heard[index];
      if (hint !== undefined) {
        this.heard.splice(0, index + 1);
        return hint;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}

/** Hints: everybody hears soon that something moved. */
export function hintSuite(name: string, make: MakeStore): void {
  describe(`${name} is a PlanStore: hints`, () => {
    storeTest("says connected to each listener first", make, async (store) => {
      const ear = new Ear(store);
      assert.deepEqual(await ear.next("connected"), { topic: "connected" });
      await new Ear(store).next("connected");
    });

    storeTest("tells of a plan with its generation", make, async (store) => {
      const ear = new Ear(store);
      await ear.next("connected");
      await appendPlan(store, ["a"]);
      assert.deepEqual(await ear.next("plan"), { topic: "plan", generation: 1 });
    });

    storeTest("tells of policy, forces, orders, floor, epochs and health", make, async (store) => {
      const ear = new Ear(store);
      await ear.next("connected");
      await store.putPolicy(samplePolicy(), "operator:ann");
      await ear.next("policy");
      const force = { targetId: "lb-a1", state: "up", actor: "operator:ann", reason: "x" } as const;
      await store.putForce(force);
      await ear.next("forces");
      await store.release("lb-a1", "operator:ann");
      await ear.next("forces");
      await store.putOrders([override("a", "o-a-1")]);
      await ear.next("orders");
      await store.endOrders(["o-a-1"], "operator:ann", "done");
      await ear.next("orders");
      await store.raiseFloor({ epoch: 0, generation: 7 });
      await ear.next("plan");
      await store.raiseEpochs([{ endpoint: endpoint("a"), epoch: 1 }]);
      await ear.next("plan");
      await store.report({ vantage: "p1", changed: [health("lb-a1", "up")] });
      await ear.next("health");
    });

    storeTest("tells of a vote that was lost by silence", make, async (store, clock) => {
      await store.report({ vantage: "p1", changed: [health("lb-a1", "up")] });
      const ear = new Ear(store);
      await ear.next("connected");
      ear.heard.length = 0;
      clock.advance(VANTAGE_FRESH_MS + 1);
      await ear.next("health");
    });

    storeTest("is silent where nothing changed", make, async (store) => {
      await store.putPolicy(samplePolicy(), "operator:ann");
      await store.report({ vantage: "p1", changed: [health("lb-a1", "up")] });
      const ear = new Ear(store);
      await ear.next("connected");
      await appendPlan(store, ["a"]);
      await ear.next("plan");
      ear.heard.length = 0;
      await store.putPolicy(samplePolicy(), "operator:bob");
      await store.release("lb-a1", "operator:ann");
      await store.putOrders([]);
      await store.endOrders(["o-a-1"], "operator:ann", "done");
      await store.raiseEpochs([{ endpoint: endpoint("a"), epoch: 0 }]);
      await store.report({ vantage: "p1", changed: [health("lb-a1", "up")] });
      await store.report({ vantage: "p1", changed: [] });
      await appendPlan(store, ["a"]);
      await ear.next("plan");
      assert.deepEqual(ear.heard, []);
    });

    storeTest("says nothing more to a listener that left", make, async (store) => {
      const left = new Ear(store);
      const stayed = new Ear(store);
      await Promise.all([left.next("connected"), stayed.next("connected")]);
      left.stop();
      await appendPlan(store, ["a"]);
      await stayed.next("plan");
      assert.deepEqual(left.heard, []);
    });

    storeTest("tells of new events with the newest number", make, async (store) => {
      await new Ear(store).next("connected");
      const told = new Promise<number>((resolve) => {
        store.watchJournal((seq) => {
          if (seq >= 2) resolve(seq);
        });
      });
      await store.record([happened("a"), happened("b")]);
      assert.equal(await told, 2);
    });
  });
}
