// Our nameserver as the benchmark runs it, and the making of its saved state.
// Run: node bench/serve/ours.ts build FOLDER ZONE-AS-JSON
//      node bench/serve/ours.ts serve FOLDER PORT [SECONDARY-PORT]
import { mkdirSync } from "node:fs";
import { base64Bytes, SILENT_LOG, type SocketAddress } from "../../src/base/index.ts";
import { nameOf, parseIpNetwork, type TsigKey } from "../../src/dns/index.ts";
import { bulkLoad, Nameserver, type ZoneSetup } from "../../src/nameserver/index.ts";
import {
  DiskFolder,
  NodeDnssecCrypto,
  openLargePages,
  RealChance,
  RealClock,
  TcpListener,
  UdpDialer,
  UdpListener,
  withSystemMac,
} from "../../src/net/index.ts";
import { openUdpThreads } from "../../src/roles/udpThreads.ts";
import { APEX, type BenchZone, KEY } from "./benchZone.ts";
import { zoneRRsets } from "./zoneRecords.ts";

const zone = nameOf(APEX);
const primary = nameOf(`ns1.${APEX}`);
const SETUP: ZoneSetup = {
  name: zone,
  primary,
  hostmaster: nameOf(`hostmaster.${APEX}`),
  nameservers: [{ name: primary, addresses: ["192.0.2.53"] }],
  negativeTtlSeconds: 30,
  apexTtlSeconds: 60,
};
/** As everyone else in the comparison: one. */
const UDP_THREADS = 1;
const LOCAL = "127.0.0.0/8";
const exempt = parseIpNetwork(LOCAL);
/** As the configuration has it where it says nothing. */
const RATE_LIMIT = {
  responsesPerSecond: 200,
  slip: 2,
  exempt: exempt === undefined ? [] : [exempt],
};

const [task = "", folder = "", detail = "", secondaryPort = ""] = process.argv.slice(2);
if (task === "build") await build(JSON.parse(detail) as BenchZone);
else if (task === "serve") await serve(Number(detail));
else throw new Error("Cannot run as the first word must be build or serve");

async function start(listen: readonly SocketAddress[]): Promise<() => Promise<void>> {
  const threads = await openUdpThreads(listen.length === 0 ? 0 : UDP_THREADS, SILENT_LOG);
  const disk = await DiskFolder.open(folder);
  const secret = base64Bytes(KEY.secret) ?? new Uint8Array(0);
  const key: TsigKey = { name: nameOf(KEY.name), algorithm: KEY.algorithm, secret };
  const nameserver = await Nameserver.start({
    setups: [{ ...SETUP, transferTo: [{ network: LOCAL }], secondaries: secondaries() }],
    keys: [withSystemMac(key)],
    listen,
    disk,
    clock: new RealClock(),
    chance: new RealChance(),
    log: SILENT_LOG,
    rateLimit: RATE_LIMIT,
    threads,
    datagrams: new UdpListener(),
    streams: new TcpListener(),
    dialer: new UdpDialer(),
    largePages: await openLargePages(),
    dnssecCrypto: new NodeDnssecCrypto(),
  });
  return async () => {
    await nameserver.close();
    await disk.close();
  };
}

function secondaries() {
  if (secondaryPort === "") return [];
  return [{ address: { address: "127.0.0.1", port: Number(secondaryPort) } }];
}

async function build(shape: BenchZone): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const disk = await DiskFolder.open(folder);
  await bulkLoad(disk, [{ apex: zone, rrsets: zoneRRsets(shape) }]);
  await disk.close();
  const close = await start([]); // its first start writes the apex
  await close();
}

async function serve(port: number): Promise<void> {
  const close = await start([{ address: "127.0.0.1", port }]);
  for (const signal of ["SIGTERM", "SIGINT"] as const) {
    process.once(signal, () => void close().then(() => process.exit(0)));
  }
}
