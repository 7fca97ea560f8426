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
