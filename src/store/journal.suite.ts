import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { firstBrokenLink } from "../journal/index.ts";
import { happened, ManualClock } from "./fixtures.suite.ts";
import { failsWith, type MakeStore, storeTest } from "./makeStore.suite.ts";

/** The journal: in order, chained, bounded. */
export function journalSuite(name: string, make: MakeStore): void {
  describe(`${name} is a Journal`, () => {
    storeTest("holds nothing at first", make, async (store) => {
      assert.deepEqual(await store.eventsAfter(0, 10), []);
      assert.deepEqual(await store.newestEvents(10), []);
    });

    storeTest("numbers and chains events in the order recorded", make, async (store) => {
      await store.record([happened("a"), happened("b")]);
      await store.record([]);
      await store.record([happened("c")]);
      const events = await store.eventsAfter(0, 10);
      assert.deepEqual(
        events.map(({ seq, subject }) => `${seq} ${subject}`),
        ["1 a", "2 b", "3 c"],
      );
      assert.equal(firstBrokenLink(events), undefined);
      const { seq, previousDigest, digest, ...event } = events[0] ?? assert.fail("no event");
      assert.deepEqual(event, happened("a"));
      assert.deepEqual([seq, previousDigest, digest.length], [1, "", 43]);
    });

    storeTest("pages forward, oldest first", make, async (store) => {
      await store.record(["a", "b", "c", "d"].map((subject) => happened(subject)));
      const page = await store.eventsAfter(1, 2);
      assert.deepEqual(
        page.map(({ seq }) => seq),
        [2, 3],
      );
      assert.deepEqual(await store.eventsAfter(4, 2), []);
    });

    storeTest("gives the newest, oldest first, also about one subject", make, async (store) => {
      await store.record(["a", "b", "a", "a"].map((subject) => happened(subject)));
      const newest = await store.newestEvents(2);
      assert.deepEqual(
        newest.map(({ seq }) => seq),
        [3, 4],
      );
      const about = await store.newestEvents(2, "a");
      assert.deepEqual(
        about.map(({ seq }) => seq),
        [3, 4],
      );
      const all = await store.newestEvents(10, "a");
      assert.deepEqual(
        all.map(({ seq }) => seq),
        [1, 3, 4],
      );
      assert.deepEqual(await store.newestEvents(10, "nobody"), []);
    });

    storeTest("refuses limits outside of 1..1000", make, async (store) => {
      for (const limit of [0, 1_001]) {
        await assert.rejects(store.eventsAfter(0, limit), failsWith("refused"));
        await assert.rejects(store.newestEvents(limit), failsWith("refused"));
      }
    });

    test("drops the oldest events over its bound, and the rest still chains", async () => {
      const store = await make(new ManualClock(), 50);
      try {
        for (let round = 0; round < 30; round += 1) {
          await store.record(Array.from({ length: 10 }, (_, index) => happened(`e${index}`)));
        }
        const events = await store.eventsAfter(0, 1_000);
        assert.deepEqual([events.at(0)?.seq, events.at(-1)?.seq], [251, 300]);
        assert.equal(firstBrokenLink(events), undefined);
      } finally {
        await store.close();
      }
    });
  });
}
