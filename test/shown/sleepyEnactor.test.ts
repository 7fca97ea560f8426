import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { test } from "node:test";
import { configText, freePlaces, type Places, Region, until } from "../processes/instance.ts";
import { holdfast } from "./tools.ts";
import { mixtures, stepsBackwards, Watcher } from "./watcher.ts";

const NAME = "dynamodb.use1.holdfast.example";
/** Plans made while an enactor sleeps. Consecutive ones have no address in common. */
const GENERATIONS = 24;

/** One endpoint, and of its two load balancers only one: the sets of two plans are disjoint. */
function configWith(places: Places, target: "lb-1" | "lb-2"): string {
  return configText(places).replace("targets: [lb-1, lb-2]", `targets: [${target}]`);
}

interface VersionPage {
  readonly versions: readonly {
    readonly entry: {
      readonly generation: number;
      readonly rrsets: readonly { readonly records: readonly { readonly rdata: string }[] }[];
    };
  }[];
}

test("an enactor that slept through many plans puts nothing old over anything new", async () => {
  const places = await freePlaces();
  const region = new Region(places, configWith(places, "lb-1"));
  try {
    await region.up();
    const watcher = new Watcher(places.dnsPort, NAME);
    const sleeper = await region.pid("enactor-az1");
    for (let round = 1; round <= GENERATIONS; round += 1) {
      if (round === 2) process.kill(sleeper, "SIGSTOP");
      if (round === GENERATIONS - 1) process.kill(sleeper, "SIGCONT");
      const target = round % 2 === 0 ? "lb-1" : "lb-2";
      writeFileSync(region.config, configWith(places, target));
      const reloaded = await holdfast(region.state, "reload");
      assert.equal(reloaded.code, 0, reloaded.stderr);
      await region.answers([places.addresses[target === "lb-1" ? 0 : 1] ?? ""]);
    }
    const lastLook = watcher.looks;
    await until("was watched a while longer", async () => watcher.looks > lastLook + 200);
    const { sights, denials, silences } = await watcher.stop();

    const url = `http://127.0.0.1:${places.apiPort}/v1/endpoints/${NAME}/history?limit=1000`;
    const { versions } = (await (await fetch(url)).json()) as VersionPage;
    const sets = new Map(
      versions.map(({ entry }) => [
        entry.generation,
        entry.rrsets.flatMap(({ records }) => records.map(({ rdata }) => rdata)).sort(),
      ]),
    );
    assert.ok(sets.size > GENERATIONS, `${sets.size} generations were made`);
    assert.deepEqual(denials, [], "no answer was ever empty");
    assert.deepEqual(stepsBackwards(sights), [], "no generation went down");
    assert.deepEqual(
      mixtures(sights, (generation) => sets.get(generation)),
      [],
      "fence and records are of one generation",
    );
    console.log(
      `${sights.length} looks over ${sets.size} generations: ` +
        `0 empty, 0 backwards, ${silences} unanswered`,
    );
  } finally {
    await region.dispose();
  }
});
