import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ApiWorld } from "../../api/world.suite.ts";
import { SILENT_LOG } from "../../base/index.ts";
import type { Settings } from "../../config/index.ts";
import {
  decodeMessage,
  encodeMessage,
  FrameReader,
  frame,
  type Message,
  makeQuery,
  type Name,
  nameOf,
  RRClass,
  type RRset,
  type UpdateStep,
  updateMessage,
} from "../../dns/index.ts";
import { Nameserver } from "../../nameserver/index.ts";
import { DiskFolder, RealChance, TcpDialer, TcpListener, UdpListener } from "../../net/index.ts";
import type { EndpointPolicy } from "../../plan/index.ts";
import { readKeyFile } from "../../supervise/index.ts";
import { GivenOptions } from "../givenOptions.ts";
import type { CliIo } from "../io.ts";
import { openRegion, type Region } from "../region.ts";
import { CliWorld, settingsAt } from "../world.suite.ts";
import { askSigned } from "./signedQuestion.ts";
import { NAME, ZONE } from "./zone.suite.ts";

/** Nobody listens there: nothing of Holdfast runs but the nameserver. */
const NO_API_PORT = 1;

/** A state folder, and a real nameserver that knows the operator's key; nothing else runs. */
export class DirectWorld {
  readonly cli = new CliWorld();
  readonly #folder = mkdtempSync(join(tmpdir(), "holdfast-direct-"));
  #nameserver: Nameserver | undefined;
  #disk: DiskFolder | undefined;

  async start(): Promise<void> {
    const settings = this.#settings(5300);
    this.cli.accept(settings);
    const key = readKeyFile(this.cli.layout.keyFile("operator"));
    this.#disk = await DiskFolder.open(this.#folder);
    const transferTo = [{ network: "127.0.0.0/8", key: key.name }];
    const [zone] = settings.zones;
    const setup = {
      ...{ name: ZONE, primary: nameOf("ns1.use1.holdfast.example"), transferTo },
      ...{ hostmaster: nameOf("hostmaster.example"), nameservers: zone?.nameservers ?? [] },
      ...{ negativeTtlSeconds: 5, apexTtlSeconds: 300 },
    };
    this.#nameserver = await Nameserver.start({
      ...{ setups: [setup], keys: [key], disk: this.#disk },
      listen: [{ address: "127.0.0.1", port: 0 }],
      clock: new ApiWorld().clock,
      chance: new RealChance(),
      log: SILENT_LOG,
      datagrams: new UdpListener(),
      streams: new TcpListener(),
    });
    this.cli.accept(this.#settings(this.port));
  }

  get port(): number {
    return this.#nameserver?.local[0]?.port ?? 0;
  }

  /** Does `work` with an API; where none is given, with one that knows of no plan yet. */
  async withApi(work: () => Promise<void>, api = new ApiWorld()): Promise<void> {
    await api.serve(async ({ port }) => {
      this.cli.accept(this.#settings(this.port, port));
      await work();
    });
  }

  /** By hand, with the operator's key: records without a fence. */
  async put(...rrsets: readonly RRset[]): Promise<string | undefined> {
    const steps = rrsets.flatMap(({ name, type, ttlSeconds, rdata }): readonly UpdateStep[] => {
      return rdata.map((octets) => {
        const record = { name, type, class: RRClass.IN, ttlSeconds, rdata: octets };
        return { kind: "add", record };
      });
    });
    const update = { zone: ZONE, prerequisites: [], steps };
    const asked = {
      ...{ server: { address: "127.0.0.1", port: this.port }, dialer: new TcpDialer() },
      ...{ key: readKeyFile(this.cli.layout.keyFile("operator")), clock: new ApiWorld().clock },
    };
    return askSigned(
      asked,
      5_000,
      (id) => updateMessage(id, update),
      () => ({ kind: "done" }),
    );
  }

  /** What the public is told over TCP. */
  async askUnsigned(name: Name, type: number): Promise<Message> {
    const server = { address: "127.0.0.1", port: this.port };
    const stream = await new TcpDialer().dial(server, 5_000);
    const reader = new FrameReader();
    const answered = new Promise<Message>((resolve, reject) => {
      stream.onClose((problem) => reject(new Error(problem ?? "closed")));
      stream.onData((bytes) => {
        for (const one of reader.push(bytes)) {
          const decoded = decodeMessage(one);
          if (decoded.kind === "message") resolve(decoded.message);
        }
      });
    });
    stream.write(frame(encodeMessage(makeQuery(1, name, type))));
    return answered.finally(() => stream.destroy());
  }

  /** The region, and a terminal, as commands have them. */
  region(): { readonly region: Region; readonly io: CliIo } {
    const io: CliIo = {
      ...{ out: () => {}, err: () => {}, ask: async () => undefined, colour: false },
      ...{ clock: new ApiWorld().clock, cwd: this.cli.cwd, actor: "operator:ann" },
      ...{ environment: {}, stop: this.cli.stop.signal },
    };
    return { io, region: openRegion({ io, words: [], options: new GivenOptions({}) }) };
  }

  /** The acts that wait for the journal, as they were written. */
  acts(): readonly Record<string, unknown>[] {
    const folder = join(this.cli.layout.folder, "acts");
    return readdirSync(folder).map(
      (file) => JSON.parse(readFileSync(join(folder, file), "utf8")).act,
    );
  }

  async close(): Promise<void> {
    await this.#nameserver?.close();
    await this.#disk?.close();
    this.cli.remove();
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #settings(port: number, apiPort = NO_API_PORT): Settings {
    const settings = settingsAt(new ApiWorld(), apiPort);
    const policy = {
      ...settings.policy,
      endpoints: [endpoint(NAME), endpoint(nameOf(`www.${ZONE}`))],
    };
    const dns = { ...settings.dns, listen: [{ address: "127.0.0.1", port }] };
    return { ...settings, policy, dns };
  }
}

function endpoint(name: Name): EndpointPolicy {
  return {
    ...{ name, zone: ZONE, poolIds: ["ddb"], types: ["A"], ttlSeconds: 5, answers: "all" },
    ...{ floor: 1, velocity: { fractionMax: 1, windowMs: 1000 } },
  };
}

/** Runs a test with a nameserver, and nothing else, that is gone afterwards. */
export async function withNameserver(test: (world: DirectWorld) => Promise<void>): Promise<void> {
  const world = new DirectWorld();
  try {
    await world.start();
    await test(world);
  } finally {
    await world.close();
  }
}
