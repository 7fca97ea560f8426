import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Mutation } from "./mutation.ts";

/** What the simulator said of a mutation, from its first seed on. */
export interface Searched {
  /** Undefined where every seed held: something else stands in for the safeguard there. */
  readonly caught: { readonly seed: number; readonly invariant: string } | undefined;
}

/** As the simulator prints it. */
interface Failure {
  readonly seed: number;
  readonly violation: { readonly invariant: string };
}

const HOOK = fileURLToPath(new URL("hook.ts", import.meta.url));
const SIMULATOR = fileURLToPath(new URL("../run.ts", import.meta.url));

/** Runs seeds from `first` on until one fails, with one safeguard taken out, or with none. */
export async function searchSeeds(
  mutation: Mutation | undefined,
  first: number,
  seeds: number,
): Promise<Searched> {
  const env = { ...process.env };
  delete env["HOLDFAST_MUTATION"];
  if (mutation !== undefined) env["HOLDFAST_MUTATION"] = mutation.id;
  const range = ["--first", String(first), "--seeds", String(seeds)];
  const given = ["--import", HOOK, SIMULATOR, ...range, "--json", "--jobs", "2"];
  const text = await outputOf(
    spawn(process.execPath, given, { env, stdio: ["ignore", "pipe", "inherit"] }),
  );
  const { failure } = JSON.parse(text) as { readonly failure?: Failure };
  if (failure === undefined) return { caught: undefined };
  return { caught: { seed: failure.seed, invariant: failure.violation.invariant } };
}

/** All that a process printed; how it ended says only whether a seed failed. */
function outputOf(child: ReturnType<typeof spawn>): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = "";
    child.stdout?.on("data", (piece: Buffer) => {
      text += piece.toString("utf8");
    });
    child.on("error", reject);
    child.on("close", () => resolve(text));
  });
}
