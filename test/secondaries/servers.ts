// Other people's nameservers as secondaries of ours, each in a folder of its own on loopback.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { SocketAddress } from "../../src/base/index.ts";
import { docBlock, type Places } from "./docBlocks.ts";

/** What is to be set up. */
export interface SecondaryPlan extends Places {
  readonly port: number;
  /** Zones come from the catalog. */
  readonly hasCatalog?: boolean;
  /** The key is left out of the configuration. */
  readonly isUnsigned?: boolean;
}

/** How one kind of server is started. */
export interface ServerKind {
  readonly name: string;
  readonly programs: readonly string[];
  /** Writes its configuration; the command line that runs it in the foreground. */
  readonly prepare: (folder: string, plan: SecondaryPlan) => readonly string[];
}

const withoutKey = (text: string): string =>
  text
    .replace(/^ *key: transfer\n/gm, "")
    .replace(/ transfer$/gm, " NOKEY")
    .replaceAll(' key "transfer"', "");

/** Lets tests read the zone that a secondary holds. */
function openKnot(block: string): string {
  const acl = "acl:\n  - id: tests\n    address: 127.0.0.1\n    action: transfer\n";
  return block
    .replace(/^acl:\n/m, acl)
    .replace(/^( +acl:) (notify-from-holdfast)$/m, "$1 [$2, tests]");
}

function prepareKnot(folder: string, plan: SecondaryPlan): readonly string[] {
  const block = openKnot(docBlock("knot", plan));
  const keyed = plan.hasCatalog === true ? block.slice(0, block.indexOf("zone:\n")) : block;
  const catalog = plan.hasCatalog === true ? docBlock("knot-catalog", plan) : "";
  const config = join(folder, "knot.conf");
  const text = `server:
    rundir: "${folder}"
    listen: 127.0.0.1@${plan.port}
log:
  - target: "${join(folder, "log")}"
    any: info
database:
    storage: "${folder}"
template:
  - id: default
    storage: "${folder}"
`;
  writeFileSync(config, `${text}\n${keyed}\n${catalog}`);
  return ["knotd", "-c", config];
}

function prepareNsd(folder: string, plan: SecondaryPlan): readonly string[] {
  const config = join(folder, "nsd.conf");
  const block = `${docBlock("nsd", plan)}    provide-xfr: 127.0.0.1 NOKEY\n`;
  const text = `server:
    ip-address: 127.0.0.1@${plan.port}
    server-count: 1
    username: ""
    chroot: ""
    database: ""
    zonesdir: "${folder}"
    zonelistfile: "${folder}/zone.list"
    xfrdfile: "${folder}/xfrd.state"
    xfrdir: "${folder}"
    pidfile: "${folder}/nsd.pid"
    logfile: "${folder}/log"
    verbosity: 2
    xfrd-reload-timeout: 0
remote-control:
    control-enable: no
`;
  writeFileSync(config, `${text}\n${plan.isUnsigned === true ? withoutKey(block) : block}`);
  return ["nsd", "-d", "-c", config];
}

function prepareBind(folder: string, plan: SecondaryPlan): readonly string[] {
  const block = docBlock("bind", plan);
  const isCatalog = plan.hasCatalog === true;
  const zones = isCatalog
    ? `${block.slice(0, block.indexOf("zone "))}${docBlock("bind-catalog", plan)}`
    : block;
  const config = join(folder, "named.conf");
  const text = `options { directory "${folder}"; pid-file none; recursion no;
  listen-on port ${plan.port} { 127.0.0.1; }; listen-on-v6 { none; };
  notify no; allow-transfer { any; }; dnssec-validation no;
  ${isCatalog ? docBlock("bind-options", plan) : ""} };
controls { };
`;
  writeFileSync(config, `${text}${zones}`);
  chmodSync(folder, 0o777);
  return ["named", "-g", "-4", "-c", config];
}

function preparePdns(folder: string, plan: SecondaryPlan): readonly string[] {
  const database = join(folder, "pdns.sqlite3");
  writeFileSync(
    join(folder, "pdns.conf"),
    `${docBlock("pdns", plan)}
launch=gsqlite3
gsqlite3-database=${database}
local-address=127.0.0.1:${plan.port}
socket-dir=${folder}
setuid=
setgid=
daemon=no
guardian=no
disable-syslog=yes
loglevel=5
cache-ttl=0
query-cache-ttl=0
negquery-cache-ttl=0
zone-cache-refresh-interval=0
xfr-cycle-interval=1
expand-alias=no
`,
  );
  const schema = readFileSync("/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql", "utf8");
  const made = new DatabaseSync(database);
  made.exec(schema);
  made.close();
  const block = plan.hasCatalog === true ? "pdnsutil-catalog" : "pdnsutil";
  const commands = docBlock(block, plan).trim().split("\n");
  for (const command of commands) {
    const [program = "", ...words] = command.split(" ");
    execFileSync(program, [`--config-dir=${folder}`, ...words], { stdio: "ignore" });
  }
  return ["pdns_server", `--config-dir=${folder}`];
}

/** The servers that are tested, by name. */
export const SERVERS = {
  knot: { name: "Knot", programs: ["knotd", "dig"], prepare: prepareKnot },
  nsd: { name: "NSD", programs: ["nsd", "dig"], prepare: prepareNsd },
  bind: { name: "BIND", programs: ["named", "dig"], prepare: prepareBind },
  pdns: { name: "PowerDNS", programs: ["pdns_server", "pdnsutil", "dig"], prepare: preparePdns },
} as const satisfies Readonly<Record<string, ServerKind>>;

/** Sends a signal to a process and all its children. */
function signalTree(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(pid, signal);
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8");
    for (const child of children.split(" ").filter(Boolean)) signalTree(Number(child), signal);
  } catch {
    // It has ended meanwhile.
  }
}

/** A server that was set up, and may be stopped and started again. */
export class SecondaryServer {
  readonly place: SocketAddress;
  readonly #folder = mkdtempSync(join(tmpdir(), "hf-secondary-"));
  readonly #command: readonly string[];
  #child: ChildProcess | undefined;
  #output = "";

  constructor(kind: ServerKind, plan: SecondaryPlan) {
    this.place = { address: "127.0.0.1", port: plan.port };
    this.#command = kind.prepare(this.#folder, plan);
  }

  start(): void {
    const [program = "", ...words] = this.#command;
    const child = spawn(program, words, { stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding("utf8").on("data", (text: string) => {
        this.#output += text;
      });
    }
    this.#child = child;
  }

  async stop(): Promise<void> {
    const child = this.#child;
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, "exit");
    child.kill("SIGTERM");
    this.resume(); // where it was cut off, it ends only then
    await ended;
  }

  /** Cuts it off, as a dead network does: it runs on, hears nothing, and says nothing. */
  pause(): void {
    signalTree(this.#child?.pid, "SIGSTOP");
  }

  resume(): void {
    signalTree(this.#child?.pid, "SIGCONT");
  }

  /** What it says of itself, for a failing test's message. */
  get output(): string {
    let log = "";
    try {
      log = readFileSync(join(this.#folder, "log"), "utf8");
    } catch {
      // This one has no log file.
    }
    return `${this.#output}${log}`.slice(-4000);
  }

  async dispose(): Promise<void> {
    await this.stop();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
