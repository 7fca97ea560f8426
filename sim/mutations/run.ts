// Takes out each safeguard and prints who caught it: see USAGE.
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { DOCUMENT, documentText, readDocument } from "./document.ts";
import type { Mutation } from "./mutation.ts";
import { MUTATIONS } from "./mutations.table.ts";
import { type Searched, searchedText, searchSeeds } from "./seeds.ts";
import { isCaught, playAll, tableOf, whyNot } from "./suite.ts";

const SEEDS_MAX = 2 ** 31;
const USAGE = `Usage: node sim/mutations/run.ts [options] [mutation …]

Takes each safeguard out of the shipped source, plays the scenario in which it alone saves the run,
and says which checker caught it. Without names: all of them.

  --seeds N   searches up to N random worlds for each as well, and says after how many it was caught
  --first S   the first seed of them (default 1)
  --jobs N    processes at once for the scenarios (default 1)
  --docs      writes docs/mutations.md: keeps what it says of random worlds where none were searched
  --json      the result as one JSON object

Ends with 0 where every mutation was caught by the checker that it belongs to, 1 where one was not
(or a random world fails with nothing taken out), 2 for a wrong command.

  node sim/mutations/run.ts                          all scenarios
  node sim/mutations/run.ts row-drift --seeds 2000   one of them, in random worlds as well
  node sim/mutations/run.ts --seeds 100 --docs       the table of the documentation, anew`;

interface Given {
  readonly mutations: readonly Mutation[];
  readonly seeds: number;
  readonly first: number;
  readonly jobs: number;
  readonly docs: boolean;
  readonly json: boolean;
}

function readArgs(): Given | "help" {
  const { values, positionals } = parseArgs({
    options: {
      seeds: { type: "string", default: "0" },
      first: { type: "string", default: "1" },
      jobs: { type: "string", default: "1" },
      docs: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
    allowPositionals: true,
  });
  if (values.help) return "help";
  const unknown = positionals.find((name) => !MUTATIONS.some(({ id }) => id === name));
  if (unknown !== undefined) {
    throw new RangeError(`Cannot take out "${unknown}" as no mutation has that name`);
  }
  const isChosen = ({ id }: Mutation): boolean => {
    return positionals.length === 0 || positionals.includes(id);
  };
  const { docs, json } = values;
  return {
    mutations: MUTATIONS.filter(isChosen),
    seeds: numberOf("seeds", values.seeds, 0),
    first: numberOf("first", values.first, 0),
    jobs: numberOf("jobs", values.jobs, 1),
    docs,
    json,
  };
}

function numberOf(name: string, text: string, min: number): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= min && number <= SEEDS_MAX) return number;
  const wanted = `it must be a whole number from ${min}`;
  throw new RangeError(`Cannot take --${name} as ${wanted}: it is "${text}"`);
}

async function main(): Promise<number> {
  let given: Given | "help";
  try {
    given = readArgs();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    console.error("See --help.");
    return 2;
  }
  if (given === "help") {
    console.log(USAGE);
    return 0;
  }
  return run(given);
}

async function run({ mutations, seeds, first, jobs, docs, json }: Given): Promise<number> {
  const beganMs = performance.now();
  const all = await playAll(mutations, jobs, (id) => console.error(id));
  const { searched, isSound } = await searchAll(seeds > 0 ? mutations : [], first, seeds);
  const missed = all.filter((one) => !isCaught(one));
  const seconds = (performance.now() - beganMs) / 1_000;
  if (json) {
    const rows = all.map((one) => {
      const { id, scenario, caughtBy } = one.mutation;
      const { broken } = one.played;
      return { id, scenario, caughtBy, broken, isCaught: isCaught(one), ...searched.get(id) };
    });
    console.log(JSON.stringify({ mutations: rows, first, seeds, isSound, seconds }));
  } else {
    console.log(tableOf(all, (id) => textOf(searched.get(id))));
    for (const one of missed) console.log(`\n${one.mutation.id}: ${whyNot(one)}`);
    const caught = all.length - missed.length;
    console.log(`\n${all.length} mutations, ${caught} caught, ${seconds.toFixed(1)} s`);
  }
  if (docs) writeDocument(searched);
  return missed.length === 0 && isSound ? 0 : 1;
}

/** Whether seeds hold with nothing taken out, and what they say of each mutation. */
async function searchAll(
  mutations: readonly Mutation[],
  first: number,
  seeds: number,
): Promise<{ readonly searched: ReadonlyMap<string, Searched>; readonly isSound: boolean }> {
  const searched = new Map<string, Searched>();
  if (mutations.length === 0) return { searched, isSound: true };
  const whole = await searchSeeds(undefined, first, seeds);
  if (whole.caught !== undefined) {
    console.error(`with nothing taken out: ${searchedText(whole)}: nothing was searched`);
    return { searched, isSound: false };
  }
  for (const mutation of mutations) {
    const found = await searchSeeds(mutation, first, seeds);
    searched.set(mutation.id, found);
    console.error(`${mutation.id}: ${searchedText(found)}`);
  }
  return { searched, isSound: true };
}

function textOf(searched: Searched | undefined): string {
  return searched === undefined ? "" : searchedText(searched);
}

function writeDocument(searched: ReadonlyMap<string, Searched>): void {
  const before = existsSync(DOCUMENT) ? readDocument(readFileSync(DOCUMENT, "utf8")) : [];
  const texts = new Map([...searched].map(([id, one]) => [id, searchedText(one)]));
  writeFileSync(DOCUMENT, documentText(texts, before));
  console.error("docs/mutations.md is written");
}

process.exitCode = await main();
