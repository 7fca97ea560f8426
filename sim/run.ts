// Runs simulated worlds: `node sim/run.ts --seeds 10000`, or one of them: `--seed 4711`.
// Ends with 0 where nothing was found, 1 where an invariant did not hold, 2 for a wrong command.
import { randomInt } from "node:crypto";
import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import type { Violation } from "./checkers/checker.ts";
import { DESIGN_NAMES, type DesignName, designOf, isDesignName } from "./designs.ts";
import { runSchedule } from "./runSchedule.ts";
import { FAULT_KINDS, type Schedule } from "./schedule/act.ts";
import { drawSchedule, PAIR_COUNT } from "./schedule/draw.ts";
import { type SearchResult, search } from "./search/search.ts";
import { shrink } from "./search/shrink.ts";
import { tellStory } from "./search/story.ts";

const SEED_MAX = 2 ** 31;
const TELL_EVERY_MS = 5_000;
const USAGE = `Usage: node sim/run.ts [--seeds N] [--first S] [--jobs N] [--keep-going] [--json]
                       [--design NAME]
       node sim/run.ts --seed S [--verbose] [--whole] [--design NAME]

  --seeds N     worlds to run (default 1000); fresh random seeds unless --first is given
  --first S     the first seed; the others follow it
  --jobs N      threads (default: one for each core)
  --keep-going  lists every seed that fails, instead of ending at the first
  --seed S      one world: runs it twice, compares, and tells its story if it fails
  --whole       with --seed: tells the whole story, failing or not, and shrinks nothing
  --verbose     with --seed: every line that every process logs as well
  --design NAME ${DESIGN_NAMES.join(", ")} (default ours)
  --json        the result as one JSON object

How far it is goes to stderr every few seconds. Ctrl-C ends a search where it is, and says how to
go on. Ends with 0 where nothing was found, 1 where a seed failed, 2 for a wrong command, 130 where
it was ended before it found anything.`;

interface Given {
  readonly design: DesignName;
  readonly seeds: number;
  readonly first: number;
  readonly jobs: number;
  readonly keepGoing: boolean;
  readonly seed: number | undefined;
  readonly json: boolean;
  readonly verbose: boolean;
  readonly whole: boolean;
}

function readArgs(): Given | "help" | { readonly problem: string } {
  try {
    const { values } = parseArgs({
      options: {
        seeds: { type: "string", default: "1000" },
        first: { type: "string" },
        seed: { type: "string" },
        jobs: { type: "string", default: String(availableParallelism()) },
        "keep-going": { type: "boolean", default: false },
        design: { type: "string", default: "ours" },
        json: { type: "boolean", default: false },
        verbose: { type: "boolean", default: false },
        whole: { type: "boolean", default: false },
        help: { type: "boolean", default: false },
      },
    });
    if (values.help === true) return "help";
    const { design } = values;
    if (!isDesignName(design)) return { problem: `Cannot run design "${design}": see --help` };
    const whole = (name: string, text: string): number => {
      const number = Number(text);
      if (Number.isInteger(number) && number >= 0 && number <= SEED_MAX) return number;
      throw new RangeError(`Cannot take --${name} as it must be a whole number: it is ${text}`);
    };
    return {
      design,
      seeds: whole("seeds", values.seeds),
      first: values.first === undefined ? randomInt(SEED_MAX / 2) : whole("first", values.first),
      jobs: Math.max(1, whole("jobs", values.jobs)),
      keepGoing: values["keep-going"],
      seed: values.seed === undefined ? undefined : whole("seed", values.seed),
      json: values.json,
      verbose: values.verbose,
      whole: values.whole,
    };
  } catch (error) {
    return { problem: error instanceof Error ? error.message : String(error) };
  }
}

async function main(): Promise<number> {
  const given = readArgs();
  if (given === "help") {
    console.log(USAGE);
    return 0;
  }
  if ("problem" in given) {
    console.error(given.problem);
    return 2;
  }
  return given.seed === undefined ? searchAll(given) : replay(given, given.seed);
}

async function searchAll(given: Given): Promise<number> {
  const { design, first, seeds, jobs, json } = given;
  const beganMs = performance.now();
  let toldMs = beganMs;
  if (!json) console.log(`${seeds} seeds from ${first}, design ${design}, ${jobs} jobs`);
  const stop = new AbortController();
  process.on("SIGINT", () => stop.abort());
  const result = await search({
    ...given,
    stop: stop.signal,
    onProgress: (done) => {
      if (performance.now() - toldMs < TELL_EVERY_MS) return;
      toldMs = performance.now();
      console.error(progressText(done, seeds, toldMs - beganMs));
    },
  });
  const seconds = (performance.now() - beganMs) / 1_000;
  if (json) console.log(JSON.stringify(jsonOf(given, result, seconds)));
  else tellResult(result, seconds);
  const { failure, failures, failed, next } = result;
  if (stop.signal.aborted) {
    console.error(`ended; the rest: --first ${next} --seeds ${first + seeds - next}`);
  }
  if (failure === undefined) return stop.signal.aborted ? 130 : 0;
  if (json) return 1;
  if (!given.keepGoing) {
    await tellFailure(design, drawSchedule(failure.seed), failure.violation, false);
    return 1;
  }
  console.log(`\nFAILED: ${failed} seeds, the first of them:`);
  for (const { seed, violation } of failures) {
    console.log(`  --seed ${seed}: ${violation.invariant}: ${violation.text}`);
  }
  return 1;
}

/** Rate since the beginning, and how long the rest takes at it. */
function progressText({ seeds, failed }: SearchResult, wanted: number, tookMs: number): string {
  const perSecond = (seeds * 1_000) / tookMs;
  const leftMinutes = (wanted - seeds) / perSecond / 60;
  const trouble = failed === 0 ? "" : `, ${failed} failed`;
  return (
    `${seeds} of ${wanted} seeds${trouble}, ${perSecond.toFixed(0)} a second, ` +
    `${leftMinutes.toFixed(1)} minutes left`
  );
}

function tellResult(
  { seeds, steps, changes, coverage, convergedInMsMax, stepsMin, faultsMin }: SearchResult,
  seconds: number,
): void {
  const kinds = FAULT_KINDS.filter((kind) => coverage.faults.has(kind)).length;
  console.log(
    [
      `${seeds} schedules in ${seconds.toFixed(1)} s: ${(seeds / seconds).toFixed(0)} a second`,
      `${steps} steps, ${Math.round(steps / Math.max(1, seeds))} a schedule; ${changes} changes`,
      `${kinds} of ${FAULT_KINDS.length} kinds of faults`,
      `${coverage.pairs.size} of ${PAIR_COUNT} pairs of them`,
      `${coverage.orders} different orders of four steps`,
      `${stepsMin} steps and ${faultsMin} faults at least in each`,
      `all was right again at most ${convergedInMsMax / 1_000} s after the last fault`,
    ].join("\n"),
  );
}

function jsonOf(given: Given, { coverage, ...result }: SearchResult, seconds: number): object {
  const { design, first, jobs } = given;
  return {
    design,
    first,
    jobs,
    ...result,
    seconds,
    schedulesPerSecond: result.seeds / seconds,
    faults: Object.fromEntries(coverage.faults),
    pairs: coverage.pairs.size,
    pairsOf: PAIR_COUNT,
    orders: coverage.orders,
  };
}

async function replay({ design: name, verbose, whole }: Given, seed: number): Promise<number> {
  const design = await designOf(name);
  const schedule = drawSchedule(seed);
  const first = await runSchedule(design, schedule);
  const second = await runSchedule(design, schedule);
  const isSame = first.digest === second.digest;
  console.log(`seed ${seed}: ${first.steps} steps, digest ${first.digest}`);
  console.log(isSame ? "a second run did the same" : `a second run differs: ${second.digest}`);
  const [violation] = first.violations;
  if (whole) {
    const detail = verbose ? "everything" : "acts and changes";
    for (const line of await tellStory(design, schedule, detail)) console.log(line);
  }
  if (violation === undefined) {
    console.log("every invariant held");
    return isSame ? 0 : 1;
  }
  if (!whole) await tellFailure(name, schedule, violation, verbose);
  return 1;
}

async function tellFailure(
  name: DesignName,
  schedule: Schedule,
  violation: Violation,
  verbose: boolean,
): Promise<void> {
  const design = await designOf(name);
  console.log(`\nFAILED: seed ${schedule.seed}: ${violation.invariant}: ${violation.text}`);
  const { acts } = schedule;
  const small = await shrink(design, schedule, violation);
  const kept = small.schedule.acts.length;
  console.log(`shrunk from ${acts.length} acts to ${kept} in ${small.runs} runs:\n`);
  const detail = verbose ? "everything" : "acts and changes";
  for (const line of await tellStory(design, small.schedule, detail)) console.log(line);
}

process.exitCode = await main();
