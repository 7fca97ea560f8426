import type {
  ByteStream,
  DatagramListener,
  Listening,
  SocketAddress,
  StreamListener,
} from "../base/index.ts";
import { FrameReader, frame } from "../dns/index.ts";

type Receive = Parameters<DatagramListener["listen"]>[1];

/** Both listener ports in memory. Every port is free but those in `takenPorts`. */
export class FakeNetwork implements DatagramListener, StreamListener {
  readonly takenPorts = new Set<number>();
  readonly openSockets = new Set<string>();
  #receive: Receive | undefined;
  #accept: ((stream: ByteStream) => void) | undefined;

  async listen(on: SocketAddress, handler: Receive): Promise<Listening>;
  async listen(on: SocketAddress, handler: (stream: ByteStream) => void): Promise<Listening>;
  async listen(
    on: SocketAddress,
    handler: Receive | ((stream: ByteStream) => void),
  ): Promise<Listening> {
    if (this.takenPorts.has(on.port)) throw new Error(`EADDRINUSE ${on.address}:${on.port}`);
    const kind = this.openSockets.has(`udp ${on.port}`) ? "tcp" : "udp";
    if (kind === "udp") this.#receive = handler as Receive;
    else this.#accept = handler as (stream: ByteStream) => void;
    const socket = `${kind} ${on.port}`;
    this.openSockets.add(socket);
    const close = async () => {
      this.openSockets.delete(socket);
    };
    return { local: on, close };
  }

  /** Sends one datagram; the replies that come at once or later are pushed to `replies`. */
  sendUdp(bytes: Uint8Array, replies: Uint8Array[]): void {
    const from = { address: "198.51.100.1", port: 5000 };
    this.#receive?.(bytes, from, (reply) => void replies.push(reply));
  }

  /** Opens a connection from a source address. */
  connect(address: string): FakeClient {
    const client = new FakeClient(address);
    this.#accept?.(client.stream);
    return client;
  }
}

/** The client's end of a TCP connection in memory. */
export class FakeClient {
  readonly replies: Uint8Array[] = [];
  readonly stream: ByteStream;
  /** Says no more to writes: a client that does not read. */
  isStalled = false;
  isPaused = false;
  isClosed = false;
  readonly #reader = new FrameReader();
  #onData: (bytes: Uint8Array) => void = () => {};
  #onDrain: () => void = () => {};
  #onClose: () => void = () => {};

  constructor(address: string) {
    const close = () => {
      if (this.isClosed) return;
      this.isClosed = true;
      this.#onClose();
    };
    this.stream = {
      remote: { address, port: 1 },
      queuedOctets: 0,
      write: (bytes) => {
        this.replies.push(...this.#reader.push(bytes));
        return !this.isStalled;
      },
      pause: () => {
        this.isPaused = true;
      },
      resume: () => {
        this.isPaused = false;
      },
      end: close,
      destroy: close,
      onData: (handler) => {
        this.#onData = handler;
      },
      onDrain: (handler) => {
        this.#onDrain = handler;
      },
      onClose: (handler) => {
        this.#onClose = handler;
      },
    };
  }

  /** Sends whole messages in one chunk. */
  send(...messages: readonly Uint8Array[]): void {
    this.sendOctets(Uint8Array.from(messages.flatMap((message) => [...frame(message)])));
  }

  sendOctets(bytes: Uint8Array): void {
    this.#onData(bytes);
  }

  /** Reads again what it was sent. */
  drain(): void {
    this.isStalled = false;
    this.#onDrain();
  }
}
