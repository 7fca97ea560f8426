// A forwarder with one serving thread's code beside it, on one simulated clock.
import assert from "node:assert/strict";
import { SeededChance } from "../../../../sim/seededChance.ts";
import { SimClock } from "../../../../sim/simClock.ts";
import { type Clock, SILENT_LOG } from "../../../base/index.ts";
import {
  decodeMessage,
  encodeMessage,
  type IpNetwork,
  type Message,
  makeQuery,
  nameOf,
  parseIpNetwork,
  RRType,
} from "../../../dns/index.ts";
import { HAND_OVER, NO_REPLY } from "../../../packet/index.ts";
import { BootClock } from "../../../platform/index.ts";
import { clientNetworks } from "../clientServer.ts";
import { ForwarderWorld, HOST } from "../forwarder.suite.ts";
import { type AnswerCounts, answerPlan, sumAnswerCounts } from "./answerPlan.ts";
import { FastAnswers } from "./fastAnswers.ts";

const MESSAGE_OCTETS_MAX = 4096;
const ADDRESS_AT = 2 * MESSAGE_OCTETS_MAX;

/** How a query is asked. */
export interface Asking {
  readonly type?: number;
  readonly rd?: boolean;
  readonly cd?: boolean;
  readonly ad?: boolean;
  /** Undefined: without EDNS. */
  readonly udpPayloadSize?: number;
  readonly dnssecOk?: boolean;
}

/** A query as it comes; letters of its name as they are typed. */
export function queryOf(name: string, asking: Asking = {}): Uint8Array {
  const { type = RRType.A, rd = true, cd = false, ad = false, ...edns } = asking;
  const wire = encodeMessage({ ...makeQuery(4711, nameOf(name), type, { rd, ...edns }), cd, ad });
  let at = 12;
  for (const label of name.replace(/\.$/, "").split(".")) {
    wire.set(new TextEncoder().encode(label), at + 1);
    at += 1 + label.length;
  }
  return wire;
}

/** What a thread makes of a datagram. */
export type Fast = Uint8Array | "handed over" | "nothing";

/** One thread's serving code, its packets in memory of its own. */
export class FastThread {
  readonly #memory = new ArrayBuffer(ADDRESS_AT + 16);
  readonly #octets = new Uint8Array(this.#memory);
  readonly answers: FastAnswers;
  readonly counts: () => AnswerCounts;

  constructor(world: FastWorld, thread = 0, allowed: readonly IpNetwork[] = []) {
    const { table } = world.forwarder;
    assert.ok(table !== undefined);
    const plan = answerPlan(table, clientNetworks(allowed));
    this.counts = () => sumAnswerCounts(plan);
    this.answers = new FastAnswers(plan, {
      thread,
      buffer: this.#memory,
      addressWords: 1,
      sourceOf: () => ({ address: "127.0.0.1", port: 4000 }),
      clock: world.threadClock,
      chance: new SeededChance(5),
      log: SILENT_LOG,
    });
  }

  /** A batch of one datagram. */
  ask(bytes: Uint8Array, from = "127.0.0.1"): Fast {
    this.answers.begin();
    const reply = this.within(bytes, from);
    this.answers.end();
    return reply;
  }

  /** A datagram of a batch that has begun. */
  within(bytes: Uint8Array, from = "127.0.0.1"): Fast {
    this.#octets.fill(0xee); // what was there before is not to matter
    this.#octets.set(bytes);
    this.#octets.set(parseIpNetwork(from)?.octets ?? [], ADDRESS_AT);
    const length = this.answers.answer(0, 0, bytes.length, ADDRESS_AT >> 2);
    if (length === HAND_OVER) return "handed over";
    return length === NO_REPLY ? "nothing" : this.#octets.slice(0, length);
  }
}

/** A forwarder that has a table, and a thread that reads it. */
export class FastWorld extends ForwarderWorld {
  readonly thread: FastThread;
  /** The threads' clock: it may be another one, and stands still while the machine sleeps. */
  readonly threadClock: Clock;
  readonly #slept: { ms: number };

  constructor(cacheOctetsMax = 2 ** 22, aheadMs = 0) {
    const clock = new SimClock();
    const threadClock: Clock = {
      monotonicMs: () => clock.monotonicMs() + aheadMs,
      wallMs: () => clock.wallMs(),
      wakeAfter: (afterMs, task) => clock.wakeAfter(afterMs, task),
    };
    const slept = { ms: 0 };
    const bootClock = new BootClock(clock, () => clock.monotonicMs() + slept.ms);
    super(cacheOctetsMax, clock, threadClock, bootClock);
    this.threadClock = threadClock;
    this.#slept = slept;
    this.thread = new FastThread(this);
  }

  /** The machine sleeps, and wakes: no timer has run meanwhile. */
  sleep(ms: number): void {
    this.#slept.ms += ms;
    this.clock.jumpWall(ms);
  }

  /** As a client sees it: the thread answers, or leaves it to the main thread. */
  async askBoth(bytes: Uint8Array): Promise<Message> {
    const fast = this.thread.ask(bytes);
    return typeof fast === "string" ? this.send(bytes) : messageOf(fast);
  }

  /** Whether the thread answers this by itself. */
  isFast(name = HOST, asking: Asking = {}): boolean {
    return this.thread.ask(queryOf(name, asking)) !== "handed over";
  }
}

export function messageOf(bytes: Fast): Message {
  assert.ok(typeof bytes !== "string", `a reply, not "${String(bytes)}"`);
  const decoded = decodeMessage(bytes);
  assert.ok(decoded.kind === "message");
  return decoded.message;
}
