import assert from "node:assert/strict";
import { describe } from "node:test";
import { samplePolicy } from "./fixtures.suite.ts";
import { failsWith, type MakeStore, storeTest } from "./makeStore.suite.ts";

/** What people want: the policy and forced targets, with who and when. */
export function wishesSuite(name: string, make: MakeStore): void {
  describe(`${name} is a PlanStore: policy`, () => {
    storeTest("has no policy before the first", make, async (store) => {
      assert.equal(await store.policy(), undefined);
    });

    storeTest("keeps the newest policy with its revision and actor", make, async (store, clock) => {
      await store.putPolicy(samplePolicy(5), "operator:ann");
      clock.advance(50);
      const second = await store.putPolicy(samplePolicy(10), "operator:bob");
      assert.deepEqual(second, {
        revision: 2,
        policy: samplePolicy(10),
        actor: "operator:bob",
        acceptedAtMs: clock.wallMs(),
      });
      assert.deepEqual(await store.policy(), second);
    });

    storeTest("changes nothing when the same policy comes again", make, async (store, clock) => {
      const first = await store.putPolicy(samplePolicy(), "operator:ann");
      clock.advance(50);
      const { region, ...rest } = samplePolicy();
      const reordered = { ...rest, region };
      assert.deepEqual(await store.putPolicy(reordered, "operator:bob"), first);
    });

    storeTest("refuses another region's policy", make, async (store) => {
      const other = { ...samplePolicy(), region: "euw1" };
      await assert.rejects(store.putPolicy(other, "operator:ann"), failsWith("refused"));
      assert.equal(await store.policy(), undefined);
    });

    storeTest("journals an accepted policy with its actor, once", make, async (store) => {
      await store.putPolicy(samplePolicy(), "operator:ann");
      await store.putPolicy(samplePolicy(), "operator:ann");
      const events = await store.newestEvents(10);
      assert.deepEqual(
        events.map(({ kind, actor, subject }) => ({ kind, actor, subject })),
        [{ kind: "policy-accepted", actor: "operator:ann", subject: "use1" }],
      );
    });
  });

  describe(`${name} is a PlanStore: forces`, () => {
    const drain = {
      targetId: "lb-b1",
      state: "drain",
      actor: "operator:ann",
      reason: "maintenance",
    } as const;

    storeTest("keeps forces, one per target, in order of target", make, async (store, clock) => {
      await store.putForce(drain);
      await store.putForce({ ...drain, targetId: "lb-a1", state: "up" });
      await store.putForce({ ...drain, state: "down" });
      const sinceMs = clock.wallMs();
      assert.deepEqual(await store.forces(), [
        { ...drain, targetId: "lb-a1", state: "up", sinceMs },
        { ...drain, state: "down", sinceMs },
      ]);
    });

    storeTest("keeps the time of a force that is said again", make, async (store, clock) => {
      await store.putForce(drain);
      const held = await store.forces();
      clock.advance(1_000);
      await store.putForce(drain);
      assert.deepEqual(await store.forces(), held);
    });

    storeTest("releases a forced target, and says whether it was forced", make, async (store) => {
      await store.putForce(drain);
      assert.equal(await store.release("lb-b1", "operator:bob"), true);
      assert.equal(await store.release("lb-b1", "operator:bob"), false);
      assert.deepEqual(await store.forces(), []);
    });

    storeTest("journals who forced and who released, once each", make, async (store) => {
      await store.putForce(drain);
      await store.putForce(drain);
      await store.release("lb-b1", "operator:bob");
      await store.release("lb-b1", "operator:bob");
      const events = await store.newestEvents(10, "lb-b1");
      assert.deepEqual(
        events.map(({ kind, actor }) => `${kind} ${actor}`),
        ["target-forced operator:ann", "target-released operator:bob"],
      );
    });
  });
}
