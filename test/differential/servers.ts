// The servers under comparison, each on a port of its own on loopback, with the same zones.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SeededChance } from "../../sim/seededChance.ts";
import { SimDisk } from "../../sim/simDisk.ts";
import { SILENT_LOG, utf8 } from "../../src/base/index.ts";
import {
  decodeMessage,
  encodeMessage,
  encodeTxt,
  encodeUpdate,
  makeQuery,
  makeRRset,
  type Name,
  nameOf,
  Rcode,
  RRClass,
  type RRset,
  RRType,
  rcodeText,
  rrsetLines,
  signMessage,
  type TsigKey,
  type UpdateStep,
} from "../../src/dns/index.ts";
import { Nameserver, type NameserverParts, type ZoneSetup } from "../../src/nameserver/index.ts";
import { RealClock, TcpListener, UdpListener } from "../../src/net/index.ts";
import { SEED_TEXT, seedName } from "../../src/plan/index.ts";
import { freePlaces, until } from "../processes/instance.ts";
import { askTcp } from "./exchange.ts";
import { type TestZone, UNSIGNED } from "./zones.ts";

/** A server that answers for the zones of a run. */
export interface RunningServer {
  readonly port: number;
  close(): Promise<void>;
}

const KEY: TsigKey = {
  name: nameOf("differential."),
  algorithm: "hmac-sha256",
  secret: utf8("0123456789abcdef0123456789abcdef"),
};
const STEPS_PER_UPDATE = 200; // below the octets of one message, whatever the records
const READY_MS_MAX = 60_000;
const LOOK_EVERY_MS = 50;

/** How the configuration of every server describes a zone's apex. */
function setupOf({ apex }: TestZone, dnssec: boolean): ZoneSetup {
  const ns1 = nameOf(`ns1.${apex}`);
  return {
    name: apex,
    primary: ns1,
    hostmaster: nameOf(`hostmaster.${apex}`),
    nameservers: [
      { name: ns1, addresses: ["192.0.2.53", "2001:db8::53"] },
      { name: nameOf("ns.example.org."), addresses: [] },
    ],
    negativeTtlSeconds: 5,
    apexTtlSeconds: 3600,
    dnssec,
    transferTo: [{ network: "127.0.0.0/8" }],
  };
}

/**
 * Our own nameserver on real sockets, with the zones written to it by signed UPDATEs; with a
 * `dnssecCrypto`, all of them but {@link UNSIGNED} are signed.
 */
export async function startOurs(
  zones: readonly TestZone[],
  rest: Partial<NameserverParts> = {},
): Promise<RunningServer> {
  const isSigned = (zone: TestZone): boolean =>
    rest.dnssecCrypto !== undefined && zone.apex !== UNSIGNED.apex;
  const nameserver = await Nameserver.start({
    setups: zones.map((zone) => setupOf(zone, isSigned(zone))),
    keys: [KEY],
    listen: [{ address: "127.0.0.1", port: 0 }],
    disk: new SimDisk(),
    clock: new RealClock(),
    chance: new SeededChance(1),
    log: SILENT_LOG,
    datagrams: new UdpListener(),
    streams: new TcpListener(),
    ...rest,
  });
  const port = nameserver.local[0]?.port ?? 0;
  try {
    for (const zone of zones) await fill(port, zone);
    const isSigning = (): boolean =>
      nameserver.report().dnssec?.zones.some(({ stage }) => stage === "signing") ?? false;
    await until("has signed all zones", async () => !isSigning());
  } catch (error) {
    await nameserver.close();
    throw error;
  }
  return { port, close: () => nameserver.close() };
}

async function fill(port: number, zone: TestZone): Promise<void> {
  const seed = makeRRset(seedName(zone.apex), RRType.TXT, 30, [encodeTxt([utf8(SEED_TEXT)])]);
  const steps = [...zone.rrsets, seed].flatMap((rrset) =>
    rrset.rdata.map((rdata): UpdateStep => {
      const { name, type, ttlSeconds } = rrset;
      return { kind: "add", record: { name, type, class: RRClass.IN, ttlSeconds, rdata } };
    }),
  );
  for (let start = 0; start < steps.length; start += STEPS_PER_UPDATE) {
    const update = {
      zone: zone.apex,
      prerequisites: [],
      steps: steps.slice(start, start + STEPS_PER_UPDATE),
    };
    // The exchange numbers its messages, and the number is signed: this one is its first.
    const timeSeconds = Math.floor(Date.now() / 1000);
    const signed = signMessage(encodeUpdate(0, update), KEY, { timeSeconds });
    const [reply] = await askTcp(port, [signed.bytes]);
    const decoded = reply === undefined ? undefined : decodeMessage(reply);
    const rcode = decoded?.kind === "message" ? decoded.message.rcode : Rcode.SERVFAIL;
    if (rcode !== Rcode.NOERROR) {
      throw new Error(`Cannot fill zone ${zone.apex}: ${rcodeText(rcode)}`);
    }
  }
}

/** Every zone as our server holds it, SOA and all, as a zone file. */
export async function zoneTexts(
  ours: RunningServer,
  zones: readonly TestZone[],
): Promise<ReadonlyMap<Name, string>> {
  const texts = new Map<Name, string>();
  for (const zone of zones) {
    const fixed = [
      ...(await read(ours.port, zone.apex, RRType.SOA)),
      ...(await read(ours.port, zone.apex, RRType.NS)),
      ...(await read(ours.port, nameOf(`ns1.${zone.apex}`), RRType.A)),
      ...(await read(ours.port, nameOf(`ns1.${zone.apex}`), RRType.AAAA)),
      ...(await read(ours.port, seedName(zone.apex), RRType.TXT)),
    ];
    const lines = [...fixed, ...zone.rrsets].flatMap(rrsetLines).map(escapedForKnot);
    texts.set(zone.apex, `${lines.join("\n")}\n`);
  }
  return texts;
}

/** Knot reads no brackets, braces and the like in an owner name unless they are escaped. */
function escapedForKnot(line: string): string {
  const [owner = "", ...rest] = line.split(" ");
  const escaped = owner.replace(
    /(?<!\\)[^A-Za-z0-9._*\\/-]/g,
    (character) => `\\${character.charCodeAt(0).toString().padStart(3, "0")}`,
  );
  return [escaped, ...rest].join(" ");
}

async function read(port: number, name: Name, type: number): Promise<readonly RRset[]> {
  const query = encodeMessage(makeQuery(0, name, type, { udpPayloadSize: 1232 }));
  const [reply] = await askTcp(port, [query]);
  const decoded = reply === undefined ? undefined : decodeMessage(reply);
  if (decoded?.kind !== "message") throw new Error(`Cannot read ${name}`);
  const records = decoded.message.answer.filter((record) => record.type === type);
  const [first] = records;
  if (first === undefined) throw new Error(`Cannot read ${name}: there is no such record`);
  const rdata = records.map((record) => record.rdata);
  return [makeRRset(name, type, first.ttlSeconds, rdata)];
}

/** Where a peer has zones from: texts of zone files, or transfers from a primary. */
export type ZoneSource =
  | { readonly kind: "files"; readonly texts: ReadonlyMap<Name, string> }
  | { readonly kind: "primary"; readonly port: number; readonly apexes: readonly Name[] };

/** A peer that the test starts: its folder, its command and how it is told of the zones. */
interface Peer {
  readonly program: string;
  readonly config: string;
  words(config: string): readonly string[];
}

async function startPeer(
  name: string,
  source: ZoneSource,
  peerOf: (folder: string, port: number, files: ReadonlyMap<Name, string>) => Peer,
): Promise<RunningServer> {
  const folder = mkdtempSync(join(tmpdir(), `holdfast-${name}-`));
  chmodSync(folder, 0o777);
  const { dnsPort: port } = await freePlaces();
  const apexes = source.kind === "files" ? [...source.texts.keys()] : source.apexes;
  const files = new Map(apexes.map((apex) => [apex, join(folder, `${apex}zone`)]));
  if (source.kind === "files") {
    for (const [apex, text] of source.texts) writeFileSync(files.get(apex) ?? "", text);
  }
  const peer = peerOf(folder, port, files);
  const config = join(folder, `${name}.conf`);
  writeFileSync(config, peer.config);
  let output = "";
  const child = spawn(peer.program, [...peer.words(config)], { stdio: ["ignore", "pipe", "pipe"] });
  for (const stream of [child.stdout, child.stderr]) {
    stream.on("data", (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  const close = async (): Promise<void> => {
    await ended(child);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await untilServing(port, apexes, child);
  } catch (error) {
    await close();
    throw new Error(`${(error as Error).message}; ${name} said: ${output.slice(-4000)}`);
  }
  return { port, close };
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = once(child, "exit");
  child.kill("SIGTERM");
  await exit;
}

/** Waits until every zone is answered for; says which is not where one never is. */
async function untilServing(
  port: number,
  apexes: readonly Name[],
  child: ChildProcess,
): Promise<void> {
  const started = performance.now();
  let missing: readonly Name[] = apexes;
  while (performance.now() - started < READY_MS_MAX) {
    if (child.exitCode !== null) throw new Error(`Cannot start: exit code ${child.exitCode}`);
    const queries = missing.map((apex) => encodeMessage(makeQuery(0, apex, RRType.SOA)));
    const replies = await askTcp(port, queries).catch(() => []);
    missing = missing.filter((_, index) => ((replies[index]?.[3] ?? 5) & 15) !== Rcode.NOERROR);
    if (missing.length === 0) return;
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
  throw new Error(`Cannot start: no answers for ${missing.join(" ")}`);
}

/** NSD with minimal responses, as a careful operator sets it. */
export function startNsd(source: ZoneSource): Promise<RunningServer> {
  const from =
    source.kind === "primary" ? `  request-xfr: AXFR 127.0.0.1@${source.port} NOKEY\n` : "";
  const clause = ([apex, file]: readonly [Name, string]): string =>
    `zone:\n  name: "${apex}"\n  zonefile: "${file}"\n${from}`;
  return startPeer("nsd", source, (folder, port, files) => ({
    program: "nsd",
    words: (config) => ["-d", "-c", config],
    config: `server:
  ip-address: 127.0.0.1@${port}
  server-count: 1
  username: ""
  chroot: ""
  database: ""
  zonesdir: "${folder}"
  zonelistfile: "${folder}/zone.list"
  pidfile: "${folder}/nsd.pid"
  xfrdfile: "${folder}/xfrd.state"
  xfrdir: "${folder}"
  xfrd-reload-timeout: 0
  minimal-responses: yes
  confine-to-zone: yes
  rrl-ratelimit: 0
  rrl-whitelist-ratelimit: 0
remote-control:
  control-enable: no
${[...files].map(clause).join("")}`,
  }));
}

/** Knot DNS. */
export function startKnot(source: ZoneSource): Promise<RunningServer> {
  const isPrimary = source.kind === "primary";
  const remote = isPrimary ? `remote:\n  - id: ours\n    address: 127.0.0.1@${source.port}\n` : "";
  const from = isPrimary ? "    master: ours\n" : "";
  const clause = ([apex, file]: readonly [Name, string]): string =>
    `  - domain: "${apex}"\n    file: "${file}"\n${from}`;
  return startPeer("knot", source, (folder, port, files) => {
    mkdirSync(join(folder, "db"), { mode: 0o777 });
    return {
      program: "knotd",
      words: (config) => ["-c", config],
      config: `server:
  listen: 127.0.0.1@${port}
  rundir: "${folder}"
  udp-workers: 1
  tcp-workers: 1
  background-workers: 1
database:
  storage: "${folder}/db"
log:
  - target: stderr
    any: info
${remote}template:
  - id: default
    semantic-checks: off
    zonefile-sync: -1
    journal-content: none
zone:
${[...files].map(clause).join("")}`,
    };
  });
}
