// A forwarder on a simulated clock, in front of a recursive server that says what it is told to.
import assert from "node:assert/strict";
import { SeededChance } from "../../../sim/seededChance.ts";
import { SimClock } from "../../../sim/simClock.ts";
import type { Clock } from "../../base/index.ts";
import {
  decodeMessage,
  encodeMessage,
  extendedErrors,
  type Message,
  makeQuery,
  nameOf,
  parseRdata,
  type ResourceRecord,
  RRType,
} from "../../dns/index.ts";
import type { GuardEvent } from "../machine/guardEvent.ts";
import type { ProofOutcome } from "../machine/outcome.ts";
import { Exchange } from "../upstream/exchange.ts";
import { FakeServer, respond } from "../upstream/fakeServer.suite.ts";
import { Forwarder, type Way } from "./forwarder.ts";
import { type BookedPolicy, DEFAULT_BOOKED } from "./policyBook.ts";

export const HOST = "api.example";

/** A record, its data as in a zone file. */
export function record(
  owner: string,
  type: keyof typeof RRType,
  data: string,
  ttlSeconds = 60,
): ResourceRecord {
  const parsed = parseRdata(RRType[type], data);
  assert.ok(parsed.kind === "parsed", `${type} ${data}`);
  return { name: nameOf(owner), type: RRType[type], class: 1, ttlSeconds, rdata: parsed.rdata };
}

/** The SOA of a denial. */
export function soa(zone: string, minimumSeconds: number): ResourceRecord {
  const data = `ns.${zone}. hostmaster.${zone}. 1 60 60 3600 ${minimumSeconds}`;
  return record(zone, "SOA", data, 3600);
}

export interface AskOptions {
  readonly type?: number;
  readonly dnssecOk?: boolean;
  readonly cd?: boolean;
  readonly ad?: boolean;
  readonly rd?: boolean;
  readonly way?: Way;
  readonly udpPayloadSize?: number;
}

export class ForwarderWorld {
  readonly clock: SimClock;
  readonly server = new FakeServer();
  readonly events: GuardEvent[] = [];
  readonly forwarder: Forwarder;
  network = "home";
  proof: ProofOutcome = { proven: [], disproven: [] };
  policy: BookedPolicy = DEFAULT_BOOKED;
  isTrusted = false;

  /** `ownClock`: what the forwarder goes by; `clock` is what time passes on. */
  constructor(
    cacheOctetsMax = 2 ** 22,
    clock = new SimClock(),
    threadClock?: Clock,
    ownClock: Clock = clock,
  ) {
    const { server } = this;
    this.clock = clock;
    const chance = new SeededChance(11);
    const dialers = { datagrams: server, streams: server, secureStreams: () => server };
    this.forwarder = new Forwarder({
      clock: ownClock,
      chance,
      stub: {
        exchange: new Exchange({
          ...dialers,
          clock,
          chance,
          mixesCase: false,
          decode: decodeMessage,
        }),
        servers: () => [{ address: "192.0.2.53", port: 53 }],
        network: () => this.network,
        isTrusted: () => this.isTrusted,
      },
      prover: { prove: async () => this.proof },
      policyFor: () => this.policy,
      report: (event) => this.events.push(event),
      cacheOctetsMax,
      ...(threadClock === undefined ? {} : { threadClock }),
    });
  }

  /** The server answers so from now on, over UDP and TCP. */
  says(parts: Partial<Message>): void {
    this.server.udp = (query, wire) => [respond(query, wire, parts)];
    this.server.tcp = this.server.udp;
  }

  /** Questions for data that reached the server. */
  get asked(): number {
    return this.server.asked.filter(({ wire }) => !wire.includes(0x5f)).length; // "_holdfast"
  }

  /** Asks, and lets time pass until the response is there. */
  async ask(name = HOST, options: AskOptions = {}): Promise<Message> {
    const { type = RRType.A, way = "udp", cd = false, ad = false, rd = true, ...rest } = options;
    const edns = { udpPayloadSize: 1232, ...rest };
    const query = { ...makeQuery(77, nameOf(name), type, { ...edns, rd }), cd, ad };
    return this.send(encodeMessage(query), way);
  }

  async send(bytes: Uint8Array, way: Way = "udp"): Promise<Message> {
    let reply: Uint8Array | undefined;
    this.forwarder.receive(bytes, way, (octets) => {
      assert.equal(reply, undefined, "one reply to one query");
      reply = octets;
    });
    for (let waits = 0; waits < 400 && reply === undefined; waits += 1) {
      await this.clock.advance(waits < 5 ? 0 : 50);
    }
    assert.ok(reply, "no reply came");
    const decoded = decodeMessage(reply);
    assert.ok(decoded.kind === "message");
    return decoded.message;
  }

  /** Makes the machine see the good answer twice, long enough apart to hold on to it. */
  async seenTwice(parts: Partial<Message>): Promise<void> {
    this.says(parts);
    await this.ask();
    await this.clock.advance(DEFAULT_BOOKED.minAgeMs + 1000);
    await this.ask();
  }
}

/** Addresses and TTLs of an answer, as "192.0.2.1 60". */
export function addresses({ answer }: Message): readonly string[] {
  return answer
    .filter(({ type }) => type === RRType.A)
    .map(({ rdata, ttlSeconds }) => `${rdata.join(".")} ${ttlSeconds}`);
}

/** Extended errors as "3 text". */
export function errorsOf(message: Message): readonly string[] {
  return extendedErrors(message).map(({ code, text }) => `${code} ${text}`);
}
