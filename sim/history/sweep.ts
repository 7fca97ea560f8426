// What "significantly older" has to mean for the design of 2025 to fail:
// `node sim/history/sweep.ts --seeds 60`. Every row runs the same long worlds from seed 1 on.
import { parseArgs } from "node:util";
import type { Design } from "../design.ts";
import { OURS } from "../ours/ours.ts";
import { design2025, LONG_PACE, publishedFix } from "./historyDesign.ts";
import { drawLongSchedule } from "./longSchedule.ts";
import { type Outcomes, outcomesOf, seedsFrom } from "./outcomes.ts";

const THRESHOLDS: readonly number[] = [2, 5, 10, 20, 40, 80];
const SEEDS_DEFAULT = "60";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: SEEDS_DEFAULT },
    /** Ours costs more than all rows of history together. */
    ours: { type: "boolean", default: false },
  },
});
const seeds = seedsFrom(1, Number(values.seeds));

console.log('| design | "significantly older" | emptied | first | stuck after it | backwards |');
console.log("| --- | --- | --- | --- | --- | --- |");
for (const significantlyOlder of THRESHOLDS) {
  await row(design2025({ pace: LONG_PACE, significantlyOlder }), `> ${significantlyOlder} plans`);
}
await row(publishedFix({ pace: LONG_PACE }), "> 10 plans");
if (values.ours) await row(OURS, "");

async function row(design: Design, threshold: string): Promise<void> {
  const found: Outcomes = await outcomesOf(design, drawLongSchedule, seeds);
  const count = (list: readonly number[]): string => `${list.length} of ${seeds.length}`;
  const cells = [
    design.name,
    threshold,
    count(found.emptied),
    found.emptied[0] ?? "none",
    found.stuck.filter((seed) => found.emptied.includes(seed)).length,
    count(found.backwards),
  ];
  console.log(`| ${cells.join(" | ")} |`);
  if (design === OURS) for (const text of found.all) console.log(`ours: ${text}`);
}
