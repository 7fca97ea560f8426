import type { Clock } from "../../../base/index.ts";
import { UDP_PAYLOAD_OCTETS } from "../../../dns/index.ts";
import {
  copyWords,
  type DatagramAnswerer,
  FastQuery,
  HAND_OVER,
  HEADER_OCTETS,
  hashWords,
  isSameName,
  NO_REPLY,
  OPT_FIXED_OCTETS,
  type OptionReader,
  type PacketMemory,
  packetMemory,
  SharedCounts,
  type ThreadPorts,
  wordsFor,
} from "../../../packet/index.ts";
import { type AnswerPlan, COUNT } from "./answerPlan.ts";
import { ClientFilter } from "./clientFilter.ts";
import { SleepWatch } from "./sleepWatch.ts";
import {
  AT_MS,
  BLOCK_GENERATION,
  BUCKET_MASK,
  BUCKETS,
  CHAIN_MAX,
  COUNTS,
  DUE_MS,
  ENDS_MS,
  EPOCH,
  GENERATION,
  HASH,
  HITS,
  HITS_MAX,
  HITS_TOLD,
  KEY,
  keyOf,
  NAME,
  NEXT,
  READER_WORDS,
  READERS,
  SHAPE,
} from "./tableLayout.ts";

// A header's first word as in memory: two octets of id, QR to RD, RA to RCODE.
const NOT_AD_OR_CD = 0xcfff_0000 | 0;
const RD = 0x0001_0000;
const QR_RA = 0x8080_0000 | 0;
const AD = 0x2000_0000;
const CD = 0x1000_0000;
const OPTION_HEAD_OCTETS = 4;

/**
 * One thread's serving: answers datagrams from the shared table, in the memory that they came in.
 * It decides nothing: what is not there ready, and what it does not understand, is the main
 * thread's.
 */
export class FastAnswers implements DatagramAnswerer {
  readonly #words: Int32Array;
  readonly #doubles: Float64Array;
  readonly #readerAt: number;
  readonly #packets: PacketMemory;
  readonly #query: FastQuery;
  readonly #clients: ClientFilter;
  readonly #counts: SharedCounts;
  readonly #clock: Clock;
  readonly #sleep: SleepWatch;
  #generation = 0;
  #nowMs = 0;
  #unsent = 0;

  constructor(plan: AnswerPlan, { thread, buffer, addressWords, clock }: ThreadPorts) {
    this.#words = new Int32Array(plan.table);
    this.#doubles = new Float64Array(plan.table, 0, this.#words.length >> 1);
    this.#readerAt = READERS + thread * READER_WORDS;
    this.#packets = packetMemory(buffer);
    this.#query = new FastQuery(this.#packets, new OptionWalk(this.#packets));
    this.#clients = new ClientFilter(plan.allowed, addressWords);
    this.#counts = new SharedCounts(plan.counts, thread);
    this.#clock = clock;
    this.#sleep = new SleepWatch(clock);
  }

  begin(): void {
    const words = this.#words;
    Atomics.store(words, this.#readerAt, Atomics.load(words, EPOCH));
    // Atomic, and after the store: what is read from here on was not taken out before it.
    this.#nowMs = this.#clock.monotonicMs();
    if (this.#sleep.hasSlept(this.#nowMs)) Atomics.add(words, GENERATION, 1);
    this.#generation = Atomics.load(words, GENERATION);
  }

  end(): void {
    Atomics.store(this.#words, this.#readerAt, 0);
  }

  answer(_slot: number, at: number, length: number, addressAt: number): number {
    if (!this.#clients.has(this.#packets.words, addressAt)) {
      this.#counts.add(COUNT.dropped);
      return NO_REPLY;
    }
    try {
      const query = this.#query;
      const octets = query.read(at, length, addressAt) ? this.#answer(query) : HAND_OVER;
      this.#counts.add(octets === HAND_OVER ? COUNT.handedOver : COUNT.hits);
      return octets;
    } catch {
      this.#counts.add(COUNT.faults);
      return HAND_OVER;
    }
  }

  /** Longer than any query: nobody waits for a reply to it. */
  answerCut(_at: number): number {
    this.#counts.add(COUNT.dropped);
    return NO_REPLY;
  }

  countHandOverFull(): void {
    this.#counts.add(COUNT.handOverFull);
  }

  countUnsent(total: number): void {
    this.#counts.add(COUNT.unsent, total - this.#unsent);
    this.#unsent = total;
  }

  #answer(query: FastQuery): number {
    const words = this.#words;
    const packets = this.#packets;
    const header = packets.words[query.at >> 2] as number;
    if ((header & NOT_AD_OR_CD) !== RD) return HAND_OVER;
    const block = this.#find(query, (header & CD) !== 0);
    if (block === 0) return HAND_OVER;
    const nowMs = this.#nowMs;
    if (nowMs >= (this.#doubles[(block + ENDS_MS) >> 1] as number)) return HAND_OVER;
    const shape = words[block + SHAPE] as number;
    const octets = shape & 0xfff;
    const end = query.questionEnd + octets;
    const optOctets = query.hasEdns ? OPT_FIXED_OCTETS : 0;
    if (end + optOctets - query.at > query.octetsMax) return HAND_OVER;
    if (this.#isToTell(block)) return HAND_OVER;
    const ttlsAt = block + NAME + wordsFor(query.nameOctets);
    const ttls = (shape >> 12) & 0xff;
    copyWords(packets.view, query.questionEnd, words, ttlsAt + ttls, octets);
    const passedMs = nowMs - (this.#doubles[(block + AT_MS) >> 1] as number);
    if (passedMs >= 1000) this.#age(query.questionEnd, ttlsAt, ttls, Math.floor(passedMs / 1000));
    const wantsAd = query.dnssecOk || (header & AD) !== 0;
    const ad = wantsAd && (shape & (1 << 24)) !== 0 ? AD : 0;
    const rcode = ((shape >> 20) & 0xf) << 24;
    const start = query.at >> 2;
    packets.words[start] = (header & (0xffff | RD | CD)) | QR_RA | ad | rcode;
    packets.words[start + 1] = words[block + COUNTS] as number;
    packets.words[start + 2] = (words[block + COUNTS + 1] as number) | (optOctets && 0x0100_0000);
    if (optOctets > 0) this.#writeOpt(end, query.dnssecOk);
    return end + optOctets - query.at;
  }

  /** The block that answers a query; 0: there is none. */
  #find(query: FastQuery, cd: boolean): number {
    const words = this.#words;
    const asked = this.#packets.words;
    const at = (query.at + HEADER_OCTETS) >> 2;
    const { nameOctets } = query;
    const hash = hashWords(asked, at, nameOctets);
    const key = keyOf(query.type, nameOctets, query.dnssecOk, cd);
    let block = words[BUCKETS + (hash & (words[BUCKET_MASK] as number))] as number;
    for (let left = CHAIN_MAX; block !== 0 && left > 0; left -= 1) {
      const isIt =
        words[block + HASH] === hash &&
        words[block + KEY] === key &&
        words[block + BLOCK_GENERATION] === this.#generation;
      if (isIt && isSameName(words, block + NAME, asked, at, nameOctets)) return block;
      block = words[block + NEXT] as number;
    }
    return 0;
  }

  /** Counts a hit. Whether the main thread is to have this one: it is due, and asked for often. */
  #isToTell(block: number): boolean {
    const words = this.#words;
    const hits = words[block + HITS] as number;
    if (hits < HITS_MAX) words[block + HITS] = hits + 1;
    if (hits !== HITS_MAX) return false;
    if (this.#nowMs < (this.#doubles[(block + DUE_MS) >> 1] as number)) return false;
    words[block + HITS] = HITS_TOLD;
    return true;
  }

  /** Counts the TTLs of the body at octet `at` down. */
  #age(at: number, ttlsAt: number, ttls: number, seconds: number): void {
    const { view } = this.#packets;
    for (let index = 0; index < ttls; index += 1) {
      const ttlAt = at + (this.#words[ttlsAt + index] as number);
      view.setUint32(ttlAt, Math.max(0, view.getUint32(ttlAt) - seconds));
    }
  }

  #writeOpt(at: number, dnssecOk: boolean): void {
    const { octets, view } = this.#packets;
    octets[at] = 0; // owned by the root
    view.setUint32(at + 1, (41 << 16) | UDP_PAYLOAD_OCTETS);
    view.setUint32(at + 5, dnssecOk ? 0x8000 : 0);
    view.setUint16(at + 9, 0);
  }
}

/** No option of a query changes its answer here; but malformed ones are the main thread's. */
class OptionWalk implements OptionReader {
  readonly #packets: PacketMemory;

  constructor(packets: PacketMemory) {
    this.#packets = packets;
  }

  begin(): void {}

  takeOptions(at: number, end: number): boolean {
    const { octets } = this.#packets;
    let next = at;
    while (next + OPTION_HEAD_OCTETS <= end) {
      next +=
        OPTION_HEAD_OCTETS + (((octets[next + 2] as number) << 8) | (octets[next + 3] as number));
    }
    return next === end;
  }
}

/** The serving code of one thread, by the plan that all threads share. */
export function answerThread(plan: AnswerPlan, ports: ThreadPorts): DatagramAnswerer {
  return new FastAnswers(plan, ports);
}
