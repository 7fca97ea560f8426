import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededChance } from "../../sim/seededChance.ts";
import { SimClock } from "../../sim/simClock.ts";
import { SILENT_LOG } from "../base/index.ts";
import type { NewEvent } from "../journal/index.ts";
import { FakePlanStore } from "./fakePlanStore.suite.ts";
import { OUTBOX_EVENTS_MAX, Outbox } from "./outbox.ts";

const event = (number: number): NewEvent => ({
  atMs: 0,
  kind: "endpoint-enacted",
  actor: "enactor-az1",
  subject: `e${number}`,
  text: "in place",
  facts: {},
});

test("Outbox counts what it loses, says so, and keeps the order of the rest", async () => {
  const clock = new SimClock();
  const journal = new FakePlanStore();
  const outbox = new Outbox(journal, "enactor-az1", clock, new SeededChance(1), SILENT_LOG);
  journal.isDown = true;
  for (let number = 0; number < OUTBOX_EVENTS_MAX + 25; number += 1) outbox.put(event(number));
  await clock.advance(60_000);
  assert.equal(journal.events.length, 0);
  journal.isDown = false;
  await clock.advance(60_000);
  assert.equal(outbox.waiting, 0);
  const [lost] = journal.events.filter(({ kind }) => kind === "events-lost");
  assert.equal(lost?.facts["lost"], 25);
  const subjects = journal.events.filter(({ kind }) => kind !== "events-lost");
  assert.deepEqual(
    subjects.slice(0, 3).map(({ subject }) => subject),
    ["e0", "e1", "e2"],
  );
  assert.equal(subjects.length, OUTBOX_EVENTS_MAX);
  outbox.close();
});

test("Outbox sends what is put while it sends", async () => {
  const clock = new SimClock();
  const journal = new FakePlanStore();
  const outbox = new Outbox(journal, "enactor-az1", clock, new SeededChance(1), SILENT_LOG);
  for (let number = 0; number < 50; number += 1) {
    outbox.put(event(number));
    if (number % 7 === 0) await Promise.resolve();
  }
  await clock.advance(1);
  assert.equal(journal.events.length, 50);
});

test("Outbox tries again at once where the journal may answer again", async () => {
  const clock = new SimClock();
  const journal = new FakePlanStore();
  const outbox = new Outbox(journal, "enactor-az1", clock, new SeededChance(1), SILENT_LOG);
  journal.isDown = true;
  outbox.put(event(1));
  await clock.advance(60_000); // the next try is seconds away
  journal.isDown = false;
  await clock.advance(10);
  assert.equal(journal.events.length, 0);
  outbox.retry();
  await clock.advance(10);
  assert.equal(journal.events.length, 1);
  outbox.close();
});
