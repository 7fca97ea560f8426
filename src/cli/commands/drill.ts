import { writeFile } from "node:fs/promises";
import { resolve } from "node:path";
import { errorText } from "../../base/index.ts";
import { CliError } from "../cliError.ts";
import { type CommandSpec, type Invocation, JSON_OUTPUT } from "../commandSpec.ts";
import type { DrillLine, DrillOutcome, DrillSummary, LoadDrills } from "../drills.ts";
import { ExitCode } from "../exitCode.ts";
import type { CliIo } from "../io.ts";
import { type Paint, painter } from "../output/paint.ts";
import { printJson, printLines } from "../output/print.ts";

const SEED_MAX = 0xffff_ffff;
const VERDICT_TONES = { held: "good", "held in part": "warn", "not held yet": "bad" } as const;

/** `holdfast drill`: an outage of history, against the code that runs here. */
export function drillCommand(load: LoadDrills): CommandSpec {
  return {
    path: "drill",
    words: "<name>",
    summary: "replay an outage of history against Holdfast's own code, in a simulated world",
    text:
      "Nothing real is touched: clock, network, disks and DNS are simulated, the code is the one " +
      "that ships. Prints the story, then what was claimed and what was seen. Exits with 1 where " +
      "a claim does not hold.",
    options: [
      { flags: "--html [file]", text: "also write one self-contained page, to open in a browser" },
      { flags: "--seed <number>", text: "another run of chance (default: the drill's own)" },
      JSON_OUTPUT,
    ],
    examples: [
      { line: "drill aws-2025-10-20", text: "the outage of October 2025, both designs" },
      { line: "drill aws-2025-10-20 --html", text: "as a page as well: aws-2025-10-20.html" },
      { line: "drill aws-2025-10-20 --html race.html --seed 7", text: "another run, another file" },
      { line: "drill mass-withdrawal-2021-10-04 --json", text: "for programs" },
    ],
    run: (given) => runDrill(given, load),
  };
}

/** `holdfast drill list`: which there are, and whether Holdfast holds. */
export function drillListCommand(load: LoadDrills): CommandSpec {
  return {
    path: "drill list",
    summary: "list the outages that can be replayed, and whether Holdfast holds",
    options: [JSON_OUTPUT],
    examples: [{ line: "drill list", text: "all of them" }],
    run: async ({ io, options }) => {
      const drills = (await load()).list();
      if (options.has("json")) printJson(io, { drills });
      else printLines(io, listLines(drills, painter(io.colour)));
      return ExitCode.OK;
    },
  };
}

async function runDrill({ io, words, options }: Invocation, load: LoadDrills): Promise<number> {
  const name = words[0] ?? "";
  const seed = readSeed(options.text("seed"));
  const isJson = options.has("json");
  const paint = painter(io.colour);
  const drills = await load();
  const tell = (line: DrillLine): void => {
    if (!isJson) printLines(io, [lineText(line, paint)]);
  };
  const outcome = await drills.run(name, { seed, tell });
  if (outcome === undefined) {
    const known = drills.list().map(({ id }) => id);
    throw usage(`There is no drill "${name}": they are ${known.join(", ")}`);
  }
  const file = options.has("html") ? (options.text("html") ?? `${name}.html`) : undefined;
  const { page, ...rest } = outcome;
  if (file !== undefined) await writePage(io, file, page, name);
  if (isJson) printJson(io, rest);
  else printLines(io, outcomeLines(outcome, paint));
  return outcome.claims.every(({ holds }) => holds) ? ExitCode.OK : ExitCode.CANNOT;
}

function readSeed(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const seed = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (seed <= SEED_MAX) return seed;
  throw usage(`The seed must be a whole number in 0..${SEED_MAX}: it is "${text}"`);
}

async function writePage(
  io: CliIo,
  file: string,
  page: string | undefined,
  name: string,
): Promise<void> {
  if (page === undefined) throw usage(`Drill ${name} draws no page: leave --html out`);
  const path = resolve(io.cwd, file);
  try {
    await writeFile(path, page);
  } catch (error) {
    throw new CliError(
      { code: "file-in-the-way", path },
      `Cannot write the page to ${path}: ${errorText(error)}; name another file with --html`,
    );
  }
  io.err(`The page is in ${path}: open it in any browser.\n`);
}

function lineText({ time, side, who, text, tone }: DrillLine, paint: Paint): string {
  const place = side === "" ? "" : `${side.padEnd(9)}`;
  return `${paint("dim", time)}  ${place}${who} ${paint(tone, text)}`;
}

function outcomeLines(outcome: DrillOutcome, paint: Paint): readonly string[] {
  const claims = outcome.claims.map(({ claim, holds, seen }) => {
    const mark = holds ? paint("good", "holds") : paint("bad", "FAILS");
    return `  ${mark}  ${claim}: ${seen}`;
  });
  const missing = outcome.notHeldYet.map((text) => `  ${paint("bad", "not held yet")}  ${text}`);
  const verdict = paint(VERDICT_TONES[outcome.verdict], outcome.verdict);
  return ["", `${outcome.title} (seed ${outcome.seed}): ${verdict}`, ...claims, ...missing];
}

function listLines(drills: readonly DrillSummary[], paint: Paint): readonly string[] {
  const width = Math.max(...drills.map(({ id }) => id.length));
  const blocks = drills.map(({ id, title, verdict, wentWrong, safeguard }) => [
    `${paint("strong", id.padEnd(width))}  ${paint(VERDICT_TONES[verdict], verdict)}`,
    `    ${title}`,
    `    then: ${wentWrong}`,
    `    now:  ${safeguard}`,
  ]);
  return [...blocks.flat(), "", 'Run one with "holdfast drill <name>".'];
}

function usage(problem: string): CliError {
  return new CliError({ code: "usage", problem }, problem);
}
