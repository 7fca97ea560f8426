import { type ChildProcess, spawn } from "node:child_process";
import { Resolver } from "node:dns/promises";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { lookAtProcess } from "../../src/net/index.ts";
import {
  endLeftover,
  findLeftovers,
  type ProcessTable,
  SupervisorClient,
} from "../../src/supervise/index.ts";
import { freePort } from "./freePort.ts";

const MAIN = fileURLToPath(new URL("../../src/main.ts", import.meta.url));
/** Where `npx holdfast` keeps compiled code in a clone: tests start as a user does. */
const CACHE = fileURLToPath(new URL("../../node_modules/.cache/holdfast", import.meta.url));
/** Far beyond what any machine needs: a test waits for a condition, never for this. */
const WAIT_MS_MAX = 90_000;
const LOOK_EVERY_MS = 50;

/** An endpoint of {@link configText}, served with both targets' addresses. */
export const ENDPOINT = "dynamodb.use1.holdfast.example";

/** Ports and addresses that nothing else uses. */
export interface Places {
  readonly dnsPort: number;
  readonly apiPort: number;
  readonly checkPort: number;
  /** Of the targets, in their order. */
  readonly addresses: readonly string[];
}

let placesGiven = 0;

/** Places of this process's own, in 127.0.0.0/8. */
export async function freePlaces(): Promise<Places> {
  placesGiven += 1;
  const net = `127.${16 + (process.pid % 200)}.${(process.pid >> 8) % 200}`;
  const first = 1 + 2 * placesGiven;
  return {
    dnsPort: await freePort(),
    apiPort: await freePort(),
    checkPort: 18_080,
    addresses: [`${net}.${first}`, `${net}.${first + 1}`],
  };
}

/** A small region at these places: one endpoint, two targets, two enactors, a demo. */
export function configText({ dnsPort, apiPort, checkPort, addresses }: Places): string {
  const targets = addresses.map((ipv4, index) => {
    const id = `lb-${index + 1}`;
    return `  - { id: ${id}, zone: use1-az${index + 1}, ipv4: ${ipv4}, capacity: 100 }`;
  });
  return `version: 1
region: use1
dns: { listen: ["127.0.0.1:${dnsPort}"] }
api: { listen: "127.0.0.1:${apiPort}" }
enactors: [enactor-az1, enactor-az2]
zones:
  - name: use1.holdfast.example
    nameservers: [{ name: ns1.use1.holdfast.example, addresses: [127.0.0.1] }]
    hostmaster: hostmaster.use1.holdfast.example
    negativeTtl: 5s
checks:
  - id: http
    kind: http
    port: ${checkPort}
    path: /healthz
    interval: 400ms
    timeout: 300ms
    jitter: 50ms
    rise: 1
    fall: 2
targets:
${targets.join("\n")}
pools:
  - { id: ddb, check: http, targets: [lb-1, lb-2] }
endpoints:
  - { name: dynamodb, zone: use1.holdfast.example, pools: [ddb], types: [A], ttl: 5s, answers: all }
demo: { loadBalancers: true }
`;
}

/** How a process ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
}

/** A folder with a configuration and a state, and the instances that run on it. */
export class Region {
  readonly folder = mkdtempSync(join(tmpdir(), "hf-"));
  readonly config = join(this.folder, "holdfast.yaml");
  readonly state = join(this.folder, "state");
  readonly places: Places;
  readonly #instances: Instance[] = [];
  readonly #pids = new Set<number>();

  constructor(places: Places, text = configText(places)) {
    this.places = places;
    writeFileSync(this.config, text);
  }

  /** Starts `holdfast run` on it. */
  start(extra: readonly string[] = []): Instance {
    return this.run(["run", "-c", this.config, "--state", this.state, ...extra]);
  }

  /** Runs any command line in its folder. */
  run(words: readonly string[]): Instance {
    const instance = new Instance(words, this.folder);
    this.#instances.push(instance);
    return instance;
  }

  /** Starts it, and waits until it says that it is ready. */
  async up(): Promise<Instance> {
    const instance = this.start();
    await instance.says("Ready after");
    await this.table();
    return instance;
  }

  /** The process table; remembers every process in it, for {@link leftRunning}. */
  async table(): Promise<ProcessTable> {
    const client = new SupervisorClient(join(this.state, "sockets", "supervisor.sock"));
    const table = await client.status();
    for (const { pid } of table.processes) if (pid !== undefined) this.#pids.add(pid);
    return table;
  }

  /** The process id of a role, which must be there. */
  async pid(id: string): Promise<number> {
    const row = (await this.table()).processes.find((process) => process.id === id);
    if (row?.pid === undefined) throw new Error(`${id} is not there`);
    return row.pid;
  }

  /** Processes seen in a table that still are there. */
  leftRunning(): readonly number[] {
    return [...this.#pids].filter((pid) => {
      const { state } = lookAtProcess(pid);
      return state !== "gone" && state !== "zombie";
    });
  }

  /** The addresses that the endpoint is answered with, sorted; undefined where it is not. */
  async answer(): Promise<readonly string[] | undefined> {
    const answer = await this.#ask();
    return typeof answer === "string" ? undefined : answer;
  }

  /** How it is not answered: `ENODATA`, `ECONNREFUSED`; undefined where it is. */
  async code(): Promise<string | undefined> {
    const answer = await this.#ask();
    return typeof answer === "string" ? answer : undefined;
  }

  async #ask(): Promise<readonly string[] | string> {
    const resolver = new Resolver({ timeout: 500, tries: 1 });
    resolver.setServers([`127.0.0.1:${this.places.dnsPort}`]);
    try {
      return (await resolver.resolve4(ENDPOINT)).sort();
    } catch (error) {
      return error instanceof Error && "code" in error ? String(error.code) : String(error);
    }
  }

  /** Waits until the endpoint is answered with exactly these addresses. */
  async answers(addresses: readonly string[]): Promise<void> {
    const wanted = JSON.stringify([...addresses].sort());
    await until(`answers ${wanted}`, async () => JSON.stringify(await this.answer()) === wanted);
  }

  /** Ends all instances in good order; the folder stays. */
  async endAll(): Promise<void> {
    await Promise.all(this.#instances.map((instance) => instance.stop("SIGTERM")));
  }

  /** Ends whatever is left, and removes the folder. */
  async dispose(): Promise<void> {
    await this.endAll();
    // A supervisor that was killed left some behind, and noted them.
    for (const record of findLeftovers(this.state)) await endLeftover(record);
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
}

/** One `holdfast` process that was started. */
export class Instance {
  readonly child: ChildProcess;
  readonly ended: Promise<Ended>;
  #output = "";

  constructor(words: readonly string[], folder: string) {
    this.child = spawn(process.execPath, [MAIN, ...words], {
      cwd: folder,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, NODE_COMPILE_CACHE: CACHE },
    });
    for (const stream of [this.child.stdout, this.child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.#output += text;
      });
    }
    this.ended = once(this.child, "close").then(([code, signal]) => {
      return { code, signal, output: this.#output };
    });
  }

  get output(): string {
    return this.#output;
  }

  /** Waits until it has printed a text. */
  async says(text: string): Promise<void> {
    const isOver = (): boolean => this.child.exitCode !== null || this.child.signalCode !== null;
    await until(
      `prints "${text}"`,
      async () => this.#output.includes(text) || isOver(),
      () => this.#output,
    );
    if (!this.#output.includes(text)) throw new Error(`It ended before: ${this.#output}`);
  }

  /** Sends a signal, and waits for the end. */
  async stop(signal: NodeJS.Signals = "SIGINT"): Promise<Ended> {
    this.child.kill(signal);
    return this.ended;
  }
}

/** Runs `work` on a region that is gone afterwards, whatever happened. */
export async function withRegion(work: (region: Region) => Promise<void>): Promise<void> {
  const region = new Region(await freePlaces());
  try {
    await work(region);
  } finally {
    await region.dispose();
  }
}

/** Waits for a condition; fails after a deadline that no machine should need. */
export async function until(
  what: string,
  isSo: () => Promise<boolean>,
  seen: () => string = () => "",
): Promise<void> {
  const deadlineMs = performance.now() + WAIT_MS_MAX;
  while (!(await isSo())) {
    if (performance.now() > deadlineMs)
      throw new Error(`Waited in vain until it ${what}: ${seen()}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}
