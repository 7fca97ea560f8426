// Nameservers that take our UPDATEs, ours and other people's, each with an empty zone on loopback.
import { execFileSync, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { SimDisk } from "../../sim/simDisk.ts";
import { SILENT_LOG, type SocketAddress } from "../../src/base/index.ts";
import { nameOf, type TsigKey } from "../../src/dns/index.ts";
import { Nameserver } from "../../src/nameserver/index.ts";
import { RealChance, RealClock, TcpListener, UdpListener } from "../../src/net/index.ts";
import { freePlaces } from "../processes/instance.ts";

/** The zone that all of them hold. */
export const ZONE = nameOf("example.org");
/** The key that may change it. */
export const KEY: TsigKey = {
  name: nameOf("holdfast."),
  algorithm: "hmac-sha256",
  secret: new Uint8Array(randomBytes(32)),
};
const SECRET = Buffer.from(KEY.secret).toString("base64");
/** It fills the database that PowerDNS serves from. */
const PDNSUTIL = "pdnsutil";
const ZONE_FILE =
  "$ORIGIN example.org.\n$TTL 60\n@ IN SOA ns1 hostmaster 1 300 60 86400 5\n@ IN NS ns1\n" +
  "ns1 IN A 127.0.0.1\n";

/** One that runs. */
export interface UpdatableServer {
  readonly place: SocketAddress;
  close(): Promise<void>;
}

/** One kind of them. */
export interface UpdatableKind {
  readonly name: string;
  /** `embedded`: ours. */
  readonly kind: "embedded" | "plain";
  /** It ignores a CNAME added beside other types in silence, as RFC 2136 section 3.4.2.2 says. */
  readonly ignoresAliases: boolean;
  /** Programs that must be there. */
  readonly programs: readonly string[];
  start(): Promise<UpdatableServer>;
}

async function startOurs(): Promise<UpdatableServer> {
  const primary = nameOf(`ns1.${ZONE}`);
  const setup = {
    name: ZONE,
    primary,
    hostmaster: nameOf(`hostmaster.${ZONE}`),
    nameservers: [{ name: primary, addresses: ["127.0.0.1"] }],
    negativeTtlSeconds: 5,
    apexTtlSeconds: 30,
  };
  const nameserver = await Nameserver.start({
    setups: [setup],
    keys: [KEY],
    listen: [{ address: "127.0.0.1", port: 0 }],
    disk: new SimDisk(),
    clock: new RealClock(),
    chance: new RealChance(),
    log: SILENT_LOG,
    datagrams: new UdpListener(),
    streams: new TcpListener(),
  });
  const [place = { address: "127.0.0.1", port: 0 }] = nameserver.local;
  return { place, close: () => nameserver.close() };
}

/** Writes a server's files into its folder; the command line that runs it in the foreground. */
type Prepare = (folder: string, port: number) => readonly string[];

function prepareBind(folder: string, port: number): readonly string[] {
  const config = join(folder, "named.conf");
  writeFileSync(
    config,
    `options { directory "${folder}"; pid-file none; recursion no; notify no;
       listen-on port ${port} { 127.0.0.1; }; listen-on-v6 { none; }; };
     controls { };
     key "${KEY.name}" { algorithm hmac-sha256; secret "${SECRET}"; };
     zone "${ZONE}" { type primary; file "zone.db";
       update-policy { grant ${KEY.name} zonesub ANY; }; };\n`,
  );
  return ["named", "-g", "-4", "-c", config];
}

function prepareKnot(folder: string, port: number): readonly string[] {
  const config = join(folder, "knot.conf");
  writeFileSync(
    config,
    `server:
    rundir: "${folder}"
    listen: 127.0.0.1@${port}
key:
  - id: ${KEY.name}
    algorithm: hmac-sha256
    secret: ${SECRET}
acl:
  - id: holdfast
    key: ${KEY.name}
    action: [update, query]
database:
    storage: "${folder}"
template:
  - id: default
    storage: "${folder}"
zone:
  - domain: ${ZONE}
    file: zone.db
    acl: holdfast
`,
  );
  return ["knotd", "-c", config];
}

function preparePdns(folder: string, port: number): readonly string[] {
  const database = join(folder, "pdns.sqlite3");
  writeFileSync(
    join(folder, "pdns.conf"),
    `launch=gsqlite3
gsqlite3-database=${database}
local-address=127.0.0.1:${port}
socket-dir=${folder}
setuid=
setgid=
daemon=no
guardian=no
disable-syslog=yes
dnsupdate=yes
cache-ttl=0
query-cache-ttl=0
negquery-cache-ttl=0
zone-cache-refresh-interval=0
`,
  );
  const made = new DatabaseSync(database);
  made.exec(readFileSync("/usr/share/pdns-backend-sqlite3/schema/schema.sqlite3.sql", "utf8"));
  made.close();
  const zone = ZONE.slice(0, -1);
  const key = KEY.name.slice(0, -1);
  for (const words of [
    ["load-zone", zone, join(folder, "zone.db")],
    ["import-tsig-key", key, "hmac-sha256", SECRET],
    ["set-meta", zone, "TSIG-ALLOW-DNSUPDATE", key],
    ["set-meta", zone, "ALLOW-DNSUPDATE-FROM", "127.0.0.0/8"],
  ]) {
    execFileSync(PDNSUTIL, [`--config-dir=${folder}`, ...words], { stdio: "ignore" });
  }
  return ["pdns_server", `--config-dir=${folder}`];
}

async function startProgram(prepare: Prepare): Promise<UpdatableServer> {
  const folder = mkdtempSync(join(tmpdir(), "hf-updatable-"));
  chmodSync(folder, 0o777);
  writeFileSync(join(folder, "zone.db"), ZONE_FILE);
  const { dnsPort: port } = await freePlaces();
  const [program = "", ...words] = prepare(folder, port);
  const child = spawn(program, words, { stdio: "ignore" });
  const ended = once(child, "exit");
  return {
    place: { address: "127.0.0.1", port },
    close: async () => {
      child.kill("SIGKILL");
      await ended;
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** All of them. */
export const UPDATABLE: readonly UpdatableKind[] = [
  {
    name: "our nameserver",
    kind: "embedded",
    ignoresAliases: false,
    programs: [],
    start: startOurs,
  },
  {
    name: "BIND",
    kind: "plain",
    ignoresAliases: true,
    programs: ["named"],
    start: () => startProgram(prepareBind),
  },
  {
    name: "Knot",
    kind: "plain",
    ignoresAliases: true,
    programs: ["knotd"],
    start: () => startProgram(prepareKnot),
  },
  {
    name: "PowerDNS",
    kind: "plain",
    ignoresAliases: false,
    programs: ["pdns_server", PDNSUTIL],
    start: () => startProgram(preparePdns),
  },
];
