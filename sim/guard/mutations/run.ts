// Looks for a world in which each mutation is caught: node sim/guard/mutations/run.ts [ID…]
// Prints them with the number of that world, which belongs into mutations.table.ts.
import { GUARD_MUTATIONS } from "./mutations.table.ts";
import { searchMutation } from "./suite.ts";

const SEEDS_MAX = 2500;
const ids = process.argv.slice(2);

for (const mutation of GUARD_MUTATIONS) {
  if (ids.length > 0 && !ids.includes(mutation.id)) continue;
  const { seed, check } = await searchMutation(mutation, 0, SEEDS_MAX);
  const by = check === mutation.caughtBy ? check : `NOT CAUGHT (${check ?? "by nobody"})`;
  console.log(`| ${mutation.id} | ${mutation.safeguard} | ${by} | ${seed ?? "-"} |`);
  if (check !== mutation.caughtBy) process.exitCode = 1;
}
