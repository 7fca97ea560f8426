import type { Chance, Clock } from "../../base/index.ts";
import {
  type DecodedMessage,
  decodeMessage,
  encodeMessage,
  MESSAGE_OCTETS_MAX,
  type Message,
  makeResponse,
  type Name,
  Opcode,
  type Question,
  Rcode,
  RRClass,
  RRType,
  UDP_OCTETS_MIN,
  UDP_PAYLOAD_OCTETS,
} from "../../dns/index.ts";
import type { GuardReply } from "../machine/guard.ts";
import type { GuardEvent, HeldName } from "../machine/guardEvent.ts";
import type { GuardPolicy } from "../machine/policy.ts";
import type { Prover } from "../machine/ports.ts";
import type { StubParts } from "../upstream/stubUpstream.ts";
import { type ForwarderCounts, newCounts } from "./counts.ts";
import { Lane } from "./lane.ts";
import { localAnswer } from "./localNames.ts";
import { MessageCache } from "./messageCache.ts";
import { responseOf, type Told } from "./told.ts";

/** Ports and settings of a {@link Forwarder}. */
export interface ForwarderParts {
  readonly clock: Clock;
  readonly chance: Chance;
  /** Who is asked, and how. */
  readonly stub: Omit<StubParts, "flags" | "heard" | "clock">;
  readonly prover: Prover;
  readonly policyFor: (name: string) => GuardPolicy;
  readonly report: (event: GuardEvent) => void;
  /** Memory for what is remembered, in octets, estimated. At least {@link CACHE_OCTETS_MIN}. */
  readonly cacheOctetsMax: number;
}

type Decoded = Extract<DecodedMessage, { readonly kind: "message" }>;

/** How a query came. */
export type Way = "udp" | "tcp";

/** The least memory that a forwarder works with. */
export const CACHE_OCTETS_MIN = 2 ** 20;
/** Queries that wait for an upstream; more are dropped, and their clients ask again. */
const WAITING_MAX = 4096;
/** What the machine remembers of one name and type, in octets, rounded up: 700 were measured. */
const ENTRY_OCTETS = 1000;
/** Of the memory: for whole messages; the rest is what machines remember. */
const MESSAGES_PART = 0.6;

/** Answers clients, from what is remembered or from upstreams. */
export class Forwarder {
  readonly counts: ForwarderCounts = newCounts();
  readonly cache: MessageCache;
  readonly #addresses: Lane;
  readonly #others: Lane;
  readonly #unchecked: Lane;
  #identity: string;
  #waiting = 0;

  constructor(parts: ForwarderParts) {
    const { cacheOctetsMax, policyFor } = parts;
    const cache = new MessageCache(Math.floor(cacheOctetsMax * MESSAGES_PART));
    const entries = Math.floor((cacheOctetsMax * (1 - MESSAGES_PART)) / ENTRY_OCTETS);
    const isServed = (name: Name): boolean => this.guard.hasAddresses(name);
    const base = { ...parts, cache, isServed, noteHeard: () => this.#noteHeard() };
    const checked = { dnssecOk: true, cd: false };
    const plain = (name: string): GuardPolicy => ({ ...policyFor(name), isGuarded: false });
    this.cache = cache;
    this.#addresses = new Lane({
      ...base,
      ...{ id: "a", flags: checked, hasAddresses: true },
      entriesMax: Math.ceil(entries * 0.7),
    });
    this.#others = new Lane({
      ...base,
      ...{ id: "o", flags: checked, hasAddresses: false, policyFor: plain },
      entriesMax: Math.ceil(entries * 0.25),
    });
    this.#unchecked = new Lane({
      ...base,
      ...{ id: "c", flags: { dnssecOk: true, cd: true }, hasAddresses: false },
      isServed: () => false,
      // The upstream's truth: whoever validates for himself gets nothing stale, and nothing held.
      policyFor: (name) => ({ ...plain(name), staleMsMax: 0, failureBackOffMs: 1000 }),
      entriesMax: Math.ceil(entries * 0.05),
    });
    this.#identity = this.#addresses.identity;
  }

  /** The machine that holds on to addresses: its memory may be kept over a restart. */
  get guard(): Lane["guard"] {
    return this.#addresses.guard;
  }

  /** Names that are being held up now. */
  held(): readonly HeldName[] {
    return this.guard.held();
  }

  /** Names and types remembered, of all kinds. */
  get entries(): number {
    return [this.#addresses, this.#others, this.#unchecked].reduce((sum, { guard }) => {
      return sum + guard.size;
    }, 0);
  }

  /** Queries that wait for an upstream now. */
  get waiting(): number {
    return this.#waiting;
  }

  close(): void {
    for (const { guard } of [this.#addresses, this.#others, this.#unchecked]) guard.close();
    this.cache.clear();
  }

  /**
   * Takes one message of a client; `reply` is called once, now or later. False where it is dropped:
   * then `reply` is not called. Never throws.
   */
  receive(bytes: Uint8Array, way: Way, reply: (bytes: Uint8Array) => void): boolean {
    this.counts[way] += 1;
    const decoded = decodeMessage(bytes);
    const isQuery = decoded.kind === "message" ? !decoded.message.qr : decoded.header?.qr === false;
    const isRoom = this.#waiting < WAITING_MAX;
    if (!isQuery || !isRoom) this.counts.dropped += 1;
    else if (decoded.kind === "message") this.#receive(decoded, way, reply);
    else if (decoded.header !== undefined) {
      const { header, asked } = decoded;
      const question = asked?.question ?? [];
      this.#refuse({ ...header, question }, Rcode.FORMERR, asked?.questionWire, reply);
    }
    return isQuery && isRoom;
  }

  #receive(decoded: Decoded, way: Way, reply: (bytes: Uint8Array) => void): void {
    const { message: query, questionWire, tsig } = decoded;
    const [question] = query.question;
    const refusal = tsig === undefined ? refusalOf(query) : Rcode.REFUSED;
    if (refusal !== undefined || question === undefined) {
      const echoed = query.question.length === 1 ? questionWire : undefined;
      this.#refuse(query, refusal ?? Rcode.FORMERR, echoed, reply);
      return;
    }
    const answer = (told: Told): void => {
      const sizeMax = way === "tcp" ? MESSAGE_OCTETS_MAX : udpOctetsMax(query);
      reply(encodeMessage(responseOf(query, told), { sizeMax, questionWire }));
    };
    this.#answer(query, question, answer);
  }

  #answer(query: Message, { name, type }: Question, answer: (told: Told) => void): void {
    const local = localAnswer(name, type);
    if (local !== undefined) {
      this.counts.hits += 1;
      answer(local);
      return;
    }
    this.#noteNetwork();
    const lane = this.#laneOf(query, type);
    const known = lane.guard.lookUpNow(name, type);
    const told = known && lane.told(name, type, known);
    if (known === undefined || told === undefined) {
      this.#answerLater(lane, name, type, answer);
      return;
    }
    this.counts.hits += 1;
    this.#count(known);
    answer(told);
    if (known.kind !== "fresh" || !lane.isDue(name, type, known)) return;
    this.counts.prefetched += 1;
    void lane.guard.refresh(name, type);
  }

  #answerLater(lane: Lane, name: Name, type: number, answer: (told: Told) => void): void {
    this.#waiting += 1;
    void this.#found(lane, name, type).then((told) => {
      this.#waiting -= 1;
      this.counts.misses += 1;
      answer(told);
    });
  }

  async #found(lane: Lane, name: Name, type: number): Promise<Told> {
    const reply = await lane.guard.lookUp(name, type);
    const told = lane.told(name, type, reply);
    if (told !== undefined) {
      this.#count(reply);
      return told;
    }
    // The machine knows it, but its message went for others: it is asked for again.
    await lane.guard.refresh(name, type);
    const again = await lane.guard.lookUp(name, type);
    this.#count(again);
    return lane.told(name, type, again) ?? lane.toldWithout(name, type, again);
  }

  #laneOf(query: Message, type: number): Lane {
    if (query.cd) return this.#unchecked;
    return type === RRType.A || type === RRType.AAAA ? this.#addresses : this.#others;
  }

  #count({ kind }: GuardReply): void {
    if (kind === "stale" || kind === "held" || kind === "failed") this.counts[kind] += 1;
  }

  #noteHeard(): void {
    this.counts.heard += 1;
  }

  /** What was heard in one network is not told in another. */
  #noteNetwork(): void {
    const { identity } = this.#addresses;
    if (identity === this.#identity) return;
    this.#identity = identity;
    this.cache.clear();
  }

  #refuse(
    query: Parameters<typeof makeResponse>[0],
    rcode: number,
    questionWire: Uint8Array | undefined,
    reply: (bytes: Uint8Array) => void,
  ): void {
    this.counts.refused += 1;
    const response = { ...makeResponse(query, rcode), ra: true };
    const echoed = questionWire === undefined ? {} : { questionWire };
    reply(encodeMessage(response, echoed));
  }
}

/** Transfers, and whatever else is no question for data (RFC 6895 section 3.1). */
const QUERY_TYPES_MIN = 249;
const ANY = 255;

/** The RCODE for a query that is not answered; undefined for one that is. */
function refusalOf({ opcode, question, edns, rd }: Message): number | undefined {
  if (opcode !== Opcode.QUERY) return Rcode.NOTIMP;
  const [only] = question;
  if (only === undefined || question.length > 1) return Rcode.FORMERR;
  if (edns !== undefined && edns.version > 0) return Rcode.BADVERS;
  const isMeta = only.type >= QUERY_TYPES_MIN && only.type < ANY;
  const isNone = only.type === 0 || only.type === RRType.OPT;
  // Without RD it is asked for what is remembered alone: nobody's business (cache snooping).
  if (!rd || only.class !== RRClass.IN || isMeta || isNone) return Rcode.REFUSED;
  return undefined;
}

/** As the client can take, but no more than fits one packet on any path. */
function udpOctetsMax({ edns }: Message): number {
  const wanted = edns?.udpPayloadSize ?? UDP_OCTETS_MIN;
  return Math.min(Math.max(wanted, UDP_OCTETS_MIN), UDP_PAYLOAD_OCTETS);
}
