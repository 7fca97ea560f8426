// A nameserver of its own process for the fuzzer: on loopback it serves a zone of the comparison,
// signed, one unsigned, and one with weights, and lets everybody transfer them; it counts what it
// logs as an error, and says how much memory it holds.
// Started by serverRun.ts: node --expose-gc test/fuzz/fuzzedServer.ts THREADS
import { SeededChance } from "../../sim/seededChance.ts";
import { SimDisk } from "../../sim/simDisk.ts";
import { SILENT_LOG } from "../../src/base/index.ts";
import { nameOf } from "../../src/dns/index.ts";
import { bulkLoad, type ZoneSetup } from "../../src/nameserver/index.ts";
import { NodeDnssecCrypto } from "../../src/net/index.ts";
import { SEED_TEXT, seedName } from "../../src/plan/index.ts";
import { openUdpThreads } from "../../src/roles/index.ts";
import { startOurs } from "../differential/servers.ts";
import { CORNERS, SERVED, type TestZone, zoneOf } from "../differential/zones.ts";

/** What the process answers to `measure`. */
export interface Measured {
  readonly heldOctets: number;
  /** Of the whole process, its threads included; not all of it is in use. */
  readonly residentOctets: number;
  readonly errors: readonly string[];
}

const WEIGHTED_APEX = nameOf("weighted.test.");
/** An endpoint with weights in it; loaded as it stands, for nobody but an enactor may write it. */
const WEIGHTED = zoneOf(WEIGHTED_APEX, [
  `${seedName(WEIGHTED_APEX)} 30 TXT "${SEED_TEXT}"`,
  ...[1, 2, 3, 4].map((host) => `pool 60 A 192.0.2.${host}`),
  ...[1, 2, 3].map((host) => `pool 60 AAAA 2001:db8::${host}`),
  '_weights._holdfast.pool 30 TXT "holdfast-weights=1 answers=2 A=1,2,5,100 AAAA=1,1,7"',
  "alias 60 CNAME pool.weighted.test.",
]);

function setupOf({ apex }: TestZone): ZoneSetup {
  const ns1 = nameOf(`ns1.${apex}`);
  return {
    name: apex,
    primary: ns1,
    hostmaster: nameOf(`hostmaster.${apex}`),
    nameservers: [{ name: ns1, addresses: ["192.0.2.53", "2001:db8::53"] }],
    negativeTtlSeconds: 5,
    apexTtlSeconds: 3600,
    dnssec: apex === CORNERS.apex,
    transferTo: [{ network: "127.0.0.0/8" }],
  };
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
const disk = new SimDisk();
await bulkLoad(disk, [WEIGHTED]);
const server = await startOurs([CORNERS, SERVED], {
  setups: [CORNERS, SERVED, WEIGHTED].map(setupOf),
  disk,
  dnssecCrypto: new NodeDnssecCrypto(),
  log,
  chance: new SeededChance(1),
  threads,
});
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
