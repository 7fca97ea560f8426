import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { NewEvent } from "../journal/index.ts";
import { appendPlan, endpoint, ManualClock } from "./fixtures.suite.ts";
import type { ActIntake, ActTaker } from "./intake.ts";
import { override, retirement } from "./orderFixtures.suite.ts";
import type { Store } from "./store.ts";

type TakingStore = Store & ActTaker;

function told(id: string): readonly NewEvent[] {
  const facts = { act: id };
  const text = `act ${id}`;
  const subject = endpoint("a");
  return [{ atMs: 5, kind: "override-set", actor: "operator:ann", subject, text, facts }];
}

/** Acts of people that were done while the store was away: taken in whole, and once. */
export function intakeSuite(
  name: string,
  make: (clock: ManualClock) => Promise<TakingStore>,
): void {
  const actTest = (claim: string, body: (store: TakingStore) => Promise<void>): void => {
    test(claim, async () => {
      const store = await make(new ManualClock());
      try {
        await body(store);
      } finally {
        await store.close();
      }
    });
  };

  describe(`${name} takes acts in`, () => {
    actTest("tells an act once, however often it comes", async (store) => {
      const act: ActIntake = { id: "a-1", events: told("a-1"), override: override("a", "o-a-1") };
      assert.deepEqual(await store.takeIn(act), { kind: "taken" });
      assert.deepEqual(await store.takeIn(act), { kind: "known" });
      assert.deepEqual(await store.orders(), [override("a", "o-a-1")]);
      assert.equal((await store.newestEvents(10)).length, 1);
      await store.takeIn({ ...act, id: "a-2", events: told("a-2") });
      assert.equal((await store.newestEvents(10)).length, 2, "another act of the same override");
    });

    actTest("does not bring back what was cleared", async (store) => {
      const clear = { endpoint: endpoint("a"), overrideId: "o-a-1" };
      await store.takeIn({ id: "a-2", events: told("a-2"), clear });
      const late = { id: "a-1", events: told("a-1"), override: override("a", "o-a-1") };
      assert.deepEqual(await store.takeIn(late), {
        kind: "taken",
        notHeld: "o-a-1 was taken back",
      });
      assert.deepEqual(await store.orders(), []);
    });

    actTest("ends the override that is cleared, and no other", async (store) => {
      await store.putOrders([override("a", "o-a-1"), override("b", "o-b-1")]);
      const clear = { endpoint: endpoint("a"), overrideId: "o-a-0" };
      await store.takeIn({ id: "a-1", events: told("a-1"), clear });
      assert.equal((await store.orders()).length, 2, "its person never saw o-a-1");
      const named = { ...clear, overrideId: "o-a-1" };
      await store.takeIn({ id: "a-2", events: told("a-2"), clear: named });
      assert.deepEqual(await store.orders(), [override("b", "o-b-1")]);
      const ids = ["o-a-0", "o-a-1"];
      assert.deepEqual((await store.head()).endedOverrides, [{ endpoint: endpoint("a"), ids }]);
    });

    actTest("tells by name which override made room for that of an act", async (store) => {
      await store.putOrders([override("a", "o-a-1")]);
      const later = { ...override("a", "o-a-2"), atMs: override("a", "o-a-2").atMs + 1 };
      await store.takeIn({ id: "a-1", events: told("a-1"), override: later });
      const [event] = await store.newestEvents(1);
      assert.equal(event?.kind, "override-ended");
      assert.match(
        event?.text ?? "",
        /^override o-a-1 ended by operator:ann: o-a-2 took its place/,
      );
      const ended = [{ endpoint: endpoint("a"), ids: ["o-a-1"] }];
      assert.deepEqual((await store.head()).endedOverrides, ended);
    });

    for (const { order, isOver } of [
      { order: { ...override("a", "o-a-1"), atMs: 7 }, isOver: true },
      { order: override("a", "o-a-3", 0), isOver: false },
      { order: override("a", "o-a-2"), isOver: false },
    ]) {
      const claim = `${isOver ? "ends" : "does not end"} an override that it does not hold`;
      actTest(`${claim}: ${order.id}`, async (store) => {
        await store.putOrders([override("a", "o-a-2")]);
        await store.takeIn({ id: "a-1", events: told("a-1"), override: order });
        const ended = [{ endpoint: endpoint("a"), ids: [order.id] }];
        assert.deepEqual((await store.head()).endedOverrides, isOver ? ended : undefined);
      });
    }

    for (const { order, why } of [
      { order: override("a", "o-a-1", 0), why: "o-a-1 has expired" },
      { order: override("a", "o-a-2"), why: "o-a-2 is held already" },
      { order: { ...override("a", "o-a-1"), atMs: 7 }, why: "o-a-2 was asked for later" },
    ]) {
      actTest(`tells an override that it does not hold: ${why}`, async (store) => {
        await store.putOrders([override("a", "o-a-2")]);
        const outcome = await store.takeIn({ id: "a-1", events: told("a-1"), override: order });
        assert.deepEqual(outcome, { kind: "taken", notHeld: why });
        assert.deepEqual(await store.orders(), [override("a", "o-a-2")]);
        assert.equal((await store.newestEvents(1))[0]?.facts["act"], "a-1");
      });
    }

    actTest("tells an override that is against a rule, holding nothing", async (store) => {
      const broken = { ...override("a", "o-a-1"), answers: 0 };
      const outcome = await store.takeIn({ id: "a-1", events: told("a-1"), override: broken });
      assert.match(outcome.kind === "taken" ? (outcome.notHeld ?? "") : "", /answers must be/);
      assert.deepEqual(await store.orders(), []);
      assert.equal((await store.newestEvents(10)).length, 1);
    });

    actTest("leaves a waiting retirement beside an override", async (store) => {
      await store.putOrders([retirement("a", "t-a-1")]);
      await store.takeIn({ id: "a-1", events: told("a-1"), override: override("a", "o-a-1") });
      assert.equal((await store.orders()).length, 2);
    });

    actTest("believes an epoch that a person raised, however far ahead", async (store) => {
      await appendPlan(store, ["a"]);
      const epoch = { endpoint: endpoint("a"), epoch: 5_000 };
      await store.takeIn({ id: "a-1", events: told("a-1"), epoch });
      assert.deepEqual((await store.head()).epochs, [epoch]);
      const absurd = { endpoint: endpoint("a"), epoch: 999_999_999_999_999 };
      await store.takeIn({ id: "a-2", events: told("a-2"), epoch: absurd });
      assert.deepEqual((await store.head()).epochs, [epoch], "a fence must have room above it");
    });
  });
}
