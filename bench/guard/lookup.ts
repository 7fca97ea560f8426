// What a look-up costs an application: plain dns.lookup, cacheable-lookup and guard.lookup, in one
// run, in turns. Needs Linux and `unshare` and `ip`: in a network of its own, resolv.conf names a
// recursive server of this program, so that all three ask the same.
// Run: node bench/guard/lookup.ts
import { execFileSync } from "node:child_process";
import { createSocket } from "node:dgram";
import dns from "node:dns";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { isMainThread, parentPort, Worker } from "node:worker_threads";
import CacheableLookup from "cacheable-lookup";
import {
  decodeMessage,
  encodeMessage,
  makeResponse,
  nameOf,
  parseRdata,
  Rcode,
  RRType,
} from "../../src/dns/index.ts";
import { openGuard } from "../../src/guard/library/index.ts";

const INSIDE = "--inside";
const ROUNDS = 7;
const WARM_LOOKUPS = 2000;
const COLD_LOOKUPS = 300;
const TTL_SECONDS = 3600;

type Lookup = (host: string) => Promise<unknown>;

/** A recursive server that has two addresses of each type for every name. */
function serve(): void {
  const socket = createSocket("udp4");
  const rdata = (type: number, text: string): Uint8Array => {
    const parsed = parseRdata(type, text);
    if (parsed.kind === "malformed") throw new Error(parsed.problem);
    return parsed.rdata;
  };
  const values = new Map([
    [RRType.A as number, [rdata(RRType.A, "192.0.2.1"), rdata(RRType.A, "192.0.2.2")]],
    [RRType.AAAA, [rdata(RRType.AAAA, "2001:db8::1"), rdata(RRType.AAAA, "2001:db8::2")]],
  ]);
  socket.on("message", (bytes, from) => {
    const decoded = decodeMessage(bytes);
    if (decoded.kind === "malformed") return;
    const { message, questionWire } = decoded;
    const { name = nameOf("."), type = 0 } = message.question[0] ?? {};
    const answer = (values.get(type) ?? []).map((octets) => {
      return { name, type, class: 1, ttlSeconds: TTL_SECONDS, rdata: octets };
    });
    const response = { ...makeResponse(message, Rcode.NOERROR), ra: true, answer };
    socket.send(encodeMessage(response, { questionWire }), from.port, from.address);
  });
  socket.bind(53, "127.0.0.1", () => parentPort?.postMessage("up"));
}

function median(values: readonly number[]): number {
  return values.toSorted((left, right) => left - right)[values.length >> 1] ?? Number.NaN;
}

/** Microseconds of one look-up: the median of many, one after another. */
async function timed(lookup: Lookup, hosts: readonly string[]): Promise<number> {
  const times: number[] = [];
  for (const host of hosts) {
    const startMs = performance.now();
    await lookup(host);
    times.push((performance.now() - startMs) * 1000);
  }
  return median(times);
}

async function measure(): Promise<void> {
  const server = new Worker(new URL(import.meta.url));
  await once(server, "message");
  const guard = openGuard({ trustAd: false });
  const cacheable = new CacheableLookup();
  const ways: Readonly<Record<string, Lookup>> = {
    "dns.lookup": (host) => dns.promises.lookup(host, { all: true }),
    "cacheable-lookup": (host) => cacheable.lookupAsync(host, { all: true }),
    "guard.lookup": (host) => guard.promises.lookup(host, { all: true }),
  };
  const found = { warm: new Map<string, number[]>(), cold: new Map<string, number[]>() };
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [way, lookup] of Object.entries(ways)) {
      const warm = new Array<string>(WARM_LOOKUPS).fill("api.shop.example");
      const cold = Array.from({ length: COLD_LOOKUPS }, (_, at) => `n${round}-${at}.shop.example`);
      await lookup("api.shop.example");
      note(found.warm, way, await timed(lookup, warm));
      note(found.cold, way, await timed(lookup, cold));
    }
  }
  for (const [what, times] of Object.entries(found)) {
    const plainUs = median(times.get("dns.lookup") ?? []);
    for (const [way, medians] of times) {
      const us = median(medians);
      const ratio = (us / plainUs).toFixed(3);
      console.log(
        `${what}: ${way.padEnd(16)} ${us.toFixed(1).padStart(7)} us  ${ratio} x dns.lookup`,
      );
    }
  }
  guard.close();
  await server.terminate();
}

function note(times: Map<string, number[]>, way: string, us: number): void {
  times.set(way, [...(times.get(way) ?? []), us]);
}

/** Runs this program where resolv.conf is its own. */
function enter(): void {
  const folder = mkdtempSync(join(tmpdir(), "hf-lookup-"));
  const conf = join(folder, "resolv.conf");
  writeFileSync(conf, "nameserver 127.0.0.1\n");
  const words = [process.execPath, fileURLToPath(import.meta.url), INSIDE];
  const script = `mount --bind "$0" /etc/resolv.conf && ip link set lo up && exec "$@"`;
  try {
    const own = ["--user", "--map-root-user", "--mount", "--net", "sh", "-c", script, conf];
    execFileSync("unshare", [...own, ...words], { stdio: "inherit" });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

if (!isMainThread) serve();
else if (process.argv.includes(INSIDE)) await measure();
else enter();
