import assert from "node:assert/strict";
import { it } from "node:test";
import { SimClock, settle } from "../../sim/simClock.ts";
import { SILENT_LOG } from "../base/index.ts";
import { type PlannerEvent, PlannerJournalBuffer } from "./plannerJournal.ts";

it("PlannerJournalBuffer keeps events while the journal is away, and counts the lost", async () => {
  const clock = new SimClock();
  const recorded: PlannerEvent[] = [];
  let away = true;
  const journal = {
    record: async (events: readonly PlannerEvent[]): Promise<void> => {
      if (away) throw new Error("Cannot record as the journal must be there: it is away");
      recorded.push(...events);
    },
  };
  const buffer = new PlannerJournalBuffer(journal, clock, SILENT_LOG, "planner");
  for (let n = 0; n < 1500; n += 1) {
    buffer.add({ kind: "plan-accepted", subject: `plan ${n}`, text: "", facts: {} });
  }
  await clock.advance(5000);
  assert.equal(recorded.length, 0);
  away = false;
  await clock.advance(1000);
  await settle();
  const lost = recorded.filter((event) => event.kind === "events-lost");
  const told = recorded.filter((event) => event.kind === "plan-accepted");
  assert.equal(lost.length, 1);
  assert.equal(told.length + Number(lost[0]?.facts["lost"]), 1500);
  assert.deepEqual(
    told.slice(0, 3).map((event) => event.subject),
    ["plan 0", "plan 1", "plan 2"],
  );
});
