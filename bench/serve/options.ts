import { parseArgs } from "node:util";
import { NAMES_MAX } from "./benchZone.ts";
import { SERVER_CORE } from "./cores.ts";
import type { ServerId } from "./servers/serverKind.ts";

/** What the command line asks for. */
export interface BenchOptions {
  readonly rows: ReadonlySet<number>;
  /** Runs of each server, taken in turns. */
  readonly runs: number;
  /** Length of each measurement. */
  readonly seconds: number;
  /** Names of the large zone; the smaller ones never have more. */
  readonly names: number;
  readonly servers: ReadonlySet<ServerId>;
  /** The core of the other process of row 6. */
  readonly busyCore: number;
  /** Where all figures go as JSON; undefined: nowhere. */
  readonly json?: string;
  /** Whether docs/performance.md is brought up to date. */
  readonly writesDocs: boolean;
  readonly keepsFiles: boolean;
}

const ROWS_MAX = 9;
const ALL_SERVERS: readonly ServerId[] = ["ours", "nsd", "knot", "bind", "pdns", "gdnsd"];

export const HELP = `Compares our nameserver with NSD, Knot, BIND, PowerDNS and gdnsd.
One server at a time runs on core ${SERVER_CORE}, the load on the other; nothing else should run.

node bench/serve/run.ts [options]
  --rows 1,2,…      rows of the table to measure (default: all)
  --runs N          runs of each server, taken in turns; medians count (default 5)
  --seconds N       length of each measurement (default 5)
  --names N         names of the large zone, at most ${NAMES_MAX} (default 1000000)
  --servers a,b,…   of ours,nsd,knot,bind,pdns,gdnsd (default: all)
  --busy-core N     core of row 6's busy process (default ${SERVER_CORE})
  --json FILE       writes every figure of every run
  --docs            writes the table into docs/performance.md
  --keep            leaves the temporary folder

rows: 1 CPU per query, 10,000 names · 2 weighted choice of 10
      3 CPU per query, 1,000,000 names
      4 memory · 5 start to first right answer (3 to 5 are measured together)
      6 p99 at 40,000 queries/s beside UPDATEs and a busy process · 7 UPDATEs per second
      8 acknowledged UPDATE to served on an NSD secondary · 9 AXFR of 1,000,000 records

Needs cc, taskset, dnsperf and the servers (Debian: gcc util-linux dnsperf nsd knot bind9
pdns-server gdnsd).
`;

/** What the words of the command line say; undefined: they ask for help. */
export function readOptions(words: readonly string[]): BenchOptions | undefined {
  const { values } = parseArgs({
    args: [...words],
    options: {
      help: { type: "boolean", short: "h", default: false },
      rows: { type: "string", default: "1,2,3,4,5,6,7,8,9" },
      runs: { type: "string", default: "5" },
      seconds: { type: "string", default: "5" },
      names: { type: "string", default: "1000000" },
      servers: { type: "string", default: ALL_SERVERS.join(",") },
      "busy-core": { type: "string", default: `${SERVER_CORE}` },
      json: { type: "string" },
      docs: { type: "boolean", default: false },
      keep: { type: "boolean", default: false },
    },
  });
  if (values.help) return undefined;
  const rows = values.rows.split(",").map((text) => whole("--rows", text, 1, ROWS_MAX));
  return {
    rows: new Set(rows),
    runs: whole("--runs", values.runs, 1, 1_000),
    seconds: whole("--seconds", values.seconds, 1, 3_600),
    names: whole("--names", values.names, 100, NAMES_MAX),
    servers: new Set(values.servers.split(",").map(serverId)),
    busyCore: whole("--busy-core", values["busy-core"], 0, 1_023),
    ...(values.json === undefined ? {} : { json: values.json }),
    writesDocs: values.docs,
    keepsFiles: values.keep,
  };
}

function whole(option: string, text: string, least: number, most: number): number {
  const number = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (number >= least && number <= most) return number;
  throw new Error(`Cannot read ${option} as it must be in ${least}..${most}: it is "${text}"`);
}

function serverId(text: string): ServerId {
  const found = ALL_SERVERS.find((id) => id === text);
  if (found !== undefined) return found;
  throw new Error(`Cannot read --servers as there is no "${text}": ${ALL_SERVERS.join(", ")}`);
}
