import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { z } from "zod";
import { INVARIANTS } from "../checkers/checker.ts";
import type { Mutation } from "./mutation.ts";
import { environmentOf } from "./suite.ts";

/** What random worlds said of a mutation. */
export interface Searched {
  readonly seeds: number;
  /** The first that failed, and who said so; undefined: something else saved every one of them. */
  readonly caught:
    | { readonly afterSeeds: number; readonly by: (typeof INVARIANTS)[number] }
    | undefined;
}

const HOOK = fileURLToPath(new URL("hook.ts", import.meta.url));
const SEARCH = fileURLToPath(new URL("searchOne.ts", import.meta.url));

const told = z.object({ seed: z.int().optional(), invariant: z.enum(INVARIANTS).optional() });

/** Runs seeds from `first` on until one fails, with the safeguard alone taken out, or with none. */
export async function searchSeeds(
  mutation: Mutation | undefined,
  first: number,
  seeds: number,
): Promise<Searched> {
  const given = ["--import", HOOK, SEARCH, String(first), String(seeds)];
  const env = environmentOf(mutation, "safeguard");
  const { stdout } = await promisify(execFile)(process.execPath, given, { env });
  const { seed, invariant } = told.parse(JSON.parse(stdout));
  if (seed === undefined || invariant === undefined) return { seeds, caught: undefined };
  return { seeds, caught: { afterSeeds: seed - first + 1, by: invariant } };
}

/** In a few words: `never-empty, 31`; `not in 300`. */
export function searchedText({ seeds, caught }: Searched): string {
  return caught === undefined ? `not in ${seeds}` : `${caught.by}, ${caught.afterSeeds}`;
}
