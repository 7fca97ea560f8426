// A recursive server in memory, and whoever else puts datagrams on the way.
import type {
  ByteStream,
  DatagramDialer,
  DatagramPeer,
  SocketAddress,
  StreamDialer,
} from "../../base/index.ts";
import {
  decodeMessage,
  encodeMessage,
  FrameReader,
  frame,
  type Message,
  makeResponse,
} from "../../dns/index.ts";

/** What a server sends for a query: octets, in order. */
export type Behaviour = (query: Message, wire: Uint8Array) => readonly Uint8Array[];

/** The response to a query, its question in the letter case in which it came. */
export function respond(query: Message, wire: Uint8Array, parts: Partial<Message>): Uint8Array {
  const bytes = encodeMessage({ ...makeResponse(query, 0), ra: true, ...parts });
  const end = questionEnd(wire);
  bytes.set(wire.subarray(12, end), 12);
  return bytes;
}

/** Both dialers; what was asked, and by what way, is noted. */
export class FakeServer implements DatagramDialer, StreamDialer {
  readonly asked: { readonly by: "udp" | "tcp"; readonly to: string; readonly wire: Uint8Array }[] =
    [];
  /** Sockets open now. */
  open = 0;
  udp: Behaviour = () => [];
  tcp: Behaviour = () => [];
  /** Addresses at which nobody is. */
  readonly dead = new Set<string>();
  /** Addresses of machines that say so: nobody listens there. */
  readonly closed = new Set<string>();

  async dial(
    to: SocketAddress,
    receive: (bytes: Uint8Array) => void,
    source?: string,
    refused?: () => void,
  ): Promise<DatagramPeer>;
  async dial(to: SocketAddress, timeoutMs: number): Promise<ByteStream>;
  async dial(
    to: SocketAddress,
    how: number | ((bytes: Uint8Array) => void),
    _source?: string,
    refused: () => void = () => {},
  ): Promise<DatagramPeer | ByteStream> {
    if (this.dead.has(to.address)) throw new Error("Cannot reach it as nobody is there");
    this.open += 1;
    return typeof how === "number" ? this.#stream(to) : this.#peer(to, how, refused);
  }

  #peer(
    to: SocketAddress,
    receive: (bytes: Uint8Array) => void,
    refused: () => void,
  ): DatagramPeer {
    return {
      send: (wire) => {
        this.asked.push({ by: "udp", to: to.address, wire });
        if (this.closed.has(to.address)) {
          queueMicrotask(refused);
          return;
        }
        const replies = this.udp(queryOf(wire), wire);
        queueMicrotask(() => {
          for (const bytes of replies) receive(bytes);
        });
      },
      close: () => {
        this.open -= 1;
      },
    };
  }

  #stream(to: SocketAddress): ByteStream {
    const reader = new FrameReader();
    let onData: (bytes: Uint8Array) => void = () => {};
    return {
      remote: to,
      queuedOctets: 0,
      write: (bytes) => {
        for (const wire of reader.push(bytes)) {
          this.asked.push({ by: "tcp", to: to.address, wire });
          const replies = this.tcp(queryOf(wire), wire);
          queueMicrotask(() => {
            for (const reply of replies) onData(frame(reply));
          });
        }
        return true;
      },
      pause: () => {},
      resume: () => {},
      end: () => {},
      destroy: () => {
        this.open -= 1;
      },
      onData: (handler) => {
        onData = handler;
      },
      onDrain: () => {},
      onClose: () => {},
    };
  }
}

function queryOf(wire: Uint8Array): Message {
  const decoded = decodeMessage(wire);
  if (decoded.kind === "malformed") throw new Error(decoded.problem);
  return decoded.message;
}

function questionEnd(wire: Uint8Array): number {
  let at = 12;
  while ((wire[at] ?? 0) !== 0) at += 1 + (wire[at] ?? 0);
  return at + 5;
}
