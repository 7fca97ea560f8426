import type {
  ByteStream,
  Chance,
  Clock,
  DatagramDialer,
  SocketAddress,
  StreamDialer,
} from "../../base/index.ts";
import {
  type DecodedMessage,
  encodeStubQuery,
  FrameReader,
  frame,
  type Message,
  type Name,
  Rcode,
} from "../../dns/stub/index.ts";

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
  /** Reads messages, as far as whoever gets them looks at them. */
  readonly decode: (bytes: Uint8Array) => DecodedMessage;
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
  /** Nobody is there: that is known before the time is over. */
  | { readonly kind: "unreachable" }
  | { readonly kind: "malformed" };

const HEADER_OCTETS = 12;
const IDS = 65_536;
/** Datagrams that are no answer to the question: more of them are an attack, and TCP is asked. */
const STRANGERS_MAX = 8;

type Query = Omit<Parameters<typeof encodeStubQuery>[0], "id">;

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
    const endMs = this.#parts.clock.monotonicMs() + timeoutMs;
    const query = { name, type, ...flags };
    const found = await this.#exchange(server, query, endMs);
    if (found.kind !== "answered" || !isWithoutEdns(found.message)) return found;
    return this.#exchange(server, { ...query, withoutEdns: true }, endMs);
  }

  async #exchange(server: UpstreamServer, query: Query, endMs: number): Promise<Exchanged> {
    const asked = this.#question(query);
    const { tlsName } = server;
    if (tlsName !== undefined) {
      return this.#byStream(this.#parts.secureStreams(tlsName), server, asked, endMs);
    }
    const found = await this.#byDatagram(server, asked, endMs);
    const isCut = found === "suspicious" || (found.kind === "answered" && found.message.tc);
    if (!isCut) return found;
    const again = this.#question(query);
    return this.#byStream(this.#parts.streams, server, again, endMs);
  }

  #question(query: Query): Asked {
    const { chance, mixesCase } = this.#parts;
    const id = chance.below(IDS);
    const bytes = encodeStubQuery({ id, ...query });
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
      const message = this.#readAnswer(bytes, asked);
      if (message !== undefined) settle({ kind: "answered", message });
      else if (++strangers > STRANGERS_MAX) settle("suspicious");
    };
    const refused = (): void => settle({ kind: "unreachable" });
    const dialled = datagrams.dial(server, receive, undefined, refused);
    const peer = await dialled.catch(() => undefined);
    if (peer === undefined) return { kind: "unreachable" };
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
        const message = this.#readAnswer(first, asked);
        settle(message === undefined ? { kind: "malformed" } : { kind: "answered", message });
      });
      stream.write(frame(asked.bytes));
    });
  }

  /** The answer to exactly the question that was asked; undefined where it is anything else. */
  #readAnswer(bytes: Uint8Array, { id, questionWire }: Asked): Message | undefined {
    const decoded = this.#parts.decode(bytes);
    if (decoded.kind === "malformed") return undefined;
    const { message } = decoded;
    if (!message.qr || message.id !== id || message.opcode !== 0) return undefined;
    const isBare = decoded.questionWire.length === 0 && isWithoutEdns(message);
    return isBare || isSame(decoded.questionWire, questionWire) ? message : undefined;
  }
}

/** What a server says that does not know EDNS (RFC 6891 section 7), some with the header alone. */
function isWithoutEdns({ rcode, edns }: Message): boolean {
  return edns === undefined && (rcode === Rcode.FORMERR || rcode === Rcode.NOTIMP);
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
