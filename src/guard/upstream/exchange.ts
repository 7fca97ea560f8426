import type {
  ByteStream,
  Chance,
  Clock,
  DatagramDialer,
  SocketAddress,
  StreamDialer,
} from "../../base/index.ts";
import {
  decodeMessage,
  encodeMessage,
  FrameReader,
  frame,
  type Message,
  makeQuery,
  type Name,
  UDP_PAYLOAD_OCTETS,
} from "../../dns/index.ts";

/** A server that resolves names for us. */
export interface UpstreamServer extends SocketAddress {
  /** DNS over TLS (RFC 7858): the name that its certificate must be valid for. */
  readonly tlsName?: string;
}

/** Ports of {@link Exchange}. */
export interface ExchangeParts {
  readonly datagrams: DatagramDialer;
  readonly streams: StreamDialer;
  /** Streams to a server whose certificate is valid for this name. */
  readonly secureStreams: (tlsName: string) => StreamDialer;
  readonly clock: Clock;
  /** Unpredictable: that nobody else can answer rests on it (RFC 5452). */
  readonly chance: Chance;
  /** Random letter case in names asked for ("0x20"): one more thing to guess. */
  readonly mixesCase: boolean;
}

/** What a question says of DNSSEC. */
export interface QuestionFlags {
  /** Signatures are wanted (DO, RFC 3225). */
  readonly dnssecOk: boolean;
  /** Whoever asks validates for himself (CD, RFC 4035 section 3.2.2). */
  readonly cd: boolean;
}

const PLAIN_QUESTION: QuestionFlags = { dnssecOk: false, cd: false };

/** What became of one question to one server. */
export type Exchanged =
  | { readonly kind: "answered"; readonly message: Message }
  | { readonly kind: "silent" }
  | { readonly kind: "malformed" };

const HEADER_OCTETS = 12;
const IDS = 65_536;
/** Datagrams that are no answer to the question: more of them are an attack, and TCP is asked. */
const STRANGERS_MAX = 8;

interface Asked {
  readonly bytes: Uint8Array;
  readonly questionWire: Uint8Array;
  readonly id: number;
}

/** Asks one question of one server, over UDP, and over TCP or TLS where that is to be. */
export class Exchange {
  readonly #parts: ExchangeParts;

  constructor(parts: ExchangeParts) {
    this.#parts = parts;
  }

  /** Never throws; ends after `timeoutMs` at the latest. */
  async ask(
    server: UpstreamServer,
    name: Name,
    type: number,
    timeoutMs: number,
    flags: QuestionFlags = PLAIN_QUESTION,
  ): Promise<Exchanged> {
    const asked = this.#question(name, type, flags);
    const endMs = this.#parts.clock.monotonicMs() + timeoutMs;
    const { tlsName } = server;
    if (tlsName !== undefined) {
      return this.#byStream(this.#parts.secureStreams(tlsName), server, asked, endMs);
    }
    const found = await this.#byDatagram(server, asked, endMs);
    const isCut = found === "suspicious" || (found.kind === "answered" && found.message.tc);
    if (!isCut) return found;
    const again = this.#question(name, type, flags);
    return this.#byStream(this.#parts.streams, server, again, endMs);
  }

  #question(name: Name, type: number, { dnssecOk, cd }: QuestionFlags): Asked {
    const { chance, mixesCase } = this.#parts;
    const id = chance.below(IDS);
    const options = { rd: true, udpPayloadSize: UDP_PAYLOAD_OCTETS, dnssecOk };
    // AD in a query: "tell me whether it is authentic" (RFC 6840 section 5.7).
    const bytes = encodeMessage({ ...makeQuery(id, name, type, options), ad: true, cd });
    const end = questionEnd(bytes);
    if (mixesCase) mixCase(bytes, end - 4, chance);
    return { bytes, id, questionWire: bytes.slice(HEADER_OCTETS, end) };
  }

  /** One socket for each question: its port is the system's choice, and not foretold. */
  async #byDatagram(
    server: UpstreamServer,
    asked: Asked,
    endMs: number,
  ): Promise<Exchanged | "suspicious"> {
    const { datagrams, clock } = this.#parts;
    let strangers = 0;
    let settle: (found: Exchanged | "suspicious") => void = () => {};
    const found = new Promise<Exchanged | "suspicious">((resolve) => {
      settle = resolve;
    });
    const receive = (bytes: Uint8Array): void => {
      const message = readAnswer(bytes, asked);
      if (message !== undefined) settle({ kind: "answered", message });
      else if (++strangers > STRANGERS_MAX) settle("suspicious");
    };
    const peer = await datagrams.dial(server, receive).catch(() => undefined);
    if (peer === undefined) return { kind: "silent" };
    const leftMs = Math.max(0, endMs - clock.monotonicMs());
    const cancel = clock.wakeAfter(leftMs, () => settle({ kind: "silent" }));
    peer.send(asked.bytes);
    const outcome = await found;
    cancel();
    peer.close();
    return outcome;
  }

  async #byStream(
    dialer: StreamDialer,
    server: UpstreamServer,
    asked: Asked,
    endMs: number,
  ): Promise<Exchanged> {
    const { clock } = this.#parts;
    const leftMs = Math.max(1, endMs - clock.monotonicMs());
    const stream = await dialer.dial(server, leftMs).catch(() => undefined);
    if (stream === undefined) return { kind: "silent" };
    const outcome = await this.#onStream(stream, asked, endMs);
    stream.destroy();
    return outcome;
  }

  #onStream(stream: ByteStream, asked: Asked, endMs: number): Promise<Exchanged> {
    const { clock } = this.#parts;
    const reader = new FrameReader();
    return new Promise((resolve) => {
      const settle = (found: Exchanged): void => {
        cancel();
        resolve(found);
      };
      const leftMs = Math.max(0, endMs - clock.monotonicMs());
      const cancel = clock.wakeAfter(leftMs, () => settle({ kind: "silent" }));
      stream.onClose(() => settle({ kind: "silent" }));
      stream.onData((bytes) => {
        const [first] = reader.push(bytes);
        if (first === undefined) return;
        const message = readAnswer(first, asked);
        settle(message === undefined ? { kind: "malformed" } : { kind: "answered", message });
      });
      stream.write(frame(asked.bytes));
    });
  }
}

/** The answer to exactly the question that was asked; undefined where it is anything else. */
function readAnswer(bytes: Uint8Array, { id, questionWire }: Asked): Message | undefined {
  const decoded = decodeMessage(bytes);
  if (decoded.kind === "malformed") return undefined;
  const { message } = decoded;
  if (!message.qr || message.id !== id || message.opcode !== 0) return undefined;
  return isSame(decoded.questionWire, questionWire) ? message : undefined;
}

function isSame(left: Uint8Array, right: Uint8Array): boolean {
  return left.length === right.length && left.every((octet, at) => octet === right[at]);
}

/** Where the question of a query that we made ends. */
function questionEnd(bytes: Uint8Array): number {
  let at = HEADER_OCTETS;
  while ((bytes[at] ?? 0) !== 0) at += 1 + (bytes[at] ?? 0);
  return at + 5; // the root's octet, type, class
}

/** Gives each letter of the name asked for a case by chance. */
function mixCase(bytes: Uint8Array, end: number, chance: Chance): void {
  for (let at = HEADER_OCTETS; at < end; ) {
    const labelEnd = at + 1 + (bytes[at] ?? 0);
    for (at += 1; at < labelEnd; at += 1) {
      const octet = bytes[at] ?? 0;
      if (octet >= 0x61 && octet <= 0x7a && chance.below(2) === 0) bytes[at] = octet & ~0x20;
    }
    if (bytes[at] === 0) return;
  }
}
