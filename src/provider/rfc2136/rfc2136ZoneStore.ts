import type { Chance, Clock, Log, SocketAddress, StreamDialer } from "../../base/index.ts";
import {
  type Message,
  makeQuery,
  type Name,
  type RRset,
  RRType,
  type TsigKey,
  UDP_PAYLOAD_OCTETS,
  type Update,
  updateMessage,
} from "../../dns/index.ts";
import {
  type EndpointWrite,
  fenceName,
  type Gate,
  type GateFound,
  gateName,
  type Reading,
  SEED_TEXT,
  seedName,
  type WriteOutcome,
  weightsName,
  type ZoneStore,
  type ZoneStoreAbilities,
} from "../../plan/index.ts";
import { readControlText } from "../controlText.ts";
import { gateFound, readingOf } from "../readingOf.ts";
import { endpointUpdate, gateUpdate, seedUpdate } from "../updateOf.ts";
import { type Answer, readAnswer, readBeside, readOutcome } from "./answers.ts";
import { DnsChannel } from "./dnsChannel.ts";
import { SignedExchange, type SignedReply } from "./signedExchange.ts";

/** Types asked for one by one where a server's ANY cannot be trusted (RFC 8482). */
const TYPES_BY_TYPE: readonly number[] = [
  RRType.A,
  RRType.AAAA,
  RRType.CNAME,
  RRType.TXT,
  RRType.SRV,
  RRType.HTTPS,
];

/** Writes in one commit: each is a message of its own, so this only bounds what may be lost. */
const WRITES_PER_COMMIT_MAX = 64;

/** What the store is made of. */
export interface Rfc2136ZoneStoreOptions {
  readonly id: string;
  readonly server: SocketAddress;
  readonly key: TsigKey;
  /** `embedded`: our own nameserver, with weights, seed marks and rules of its own. */
  readonly kind: "embedded" | "plain";
  /**
   * How all records of a name are read: one signed ANY query, or one query for each type. By
   * default `any` of our nameserver and `by-type` of others.
   */
  readonly wholeReads?: "any" | "by-type";
  readonly dialer: StreamDialer;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly log: Log;
}

/**
 * A zone store reached by DNS alone: UPDATE with prerequisites (RFC 2136), signed queries, TSIG
 * (RFC 8945), over TCP. The same for our own nameserver and for others.
 */
export class Rfc2136ZoneStore implements ZoneStore {
  readonly id: string;
  readonly abilities: ZoneStoreAbilities;
  readonly #channel: DnsChannel;
  readonly #exchange: SignedExchange;
  readonly #recordTypes: readonly number[];
  /** Our nameserver gives fence and weights in the additional section of a signed ANY. */
  readonly #tellsBesides: boolean;
  readonly #listeners: (() => void)[] = [];
  /** The connection over which each zone's seed mark was last read. */
  readonly #seedReadOn = new Map<Name, number>();

  constructor(options: Rfc2136ZoneStoreOptions) {
    const { id, kind, server, dialer, clock, chance, log } = options;
    const isEmbedded = kind === "embedded";
    const wholeReads = options.wholeReads ?? (isEmbedded ? "any" : "by-type");
    this.id = id;
    this.abilities = {
      fencing: "fenced multi-record",
      weightedAnswers: isEmbedded,
      gateIsCondition: true,
      needsSeed: isEmbedded,
      writesPerCommitMax: WRITES_PER_COMMIT_MAX,
    };
    this.#recordTypes = wholeReads === "any" ? [RRType.ANY] : TYPES_BY_TYPE;
    this.#tellsBesides = isEmbedded;
    const onConnected = () => {
      for (const listener of this.#listeners) listener();
    };
    this.#channel = new DnsChannel({ server, dialer, clock, chance, log, onConnected });
    this.#exchange = new SignedExchange(this.#channel, options.key, clock);
  }

  read(_zone: Name, endpoints: readonly Name[]): Promise<readonly Reading[]> {
    return Promise.all(endpoints.map((endpoint) => this.#readOne(endpoint)));
  }

  commit(zone: Name, writes: readonly EndpointWrite[]): Promise<readonly WriteOutcome[]> {
    return Promise.all(writes.map((write) => this.#update(endpointUpdate(zone, write))));
  }

  async readGate(zone: Name): Promise<GateFound> {
    const answer = await this.#query(gateName(zone), RRType.TXT);
    if (answer.kind === "unreadable") return answer;
    return gateFound(rrsetOfType(answer.rrsets, RRType.TXT));
  }

  writeGate(zone: Name, expected: string | undefined, gate: Gate): Promise<WriteOutcome> {
    return this.#update(gateUpdate(zone, expected, gate));
  }

  async readSeed(zone: Name): Promise<"seeded" | "unseeded" | "unknown"> {
    const name = seedName(zone);
    const reply = await this.#exchange.ask((id) => makeQuery(id, name, RRType.TXT));
    const answer = readAnswer(name, reply);
    if (answer.kind === "unreadable" || reply.kind === "failed") return "unknown";
    this.#seedReadOn.set(zone, reply.connection);
    const found = readControlText(rrsetOfType(answer.rrsets, RRType.TXT), "one");
    return found.kind === "text" && found.text === SEED_TEXT ? "seeded" : "unseeded";
  }

  /**
   * Only over the connection over which the mark was found missing: behind another one there may
   * be a server that lost its disk and knows none of what was confirmed.
   */
  async writeSeed(zone: Name, unfenced: readonly Name[]): Promise<WriteOutcome> {
    const onlyOn = this.#seedReadOn.get(zone);
    if (onlyOn === undefined) return { kind: "condition-failed" };
    return this.#update(seedUpdate(zone, unfenced), onlyOn);
  }

  onReconnect(listener: () => void): void {
    this.#listeners.push(listener);
  }

  close(): void {
    this.#listeners.length = 0;
    this.#channel.close();
  }

  async #readOne(endpoint: Name): Promise<Reading> {
    if (!this.#tellsBesides) return this.#readByParts(endpoint);
    const reply = await this.#exchange.ask((id) => makeQuery(id, endpoint, RRType.ANY));
    const answer = readAnswer(endpoint, reply);
    if (answer.kind === "unreadable") {
      return { kind: "unreadable", endpoint, problem: answer.problem };
    }
    const fence = rrsetOfType(readBeside(fenceName(endpoint), reply), RRType.TXT);
    const weights = rrsetOfType(readBeside(weightsName(endpoint), reply), RRType.TXT);
    // Not told besides is not absent: only an answer of its own says that something is not there.
    if (fence === undefined || weights === undefined) return this.#readByParts(endpoint);
    return readingOf(endpoint, { fence, weights, records: answer.rrsets });
  }

  // The fence is asked for first: where a write comes between, the fence read is the older one, and
  // a write on its condition fails rather than repairs what was never wrong.
  async #readByParts(endpoint: Name): Promise<Reading> {
    const [fence, weights, ...records] = await Promise.all([
      this.#query(fenceName(endpoint), RRType.TXT),
      this.#query(weightsName(endpoint), RRType.TXT),
      ...this.#recordTypes.map((type) => this.#query(endpoint, type)),
    ]);
    const answers = [fence, weights, ...records];
    const broken = answers.find((answer) => answer.kind === "unreadable");
    if (broken?.kind === "unreadable") {
      return { kind: "unreadable", endpoint, problem: broken.problem };
    }
    if (rrsetOfType(heldOf(fence), RRType.CNAME) !== undefined) {
      const problem = `${fenceName(endpoint)} is an alias: a fence cannot be there`;
      return { kind: "unreadable", endpoint, problem };
    }
    // A CNAME answers every question, and counts once.
    const byType = new Map(records.flatMap(heldOf).map((rrset) => [rrset.type, rrset]));
    return readingOf(endpoint, {
      fence: rrsetOfType(heldOf(fence), RRType.TXT),
      weights: rrsetOfType(heldOf(weights), RRType.TXT),
      records: [...byType.values()],
    });
  }

  async #query(name: Name, type: number): Promise<Answer> {
    return readAnswer(name, await this.#exchange.ask((id) => makeQuery(id, name, type)));
  }

  async #update(update: Update, onlyOn?: number): Promise<WriteOutcome> {
    const reply: SignedReply = await this.#exchange.ask(
      (id) => withEdns(updateMessage(id, update)),
      onlyOn,
    );
    return readOutcome(reply);
  }
}

/** With EDNS a server may say in words why it refuses (RFC 8914). */
function withEdns(message: Message): Message {
  const edns = { udpPayloadSize: UDP_PAYLOAD_OCTETS, version: 0, dnssecOk: false, options: [] };
  return { ...message, edns };
}

function heldOf(answer: Answer): readonly RRset[] {
  return answer.kind === "held" ? answer.rrsets : [];
}

function rrsetOfType(rrsets: readonly RRset[], type: number): RRset | undefined {
  return rrsets.find((rrset) => rrset.type === type);
}
