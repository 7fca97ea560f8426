// `holdfast guard` as a process of its own, as a person starts it.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import http from "node:http";
import { fileURLToPath } from "node:url";
import { freePort } from "../processes/freePort.ts";
import { until } from "../processes/instance.ts";
import { dig } from "../shown/tools.ts";

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

/** What `/status` says, as far as tests look at it. */
interface Status {
  readonly held: readonly {
    readonly name: string;
    readonly type: string;
    readonly values: readonly string[];
    readonly denial: string;
  }[];
  readonly counts: Readonly<Record<string, number>>;
}

export class ForwarderProcess {
  readonly port: number;
  readonly httpPort: number;
  /** What it wrote to standard error. */
  said = "";
  #process: ChildProcess | undefined;

  private constructor(port: number, httpPort: number) {
    this.port = port;
    this.httpPort = httpPort;
  }

  /** Starts it on free ports, and waits until it answers. */
  static async start(...words: string[]): Promise<ForwarderProcess> {
    const forwarder = new ForwarderProcess(await freePort(), await freePort());
    await forwarder.#start(words);
    return forwarder;
  }

  async #start(words: readonly string[]): Promise<void> {
    const places = ["--listen", `127.0.0.1:${this.port}`, "--http", `127.0.0.1:${this.httpPort}`];
    const process = spawn(globalThis.process.execPath, [
      MAIN,
      "guard",
      "--json",
      ...places,
      ...words,
    ]);
    process.stderr.on("data", (text: Buffer) => {
      this.said += text.toString();
    });
    this.#process = process;
    const isUp = async (): Promise<boolean> => {
      if (process.exitCode !== null) throw new Error(`It ended: ${this.said}`);
      return this.said.includes("status page on");
    };
    await until("answered", isUp, () => this.said);
  }

  /** What dig prints. */
  dig(...words: string[]): Promise<string> {
    return dig(this.port, "+tries=1", "+time=20", ...words);
  }

  async short(...words: string[]): Promise<readonly string[]> {
    const text = await this.dig("+short", ...words);
    return text.trim().split("\n").filter(Boolean).sort();
  }

  async status(): Promise<Status> {
    return (await fetch(`http://127.0.0.1:${this.httpPort}/status`)).json() as Promise<Status>;
  }

  async text(path: string): Promise<string> {
    return (await fetch(`http://127.0.0.1:${this.httpPort}${path}`)).text();
  }

  /** The status code for somebody who thinks that this is another host. */
  async codeFor(host: string): Promise<number | undefined> {
    const request = http.get({ host: "127.0.0.1", port: this.httpPort, headers: { host } });
    const [response] = await once(request, "response");
    response.resume();
    return response.statusCode;
  }

  signal(signal: NodeJS.Signals): void {
    this.#process?.kill(signal);
  }

  /** Ends it in order; the exit code. */
  async stop(): Promise<number | null> {
    const process = this.#process;
    if (process === undefined) return null;
    if (process.exitCode === null) {
      const ended = once(process, "exit");
      process.kill("SIGTERM");
      await ended;
    }
    return process.exitCode;
  }
}
