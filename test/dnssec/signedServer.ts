// Our nameserver in this process on real sockets, with a signed zone of every kind of name.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SILENT_LOG, utf8 } from "../../src/base/index.ts";
import { nameOf, type TsigKey } from "../../src/dns/index.ts";
import { Nameserver, type ZoneSetup } from "../../src/nameserver/index.ts";
import {
  DiskFolder,
  NodeDnssecCrypto,
  RealChance,
  RealClock,
  TcpListener,
  UdpListener,
} from "../../src/net/index.ts";
import { keyFileText } from "../../src/supervise/index.ts";
import { until } from "../processes/instance.ts";
import { dig, nsupdate, ran } from "../shown/tools.ts";

/** The signed zone. */
export const ZONE = "holdfast.example";
/** A zone below it that is not signed, on the same server. */
export const CHILD = `child.${ZONE}`;

const SECRET = "0123456789abcdef0123456789abcdef";
const KEY: TsigKey = { name: nameOf("operator."), algorithm: "hmac-sha256", secret: utf8(SECRET) };

/** One name of every kind that is answered in a way of its own. */
export const LINES = [
  "_seed._holdfast 30 TXT holdfast-seed=1",
  "www 60 A 192.0.2.1",
  "www 60 A 192.0.2.2",
  "www 60 AAAA 2001:db8::1",
  "alias 60 CNAME www",
  "far 60 CNAME www.elsewhere.test.",
  "*.wild 60 A 192.0.2.3",
  "deep.below.ent 60 A 192.0.2.4",
  "child 60 NS ns1",
  "safe 60 NS ns.safe",
  "ns.safe 60 A 192.0.2.5",
  "safe 60 DS 1 13 2 b4c8c1fe2e7477127b27115656ad6256f424625bf5c1e2770ce6d6e37df61d17",
  "moved 60 DNAME wild.holdfast.example.",
  "mail 60 MX 10 www",
  'text 60 TXT "with spaces \\"and quotes\\""',
  "srv 60 SRV 1 2 3 www",
];

function setup(name: string, dnssec: boolean): ZoneSetup {
  const ns = nameOf(`ns1.${ZONE}`);
  return {
    name: nameOf(name),
    primary: ns,
    hostmaster: nameOf(`hostmaster.${ZONE}`),
    nameservers: [{ name: ns, addresses: ["127.0.0.1"] }],
    negativeTtlSeconds: 5,
    apexTtlSeconds: 60,
    dnssec,
    transferTo: [{ network: "127.0.0.0/8" }],
  };
}

/** A running server, and what tools need to talk to it. */
export class SignedServer {
  readonly folder = mkdtempSync(join(tmpdir(), "holdfast-dnssec-"));
  readonly keyFile = join(this.folder, "operator.key");
  port = 0;
  #disk: DiskFolder | undefined;
  #server: Nameserver | undefined;

  /** Starts it, writes {@link LINES}, and waits until every name is signed. */
  async start(): Promise<void> {
    writeFileSync(this.keyFile, keyFileText("operator", Buffer.from(SECRET).toString("base64")));
    await this.open();
    await this.update(LINES.map((line) => `add ${absolute(line)}`));
    await this.update(
      ["_seed._holdfast 30 TXT holdfast-seed=1", "www 60 A 192.0.2.9"].map(
        (line) => `add ${absolute(line, CHILD)}`,
      ),
      CHILD,
    );
    await until("signed the zone", async () => this.stage() === "settling");
  }

  /** Starts it on what its folder holds. */
  async open(): Promise<void> {
    this.#disk = await DiskFolder.open(join(this.folder, "state"));
    this.#server = await Nameserver.start({
      setups: [setup(ZONE, true), setup(CHILD, false)],
      keys: [KEY],
      listen: [{ address: "127.0.0.1", port: 0 }],
      disk: this.#disk,
      clock: new RealClock(),
      chance: new RealChance(),
      log: SILENT_LOG,
      datagrams: new UdpListener(),
      streams: new TcpListener(),
      dnssecCrypto: new NodeDnssecCrypto(),
    });
    this.port = this.#server.local[0]?.port ?? 0;
  }

  /** Stops it, and leaves its folder. */
  async close(): Promise<void> {
    await this.#server?.close();
    await this.#disk?.close();
  }

  stage(): string | undefined {
    return this.#server?.report().dnssec?.zones[0]?.stage;
  }

  /** Sends one UPDATE; fails where it was refused. */
  async update(lines: readonly string[], zone = ZONE): Promise<void> {
    const { code, stderr } = await nsupdate(this.port, this.keyFile, [`zone ${zone}`, ...lines]);
    if (code !== 0) throw new Error(`nsupdate: ${stderr}`);
  }

  /** The whole zone as a transfer brings it, written to a file. */
  async transferred(): Promise<string> {
    const text = await dig(this.port, "+noall", "+answer", "+onesoa", ZONE, "AXFR");
    const path = join(this.folder, "zone.db");
    writeFileSync(path, text);
    return path;
  }

  /** The zone's key as a trust anchor: a DNSKEY line, and BIND's form of it. */
  async anchors(): Promise<{ readonly unbound: string; readonly bind: string }> {
    const text = await dig(this.port, "+noall", "+answer", ZONE, "DNSKEY");
    const [line = ""] = text.split("\n").filter((one) => one.includes("DNSKEY"));
    const unbound = join(this.folder, "anchor.key");
    writeFileSync(unbound, `${line}\n`);
    const [, key = ""] = /DNSKEY\s+257 3 13 (.*)$/.exec(line) ?? [];
    const bind = join(this.folder, "anchor.conf");
    const anchor = `"${ZONE}." static-key 257 3 13 "${key.replaceAll(" ", "")}";`;
    writeFileSync(bind, `trust-anchors { ${anchor} };\n`);
    return { unbound, bind };
  }

  /** What `delv` says of a question, asking the server itself. */
  async delv(name: string, type: string): Promise<string> {
    const { bind } = await this.anchors();
    const words = ["-a", bind, `+root=${ZONE}`, "-p", String(this.port), "@127.0.0.1", name, type];
    const { stdout, stderr } = await ran("delv", words);
    return stdout + stderr;
  }

  async stop(): Promise<void> {
    await this.close();
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** A line with its names under a zone. */
export function absolute(line: string, zone = ZONE): string {
  const [owner = "", ttl = "", type = "", ...rdata] = line.split(" ");
  const names = ["CNAME", "NS", "MX", "SRV"].includes(type);
  const last = rdata.at(-1) ?? "";
  const whole = names && !last.endsWith(".") ? [...rdata.slice(0, -1), `${last}.${zone}.`] : rdata;
  return `${owner}.${zone}. ${ttl} IN ${type} ${whole.join(" ")}`;
}
