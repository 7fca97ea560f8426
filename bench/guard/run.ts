// Compares the forwarder with unbound and dnsdist, answering from their caches on the same core.
// Needs two cores that do nothing else, cc, taskset, nsd (which has the names), unbound, dnsdist.
// Run: node bench/guard/run.ts --help
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { short } from "../serve/bench.ts";
import { NAMES_MAX } from "../serve/benchZone.ts";
import { LOAD_CORE, moveToLoadCore, SERVER_CORE } from "../serve/cores.ts";
import { median } from "../serve/figures.ts";
import { machineText } from "../serve/machineText.ts";
import { withBlock } from "../serve/report.ts";
import { Workshop } from "../serve/workshop.ts";
import { measure, startUpstream, type Trial, TTL_SECONDS, writeQuestions } from "./measure.ts";
import { RESOLVERS, type Resolver, type ResolverId } from "./resolvers.ts";

const DOCS = fileURLToPath(new URL("../../docs/performance.md", import.meta.url));
const HELP = `Compares the forwarder with unbound and dnsdist, answering from their caches.
One at a time runs on core ${SERVER_CORE}, the load and the names' server on core ${LOAD_CORE}.

node bench/guard/run.ts [options]
  --runs N          runs of each, taken in turns; medians count (default 5)
  --seconds N       length of each measurement (default 5)
  --names N         names that are in the cache (default 10000)
  --many N          names of one more run each, for memory; 0: none (default 1000000)
  --docs            writes the tables into docs/performance.md
`;

type Samples = ReadonlyMap<ResolverId, readonly Trial[]>;

interface Asked {
  readonly runs: number;
  readonly seconds: number;
  readonly names: number;
  readonly many: number;
  readonly docs: boolean;
}

const words = process.argv.slice(2);
const asked = readWords();
if (asked === undefined) console.log(HELP);
else await main(asked);

function readWords(): Asked | undefined {
  const { values } = parseArgs({
    args: words,
    options: {
      help: { type: "boolean", short: "h", default: false },
      runs: { type: "string", default: "5" },
      seconds: { type: "string", default: "5" },
      names: { type: "string", default: "10000" },
      many: { type: "string", default: "1000000" },
      docs: { type: "boolean", default: false },
    },
  });
  if (values.help) return undefined;
  return {
    runs: whole("--runs", values.runs, 1, 1000),
    seconds: whole("--seconds", values.seconds, 1, 3600),
    names: whole("--names", values.names, 100, NAMES_MAX),
    many: whole("--many", values.many, 0, NAMES_MAX),
    docs: values.docs,
  };
}

function whole(option: string, text: string, least: number, most: number): number {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new Error(`Cannot read ${option} as it must be in ${least}..${most}: it is "${text}"`);
}

async function main({ runs, seconds, names, many, docs }: Asked): Promise<void> {
  moveToLoadCore();
  const workshop = Workshop.open(false);
  try {
    const few = await inTurns(workshop, names, runs, seconds);
    const large = many === 0 ? undefined : await inTurns(workshop, many, 1, seconds);
    const command = ["node bench/guard/run.ts", ...words].join(" ");
    const text = [
      `Medians of ${runs} runs each, in turns, by \`${command}\``,
      `on ${new Date().toISOString().slice(0, 10)}; ${machineText()};`,
      `${RESOLVERS.map((one) => `${one.title} ${one.version()}`).join(", ")}.`,
      "",
      table(`${names} names in the cache`, few),
      ...(large === undefined ? [] : ["", table(`${many} names in the cache, one run`, large)]),
    ].join("\n");
    console.log(text);
    if (docs) writeFileSync(DOCS, withBlock(readFileSync(DOCS, "utf8"), text, "bench/guard"));
  } finally {
    workshop.remove();
  }
}

/** Each run starts every resolver once, alone and anew. */
async function inTurns(
  workshop: Workshop,
  names: number,
  runs: number,
  seconds: number,
): Promise<Samples> {
  const zone = { names, tenEvery: 0, fences: false, weighted: false, ttlSeconds: TTL_SECONDS };
  const scene = await workshop.scene(zone);
  const questions = await writeQuestions(workshop, scene);
  const upstream = await startUpstream(workshop, scene);
  const samples = new Map<ResolverId, Trial[]>();
  try {
    for (let run = 1; run <= runs; run += 1) {
      for (const resolver of RESOLVERS) {
        const how = { upstreamPort: upstream.port, seconds, seed: run };
        const trial = await measure(workshop, scene, questions, resolver, how);
        samples.set(resolver.id, [...(samples.get(resolver.id) ?? []), trial]);
        const figures = Object.entries(trial).map(([name, value]) => `${name} ${short(value)}`);
        console.error(`${names} names, run ${run}, ${resolver.title}: ${figures.join(", ")}`);
      }
    }
  } finally {
    await upstream.stop();
  }
  return samples;
}

/** Medians of every figure, and CPU per answer as a multiple of unbound's. */
function table(title: string, samples: Samples): string {
  const middle = (id: ResolverId, figure: keyof Trial): number => {
    return median((samples.get(id) ?? []).map((trial) => trial[figure]));
  };
  const [first] = [...samples.values()].flat();
  const figures = Object.keys(first ?? {}) as (keyof Trial)[];
  const row = ({ id, title: name }: Resolver): string => {
    const ratio = short(middle(id, "cpuUs") / middle("unbound", "cpuUs"));
    const cells = figures.map((figure) => short(middle(id, figure)));
    return `| ${[name, ratio, ...cells].join(" | ")} |`;
  };
  return [
    `${title}:`,
    "",
    `| | CPU beside unbound | ${figures.join(" | ")} |`,
    `| ---${" | ---".repeat(figures.length + 1)} |`,
    ...RESOLVERS.map(row),
  ].join("\n");
}
