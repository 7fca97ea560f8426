import type { ByteStream, CancelWake, Clock } from "../../base/index.ts";
import { FrameReader, frame } from "../../dns/index.ts";
import type { Forwarder } from "./forwarder.ts";

/** Ports of {@link ClientStreams}. */
export interface ClientStreamParts {
  readonly clock: Clock;
  readonly forwarder: Forwarder;
}

/** Connections at once: a resolver's clients need few, and each costs memory. */
const CONNECTIONS_MAX = 512;
/** A client that asks nothing for so long is let go (RFC 7766 section 6.2.3). */
const IDLE_MS = 10_000;
/** Queries of one connection that wait: then it is not read any further. */
const OUTSTANDING_MAX = 64;
/** Octets of replies that a client has not read: then it is let go. */
const QUEUED_OCTETS_MAX = 2 ** 20;

/** The connections of clients: bounded, whatever they send and however slowly. */
export class ClientStreams {
  readonly #parts: ClientStreamParts;
  /** Those that asked last stand last. */
  readonly #open = new Set<ClientStream>();

  constructor(parts: ClientStreamParts) {
    this.#parts = parts;
  }

  /** Serves a connection; where there are too many, the one that asks nothing for longest goes. */
  accept(stream: ByteStream): void {
    if (this.#open.size >= CONNECTIONS_MAX) {
      const idle = [...this.#open].find(({ isWaiting }) => !isWaiting);
      if (idle === undefined) {
        stream.destroy();
        return;
      }
      idle.end();
    }
    const client: ClientStream = new ClientStream(stream, this.#parts, {
      asked: () => {
        this.#open.delete(client);
        this.#open.add(client);
      },
      closed: () => this.#open.delete(client),
    });
    this.#open.add(client);
  }
}

interface Noted {
  readonly asked: () => void;
  readonly closed: () => void;
}

/** One connection: queries may come before earlier ones are answered (RFC 7766 section 6.2.1.1). */
class ClientStream {
  readonly #stream: ByteStream;
  readonly #parts: ClientStreamParts;
  readonly #noted: Noted;
  readonly #reader = new FrameReader();
  /** What came and was not looked at yet: while too many queries wait. */
  readonly #chunks: Uint8Array[] = [];
  #offset = 0;
  #outstanding = 0;
  #isReading = false;
  #isClosed = false;
  #cancelIdle: CancelWake = () => {};

  constructor(stream: ByteStream, parts: ClientStreamParts, noted: Noted) {
    this.#stream = stream;
    this.#parts = parts;
    this.#noted = noted;
    stream.onClose(() => {
      this.#isClosed = true;
      this.#cancelIdle();
      noted.closed();
    });
    stream.onData((chunk) => {
      this.#chunks.push(chunk);
      this.#read();
    });
    this.#restIdle();
  }

  /** Whether it has asked something that is not answered. */
  get isWaiting(): boolean {
    return this.#outstanding > 0;
  }

  /** Closes it at once. */
  end(): void {
    this.#stream.destroy();
  }

  /** Whole queries count: whoever sends an octet now and then asks nothing. */
  #restIdle(): void {
    this.#cancelIdle();
    this.#cancelIdle = this.#parts.clock.wakeAfter(IDLE_MS, () => this.end());
  }

  #read(): void {
    if (this.#isReading) return;
    this.#isReading = true;
    while (this.#outstanding < OUTSTANDING_MAX && !this.#isClosed) {
      const bytes = this.#next();
      if (bytes === undefined) break;
      this.#restIdle();
      this.#noted.asked();
      this.#outstanding += 1;
      const answer = (reply: Uint8Array): void => this.#answer(reply);
      if (!this.#parts.forwarder.receive(bytes, "tcp", answer)) this.end();
    }
    this.#isReading = false;
    if (this.#isClosed) return;
    if (this.#reader.problem !== undefined) this.end();
    else if (this.#chunks.length > 0) this.#stream.pause();
    else this.#stream.resume();
  }

  /** The next whole query of what came; undefined: there is none yet. */
  #next(): Uint8Array | undefined {
    const messages: Uint8Array[] = [];
    for (;;) {
      const [chunk] = this.#chunks;
      if (chunk === undefined || this.#reader.problem !== undefined) return undefined;
      this.#offset += this.#reader.take(chunk, this.#offset, messages);
      if (this.#offset >= chunk.length) {
        this.#chunks.shift();
        this.#offset = 0;
      }
      const [message] = messages;
      if (message !== undefined) return message;
    }
  }

  #answer(reply: Uint8Array): void {
    this.#outstanding -= 1;
    if (this.#isClosed) return;
    this.#stream.write(frame(reply));
    if (this.#stream.queuedOctets > QUEUED_OCTETS_MAX) this.end();
    else this.#read();
  }
}
