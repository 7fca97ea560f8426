import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ApiWorld, type Asker, TOKEN } from "../api/world.suite.ts";
import { type Settings, type StateLayout, settingsText, stateLayout } from "../config/index.ts";
import { keyFileText } from "../supervise/index.ts";
import type { CliIo } from "./io.ts";
import { type CliActions, runCli } from "./runCli.ts";

/** What a command line printed, and how it ended. */
export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Actions that start nothing. */
export const NO_RUN: CliActions = {
  run: async () => 0,
  guard: async () => 0,
  drills: () => Promise.reject(new Error("no drills here")),
};

/** A folder of its own with a region's state in it, as a command finds it. */
export class CliWorld {
  readonly cwd: string;
  readonly layout: StateLayout;
  readonly stop = new AbortController();
  out = "";
  err = "";
  colour = false;
  /** What the person at the terminal types, in order; without any there is no terminal. */
  answers: string[] | undefined;
  /** What the person was asked. */
  questions: string[] = [];
  /** Told of whatever is printed on stderr, before it is. */
  onErr: (text: string) => void = () => {};
  /** What others do while a person thinks about a question. */
  whileAsked: () => Promise<unknown> = async () => {};

  constructor() {
    this.cwd = mkdtempSync(join(tmpdir(), "holdfast-cli-"));
    this.layout = stateLayout(join(this.cwd, ".holdfast"));
  }

  /** Writes the state folder as an accepted configuration leaves it. */
  accept(settings: Settings): void {
    mkdirSync(this.layout.keysFolder, { recursive: true });
    writeFileSync(this.layout.settingsFile, settingsText(settings));
    writeFileSync(this.layout.tokenFile, `${TOKEN}\n`);
    writeFileSync(this.layout.regionFile, `${settings.policy.region}\n`);
    const secret = Buffer.alloc(32, 7).toString("base64");
    writeFileSync(this.layout.keyFile("operator"), keyFileText("operator.use1.", secret));
  }

  /** Runs one command line here. */
  async run(words: readonly string[], actions: CliActions = NO_RUN): Promise<Ran> {
    this.out = "";
    this.err = "";
    const io: CliIo = {
      out: (text) => {
        this.out += text;
      },
      err: (text) => {
        this.onErr(text);
        this.err += text;
      },
      ask: async (question) => {
        this.questions.push(question);
        await this.whileAsked();
        return this.answers?.shift();
      },
      colour: this.colour,
      clock: new ApiWorld().clock,
      cwd: this.cwd,
      actor: "operator:ann",
      environment: {},
      stop: this.stop.signal,
    };
    const code = await runCli(words, actions, io);
    return { code, out: this.out, err: this.err };
  }

  /** What `--json` printed. */
  async json(words: readonly string[]): Promise<unknown> {
    const { code, out, err } = await this.run([...words, "--json"]);
    if (code !== 0) throw new Error(`${words.join(" ")}: ${code} ${err}`);
    return JSON.parse(out);
  }

  remove(): void {
    rmSync(this.cwd, { recursive: true, force: true });
  }
}

/** Settings of a test region whose API listens on a port. */
export function settingsAt(world: ApiWorld, port: number): Settings {
  const settings = world.deps.settings();
  return { ...settings, api: { listen: { address: "127.0.0.1", port } } };
}

/** Runs a test with a folder, and an API of `api` behind it. */
export async function withRegion(
  api: ApiWorld,
  test: (cli: CliWorld, asker: Asker) => Promise<void>,
): Promise<void> {
  const cli = new CliWorld();
  try {
    await api.serve(async (asker) => {
      cli.accept(settingsAt(api, asker.port));
      await test(cli, asker);
    });
  } finally {
    cli.remove();
  }
}

/** Runs a test with a folder where nothing runs. */
export async function withFolder(test: (cli: CliWorld) => Promise<void>): Promise<void> {
  const cli = new CliWorld();
  try {
    await test(cli);
  } finally {
    cli.remove();
  }
}
