// Takes out each safeguard and prints who caught it. Run:
//   node sim/mutations/run.ts [--seeds N] [--first S] [mutation …]
// With --seeds, the simulator searches so many seeds for each of them as well.
import { parseArgs } from "node:util";
import { MUTATIONS } from "./mutations.table.ts";
import { searchSeeds } from "./seeds.ts";
import { isCaught, playAll, tableOf } from "./suite.ts";

const { values, positionals } = parseArgs({
  options: {
    seeds: { type: "string", default: "0" },
    first: { type: "string", default: "1" },
  },
  allowPositionals: true,
});
const seeds = Number(values.seeds);
const first = Number(values.first);
const chosen = MUTATIONS.filter(({ id }) => positionals.length === 0 || positionals.includes(id));
const began = performance.now();
const all = await playAll(chosen);
console.log(tableOf(all));
const missed = all.filter((one) => !isCaught(one));
for (const { mutation, played } of missed) {
  console.log(`\n${mutation.id}: ${played.broken.join() || "nothing was broken"}`);
  console.log(`  ${played.story.join("\n  ")}`);
}
const seconds = ((performance.now() - began) / 1000).toFixed(1);
console.log(`${all.length} mutations, ${all.length - missed.length} caught, ${seconds} s`);
process.exitCode = missed.length === 0 ? 0 : 1;

if (seeds > 0) {
  console.log(`\nIn the simulator, ${seeds} seeds from ${first}:`);
  for (const mutation of [undefined, ...chosen]) {
    const { caught } = await searchSeeds(mutation, first, seeds);
    const after = caught === undefined ? 0 : caught.seed - first + 1;
    const said = caught === undefined ? "every seed held" : `${caught.invariant} after ${after}`;
    console.log(`${(mutation?.id ?? "(nothing taken out)").padEnd(34)}  ${said}`);
  }
}
