/** One end of a socket: an address in presentation format and a port in 0..65535. */
export interface SocketAddress {
  readonly address: string;
  readonly port: number;
}

/** One side of a byte stream (TCP). Callbacks are set once, when the stream is handed over. */
export interface ByteStream {
  readonly remote: SocketAddress;
  /** Queues octets; false when the peer reads too slowly: then wait for `onDrain`. */
  write(bytes: Uint8Array): boolean;
  /** Octets queued and not yet taken by the system. */
  readonly queuedOctets: number;
  /** Stops and restarts delivery of data, so that pressure reaches the peer. */
  pause(): void;
  resume(): void;
  /** Sends what is queued, then closes. */
  end(): void;
  /** Closes at once; `onClose` follows. */
  destroy(): void;
  onData(handler: (bytes: Uint8Array) => void): void;
  onDrain(handler: () => void): void;
  /** Called once, whatever ended the stream; `problem` where it was not an orderly end. */
  onClose(handler: (problem?: string) => void): void;
}

/** Opens byte streams to a server. */
export interface StreamDialer {
  /** Rejects with a plain Error that says what failed (refused, timed out, no route). */
  dial(to: SocketAddress, timeoutMs: number): Promise<ByteStream>;
}

/** A listening socket. */
export interface Listening {
  readonly local: SocketAddress;
  close(): Promise<void>;
}

/** Accepts byte streams. */
export interface StreamListener {
  listen(on: SocketAddress, accept: (stream: ByteStream) => void): Promise<Listening>;
}

/** Receives and sends datagrams. */
export interface DatagramListener {
  listen(
    on: SocketAddress,
    receive: (bytes: Uint8Array, from: SocketAddress, reply: (bytes: Uint8Array) => void) => void,
  ): Promise<Listening>;
}

/** A datagram socket that hears one peer only. */
export interface DatagramPeer {
  /** Sends, or drops: whoever needs an answer asks again. */
  send(bytes: Uint8Array): void;
  close(): void;
}

/** Opens datagram sockets for questions of our own. */
export interface DatagramDialer {
  /**
   * From `source`, an address of this machine, or from the one that the route takes; the port is
   * the system's choice. Rejects with a plain Error where the address cannot be used. `refused` is
   * called where the system hears that nobody is there.
   */
  dial(
    to: SocketAddress,
    receive: (bytes: Uint8Array) => void,
    source?: string,
    refused?: () => void,
  ): Promise<DatagramPeer>;
}

/** What threads that serve datagrams are given, and what they give back. */
export interface ThreadedDatagrams {
  /** Passed to every thread by structured clone: shared memory, and what does not change. */
  readonly plan: unknown;
  /** A message that a thread left to its owner. Called in the owner's thread. */
  receive(bytes: Uint8Array, from: SocketAddress, reply: (bytes: Uint8Array) => void): void;
  /**
   * Thread number `thread`, from 0 on, has ended, in whatever way: what it still holds of shared
   * memory is to be let go. Called in the owner's thread, before another takes that number.
   */
  ended(thread: number): void;
}

/** Serves datagrams on threads of its own, in which a program's serving code runs. */
export interface DatagramThreads {
  /** Threads that each address is given, 1 or more, while there are places. */
  readonly perAddress: number;
  /** Threads that may be started yet. */
  readonly freePlaces: number;
  /** Threads that are at work now. */
  readonly running: number;
  /** Times that a thread ended unasked and was started again. */
  readonly restarts: number;
  /**
   * Only where a place is free. Rejects as {@link DatagramListener} does; a thread that ends by
   * itself is started again.
   */
  listen(on: SocketAddress, service: ThreadedDatagrams): Promise<Listening>;
}
