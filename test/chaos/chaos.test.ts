// The race of the event with real processes: enactors are stopped and continued at the worst
// moments, everything is killed at random, and clients ask all the time.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { SeededChance } from "../../sim/seededChance.ts";
import { configText, freePlaces, type Places, Region, until } from "../processes/instance.ts";
import { holdfast } from "../shown/tools.ts";
import { mixtures, stepsBackwards, Watcher } from "../shown/watcher.ts";
import { harm, stopAtWork } from "./chaos.ts";

const NAME = "dynamodb.use1.holdfast.example";
/** `CHAOS_SECONDS=600` for longer; `SEED` for the same chance again. */
const SECONDS = Number(process.env["CHAOS_SECONDS"] ?? 120);
const SEED = Number(process.env["SEED"] ?? 20_251_020);
const WATCHERS = 3;
/** Between two plans: shorter than most naps, so that sleepers fall many plans behind. */
const PLAN_EVERY_MS_MAX = 1_200;

/** Of two load balancers only one: the sets of two plans in a row are disjoint. */
function configWith(places: Places, place: 0 | 1): string {
  const target = `[lb-${place + 1}]`;
  return configText(places).replace("targets: [lb-1, lb-2]", `targets: ${target}`);
}

interface VersionPage {
  readonly versions: readonly {
    readonly entry: {
      readonly generation: number;
      readonly rrsets: readonly { readonly records: readonly { readonly rdata: string }[] }[];
    };
  }[];
}

async function plannedSets(places: Places): Promise<Map<number, readonly string[]>> {
  const url = `http://127.0.0.1:${places.apiPort}/v1/endpoints/${NAME}/history?limit=1000`;
  const { versions } = (await (await fetch(url)).json()) as VersionPage;
  return new Map(
    versions.map(({ entry: { generation, rrsets } }) => [
      generation,
      rrsets.flatMap(({ records }) => records.map(({ rdata }) => rdata)).sort(),
    ]),
  );
}

/** Times that an enactor found that another one had been newer: what it brought was not written. */
async function tooLate(places: Places): Promise<number> {
  let count = 0;
  for (let after = 0; ; ) {
    const url = `http://127.0.0.1:${places.apiPort}/v1/journal?after=${after}&limit=1000`;
    const { events } = (await (await fetch(url)).json()) as {
      readonly events: readonly { readonly seq: number; readonly kind: string }[];
    };
    count += events.filter(({ kind }) => kind === "endpoint-superseded").length;
    const last = events.at(-1);
    if (last === undefined) return count;
    after = last.seq;
  }
}

test(`${SECONDS} s of kill -9 and SIGSTOP: nothing empty, nothing backwards`, async () => {
  const places = await freePlaces();
  const region = new Region(places, configWith(places, 0));
  const chance = new SeededChance(SEED);
  try {
    await region.up();
    const watchers = Array.from({ length: WATCHERS }, () => new Watcher(places.dnsPort, NAME));
    const overAtMs = performance.now() + SECONDS * 1000;
    const isOver = () => performance.now() > overAtMs;
    const harming = harm(region, chance.fork("harm"), isOver);
    const plans = chance.fork("plans");
    const atWork = { stopped: 0, killed: 0, stoppedAtWork: 0 };
    let asked = 0;
    let wake = () => {};
    for (let round = 1; !isOver(); round += 1) {
      writeFileSync(region.config, configWith(places, round % 2 === 0 ? 0 : 1));
      const reloading = holdfast(region.state, "reload");
      // Who was stopped in the middle of the plan before goes on in the middle of this one.
      await stopAtWork(region, chance.fork(`round ${round}`), atWork).then((next) => {
        wake();
        wake = next;
      });
      // The store may be dead at this moment: then the next round asks again.
      if ((await reloading).code === 0) asked += 1;
      await sleep(plans.below(PLAN_EVERY_MS_MAX));
    }
    wake();
    const { stopped, killed } = await harming;

    writeFileSync(region.config, configWith(places, 0));
    await until("takes the last configuration", async () => {
      return (await holdfast(region.state, "reload")).code === 0;
    });
    await region.answers([places.addresses[0] ?? ""]);
    const watches = await Promise.all(watchers.map((watcher) => watcher.stop()));
    const sets = await plannedSets(places);
    for (const { denials, sights } of watches) {
      assert.deepEqual(denials, [], "no answer was ever empty");
      assert.deepEqual(stepsBackwards(sights), [], "no generation went down");
      const mixed = mixtures(sights, (generation) => sets.get(generation));
      assert.deepEqual(mixed, [], "fence and records are of one generation");
    }
    const looks = watches.reduce((sum, { sights }) => sum + sights.length, 0);
    const silences = watches.reduce((sum, watch) => sum + watch.silences, 0);
    assert.ok(looks > SECONDS, "clients were answered all the time");
    assert.ok(killed > 0 && stopped > 0 && atWork.stoppedAtWork > 0, "there was harm");
    console.log(
      `seed ${SEED}, ${SECONDS} s: ${killed} killed, ${stopped} stopped at random and ` +
        `${atWork.stoppedAtWork} at work, ${asked} reloads, ${sets.size} generations, ` +
        `${await tooLate(places)} times too late; ` +
        `${looks} looks: 0 empty, 0 backwards, ${silences} unanswered`,
    );
  } finally {
    await region.dispose();
  }
});
