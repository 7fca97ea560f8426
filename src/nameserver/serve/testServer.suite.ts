import assert from "node:assert/strict";
import { type Chance, type Clock, SILENT_LOG, type SocketAddress } from "../../base/index.ts";
import { packetMemory, SLOT_OCTETS_MIN } from "../../packet/index.ts";
import { Arena } from "../zone/arena.ts";
import { ArenaZones } from "../zone/arenaZones.ts";
import { DatagramServer } from "./datagramServer.ts";
import { NO_RATE_LIMIT, type RateLimit } from "./rateLimitTable.ts";
import { addressWords } from "./replyOptions.ts";
import { ServeShare } from "./servePlan.ts";
import { arenaOf, type TestZone } from "./testArena.suite.ts";

/** Chance that is the same in every run. */
export function testChance(seed = 1): Chance {
  let state = seed;
  const chance: Chance = {
    below: (bound) => {
      state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
      return Math.floor((state / 2 ** 32) * bound);
    },
    fork: () => chance,
  };
  return chance;
}

/** A clock that is set by hand. */
class HandClock implements Clock {
  nowMs = 1_700_000_000_000;
  monotonicMs(): number {
    return this.nowMs;
  }
  wallMs(): number {
    return this.nowMs;
  }
  wakeAfter(): () => void {
    return () => {};
  }
}

const MESSAGE_AT = SLOT_OCTETS_MIN; // behind guard octets, and before more of them
const ADDRESS_AT = MESSAGE_AT + 4 * SLOT_OCTETS_MIN;
const GUARD = 0xa5;

/** A thread's serving, without a thread or a socket. */
export class TestServer {
  readonly clock = new HandClock();
  readonly share: ServeShare;
  readonly arena: Arena;
  readonly server: DatagramServer;
  readonly #packets = packetMemory(new ArrayBuffer(ADDRESS_AT + 16));
  readonly #source: SocketAddress;

  constructor(
    zones: readonly TestZone[] | Arena,
    options: { limit?: RateLimit; nsid?: Uint8Array; address?: string } = {},
  ) {
    const { limit = NO_RATE_LIMIT, nsid = new Uint8Array(0), address = "192.0.2.1" } = options;
    this.arena = zones instanceof Arena ? zones : arenaOf(zones);
    this.share = new ServeShare(this.arena.memory, nsid, limit, testChance(), 0);
    this.#source = { address, port: 5000 };
    this.server = new DatagramServer({
      plan: this.share.plan,
      thread: 0,
      reader: 1,
      packets: this.#packets,
      addressWords: address.includes(":") ? 4 : 1,
      zones: new ArenaZones(this.arena.memory),
      sourceOf: () => this.#source,
      clock: this.clock,
      chance: testChance(2),
      log: SILENT_LOG,
    });
  }

  /** The reply to one message; or what the server says in place of one. */
  send(message: Uint8Array, from = this.#source.address): Uint8Array | number {
    const { octets, words } = this.#packets;
    octets.fill(GUARD);
    octets.set(message, MESSAGE_AT);
    words.set(addressWords(from), ADDRESS_AT >> 2);
    this.server.begin();
    const length = this.server.answer(0, MESSAGE_AT, message.length, ADDRESS_AT >> 2);
    this.server.end();
    const isKept = (start: number, end: number) =>
      octets.subarray(start, end).every((octet) => octet === GUARD);
    assert.ok(isKept(0, MESSAGE_AT), "nothing is written before a slot");
    assert.ok(isKept(MESSAGE_AT + 4 * 1024, ADDRESS_AT), "nothing is written behind a slot");
    return length > 0 ? octets.slice(MESSAGE_AT, MESSAGE_AT + length) : length;
  }

  /** The reply, which there must be. */
  reply(message: Uint8Array, from?: string): Uint8Array {
    const reply = this.send(message, from);
    assert.ok(typeof reply !== "number", `there is a reply: ${reply}`);
    return reply;
  }
}
