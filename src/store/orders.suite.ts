import assert from "node:assert/strict";
import { describe } from "node:test";
import type { Order } from "../plan/index.ts";
import { appendPlan, deltaAfter, endpoint, serving, tombstone } from "./fixtures.suite.ts";
import { failsWith, type MakeStore, storeTest } from "./makeStore.suite.ts";
import { override, retirement, revival, rollback } from "./orderFixtures.suite.ts";
import type { Store } from "./store.ts";

/** What people ask for about endpoints: held until done, journalled in the same step. */
export function ordersSuite(name: string, make: MakeStore): void {
  describe(`${name} is a PlanStore: orders`, () => {
    storeTest("holds none at first", make, async (store) => {
      assert.deepEqual(await store.orders(), []);
    });

    storeTest("keeps orders of every kind as they are, in order of id", make, async (store) => {
      const all: readonly Order[] = [
        override("a", "o-a-1"),
        rollback("a", "r-a-1"),
        retirement("b", "t-b-1"),
        revival("c", "v-c-1", "t-c-1"),
      ];
      await store.putOrders([...all].reverse());
      assert.deepEqual(await store.orders(), all);
    });

    storeTest("takes the same order again without a change", make, async (store) => {
      await store.putOrders([override("a", "o-a-1")]);
      await store.putOrders([override("a", "o-a-1"), override("b", "o-b-1")]);
      await store.putOrders([override("a", "o-a-1")]);
      assert.equal((await store.orders()).length, 2);
      assert.equal((await store.newestEvents(10)).length, 2);
    });

    storeTest("journals who asked and who ended, in the same step", make, async (store) => {
      await store.putOrders([override("a", "o-a-1"), retirement("b", "t-b-1")]);
      await store.endOrders(["o-a-1"], "planner", "expired");
      await store.endOrders(["t-b-1"], "operator:bob", "still in use");
      const events = await store.newestEvents(10);
      assert.deepEqual(
        events.map(({ kind, actor, subject }) => `${kind} ${actor} ${subject.slice(0, 2)}`),
        [
          "override-set operator:ann a.",
          "retirement-asked operator:ann b.",
          "override-ended planner a.",
          "retirement-cancelled operator:bob b.",
        ],
      );
      assert.match(events[0]?.text ?? "", /pinned to A 192.0.2.77 until 2025-10-09T10:53:20Z/);
      assert.equal(events[0]?.facts["order"], "o-a-1");
    });

    storeTest("ends what is held, once, and says which", make, async (store) => {
      await store.putOrders([override("a", "o-a-1"), rollback("b", "r-b-1")]);
      const ids = ["o-a-1", "o-nobody", "o-a-1"];
      assert.deepEqual(await store.endOrders(ids, "planner", "expired"), ["o-a-1"]);
      assert.deepEqual(await store.endOrders(ids, "planner", "expired"), []);
      assert.deepEqual(await store.orders(), [rollback("b", "r-b-1")]);
      assert.equal((await store.newestEvents(10)).length, 3);
    });

    for (const { order, again } of [
      { order: override("a", "o-a-1"), again: override("a", "o-a-2") },
      { order: rollback("a", "r-a-1"), again: rollback("a", "r-a-2") },
    ]) {
      storeTest(`lets a new ${order.kind} take the place of the old`, make, async (store) => {
        await store.putOrders([order]);
        await store.putOrders([again]);
        assert.deepEqual(await store.orders(), [again]);
        const [event] = await store.newestEvents(1);
        assert.equal(event?.facts["replaces"], order.id);
      });
    }

    refusals(make);
    tombstones(make);
  });
}

function refusals(make: MakeStore): void {
  const cases: readonly { held: readonly Order[]; put: readonly Order[]; why: string }[] = [
    {
      held: [retirement("a", "t-a-1")],
      put: [retirement("a", "t-a-2")],
      why: "a second retirement would begin its wait anew",
    },
    {
      held: [revival("a", "v-a-1", "t-a-1")],
      put: [revival("a", "v-a-2", "t-a-1")],
      why: "one of each kind",
    },
    {
      held: [override("a", "o-a-1")],
      put: [retirement("a", "t-a-1")],
      why: "what is pinned is not retired",
    },
    {
      held: [],
      put: [retirement("a", "t-a-1"), override("a", "o-a-1")],
      why: "nor where both come together",
    },
    {
      held: [],
      put: [override("a", "o-a-1"), override("a", "o-a-2")],
      why: "two of a kind in one call",
    },
    {
      held: [override("a", "o-a-1")],
      put: [override("b", "o-a-1")],
      why: "an id is never used twice",
    },
    {
      held: [],
      put: [override("b", "o-b-1"), { ...override("a", "o-a-1"), untilMs: 1.5 }],
      why: "an end that no fence can say",
    },
    {
      held: [],
      put: [{ ...retirement("a", "t-a-1"), reason: "x".repeat(1_001) }],
      why: "a reason is one line",
    },
    {
      held: [],
      put: [{ ...override("a", "o-a-1"), answers: 10_000 }],
      why: "no weights can say so many",
    },
    ...["192.0.2", "192.0.2.77 192.0.2.78", "example."].map((rdata) => ({
      held: [],
      put: [pinnedTo(rdata)],
      why: `a planner must be able to read ${rdata}`,
    })),
    { held: [], put: [pinnedTo("192.0.2.9", "192.0.2.8")], why: "canonical order" },
    { held: [], put: [pinnedTo("192.0.2.9", "192.0.2.9")], why: "each record once" },
  ];
  for (const { held, put, why } of cases) {
    storeTest(`refuses orders, all of them: ${why}`, make, async (store) => {
      await store.putOrders(held);
      const events = await store.newestEvents(10);
      await assert.rejects(store.putOrders([...put, override("z", "o-z-1")]), failsWith("refused"));
      assert.deepEqual(await store.orders(), held);
      assert.deepEqual(await store.newestEvents(10), events);
    });
  }

  storeTest(
    "never takes an ended order again: a late repeat changes nothing",
    make,
    async (store) => {
      const order = retirement("a", "t-a-1");
      await store.putOrders([order]);
      await store.endOrders([order.id], "operator:bob", "still in use");
      await assert.rejects(store.putOrders([order]), failsWith("refused"));
      await store.putOrders([override("a", "o-a-1")]);
      await store.putOrders([override("a", "o-a-2")]);
      await assert.rejects(store.putOrders([override("a", "o-a-1")]), failsWith("refused"));
    },
  );

  storeTest("refuses to end orders for a reason that is not one line", make, async (store) => {
    await store.putOrders([override("a", "o-a-1")]);
    const ending = store.endOrders(["o-a-1"], "operator:ann", "one\ntwo");
    await assert.rejects(ending, failsWith("refused"));
    assert.equal((await store.orders()).length, 1);
  });
}

function pinnedTo(rdata: string, ...more: readonly string[]): Order {
  const records = more.map((text) => ({ rdata: text, weight: 1 }));
  const rrset = { type: "A", ttlSeconds: 30, records: [{ rdata, weight: 1 }, ...records] as const };
  return { ...override("a", "o-a-1"), rrsets: [rrset] };
}

async function offer(store: Store, changed: Parameters<typeof deltaAfter>[1]["changed"]) {
  const head = await store.head();
  return store.append(deltaAfter(head, { generation: head.generation + 1, changed }));
}

function tombstones(make: MakeStore): void {
  storeTest("takes a tombstone only for a retirement that is held", make, async (store) => {
    await appendPlan(store, ["a", "b"]);
    const retired = [tombstone("a", 2)];
    assert.equal((await offer(store, retired)).kind, "refused");
    await store.putOrders([retirement("b", "t-1")]);
    assert.equal((await offer(store, retired)).kind, "refused", "another name's retirement");
    await store.putOrders([retirement("a", "t-2")]);
    assert.equal((await offer(store, retired)).kind, "refused", "another retirement's tombstone");
    await store.endOrders(["t-2"], "operator:bob", "still in use");
    assert.equal((await offer(store, retired)).kind, "refused", "a retirement taken back");
    assert.equal((await store.read())?.entries.get(endpoint("a"))?.kind, "serving");
  });

  storeTest("takes the tombstone of a held retirement, and keeps it", make, async (store) => {
    await appendPlan(store, ["a"]);
    await store.putOrders([retirement("a", "t-1")]);
    assert.equal((await offer(store, [tombstone("a", 2)])).kind, "accepted");
    await store.endOrders(["t-1"], "planner", "done");
    assert.equal((await offer(store, [tombstone("a", 3)])).kind, "accepted", "it is that already");
    assert.deepEqual((await store.changesAfter(0)).entries, [tombstone("a", 3)]);
  });

  storeTest(
    "takes a retired name back only by an entry that names its tombstone",
    make,
    async (store) => {
      await store.putOrders([retirement("a", "t-1")]);
      await offer(store, [tombstone("a", 1)]);
      assert.equal((await offer(store, [serving("a", 2)])).kind, "refused");
      const other = { ...serving("a", 2), revives: ["t-0"] };
      assert.equal((await offer(store, [other])).kind, "refused");
      const named = { ...serving("a", 2), revives: ["t-0", "t-1"] };
      assert.equal((await offer(store, [named])).kind, "accepted");
      assert.equal((await offer(store, [serving("a", 3)])).kind, "accepted", "it serves again");
    },
  );

  storeTest("does not take back a retirement that is carried out", make, async (store) => {
    await appendPlan(store, ["a"]);
    await store.putOrders([retirement("a", "t-1"), retirement("b", "t-b-1")]);
    await offer(store, [tombstone("a", 2)]);
    const late = await store.endOrders(["t-1", "t-b-1"], "operator:bob", "still in use");
    assert.deepEqual(late, ["t-b-1"]);
    assert.deepEqual(await store.orders(), [retirement("a", "t-1")]);
    assert.deepEqual(await store.endOrders(["t-1"], "planner", "the name is retired"), ["t-1"]);
  });

  storeTest(
    "forgets waiting retirements once a fence shows that it is old",
    make,
    async (store) => {
      await appendPlan(store, ["a"]);
      await store.putOrders([retirement("a", "t-1"), override("b", "o-b-1")]);
      await store.raiseFloor({ epoch: 0, generation: 1 });
      assert.equal((await store.orders()).length, 2, "a floor at the newest plan proves nothing");
      await store.raiseFloor({ epoch: 0, generation: 2 });
      assert.deepEqual(await store.orders(), [override("b", "o-b-1")]);
      const [event] = await store.newestEvents(1);
      assert.equal(event?.kind, "retirement-cancelled");
      assert.match(event?.text ?? "", /t-1 forgotten: the plan store is an old copy/);
    },
  );

  storeTest("keeps what an entry says of overrides and tombstones", make, async (store) => {
    const { answers, rrsets } = serving("a", 1);
    const pinned = {
      ...serving("a", 1),
      override: { id: "o-a-1", untilMs: 1_760_000_000_000 },
      beneath: { answers, rrsets },
      ends: ["o-a-0"],
      revives: ["t-a-0"],
    };
    await offer(store, [pinned]);
    assert.deepEqual((await store.changesAfter(0)).entries, [pinned]);
    assert.deepEqual((await store.history(endpoint("a"), 1))[0]?.entry, pinned);
    assert.deepEqual((await store.read(1))?.entries.get(endpoint("a")), pinned);
  });
}
