// The shipped code of guard, on the ports of a simulated machine.
import type { Chance, Clock } from "../../src/base/index.ts";
import type { Message } from "../../src/dns/index.ts";
import {
  decodeMessage,
  encodeMessage,
  extendedErrors,
  makeQuery,
  nameOf,
  rdataText,
} from "../../src/dns/index.ts";
import { Forwarder } from "../../src/guard/forwarder/forwarder.ts";
import { AddressProver, type Attempt } from "../../src/guard/library/addressProver.ts";
import { memoryText, takeUp } from "../../src/guard/library/memoryFile.ts";
import { TriedAddresses } from "../../src/guard/library/publicAddress.ts";
import { Guard } from "../../src/guard/machine/guard.ts";
import type { ProofOutcome } from "../../src/guard/machine/outcome.ts";
import { Exchange, type UpstreamServer } from "../../src/guard/upstream/exchange.ts";
import { StubUpstream } from "../../src/guard/upstream/stubUpstream.ts";
import type { Scene } from "./scene.ts";
import { SERVERS, type Wire } from "./wire.ts";

/** What an application gets. */
export interface Given {
  readonly values: readonly string[];
  readonly ttlSeconds: number;
  readonly word: string;
}

/** Whoever looks on. */
export interface Onlookers {
  /** A question begins; gives what is told how it ended. */
  asks(server: number, name: string, type: number): (message: Message | undefined) => void;
  /** Proofs of a name begin; gives what is told what they came to. */
  proves(name: string, addresses: readonly string[]): Proving;
  readonly attempt: Attempt;
  readonly network: () => string;
  /** Something happened that is to be in the memory's file at once. */
  readonly isNews: () => void;
}

/** What is told how proofs go on. */
export interface Proving {
  readonly began: () => void;
  readonly ended: (outcome: ProofOutcome) => void;
}

const PORT = 53;
const QUERY = { rd: true, udpPayloadSize: 1232 };
/** Memory of the forwarder: the least. */
const CACHE_OCTETS = 2 ** 20;

/** One life of the process that looks names up. */
export class GuardProcess {
  readonly #clock: Clock;
  readonly #guard: Guard;
  readonly #forwarder: Forwarder | undefined;
  #id = 0;

  constructor(scene: Scene, clock: Clock, wire: Wire, chance: Chance, on: Onlookers) {
    this.#clock = clock;
    const { policy, mixesCase, entriesMax, tryingMax } = scene;
    const exchange = new Exchange({
      ...{ datagrams: wire, streams: wire, secureStreams: () => wire },
      ...{ clock, chance, mixesCase, decode: decodeMessage },
    });
    const watched: Pick<Exchange, "ask"> = {
      ask: async (server, name, type, timeoutMs, flags) => {
        const end = on.asks(placeOf(server), name, type);
        const exchanged = await exchange.ask(server, name, type, timeoutMs, flags);
        end(exchanged.kind === "answered" ? exchanged.message : undefined);
        return exchanged;
      },
    };
    const stub = {
      exchange: watched,
      servers: () => SERVERS.map((address) => ({ address, port: PORT })),
      network: on.network,
      isTrusted: (server: UpstreamServer) => scene.trusted[placeOf(server)] === true,
    };
    const settingsFor = () => ({ proof: scene.proof, port: 443 });
    const tried = new TriedAddresses(scene.allowNetworks);
    const addresses = new AddressProver({ settingsFor, tried, attempt: on.attempt, tryingMax });
    const prover = {
      prove: async (name: string, values: readonly string[], began: () => boolean) => {
        const proving = on.proves(name, values);
        const outcome = await addresses.prove(name, values, () => {
          proving.began();
          return began();
        });
        proving.ended(outcome);
        return outcome;
      },
    };
    const common = { clock, chance, prover, policyFor: () => policy, report: on.isNews };
    if (scene.front === "forwarder") {
      this.#forwarder = new Forwarder({ ...common, stub, cacheOctetsMax: CACHE_OCTETS });
      this.#guard = this.#forwarder.guard;
    } else {
      const upstream = new StubUpstream({ ...stub, clock });
      this.#guard = new Guard({ ...common, upstream, entriesMax });
    }
  }

  /** Names and types remembered. */
  get size(): number {
    return this.#guard.size;
  }

  lookUp(name: string, type: number): Promise<Given> {
    return this.#forwarder === undefined
      ? this.#ask(name, type)
      : this.#query(this.#forwarder, name, type);
  }

  /** The application's own connection was the service. */
  proven(name: string, address: string): void {
    this.#guard.proven(name, address);
  }

  memory(): string {
    return memoryText(this.#guard, this.#times);
  }

  restore(text: string): void {
    takeUp(text, this.#guard, this.#times);
  }

  end(): void {
    if (this.#forwarder === undefined) this.#guard.close();
    else this.#forwarder.close();
  }

  get #times() {
    return { monotonicMs: this.#clock.monotonicMs(), wallMs: this.#clock.wallMs() };
  }

  async #ask(name: string, type: number): Promise<Given> {
    const reply = await this.#guard.lookUp(name, type);
    const { kind } = reply;
    if (!("values" in reply)) return { values: [], ttlSeconds: 0, word: kind };
    return { values: reply.values, ttlSeconds: reply.ttlSeconds, word: kind };
  }

  #query(forwarder: Forwarder, name: string, type: number): Promise<Given> {
    this.#id = (this.#id + 1) & 0xffff;
    const query = encodeMessage(makeQuery(this.#id, nameOf(name), type, QUERY));
    return new Promise((resolve) => {
      const isTaken = forwarder.receive(query, "udp", (bytes) => resolve(givenBy(bytes, type)));
      if (!isTaken) resolve({ values: [], ttlSeconds: 0, word: "dropped" });
    });
  }
}

function givenBy(bytes: Uint8Array, type: number): Given {
  const decoded = decodeMessage(bytes);
  if (decoded.kind === "malformed") throw new Error(decoded.problem);
  const { message } = decoded;
  const records = message.answer.filter((record) => record.type === type);
  const values = records.map(({ rdata }) => rdataText(type, rdata));
  const ttlSeconds = Math.min(...message.answer.map((record) => record.ttlSeconds));
  const [error] = extendedErrors(message);
  const word =
    error?.text === undefined || error.text === "" ? `rcode ${message.rcode}` : error.text;
  return { values, ttlSeconds: values.length === 0 ? 0 : ttlSeconds, word };
}

function placeOf({ address }: UpstreamServer): number {
  return Math.max(0, SERVERS.indexOf(address));
}
