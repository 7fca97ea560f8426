import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Verdict } from "../scenarios/scenario.ts";
import type { Mutation } from "./mutation.ts";

/** A verdict with the scenario that it is of. */
export interface Played extends Verdict {
  readonly id: string;
}

/** Child processes at once: what is measured is whether, not how fast. */
const AT_ONCE = 2;
const MINUTES_MAX = 5;
const OUTPUT_OCTETS_MAX = 32 * 1024 * 1024;

const HOOK = fileURLToPath(new URL("hook.ts", import.meta.url));
const PLAY = fileURLToPath(new URL("play.ts", import.meta.url));

/** Plays scenarios in a process of their own, with one safeguard taken out, or with none. */
export async function play(
  mutation: Mutation | undefined,
  scenarios: readonly string[],
): Promise<readonly Played[]> {
  const env = { ...process.env };
  delete env["HOLDFAST_MUTATION"];
  delete env["NODE_TEST_CONTEXT"];
  if (mutation !== undefined) env["HOLDFAST_MUTATION"] = mutation.id;
  const given = ["--import", HOOK, PLAY, ...scenarios];
  const { stdout } = await promisify(execFile)(process.execPath, given, {
    env,
    timeout: MINUTES_MAX * 60_000,
    maxBuffer: OUTPUT_OCTETS_MAX,
  });
  return JSON.parse(stdout) as readonly Played[];
}

/** What a mutation's own scenario said of it. */
export interface Caught {
  readonly mutation: Mutation;
  readonly played: Played;
}

/** Plays each mutation's scenario, a few at once, in order. */
export async function playAll(mutations: readonly Mutation[]): Promise<readonly Caught[]> {
  const waiting = [...mutations.entries()];
  const caught: Caught[] = [];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, mutation] = next;
      const [played] = await play(mutation, [mutation.scenario]);
      if (played === undefined) throw new Error(`${mutation.id}: no verdict`);
      caught[index] = { mutation, played };
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return caught;
}

/** Whether exactly the checker that a mutation belongs to caught it. */
export function isCaught({ mutation, played }: Caught): boolean {
  return played.broken.length === 1 && played.broken[0] === mutation.caughtBy;
}

/** The table: mutation, caught by, after how many states. */
export function tableOf(all: readonly Caught[]): string {
  const rows = all.map((one) => {
    const { mutation, played } = one;
    const by = isCaught(one) ? mutation.caughtBy : `NOT CAUGHT (${played.broken.join() || "-"})`;
    const states = played.states === undefined ? "" : `${played.states} states`;
    return [mutation.id, by, mutation.scenario, states, mutation.safeguard];
  });
  const widths = [0, 1, 2, 3].map((column) => {
    return Math.max(...rows.map((row) => row[column]?.length ?? 0));
  });
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
