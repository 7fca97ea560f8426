// Explores the small worlds whole. Run: node sim/small/run.ts [name …]
import { explore } from "./explore.ts";
import { WORLDS, worldOf } from "./worlds.ts";

const STATES_MAX = 30_000_000;

const asked = process.argv.slice(2);
const chosen = WORLDS.filter(({ name }) => asked.length === 0 || asked.includes(name));
for (const scene of chosen) {
  const began = performance.now();
  const { states, transitions, needPerson, found, complete } = explore(worldOf(scene), {
    statesMax: STATES_MAX,
  });
  const seconds = ((performance.now() - began) / 1000).toFixed(1);
  const person = needPerson > 0 ? `, ${needPerson} states wait for a person` : "";
  const end = complete ? "whole" : "NOT whole";
  console.log(
    `${scene.name}: ${states} states, ${transitions} steps, ${seconds} s, ${end}${person}`,
  );
  for (const { rule, problem, story } of found) {
    console.log(`  BROKEN ${rule}: ${problem}\n    ${story.join("\n    ")}`);
    process.exitCode = 1;
  }
}
