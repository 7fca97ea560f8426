import type { Chance, Clock, Log, SocketAddress } from "../../base/index.ts";
import { Opcode, Rcode, RRType, UDP_PAYLOAD_OCTETS } from "../../dns/index.ts";
import {
  type DatagramAnswerer,
  HAND_OVER,
  HEADER_OCTETS,
  NO_REPLY,
  type PacketMemory,
} from "../../packet/index.ts";
import { Counters } from "../counters.ts";
import { handleRequest, type RequestParts } from "../requests.ts";
import type { Words } from "../zone/arenaLayout.ts";
import { pin, unpin } from "../zone/arenaReader.ts";
import type { ArenaZones } from "../zone/arenaZones.ts";
import { AskedTable } from "./askedTable.ts";
import { FastChance } from "./fastChance.ts";
import { FastPath, GENERAL, NO_DATA, POSITIVE, type ReplyKind } from "./fastPath.ts";
import { RateLimiter, type RateVerdict, SEND, SLIP, WITHHOLD } from "./rateLimiter.ts";
import { kindOf, questionEnd, rcodeOf, subjectOf } from "./replyOctets.ts";
import { ReplyOptions } from "./replyOptions.ts";
import type { ServePlan } from "./servePlan.ts";
import {
  CLIENT_COOKIE,
  type CookieState,
  NO_COOKIE,
  ServerCookies,
  VALID_COOKIE,
} from "./serverCookies.ts";
import { COUNT, ThreadCounters } from "./threadCounters.ts";

/** Parts of one thread's serving. */
export interface DatagramParts {
  readonly plan: ServePlan;
  /** Which of the plan's counters are this thread's. */
  readonly thread: number;
  /** Which of the arena's readers this thread is. */
  readonly reader: number;
  readonly packets: PacketMemory;
  /** Words of an address: one, or four for IPv6. */
  readonly addressWords: 1 | 4;
  /** What the general path reads: the same arena. */
  readonly zones: ArenaZones;
  /** Who sent the message in a slot, asked only where the fast path does not answer. */
  readonly sourceOf: (slot: number) => SocketAddress;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly log: Log;
}

/**
 * Answers datagrams in the memory that they came in: the fast path where it can, the same answers
 * as over TCP where it cannot, and rate limits and counts for both. Between begin() and end() it
 * serves one version of all zones; no message can stop the others.
 */
export class DatagramServer implements DatagramAnswerer {
  readonly counters: ThreadCounters;
  readonly #parts: DatagramParts;
  readonly #words: Words;
  readonly #cookies: ServerCookies;
  readonly #fast: FastPath;
  readonly #limiter: RateLimiter;
  readonly #asked: AskedTable;
  readonly #requests: RequestParts;
  #asksForKey = false;
  /** Nothing of this batch was noted yet. */
  #isFirst = true;
  #unsent = 0;

  constructor(parts: DatagramParts) {
    const { plan, packets, addressWords, clock, log, zones } = parts;
    this.#parts = parts;
    this.#words = new Int32Array(plan.arena);
    this.counters = new ThreadCounters(plan.counters, parts.thread);
    const cookies = new ServerCookies(plan.cookies, addressWords);
    this.#cookies = cookies;
    const chance = new FastChance(parts.chance);
    this.#fast = new FastPath({ words: this.#words, packets, cookies, chance, nsid: plan.nsid });
    this.#limiter = new RateLimiter(plan.rateLimit, addressWords);
    const asked = new AskedTable(plan.asked, plan.startedMs);
    this.#asked = asked;
    this.#requests = {
      zones,
      // A signature is for the main thread, which has the keys.
      keyFor: () => {
        this.#asksForKey = true;
        return undefined;
      },
      rightsOf: neverAsked,
      update: neverAsked,
      options: new ReplyOptions(plan),
      asked: { sinceMs: plan.startedMs, note: (name) => asked.noteName(name) },
      counters: new Counters(),
      clock,
      chance,
      log,
    };
  }

  /** Begins a batch: what follows is answered from the newest version. */
  begin(): void {
    const { clock, reader, zones } = this.#parts;
    const wallMs = clock.wallMs();
    this.#cookies.begin(Math.floor(wallMs / 1000));
    this.#asked.at(wallMs);
    this.#isFirst = true;
    this.#limiter.begin(clock.monotonicMs());
    const root = pin(this.#words, reader);
    this.#fast.use(root);
    zones.root = root;
  }

  /** Ends a batch. Before every wait: memory of older versions comes back only then. */
  end(): void {
    unpin(this.#words, this.#parts.reader);
  }

  /**
   * Answers the message of `length` octets at octet `at`, a multiple of four, in slot `slot`; its
   * sender's address is at word `addressAt`. Returns the reply's octets, which stand where the
   * message stood, or {@link NO_REPLY}, or {@link HAND_OVER}.
   */
  answer(slot: number, at: number, length: number, addressAt: number): number {
    const { counters } = this;
    counters.add(COUNT.received);
    try {
      const octets = this.#fast.answer(at, length, addressAt);
      if (octets === GENERAL) return this.#general(slot, at, length, addressAt);
      if (this.#isFirst) this.#noteAsked();
      return this.#judged(octets, addressAt);
    } catch (error) {
      counters.add(COUNT.faults);
      return this.#fault(at, length, error);
    }
  }

  /** A message of which only the beginning is there: the sender may try again by TCP. */
  answerCut(at: number): number {
    this.counters.add(COUNT.received);
    return this.#bare(at, HEADER_OCTETS, HEADER_OCTETS, Rcode.NOERROR, true);
  }

  /** Notes that too many messages wait for the main thread. */
  countHandOverFull(): void {
    this.counters.add(COUNT.handOverFull);
  }

  /** Notes how many replies the system has not taken so far. */
  countUnsent(total: number): void {
    this.counters.add(COUNT.unsent, total - this.#unsent);
    this.#unsent = total;
  }

  /**
   * One name of each batch is noted: without load that is every one, and under load a batch of
   * many costs no more than a batch of one.
   */
  #noteAsked(): void {
    const { kind, subject } = this.#fast;
    if (kind !== POSITIVE && kind !== NO_DATA) return;
    this.#isFirst = false;
    this.#asked.note(subject);
  }

  /** A reply of the fast path, as far as limits let it go. */
  #judged(octets: number, addressAt: number): number {
    const fast = this.#fast;
    const verdict = this.#judge(addressAt, fast.kind, fast.subject);
    if (verdict === WITHHOLD) return NO_REPLY;
    if (verdict === SLIP) return this.#slipped();
    if (fast.isTruncated) this.counters.add(COUNT.truncated);
    this.counters.response(fast.rcode);
    return octets;
  }

  /** Whoever shows a right cookie is who they say, and is told all they ask. */
  #judge(addressAt: number, kind: ReplyKind, subject: number): RateVerdict {
    const { counters } = this;
    const cookie = this.#cookie;
    if (cookie === VALID_COOKIE) {
      counters.add(COUNT.cookiesValid);
      return SEND;
    }
    if (cookie === CLIENT_COOKIE) counters.add(COUNT.cookiesNew);
    const verdict = this.#limiter.judge(this.#parts.packets.words, addressAt, kind, subject);
    if (verdict === WITHHOLD) counters.add(COUNT.limited);
    if (verdict === SLIP) counters.add(COUNT.slipped);
    return verdict;
  }

  get #cookie(): CookieState {
    const fast = this.#fast;
    return fast.isUsual && fast.query.hasEdns ? fast.opt.cookie : NO_COOKIE;
  }

  /** "Use TCP", or to whoever has cookies: "use the one that I give you" (RFC 7873 5.2.3). */
  #slipped(): number {
    const hasCookie = this.#cookie === CLIENT_COOKIE;
    const rcode = hasCookie ? Rcode.BADCOOKIE : Rcode.NOERROR;
    this.counters.response(rcode);
    return this.#fast.empty(rcode, !hasCookie);
  }

  #general(slot: number, at: number, length: number, addressAt: number): number {
    const { counters } = this;
    const { packets, sourceOf } = this.#parts;
    if (isForMain(packets, at, length)) return this.#handOver();
    counters.add(COUNT.general);
    this.#asksForKey = false;
    const message = packets.octets.slice(at, at + length);
    const arrival = { transport: "udp", source: sourceOf(slot) } as const;
    const handled = handleRequest(this.#requests, message, arrival);
    if (this.#asksForKey) return this.#handOver();
    if (handled.kind !== "replied") {
      counters.add(COUNT.dropped);
      return NO_REPLY;
    }
    const { reply } = handled;
    const kind = kindOf(reply);
    const verdict = this.#judge(addressAt, kind, subjectOf(reply, kind));
    if (verdict === WITHHOLD) return NO_REPLY;
    if (verdict === SLIP && this.#fast.isUsual) return this.#slipped();
    packets.octets.set(reply, at);
    if (verdict === SLIP) {
      counters.response(Rcode.NOERROR);
      return this.#bare(at, reply.length, questionEnd(reply), Rcode.NOERROR, true);
    }
    if (((reply[2] ?? 0) & 2) !== 0) counters.add(COUNT.truncated);
    counters.response(rcodeOf(reply));
    return reply.length;
  }

  #handOver(): number {
    this.counters.add(COUNT.handedOver);
    return HAND_OVER;
  }

  /** A bug that one message meets must not stop the answers to all others. */
  #fault(at: number, length: number, error: unknown): number {
    this.#parts.log.error("cannot answer a datagram", { problem: String(error) });
    if (length < HEADER_OCTETS) return NO_REPLY;
    return this.#bare(at, length, HEADER_OCTETS, Rcode.SERVFAIL, false);
  }

  /** Makes the message at `at` a response of its first `end` octets, with no records. */
  #bare(at: number, length: number, end: number, rcode: number, isTruncated: boolean): number {
    const { octets } = this.#parts.packets;
    const third = octets[at + 2] as number;
    if (length < HEADER_OCTETS || (end === HEADER_OCTETS && (third & 0x80) !== 0)) return NO_REPLY;
    octets[at + 2] = 0x80 | (third & 0x79) | (isTruncated ? 2 : 0);
    octets[at + 3] = rcode;
    if (end === HEADER_OCTETS) octets.fill(0, at + 4, at + 6);
    octets.fill(0, at + 6, at + HEADER_OCTETS);
    return end;
  }
}

function neverAsked(): never {
  throw new Error("a thread without keys takes no signed message");
}

/** What only the main thread may answer: it has the keys, and everything that writes. */
function isForMain({ octets }: PacketMemory, at: number, length: number): boolean {
  if (length < HEADER_OCTETS || ((octets[at + 2] as number) & 0x80) !== 0) return false;
  const opcode = ((octets[at + 2] as number) >> 3) & 0xf;
  if (opcode === Opcode.UPDATE || opcode === Opcode.NOTIFY) return true;
  if (length > UDP_PAYLOAD_OCTETS) return true; // believed only where it is signed
  const end = at + length;
  let next = at + HEADER_OCTETS;
  while (next < end && octets[next] !== 0 && (octets[next] as number) < 64) {
    next += 1 + (octets[next] as number);
  }
  const type =
    next + 2 < end ? ((octets[next + 1] as number) << 8) | (octets[next + 2] as number) : 0;
  return type === RRType.AXFR || type === RRType.IXFR;
}
