// Our nameserver in this process, on real sockets and a real folder, and a client that changes it.
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Log, SILENT_LOG, type SocketAddress, utf8 } from "../../src/base/index.ts";
import {
  nameOf,
  parseRdata,
  RRClass,
  rcodeText,
  type TsigKey,
  typeCode,
  type UpdateStep,
  updateMessage,
} from "../../src/dns/index.ts";
import { Nameserver, type NameserverReport, type ZoneSetup } from "../../src/nameserver/index.ts";
import type { CatalogSetup } from "../../src/nameserver/transfer/catalogZone.ts";
import { DatagramClient } from "../../src/nameserver/transfer/datagramClient.ts";
import {
  DiskFolder,
  NodeDnssecCrypto,
  RealChance,
  RealClock,
  TcpListener,
  UdpDialer,
  UdpListener,
} from "../../src/net/index.ts";

/** The key that secondaries transfer with, and the client updates with. */
export const SECRET_TEXT = "a secret of the tests, 32 octets";
export const KEY: TsigKey = {
  name: nameOf("transfer."),
  algorithm: "hmac-sha256",
  secret: utf8(SECRET_TEXT),
};
export const SECRET_BASE64 = Buffer.from(SECRET_TEXT).toString("base64");
export const ZONE = "use1.example.com";

/** How a primary is set up. */
export interface PrimaryOptions {
  readonly port: number;
  readonly secondaries: readonly SocketAddress[];
  readonly zones?: readonly string[];
  readonly catalog?: string;
  /** Whether secondaries need the TSIG key; by default they do. */
  readonly usesTsig?: boolean;
  /** Octets of journal after which a snapshot is written: history on disk is a few of these. */
  readonly journalOctetsMax?: number;
  readonly log?: Log;
  /** Its zones are signed, with keys of their own. */
  readonly hasDnssec?: boolean;
}

/** A primary with a folder of its own, which may be stopped and started again. */
export class Primary {
  folder = mkdtempSync(join(tmpdir(), "hf-primary-"));
  readonly options: PrimaryOptions;
  zones: readonly string[];
  readonly #clock = new RealClock();
  readonly #client: DatagramClient;
  #disk: DiskFolder | undefined;
  #nameserver: Nameserver | undefined;

  constructor(options: PrimaryOptions) {
    this.options = options;
    this.zones = options.zones ?? [ZONE];
    this.#client = new DatagramClient({
      dialer: new UdpDialer(),
      clock: this.#clock,
      chance: new RealChance(),
      sourceFor: () => undefined,
    });
  }

  get place(): SocketAddress {
    return { address: "127.0.0.1", port: this.options.port };
  }

  async start(): Promise<void> {
    this.#disk = await DiskFolder.open(this.folder);
    const catalog = this.#catalog();
    const { journalOctetsMax } = this.options;
    this.#nameserver = await Nameserver.start({
      setups: this.#setups(),
      keys: [KEY],
      listen: [this.place],
      disk: this.#disk,
      arenaOctets: 2 ** 24, // a process that reserves gigabytes cannot fork
      clock: this.#clock,
      chance: new RealChance(),
      log: this.options.log ?? SILENT_LOG,
      datagrams: new UdpListener(),
      streams: new TcpListener(),
      dialer: new UdpDialer(),
      dnssecCrypto: new NodeDnssecCrypto(),
      ...(catalog === undefined ? {} : { catalog }),
      ...(journalOctetsMax === undefined ? {} : { journalOctetsMax }),
    });
  }

  /** The journals on disk: what a restart reads the history of zones from. */
  get journals(): readonly string[] {
    return readdirSync(this.folder).filter((name) => name.startsWith("journal-"));
  }

  async stop(): Promise<void> {
    await this.#nameserver?.close();
    await this.#disk?.close();
    this.#nameserver = undefined;
  }

  /** What a lost disk leaves. */
  loseDisk(): void {
    rmSync(this.folder, { recursive: true });
    this.folder = mkdtempSync(join(tmpdir(), "hf-primary-"));
  }

  async dispose(): Promise<void> {
    await this.stop();
    this.#client.close();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Serves these zones from now on. */
  async serve(zones: readonly string[]): Promise<void> {
    this.zones = zones;
    const catalog = this.#catalog();
    const setups = this.#setups();
    await this.#running.reload({ setups, keys: [KEY], ...(catalog && { catalog }) });
  }

  get report(): NameserverReport {
    return this.#running.report();
  }

  serial(zone = ZONE): number {
    return this.report.zones.find(({ name }) => name === `${zone}.`)?.serial ?? 0;
  }

  /** Makes the public see a zone. */
  seed(zone = ZONE): Promise<void> {
    return this.update([], ['_seed._holdfast 30 TXT "holdfast-seed=1"'], zone);
  }

  /** Deletes RRsets (`name type`), then adds lines (`name ttl type rdata`), names in the zone. */
  async update(deletes: readonly string[], adds: readonly string[], zone = ZONE): Promise<void> {
    const at = (name: string) => nameOf(name === "@" ? zone : `${name}.${zone}`);
    const steps = deletes.map((text): UpdateStep => {
      const [name = "", type = ""] = text.split(" ");
      return { kind: "delete-rrset", name: at(name), type: typeCode(type) ?? 0 };
    });
    const added = adds.map((line): UpdateStep => {
      const [, name = "", ttl = "", typeName = "", text = ""] =
        /^(\S+) (\d+) (\S+) (.*)$/.exec(line) ?? [];
      const type = typeCode(typeName) ?? 0;
      const parsed = parseRdata(type, text);
      if (parsed.kind === "malformed") throw new Error(parsed.problem);
      const facts = { name: at(name), type, class: RRClass.IN, ttlSeconds: Number(ttl) };
      return { kind: "add", record: { ...facts, rdata: parsed.rdata } };
    });
    const change = { zone: nameOf(zone), prerequisites: [], steps: [...steps, ...added] };
    const asked = await this.#client.ask(
      this.place,
      (id) => updateMessage(id, change),
      KEY,
      10_000,
    );
    if (asked.kind === "silent") throw new Error(asked.problem);
    if (asked.message.rcode !== 0) throw new Error(rcodeText(asked.message.rcode));
  }

  get #running(): Nameserver {
    if (this.#nameserver === undefined) throw new Error("the primary is not running");
    return this.#nameserver;
  }

  #setups(): readonly ZoneSetup[] {
    return this.zones.map((zone) => {
      const primary = nameOf(`ns1.${zone}`);
      return {
        name: nameOf(zone),
        primary,
        hostmaster: nameOf(`hostmaster.${zone}`),
        nameservers: [{ name: primary, addresses: ["127.0.0.1"] }],
        negativeTtlSeconds: 5,
        apexTtlSeconds: 60,
        secondaries: this.#secondaries(),
        dnssec: this.options.hasDnssec ?? false,
      };
    });
  }

  #secondaries() {
    const { secondaries, usesTsig = true } = this.options;
    return secondaries.map((address) => (usesTsig ? { address, key: KEY.name } : { address }));
  }

  #catalog(): CatalogSetup | undefined {
    const { catalog } = this.options;
    if (catalog === undefined) return undefined;
    return { name: nameOf(catalog), secondaries: this.#secondaries(), transferTo: [] };
  }
}
