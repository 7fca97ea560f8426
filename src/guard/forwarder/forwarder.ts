import type { CancelWake, Chance, Clock } from "../../base/index.ts";
import {
  type DecodedMessage,
  decodeMessage,
  encodeMessage,
  MESSAGE_OCTETS_MAX,
  type Message,
  makeResponse,
  type Name,
  Opcode,
  parseName,
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
import { AnswerTable, TABLE_OCTETS_MIN } from "./fast/answerTable.ts";
import { type AnswerKey, HITS_TOLD } from "./fast/tableLayout.ts";
import { wireAnswer } from "./fast/wireAnswer.ts";
import { Lane } from "./lane.ts";
import { localAnswer } from "./localNames.ts";
import { MessageCache } from "./messageCache.ts";
import { responseOf, type Told } from "./told.ts";
import { WaitingRoom } from "./waitingRoom.ts";

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
  /**
   * The clock of other threads, which answer from a table of ready answers: part of the memory is
   * its. Absent: there are none. It may stand still while the machine sleeps.
   */
  readonly threadClock?: Clock;
}

interface Found {
  readonly told: Told;
  readonly reply: GuardReply;
}

type Decoded = Extract<DecodedMessage, { readonly kind: "message" }>;

/** How a query came. */
export type Way = "udp" | "tcp";

/** The least memory that a forwarder works with. */
export const CACHE_OCTETS_MIN = 2 ** 20;
/** What the machine remembers of one name and type, in octets, rounded up: 700 were measured. */
const ENTRY_OCTETS = 1000;
/** Of the memory: for what threads answer from, where there are any; of the rest, for messages. */
const TABLE_PART = 0.15;
const MESSAGES_PART = 0.35;
/** How soon a change of the network, or a sleep, is noticed while threads answer all. */
const LOOK_MS = 1000;
/** Two clocks are never read at quite the same time. */
const SLEEP_MS_MIN = 1000;
/** An answer that is often given is to be heard of this often: what is never asked for goes. */
const HEARD_OF_MS = 5 * 60_000;

/** Answers clients, from what is remembered or from upstreams. */
export class Forwarder {
  readonly counts: ForwarderCounts = newCounts();
  readonly cache: MessageCache;
  /** What threads answer from by themselves; undefined where there are none. */
  readonly table: AnswerTable | undefined;
  readonly #clock: Clock;
  readonly #threadClock: Clock;
  #cancelLook: CancelWake = () => {};
  readonly #addresses: Lane;
  readonly #others: Lane;
  readonly #unchecked: Lane;
  #identity: string;
  /** Of the threads' clock before this one: less after a sleep. */
  #shiftMs: number;
  readonly #waiting = new WaitingRoom();

  constructor(parts: ForwarderParts) {
    const { clock, policyFor, threadClock } = parts;
    const hasThreads = threadClock !== undefined;
    const tableOctets = hasThreads ? Math.floor(parts.cacheOctetsMax * TABLE_PART) : 0;
    const octets = parts.cacheOctetsMax - tableOctets;
    const cache = new MessageCache(Math.floor(octets * MESSAGES_PART));
    const entries = Math.floor((octets * (1 - MESSAGES_PART)) / ENTRY_OCTETS);
    const table = hasThreads ? new AnswerTable(Math.max(tableOctets, TABLE_OCTETS_MIN)) : undefined;
    // Whatever is believed of a name now, threads must not say what was believed before.
    const changed = (name: string): void => {
      const parsed = parseName(name);
      if (parsed.kind === "parsed") table?.forget(parsed.name);
    };
    const isServed = (name: Name): boolean => this.guard.hasAddresses(name);
    const base = { ...parts, cache, isServed, changed, noteHeard: () => this.#noteHeard() };
    const checked = { dnssecOk: true, cd: false };
    const plain = (name: string): GuardPolicy => ({ ...policyFor(name), isGuarded: false });
    this.cache = cache;
    this.table = table;
    this.#clock = clock;
    this.#threadClock = threadClock ?? clock;
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
    this.#shiftMs = this.#threadClock.monotonicMs() - clock.monotonicMs();
    if (table !== undefined) this.#lookLater();
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
    return this.#waiting.size;
  }

  /** Names are guarded otherwise from now on: nobody answers by what was decided before. */
  rulesChanged(): void {
    this.table?.clear();
  }

  close(): void {
    this.#cancelLook();
    this.table?.clear();
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
    let isTaken = false;
    if (decoded.kind === "message") {
      isTaken = !decoded.message.qr && this.#receive(decoded, way, reply);
    } else if (decoded.header?.qr === false) {
      const { header, asked } = decoded;
      const question = asked?.question ?? [];
      isTaken = this.#refuse({ ...header, question }, Rcode.FORMERR, asked?.questionWire, reply);
    }
    if (!isTaken) this.counts.dropped += 1;
    return isTaken;
  }

  #receive(decoded: Decoded, way: Way, reply: (bytes: Uint8Array) => void): boolean {
    const { message: query, questionWire, tsig } = decoded;
    const [question] = query.question;
    const refusal = tsig === undefined ? refusalOf(query) : Rcode.REFUSED;
    if (refusal !== undefined || question === undefined) {
      const echoed = query.question.length === 1 ? questionWire : undefined;
      return this.#refuse(query, refusal ?? Rcode.FORMERR, echoed, reply);
    }
    const answer = (told: Told): void => {
      const sizeMax = way === "tcp" ? MESSAGE_OCTETS_MAX : udpOctetsMax(query);
      reply(encodeMessage(responseOf(query, told), { sizeMax, questionWire }));
    };
    return this.#answer(query, question, answer);
  }

  /** Whether there is, or will be, an answer: only so many may wait for one. */
  #answer(query: Message, question: Question, answer: (told: Told) => void): boolean {
    const { name, type } = question;
    const local = localAnswer(name, type);
    if (local !== undefined) {
      this.counts.hits += 1;
      answer(local);
      return true;
    }
    this.#noteNetwork();
    const lane = this.#laneOf(query, type);
    const known = lane.guard.lookUpNow(name, type);
    const told = known && lane.told(name, type, known);
    if (known === undefined || told === undefined) {
      return this.#answerLater(lane, query, question, answer);
    }
    this.counts.hits += 1;
    this.#count(known);
    answer(told);
    const hits = this.#hitsOf(query, question);
    if (known.kind === "fresh" && lane.isDue(name, type, known, 1 + (hits ?? 0))) {
      this.counts.prefetched += 1;
      void lane.guard.refresh(name, type);
    } else if (hits === undefined || hits === HITS_TOLD) this.#offer(lane, query, question, known);
    return true;
  }

  #answerLater(
    lane: Lane,
    query: Message,
    question: Question,
    answer: (told: Told) => void,
  ): boolean {
    const { name, type } = question;
    if (!this.#waiting.begin(name)) return false;
    void this.#found(lane, name, type).then(({ told, reply }) => {
      this.#waiting.end(name);
      this.counts.misses += 1;
      answer(told);
      const isLasting = reply.kind === "fresh" || reply.kind === "denied";
      if (this.table === undefined || !isLasting || reply.ttlSeconds === 0) return;
      // As it is now, a moment later.
      const known = lane.guard.lookUpNow(name, type);
      if (known !== undefined) this.#offer(lane, query, question, known);
    });
    return true;
  }

  /** Times that threads gave this answer since it was put there, as far as they count. */
  #hitsOf(query: Message, { name, type }: Question): number | undefined {
    return this.table?.hits(name, keyOf(query, type), this.#threadClock.monotonicMs());
  }

  /** Puts into the table what threads may say by themselves from now on. */
  #offer(lane: Lane, query: Message, { name, type }: Question, known: GuardReply): void {
    const lasting = this.table === undefined ? undefined : lane.lasting(name, type, known);
    if (lasting === undefined) return;
    const key = keyOf(query, type);
    const wire = wireAnswer(name, key, lasting.told);
    if (wire === undefined) return;
    const shiftMs = this.#noteSleep();
    const nowMs = this.#clock.monotonicMs() + shiftMs;
    const dueMs = Math.min(lasting.dueMs + shiftMs, nowMs + HEARD_OF_MS);
    const [atMs, endsMs] = [lasting.atMs + shiftMs, lasting.endsMs + shiftMs];
    this.table?.put(name, key, wire, { atMs, endsMs, dueMs });
  }

  async #found(lane: Lane, name: Name, type: number): Promise<Found> {
    const reply = await lane.guard.lookUp(name, type);
    const told = lane.told(name, type, reply);
    if (told !== undefined) {
      this.#count(reply);
      return { told, reply };
    }
    // The machine knows it, but its message went for others: it is asked for again.
    await lane.guard.refresh(name, type);
    const again = await lane.guard.lookUp(name, type);
    this.#count(again);
    const said = lane.told(name, type, again) ?? lane.toldWithout(name, type, again);
    return { told: said, reply: again };
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
    this.table?.clear();
  }

  /**
   * The machine slept: what is in the table is older than threads think, and so is what was put
   * there since it woke and before that was noticed. Gives how far their clock is ahead.
   */
  #noteSleep(): number {
    const shiftMs = this.#threadClock.monotonicMs() - this.#clock.monotonicMs();
    if (Math.abs(shiftMs - this.#shiftMs) >= SLEEP_MS_MIN) this.table?.clear();
    this.#shiftMs = shiftMs;
    return shiftMs;
  }

  #lookLater(): void {
    this.#cancelLook = this.#clock.wakeAfter(LOOK_MS, () => {
      this.#noteNetwork();
      this.#noteSleep();
      this.#lookLater();
    });
  }

  #refuse(
    query: Parameters<typeof makeResponse>[0],
    rcode: number,
    questionWire: Uint8Array | undefined,
    reply: (bytes: Uint8Array) => void,
  ): true {
    this.counts.refused += 1;
    const response = { ...makeResponse(query, rcode), ra: true };
    const echoed = questionWire === undefined ? {} : { questionWire };
    reply(encodeMessage(response, echoed));
    return true;
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

/** What tells answers of a name apart. */
function keyOf({ edns, cd }: Message, type: number): AnswerKey {
  return { type, dnssecOk: edns?.dnssecOk ?? false, cd };
}

/** As the client can take, but no more than fits one packet on any path. */
function udpOctetsMax({ edns }: Message): number {
  const wanted = edns?.udpPayloadSize ?? UDP_OCTETS_MIN;
  return Math.min(Math.max(wanted, UDP_OCTETS_MIN), UDP_PAYLOAD_OCTETS);
}
