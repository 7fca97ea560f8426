import assert from "node:assert/strict";
import { test } from "node:test";
import { chainEvent, firstBrokenLink, type JournalEvent, type NewEvent } from "./event.ts";

function event(text: string): NewEvent {
  const facts = { generation: 42, pool: "ddb" };
  return { atMs: 5, kind: "plan-accepted", actor: "planner", subject: "use1", text, facts };
}

function chain(...texts: readonly string[]): readonly JournalEvent[] {
  const events: JournalEvent[] = [];
  for (const text of texts) events.push(chainEvent(event(text), events.at(-1)));
  return events;
}

test("chainEvent() numbers from 1 and points at the event before", () => {
  const [first, second] = chain("a", "b");
  assert.equal(first?.seq, 1);
  assert.equal(first?.previousDigest, "");
  assert.equal(second?.seq, 2);
  assert.equal(second?.previousDigest, first?.digest);
});

test("chainEvent() gives one digest whatever order the facts were written in", () => {
  const facts = { pool: "ddb", generation: 42 };
  const same = chainEvent({ ...event("a"), facts }, undefined);
  assert.equal(same.digest, chainEvent(event("a"), undefined).digest);
});

test("firstBrokenLink() finds nothing in a whole chain, or in a run that begins later", () => {
  const events = chain("a", "b", "c");
  assert.equal(firstBrokenLink(events), undefined);
  assert.equal(firstBrokenLink(events.slice(1)), undefined);
  assert.equal(firstBrokenLink([]), undefined);
});

const forgeries: readonly {
  readonly forge: (events: readonly JournalEvent[]) => readonly JournalEvent[];
  readonly want: number;
  readonly why: string;
}[] = [
  ...(["atMs", "kind", "actor", "subject", "text", "facts"] as const).map((member) => ({
    forge: (events: readonly JournalEvent[]) =>
      events.map((link) => (link.seq === 2 ? { ...link, [member]: "forged" } : link)),
    want: 2,
    why: `${member} is covered by the digest`,
  })),
  {
    forge: (events) => events.filter((link) => link.seq !== 2),
    want: 3,
    why: "an event left out leaves a gap",
  },
  {
    forge: (events) => events.map((link) => (link.seq === 1 ? { ...link, text: "forged" } : link)),
    want: 1,
    why: "the first of a run is held by its own digest",
  },
  {
    forge: ([first, , third]) =>
      first === undefined || third === undefined
        ? []
        : [first, chainEvent(event("forged"), first), third],
    want: 3,
    why: "an event replaced with a digest that fits it breaks the next",
  },
];

for (const { forge, want, why } of forgeries) {
  test(`firstBrokenLink() finds event ${want}: ${why}`, () => {
    assert.equal(firstBrokenLink(forge(chain("a", "b", "c")))?.seq, want);
  });
}
