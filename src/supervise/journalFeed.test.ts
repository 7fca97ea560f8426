import assert from "node:assert/strict";
import { test } from "node:test";
import { chainEvent, type Journal, type JournalEvent, type NewEvent } from "../journal/index.ts";
import { RealClock } from "../net/index.ts";
import { JournalFeed } from "./journalFeed.ts";

const event = (text: string, atMs = 1_000): NewEvent => ({
  atMs,
  kind: "target-up",
  actor: "prober",
  subject: "lb-a1",
  text,
  facts: {},
});

/** A journal in memory that can be away. */
class SmallJournal implements Journal {
  events: JournalEvent[] = [];
  isAway = false;
  readonly #listeners = new Set<(seq: number) => void>();

  async record(events: readonly NewEvent[]): Promise<void> {
    this.#mustBeThere();
    for (const one of events) this.events.push(chainEvent(one, this.events.at(-1)));
    for (const listener of this.#listeners) listener(this.events.length);
  }

  async eventsAfter(after: number, limit: number): Promise<readonly JournalEvent[]> {
    this.#mustBeThere();
    return this.events.filter(({ seq }) => seq > after).slice(0, limit);
  }

  async newestEvents(limit: number): Promise<readonly JournalEvent[]> {
    this.#mustBeThere();
    return this.events.slice(-limit);
  }

  watchJournal(listener: (seq: number) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  comeBack(): void {
    this.isAway = false;
    for (const listener of this.#listeners) listener(this.events.length);
  }

  #mustBeThere(): void {
    if (this.isAway) throw new Error("away");
  }
}

/** A feed whose shown texts can be waited for. */
function follow(journal: Journal, sinceMs: number) {
  const shown: string[] = [];
  let wake = (): void => {};
  const feed = new JournalFeed({
    journal,
    clock: new RealClock(),
    sinceMs,
    onEvents: (events) => {
      shown.push(...events.map(({ text }) => text));
      wake();
    },
  });
  const until = async (count: number): Promise<readonly string[]> => {
    while (shown.length < count) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
    return shown;
  };
  return { feed, until };
}

test("a feed shows what happens from its start on, in order, and nothing twice", async () => {
  const journal = new SmallJournal();
  await journal.record([event("long ago", 10), event("since the start", 1_000)]);
  const { feed, until } = follow(journal, 500);
  assert.deepEqual(await until(1), ["since the start"]);
  await journal.record([event("one"), event("two")]);
  assert.deepEqual(await until(3), ["since the start", "one", "two"]);
  feed.close();
});

test("a feed brings our own events into the journal once the store is back", async () => {
  const journal = new SmallJournal();
  journal.isAway = true;
  const { feed, until } = follow(journal, 0);
  feed.record(event("first"));
  feed.record(event("second"));
  journal.comeBack();
  assert.deepEqual(await until(2), ["first", "second"]);
  feed.close();
});

test("a feed keeps a bounded number of our own events, and tells how many it lost", async () => {
  const journal = new SmallJournal();
  journal.isAway = true;
  const { feed, until } = follow(journal, 0);
  for (let count = 0; count < 600; count += 1) feed.record(event(`event ${count}`));
  journal.comeBack();
  const shown = await until(501);
  assert.equal(shown[499], "event 499");
  assert.match(shown[500] ?? "", /^100 events of the supervisor were lost/);
  feed.close();
});
