// A nameserver of its own process for the fuzzer: serves the zones of the comparison on loopback,
// counts what it logs as an error, and says how much memory it holds.
// Started by serverRun.ts: node --expose-gc test/fuzz/fuzzedServer.ts THREADS
import { SeededChance } from "../../sim/seededChance.ts";
import { SILENT_LOG } from "../../src/base/index.ts";
import { openUdpThreads } from "../../src/roles/index.ts";
import { startOurs } from "../differential/servers.ts";
import { CORNERS } from "../differential/zones.ts";

/** What the process answers to `measure`. */
export interface Measured {
  readonly heldOctets: number;
  /** Of the whole process, its threads included; not all of it is in use. */
  readonly residentOctets: number;
  readonly errors: readonly string[];
}

const ERRORS_MAX = 20;
const errors: string[] = [];
const log = {
  ...SILENT_LOG,
  error: (text: string, facts?: object) => {
    if (errors.length < ERRORS_MAX) errors.push(`${text} ${JSON.stringify(facts ?? {})}`);
  },
};

const threads = await openUdpThreads(Number(process.argv[2] ?? "0"), log);
const server = await startOurs([CORNERS], { log, chance: new SeededChance(1), threads });
process.on("message", () => {
  // Twice: what the first collection lets go of, the second one frees.
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, external, rss } = process.memoryUsage();
  const measured = { heldOctets: heapUsed + external, residentOctets: rss, errors };
  process.send?.(measured satisfies Measured);
});
process.on("disconnect", () => {
  void server.close();
});
process.send?.({ port: server.port });
