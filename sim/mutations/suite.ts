import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { z } from "zod";
import { INVARIANTS } from "../checkers/checker.ts";
import type { Verdict } from "../scenarios/index.ts";
import type { Part } from "./mutate.ts";
import type { Mutation } from "./mutation.ts";

/** A verdict with the scenario that it is of. */
export interface Played extends Verdict {
  readonly id: string;
}

const played = z.array(
  z
    .object({
      id: z.string(),
      broken: z.enum([...INVARIANTS, "scenario"]).optional(),
      story: z.array(z.string()),
    })
    .transform(({ id, broken, story }): Played => ({ id, broken, story })),
);

const MINUTES_MAX = 5;
const OUTPUT_OCTETS_MAX = 32 * 1024 * 1024;

const HOOK = fileURLToPath(new URL("hook.ts", import.meta.url));
const PLAY = fileURLToPath(new URL("play.ts", import.meta.url));

/** How a child process gets a mutation, or none. */
export function environmentOf(mutation: Mutation | undefined, part: Part): NodeJS.ProcessEnv {
  const env = { ...process.env };
  delete env["HOLDFAST_MUTATION"];
  delete env["NODE_TEST_CONTEXT"];
  if (mutation === undefined) return env;
  return { ...env, HOLDFAST_MUTATION: mutation.id, HOLDFAST_MUTATION_PART: part };
}

/** Plays scenarios in a process of their own, with one mutation, or with none. */
export async function play(
  mutation: Mutation | undefined,
  part: Part,
  scenarios: readonly string[],
): Promise<readonly Played[]> {
  const given = ["--import", HOOK, PLAY, ...scenarios];
  const { stdout } = await promisify(execFile)(process.execPath, given, {
    env: environmentOf(mutation, part),
    timeout: MINUTES_MAX * 60_000,
    maxBuffer: OUTPUT_OCTETS_MAX,
  });
  return played.parse(JSON.parse(stdout));
}

/** What a mutation's own scenario said of it. */
export interface Caught {
  readonly mutation: Mutation;
  readonly played: Played;
  /** With what would stand in for it taken out, and itself in its place. */
  readonly held: Played | undefined;
}

/** Plays each mutation's scenario, `jobs` at once, in order; tells of each when it begins. */
export async function playAll(
  mutations: readonly Mutation[],
  jobs: number,
  onBegin: (id: string) => void = () => {},
): Promise<readonly Caught[]> {
  const waiting = [...mutations.entries()];
  const caught: Caught[] = [];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, mutation] = next;
      onBegin(mutation.id);
      caught[index] = await playOne(mutation);
    }
  };
  await Promise.all(Array.from({ length: jobs }, work));
  return caught;
}

async function playOne(mutation: Mutation): Promise<Caught> {
  const { id, scenario, standIns = [] } = mutation;
  const [mutated] = await play(mutation, "all", [scenario]);
  const [held] = standIns.length === 0 ? [] : await play(mutation, "stand-ins", [scenario]);
  if (mutated === undefined) throw new Error(`${id}: no verdict`);
  return { mutation, played: mutated, held };
}

/** Whether the checker that a mutation belongs to caught it, before any other. */
export function isCaught({ mutation, played, held }: Caught): boolean {
  return played.broken === mutation.caughtBy && held?.broken === undefined;
}

/** Why it is not caught as it should be, in one line. */
export function whyNot({ mutation, played, held }: Caught): string {
  if (held?.broken !== undefined) {
    return `the safeguard alone does not save the run: ${held.broken}; ${held.story.join("; ")}`;
  }
  const by = played.broken ?? "nobody";
  return `caught by ${by}, not by ${mutation.caughtBy}: ${played.story.join("; ")}`;
}

/** The table: mutation, caught by, scenario, in random worlds (`searched` of an id), safeguard. */
export function tableOf(all: readonly Caught[], searched: (id: string) => string): string {
  const rows = all.map((one) => {
    const { id, caughtBy, scenario, safeguard } = one.mutation;
    const by = isCaught(one) ? caughtBy : "NOT CAUGHT";
    return [id, by, scenario, searched(id), safeguard];
  });
  const widths = [0, 1, 2, 3].map((column) => {
    return Math.max(0, ...rows.map((row) => row[column]?.length ?? 0));
  });
  const padded = (cell: string, column: number): string => cell.padEnd(widths[column] ?? 0);
  return rows.map((row) => row.map(padded).join("  ").trimEnd()).join("\n");
}
