// The nameserver that ships, by itself: real messages in octets, simulated clock, disk and network.
import { SILENT_LOG, type SocketAddress } from "../../../src/base/index.ts";
import {
  decodeMessage,
  encodeMessage,
  type Message,
  makeQuery,
  type Name,
  nameOf,
  parseRdata,
  type RRset,
  RRType,
} from "../../../src/dns/index.ts";
import {
  editState,
  Nameserver,
  type RateLimit,
  type ZoneSetup,
} from "../../../src/nameserver/index.ts";
import { NodeDnssecCrypto } from "../../../src/net/index.ts";
import { SEED_TEXT, seedName } from "../../../src/plan/index.ts";
import { controlRRset } from "../../../src/provider/controlText.ts";
import { SeededChance } from "../../seededChance.ts";
import { SimClock, settle } from "../../simClock.ts";
import { SimDisk } from "../../simDisk.ts";

export const ZONE = nameOf("use1.example");
export const NAME = nameOf("signin.use1.example");
/** The one address of {@link NAME}. */
export const ADDRESS = "192.0.2.10";

type Receive = (bytes: Uint8Array, from: SocketAddress, reply: (bytes: Uint8Array) => void) => void;

/** What is unusual about it. */
export interface LoneOptions {
  readonly seed: number;
  readonly rateLimit?: RateLimit;
  readonly dnssec?: boolean;
}

/** One nameserver with one zone. */
export class LoneNameserver {
  readonly clock = new SimClock(Date.UTC(2025, 9, 20));
  readonly disk = new SimDisk();
  readonly #options: LoneOptions;
  #receive: Receive = () => {};
  #server: Nameserver | undefined;

  constructor(options: LoneOptions) {
    this.#options = options;
  }

  /** Starts on the disk as it is; a new disk holds no zone that anybody filled. */
  async start(): Promise<void> {
    const { rateLimit, seed } = this.#options;
    this.#server = await Nameserver.start({
      setups: [this.#setup(this.#options.dnssec ?? false)],
      keys: [],
      listen: [{ address: "192.0.2.53", port: 53 }],
      disk: this.disk,
      clock: this.clock,
      chance: new SeededChance(seed),
      log: SILENT_LOG,
      dnssecCrypto: new NodeDnssecCrypto(),
      ...(rateLimit === undefined ? {} : { rateLimit }),
      datagrams: {
        listen: async (local, receive) => {
          this.#receive = receive;
          return { local, close: async () => {} };
        },
      },
      streams: { listen: async (local) => ({ local, close: async () => {} }) },
    });
  }

  async close(): Promise<void> {
    await this.#server?.close();
  }

  /** With the server down: the zone gets its name, its wildcard and its seed mark. */
  async fill(): Promise<void> {
    await editState(this.disk, (editor) => {
      editor.set(ZONE, NAME, [addressRRset(NAME)]);
      const wildcard = nameOf(`*.apps.${ZONE}`);
      editor.set(ZONE, wildcard, [addressRRset(wildcard)]);
      editor.set(ZONE, seedName(ZONE), [controlRRset(seedName(ZONE), SEED_TEXT)]);
    });
  }

  /** Takes another configuration, as a reload does. */
  async wantDnssec(isWanted: boolean): Promise<void> {
    await this.#server?.reload({ setups: [this.#setup(isWanted)], keys: [] });
  }

  /** One question over UDP; undefined where nothing comes back. */
  async ask(name: Name, type: number, from = "198.51.100.7"): Promise<Message | undefined> {
    const query = makeQuery(7, name, type, { udpPayloadSize: 1232, dnssecOk: true });
    const replies: Uint8Array[] = [];
    const asker = { address: from, port: 5000 };
    this.#receive(encodeMessage(query), asker, (bytes) => void replies.push(bytes));
    for (let turn = 0; turn < 3 && replies.length === 0; turn += 1) await settle();
    const [reply] = replies;
    const decoded = reply === undefined ? undefined : decodeMessage(reply);
    return decoded?.kind === "message" ? decoded.message : undefined;
  }

  #setup(dnssec: boolean): ZoneSetup {
    const primary = nameOf(`ns1.${ZONE}`);
    return {
      name: ZONE,
      primary,
      hostmaster: nameOf(`hostmaster.${ZONE}`),
      nameservers: [{ name: primary, addresses: ["192.0.2.53"] }],
      negativeTtlSeconds: 5,
      apexTtlSeconds: 30,
      dnssec,
    };
  }
}

function addressRRset(name: Name): RRset {
  const parsed = parseRdata(RRType.A, ADDRESS);
  const rdata = parsed.kind === "parsed" ? [parsed.rdata] : [];
  return { name, type: RRType.A, ttlSeconds: 60, rdata };
}
