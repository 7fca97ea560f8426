import type {
  ByteStream,
  Chance,
  DatagramDialer,
  DatagramPeer,
  SocketAddress,
  StreamDialer,
} from "../../src/base/index.ts";
import { decodeMessage, encodeMessage, FrameReader, frame } from "../../src/dns/index.ts";
import { forgeries, type Place, replyTo } from "./reply.ts";
import { FORGED, type NetworkId } from "./scene.ts";
import type { Timeline } from "./timeline.ts";
import type { Truth } from "./truth.ts";
import { valuesOf } from "./watch.ts";

/** Servers of every network have the same addresses: what tells networks apart is the network. */
export const SERVERS: readonly string[] = ["192.168.1.1", "192.168.1.2"];

/** Longest that a late answer takes: far beyond any time-out. */
const LATE_MS = 12_000;
const WAY_MS = 5;
const WAY_SPREAD_MS = 60;
const GARBAGE = Uint8Array.of(1, 2, 3, 4, 5);

/** Told of the addresses that a server sends, for the name and type that it was asked. */
export type OnSent = (
  asked: { readonly network: NetworkId; readonly name: string; readonly type: number },
  values: readonly string[],
) => void;

/** Carries questions to the servers of the network that the machine is in, and answers back. */
export class Wire implements DatagramDialer, StreamDialer {
  readonly #timeline: Timeline;
  readonly #truth: Truth;
  readonly #chance: Chance;
  /** While the machine sleeps, and where its process ended, nothing arrives. */
  readonly #hears: () => boolean;
  readonly #onSent: OnSent;

  constructor(
    timeline: Timeline,
    truth: Truth,
    chance: Chance,
    hears: () => boolean,
    onSent: OnSent,
  ) {
    this.#timeline = timeline;
    this.#truth = truth;
    this.#chance = chance;
    this.#hears = hears;
    this.#onSent = onSent;
  }

  async dial(to: SocketAddress, receive: (bytes: Uint8Array) => void): Promise<DatagramPeer>;
  async dial(to: SocketAddress, timeoutMs: number): Promise<ByteStream>;
  async dial(
    to: SocketAddress,
    how: number | ((bytes: Uint8Array) => void),
  ): Promise<DatagramPeer | ByteStream> {
    return typeof how === "number" ? this.#stream(to) : this.#peer(to, how);
  }

  #peer(to: SocketAddress, receive: (bytes: Uint8Array) => void): DatagramPeer {
    let isOpen = true;
    const arrive = (bytes: Uint8Array, afterMs: number): void => {
      this.#timeline.later(afterMs, () => {
        if (isOpen && this.#hears()) receive(bytes);
      });
    };
    return {
      send: (bytes) => {
        const place = this.#placeOf(to);
        this.#forge(bytes, arrive);
        this.#ask(bytes, place, "udp", (reply) => {
          const mood = this.#truth.mood(place.network, place.server);
          const wayMs = this.#wayMs();
          // Half of what is under way gets lost where the machine moves.
          if (place.network !== this.#truth.network && this.#chance.below(2) === 0) return;
          arrive(reply, mood === "late" ? this.#chance.below(LATE_MS) : wayMs);
          if (mood === "doubled") arrive(reply, wayMs + this.#chance.below(LATE_MS));
        });
      },
      close: () => {
        isOpen = false;
      },
    };
  }

  #stream(to: SocketAddress): ByteStream {
    const place = this.#placeOf(to);
    const reader = new FrameReader();
    let isOpen = true;
    let onData: (bytes: Uint8Array) => void = () => {};
    return {
      remote: to,
      queuedOctets: 0,
      write: (bytes) => {
        for (const message of reader.push(bytes)) {
          this.#ask(message, place, "tcp", (reply) => {
            this.#timeline.later(this.#wayMs(), () => {
              if (isOpen && this.#hears()) onData(frame(reply));
            });
          });
        }
        return true;
      },
      pause: () => {},
      resume: () => {},
      end: () => {},
      destroy: () => {
        isOpen = false;
      },
      onData: (handler) => {
        onData = handler;
      },
      onDrain: () => {},
      onClose: () => {},
    };
  }

  /** Lets a question arrive, and gives the answer back, if there is one. */
  #ask(
    bytes: Uint8Array,
    place: Place,
    by: "udp" | "tcp",
    answer: (reply: Uint8Array) => void,
  ): void {
    this.#timeline.later(this.#wayMs(), () => {
      const decoded = decodeMessage(bytes);
      if (decoded.kind === "malformed") throw new Error(decoded.problem);
      const { message, questionWire } = decoded;
      const mood = this.#truth.mood(place.network, place.server);
      const reply = replyTo(message, this.#truth, place);
      const [question] = message.question;
      if (reply === undefined || question === undefined) return;
      const { name, type } = question;
      this.#onSent({ network: place.network, name, type }, valuesOf(reply, name, type));
      if (mood === "garbage") answer(GARBAGE);
      else if (mood === "truncated" && by === "udp") {
        answer(encodeMessage({ ...reply, answer: [], tc: true }, { questionWire }));
      } else answer(encodeMessage(reply, { questionWire }));
    });
  }

  #forge(bytes: Uint8Array, arrive: (bytes: Uint8Array, afterMs: number) => void): void {
    const decoded = decodeMessage(bytes);
    if (!this.#truth.areForgersThere || decoded.kind === "malformed") return;
    for (const forged of forgeries(decoded.message, FORGED)) arrive(forged, 1);
  }

  #placeOf({ address }: SocketAddress): Place {
    const { network } = this.#truth;
    return {
      network,
      server: Math.max(0, SERVERS.indexOf(address)),
    };
  }

  #wayMs(): number {
    return WAY_MS + this.#chance.below(WAY_SPREAD_MS);
  }
}
