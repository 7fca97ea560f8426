// Runs random worlds until one fails, with whatever mutation was loaded, and prints what came of it
// as one line of JSON: node --import ./sim/mutations/hook.ts sim/mutations/searchOne.ts FIRST COUNT
import { OPEN } from "../found.ts";
import { OURS } from "../ours/ours.ts";
import { newOrderMap } from "../search/coverage.ts";
import { searchSeeds } from "../search/searchSeeds.ts";

const [first = 1, count = 0] = process.argv.slice(2).map(Number);
const open = OPEN.map(({ seed }) => seed);
const share = { first, count, step: 1, open, keepGoing: false };
const { failures } = await searchSeeds(OURS, share, newOrderMap(), () => {});
const [failure] = failures;
const invariant = failure?.violation.invariant;
process.stdout.write(`${JSON.stringify({ seed: failure?.seed, invariant })}\n`);
