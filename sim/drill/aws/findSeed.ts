// Finds runs worth showing: `node sim/drill/aws/findSeed.ts 1 200`. For each seed in which the name
// of 2025 is emptied soon after the delay: when, and the late writes that ours refused. At the end:
// in how many it went wrong at all.

import type { Design } from "../../design.ts";
import { design2025, LONG_PACE } from "../../history/historyDesign.ts";
import { OURS } from "../../ours/ours.ts";
import { runSchedule } from "../../runSchedule.ts";
import { heldGeneration, writtenGeneration } from "../heldGeneration.ts";
import { observedDesign } from "../observedDesign.ts";
import { ENDPOINT, eventSchedule, LATE_TO_MS, START_MS } from "./eventSchedule.ts";

/** How long after the delay the race may come. */
const AFTER_MS = 360_000;
const END_MS = LATE_TO_MS - START_MS + AFTER_MS;

const [first = 1, last = 200] = process.argv.slice(2).map(Number);
let backwards = 0;
let emptied = 0;
for (let seed = first; seed <= last; seed += 1) {
  const then = await raceOf(design2025({ pace: LONG_PACE }), seed);
  if (then.goesBack) backwards += 1;
  if (then.emptiedMs === undefined) continue;
  emptied += 1;
  const late = (await lateWrites(seed)).join(", ");
  console.log(`seed ${seed}: emptied after ${Math.round(then.emptiedMs)} ms; late: ${late}`);
}
console.log(`seeds ${first} to ${last}: goes back in ${backwards}, emptied in ${emptied}`);

interface Race {
  readonly goesBack: boolean;
  readonly emptiedMs: number | undefined;
}

async function raceOf(design: Design, seed: number): Promise<Race> {
  let emptiedMs: number | undefined;
  let goesBack = false;
  await runSchedule(design, scheduleOf(seed), {
    goesOn: true,
    onChange: ({ atMs, before, after }) => {
      const [was, is] = [before.endpoints.get(ENDPOINT), after.endpoints.get(ENDPOINT)];
      if (was === undefined || is === undefined) return;
      if (was.answers.A !== "" && is.answers.A === "") emptiedMs ??= atMs;
      const [from = 0, to = 0] = [was, is].map((state) => heldGeneration(state, ENDPOINT));
      if (to < from) goesBack = true;
    },
  });
  return { goesBack, emptiedMs };
}

async function lateWrites(seed: number): Promise<readonly string[]> {
  const late: string[] = [];
  let held = 0;
  const observed = observedDesign(OURS, {
    answered: (_atMs, by, update, { rcode }) => {
      const generation = writtenGeneration(update, ENDPOINT) ?? held;
      if (rcode !== 0 && generation < held) late.push(`plan ${generation} of ${by.id}`);
    },
  });
  await runSchedule(observed, scheduleOf(seed), {
    goesOn: true,
    onChange: ({ after }) => {
      const state = after.endpoints.get(ENDPOINT);
      held = state === undefined ? 0 : (heldGeneration(state, ENDPOINT) ?? 0);
    },
  });
  return late;
}

function scheduleOf(seed: number) {
  const schedule = eventSchedule(seed);
  return { ...schedule, endMs: END_MS, acts: schedule.acts.filter(({ atMs }) => atMs < END_MS) };
}
