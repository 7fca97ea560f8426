import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { z } from "zod";
import type { GuardMutation } from "./mutations.table.ts";

const HOOK = fileURLToPath(new URL("hook.ts", import.meta.url));
const SEARCH = fileURLToPath(new URL("searchOne.ts", import.meta.url));

const told = z.object({ seed: z.int().optional(), check: z.string().optional() });

/** The first world from `first` on in which a mutation is caught as it should be; or otherwise. */
export async function searchMutation(
  { id, caughtBy }: GuardMutation,
  first: number,
  seeds: number,
): Promise<z.infer<typeof told>> {
  const env = { ...process.env, HOLDFAST_GUARD_MUTATION: id };
  const given = ["--import", HOOK, SEARCH, caughtBy, String(first), String(seeds)];
  const { stdout } = await promisify(execFile)(process.execPath, given, { env });
  return told.parse(JSON.parse(stdout));
}
