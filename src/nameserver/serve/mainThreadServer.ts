import type { Chance, Clock, Log, SocketAddress } from "../../base/index.ts";
import { HAND_OVER, NO_REPLY, packetMemory } from "../../packet/index.ts";
import { ArenaZones } from "../zone/arenaZones.ts";
import { DatagramServer } from "./datagramServer.ts";
import { addressWords } from "./replyOptions.ts";
import { SERVE_THREADS_MAX, type ServePlan } from "./servePlan.ts";

/** Octets that are looked at of a datagram: as many as threads receive. */
const MESSAGE_OCTETS_MAX = 4096;
const ADDRESS_AT = 2 * MESSAGE_OCTETS_MAX;
/** The arena's readers below this one belong to the main thread. */
export const THREAD_READERS = 16;
const READER = THREAD_READERS - 1;

/** Serves datagrams that come one by one, with the same code as threads do. */
export class MainThreadServer {
  readonly #packets = packetMemory(new ArrayBuffer(ADDRESS_AT + 16));
  readonly #server: DatagramServer;
  #source: SocketAddress = { address: "0.0.0.0", port: 0 };

  constructor(
    plan: ServePlan,
    on: SocketAddress,
    ports: { readonly clock: Clock; readonly chance: Chance; readonly log: Log },
  ) {
    this.#server = new DatagramServer({
      ...ports,
      plan,
      thread: SERVE_THREADS_MAX - 1,
      reader: READER,
      packets: this.#packets,
      addressWords: on.address.includes(":") ? 4 : 1,
      zones: new ArenaZones(plan.arena),
      sourceOf: () => this.#source,
    });
  }

  /** The reply to a datagram, if this thread's serving code has one. */
  answer(bytes: Uint8Array, source: SocketAddress): Uint8Array | "none" | "for main" {
    if (bytes.length > MESSAGE_OCTETS_MAX) return "for main"; // it has all of it
    const { octets, words } = this.#packets;
    octets.set(bytes);
    words.set(addressWords(source.address), ADDRESS_AT >> 2);
    this.#source = source;
    this.#server.begin();
    const length = this.#server.answer(0, 0, bytes.length, ADDRESS_AT >> 2);
    this.#server.end();
    if (length === HAND_OVER) return "for main";
    return length === NO_REPLY ? "none" : octets.slice(0, length);
  }
}
