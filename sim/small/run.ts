// Explores the small worlds to their ends. Ends with 0 where all hold and all were visited whole, 1
// where a rule is broken or states were left out, 2 for a wrong command.
import { parseArgs } from "node:util";
import { type Exploration, explore } from "./explore.ts";
import { WORLDS, type WorldPlan, worldOf } from "./worlds.ts";

const USAGE = `Usage: node sim/small/run.ts [--quick] [--list] [--json] [--states-max N] [NAME ...]

  NAME            a world, as --list has it; without names: every world
  --quick         the worlds that npm test explores
  --list          the names, and what may happen in each
  --json          one JSON object per world
  --states-max N  gives up beyond so many states, and says so (default 200000000: about 6 GB)

Examples:
  node sim/small/run.ts --quick
  node sim/small/run.ts "two plans, every fault"
  node --max-old-space-size=8000 sim/small/run.ts --json "one plan, every pair of faults"

Progress is told on stderr. Ends with 1 where a rule is broken or a world is not whole.`;

interface Given {
  readonly worlds: readonly WorldPlan[];
  readonly list: boolean;
  readonly json: boolean;
  readonly statesMax: number;
}

/** A text instead: what to say and end with. */
function readArgs(): Given | { readonly text: string; readonly isWrong: boolean } {
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        quick: { type: "boolean", default: false },
        list: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
        "states-max": { type: "string", default: "200000000" },
      },
    });
    if (values.help) return { text: USAGE, isWrong: false };
    const unknown = positionals.find((asked) => !WORLDS.some(({ name }) => name === asked));
    if (unknown !== undefined) {
      return { text: `Cannot find a world "${unknown}": see --list`, isWrong: true };
    }
    const statesMax = Number(values["states-max"]);
    if (!Number.isInteger(statesMax) || statesMax < 1) {
      const text = `Cannot take --states-max ${values["states-max"]}: it must be a number from 1`;
      return { text, isWrong: true };
    }
    const asked = WORLDS.filter(({ name, isQuick }) => {
      return positionals.includes(name) || (positionals.length === 0 && (isQuick || !values.quick));
    });
    return { worlds: asked, list: values.list, json: values.json, statesMax };
  } catch (error) {
    return { text: error instanceof Error ? error.message : String(error), isWrong: true };
  }
}

function main(): number {
  const given = readArgs();
  if ("text" in given) {
    (given.isWrong ? console.error : console.log)(given.text);
    return given.isWrong ? 2 : 0;
  }
  if (given.list) {
    for (const world of given.worlds) console.log(listText(world));
    return 0;
  }
  let isFine = true;
  for (const world of given.worlds) {
    const beganMs = performance.now();
    const result = explore(worldOf(world), {
      statesMax: given.statesMax,
      onProgress: (text) => console.error(`${world.name}: ${text}`),
    });
    const seconds = (performance.now() - beganMs) / 1000;
    if (given.json) console.log(JSON.stringify({ name: world.name, seconds, ...result }));
    else tell(world, result, seconds);
    isFine &&= result.complete && result.found.length === 0;
  }
  return isFine ? 0 : 1;
}

function listText({
  name,
  isQuick,
  endpoints,
  changes,
  acts,
  faults,
  faultsMax,
}: WorldPlan): string {
  const count = endpoints.length === 1 ? "one endpoint" : `${endpoints.length} endpoints`;
  const asked = acts.length === 0 ? "" : `, people ask for: ${acts.join(", ")}`;
  const spoilt = faultsMax === 0 ? "no fault" : `${faultsMax} of ${faults.length} kinds of faults`;
  const quick = isQuick ? " (quick)" : "";
  return `${name}${quick}\n  ${count}, ${changes} changes of what is wanted${asked}; ${spoilt}`;
}

function tell({ name }: WorldPlan, result: Exploration, seconds: number): void {
  const { states, transitions, needPerson, found, complete } = result;
  const person = needPerson > 0 ? `, ${needPerson} states wait for a person` : "";
  const end = complete ? "whole" : "NOT whole";
  console.log(
    `${name}: ${states} states, ${transitions} steps, ${seconds.toFixed(1)} s, ${end}${person}`,
  );
  for (const { rule, problem, story } of found) {
    console.log(`  BROKEN ${rule}: ${problem}\n    ${story.join("\n    ")}`);
  }
}

process.exitCode = main();
