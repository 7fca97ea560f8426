import assert from "node:assert/strict";
import { describe } from "node:test";
import { EPOCHS_AHEAD_MAX } from "./epochs.ts";
import { appendPlan, deltaAfter, endpoint, serving } from "./fixtures.suite.ts";
import { EPOCHS_SEEN_MAX } from "./limits.ts";
import { type MakeStore, storeTest } from "./makeStore.suite.ts";

/** Epochs that people raised in fences: the next entry takes them up. */
export function epochsSuite(name: string, make: MakeStore): void {
  describe(`${name} is a PlanStore: epochs`, () => {
    storeTest("remembers the highest seen of each name, in order", make, async (store) => {
      await appendPlan(store, ["a", "b"]);
      await store.raiseEpochs([{ endpoint: endpoint("b"), epoch: 2 }]);
      await store.raiseEpochs([
        { endpoint: endpoint("b"), epoch: 1 },
        { endpoint: endpoint("a"), epoch: 1 },
        { endpoint: endpoint("c"), epoch: 3 },
      ]);
      const epochs = [
        { endpoint: endpoint("a"), epoch: 1 },
        { endpoint: endpoint("b"), epoch: 2 },
        { endpoint: endpoint("c"), epoch: 3 },
      ];
      assert.deepEqual((await store.head()).epochs, epochs);
      assert.deepEqual((await store.changesAfter(0)).head.epochs, epochs);
    });

    storeTest("takes no entry below an epoch seen, and forgets it above", make, async (store) => {
      await appendPlan(store, ["a", "b"]);
      await store.raiseEpochs([{ endpoint: endpoint("a"), epoch: 1 }]);
      const head = await store.head();
      const below = deltaAfter(head, { generation: 2, changed: [serving("a", 2)] });
      assert.deepEqual(await store.append(below), { kind: "not-a-child", head });
      const other = deltaAfter(head, { generation: 2, changed: [serving("b", 2)] });
      assert.equal((await store.append(other)).kind, "accepted");
      const raised = { ...serving("a", 3), epoch: 1 };
      const next = deltaAfter(await store.head(), { generation: 3, changed: [raised] });
      assert.equal((await store.append(next)).kind, "accepted");
      assert.deepEqual((await store.head()).epochs, []);
      await store.raiseEpochs([{ endpoint: endpoint("a"), epoch: 1 }]);
      assert.deepEqual((await store.head()).epochs, [], "the newest entry has it");
    });

    storeTest("does not believe an epoch that is far ahead", make, async (store) => {
      await appendPlan(store, ["a"]);
      await store.raiseEpochs([{ endpoint: endpoint("a"), epoch: EPOCHS_AHEAD_MAX + 1 }]);
      assert.deepEqual((await store.head()).epochs, []);
      await store.raiseEpochs([{ endpoint: endpoint("a"), epoch: EPOCHS_AHEAD_MAX }]);
      // Not by steps either: each is a person's act, and nobody acts a hundred times by mistake.
      await store.raiseEpochs([{ endpoint: endpoint("a"), epoch: EPOCHS_AHEAD_MAX * 2 }]);
      assert.equal((await store.head()).epochs[0]?.epoch, EPOCHS_AHEAD_MAX);
    });

    storeTest("keeps a bounded number", make, async (store) => {
      const labels = Array.from({ length: EPOCHS_SEEN_MAX }, (_, index) => `n${1_000 + index}`);
      await store.raiseEpochs(labels.map((label) => ({ endpoint: endpoint(label), epoch: 1 })));
      await store.raiseEpochs([
        { endpoint: endpoint("z"), epoch: 1 },
        { endpoint: endpoint("n1000"), epoch: 2 },
      ]);
      const { epochs } = await store.head();
      assert.equal(epochs.length, EPOCHS_SEEN_MAX);
      assert.deepEqual(epochs[0], { endpoint: endpoint("n1000"), epoch: 2 });
    });
  });
}
