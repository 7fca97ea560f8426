import { userInfo } from "node:os";
import { createInterface } from "node:readline";
import type { Clock } from "../base/index.ts";
import { RealClock } from "../net/index.ts";

/** The terminal, and what else a command touches of the process it runs in. */
export interface CliIo {
  /** What was asked for: for people, or for the next program. */
  out(text: string): void;
  /** Everything else: problems, progress, hints. */
  err(text: string): void;
  /** A line that the person at the terminal types; undefined where there is none, or no line. */
  ask(question: string): Promise<string | undefined>;
  /** Colour is for people's eyes only. */
  readonly colour: boolean;
  readonly clock: Clock;
  readonly cwd: string;
  /** Who asks: written down for whatever is changed. */
  readonly actor: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
  /** Ends commands that would go on for ever; never raised where the process is just killed. */
  readonly stop: AbortSignal;
}

/** The real terminal. */
export function processIo(): CliIo {
  const env = process.env;
  endQuietlyOnBrokenPipe();
  const noColour = (env["NO_COLOR"] ?? "") !== "";
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    ask: askTerminal,
    colour: process.stdout.isTTY === true && !noColour && env["TERM"] !== "dumb",
    clock: new RealClock(),
    cwd: process.cwd(),
    actor: `operator:${userName()}`,
    environment: env,
    stop: new AbortController().signal,
  };
}

// The question goes where problems go: what is printed for the next program stays clean.
function askTerminal(question: string): Promise<string | undefined> {
  if (process.stdin.isTTY !== true) return Promise.resolve(undefined);
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  return new Promise((resolve) => {
    // Ctrl-C and Ctrl-D close it: no answer, which is not a yes.
    lines.once("close", () => resolve(undefined));
    lines.question(question, (answer) => {
      resolve(answer);
      lines.close();
    });
  });
}

// `holdfast endpoints | head` has what it wants after ten lines: that is no failure.
function endQuietlyOnBrokenPipe(): void {
  process.stdout.once("error", (error: NodeJS.ErrnoException) => {
    if (error.code === "EPIPE") process.exit(0);
    throw error;
  });
}

function userName(): string {
  const name = safeUserName().replaceAll(/[^A-Za-z0-9._-]/g, "-");
  return /^[A-Za-z0-9]/.test(name) ? name.slice(0, 64) : "unknown";
}

function safeUserName(): string {
  try {
    return userInfo().username;
  } catch {
    return "unknown"; // a user id without an entry in the password file, as in containers
  }
}
