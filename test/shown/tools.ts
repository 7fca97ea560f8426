// Real DNS clients, and the product's own command line, as a person would call them.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const run = promisify(execFile);
const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
const TOOL_MS_MAX = 60_000;

/** How a command ended. */
export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to its end, whatever its exit code. */
export async function ran(program: string, words: readonly string[], input = ""): Promise<Ran> {
  const running = run(program, [...words], { timeout: TOOL_MS_MAX, maxBuffer: 1 << 26 });
  // A program that ends before it reads its input is judged by its exit code.
  running.child.stdin?.on("error", () => {});
  running.child.stdin?.end(input);
  try {
    const { stdout, stderr } = await running;
    return { code: 0, stdout, stderr };
  } catch (error) {
    const failed = error as { code?: number | string; stdout?: string; stderr?: string };
    if (typeof failed.code !== "number") throw error;
    return { code: failed.code, stdout: failed.stdout ?? "", stderr: failed.stderr ?? "" };
  }
}

/** `holdfast …` on a state folder; without one for commands that need none. */
export function holdfast(state: string | undefined, ...words: string[]): Promise<Ran> {
  const where = state === undefined ? [] : ["--state", state];
  return ran(process.execPath, [MAIN, ...words, ...where]);
}

/** The parsed output of `holdfast … --json`; fails where the command did. */
export async function holdfastJson(state: string, ...words: string[]): Promise<unknown> {
  const { code, stdout, stderr } = await holdfast(state, ...words, "--json");
  if (code !== 0) throw new Error(`holdfast ${words.join(" ")} exited ${code}: ${stderr}`);
  return JSON.parse(stdout);
}

/** Lines that `dig` prints with these words. */
export async function dig(port: number, ...words: string[]): Promise<string> {
  const { stdout } = await ran("dig", ["@127.0.0.1", "-p", String(port), ...words]);
  return stdout;
}

/** The sorted addresses of `dig +short`. */
export async function digShort(port: number, ...words: string[]): Promise<readonly string[]> {
  const text = await dig(port, "+short", ...words);
  return text.trim().split("\n").filter(Boolean).sort();
}

/** Sends commands to the server with `nsupdate`, signed with a key file. */
export function nsupdate(port: number, keyFile: string, lines: readonly string[]): Promise<Ran> {
  const script = [`server 127.0.0.1 ${port}`, ...lines, "send", "quit", ""].join("\n");
  return ran("nsupdate", ["-v", "-k", keyFile], script);
}
