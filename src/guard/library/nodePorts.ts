// Time, chance and sockets of plain Node, from version 20 on: the library runs where the rest of
// Holdfast is not installed, so it can have nothing of src/net, which needs more.
import { randomInt } from "node:crypto";
import { createSocket } from "node:dgram";
import { connect, isIPv6, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import type {
  ByteStream,
  Chance,
  Clock,
  DatagramDialer,
  DatagramPeer,
  SocketAddress,
  StreamDialer,
} from "../../base/index.ts";

/** Real time; what waits keeps no process alive. */
export const NODE_CLOCK: Clock = {
  monotonicMs: () => performance.now(),
  wallMs: () => Date.now(),
  wakeAfter: (afterMs, task) => {
    const timer = setTimeout(task, afterMs).unref();
    return () => clearTimeout(timer);
  },
};

/** Unpredictable. */
export const NODE_CHANCE: Chance = {
  below: (bound) => randomInt(bound),
  fork: () => NODE_CHANCE,
};

/** UDP sockets that hear their peer only. */
export class NodeDatagrams implements DatagramDialer {
  dial(to: SocketAddress, receive: (bytes: Uint8Array) => void): Promise<DatagramPeer> {
    const socket = createSocket({ type: isIPv6(to.address) ? "udp6" : "udp4" });
    socket.on("message", (bytes) => receive(new Uint8Array(bytes)));
    return new Promise((resolve, reject) => {
      socket.once("error", reject);
      socket.connect(to.port, to.address, (error?: Error) => {
        if (error) {
          socket.close();
          reject(error);
          return;
        }
        // From now on an error says that nobody is there: the asker's clock says so, too.
        socket.on("error", () => {});
        resolve({ send: (bytes) => socket.send(bytes, () => {}), close: () => socket.close() });
      });
    });
  }
}

/** TCP streams, or with a name TLS ones, whose certificate must be valid for it. */
export class NodeStreams implements StreamDialer {
  readonly #tlsName: string | undefined;
  readonly #ca: readonly string[] | undefined;

  /** `ca`: certificates that are trusted instead of the system's, in PEM. */
  constructor(tlsName?: string, ca?: readonly string[]) {
    this.#tlsName = tlsName;
    this.#ca = ca;
  }

  dial(to: SocketAddress, timeoutMs: number): Promise<ByteStream> {
    const place = { host: to.address, port: to.port };
    const trusted = this.#ca === undefined ? {} : { ca: [...this.#ca] };
    const tls = { ...place, ...trusted, servername: this.#tlsName, ALPNProtocols: ["dot"] };
    const socket =
      this.#tlsName === undefined ? connect({ ...place, noDelay: true }) : connectTls(tls);
    return new Promise((resolve, reject) => {
      const cancel = NODE_CLOCK.wakeAfter(timeoutMs, () => socket.destroy(new Error("timed out")));
      socket.once("error", (error) => {
        cancel();
        reject(error);
      });
      socket.once(this.#tlsName === undefined ? "connect" : "secureConnect", () => {
        cancel();
        resolve(new NodeStream(socket, to));
      });
    });
  }
}

class NodeStream implements ByteStream {
  readonly remote: SocketAddress;
  readonly #socket: Socket;

  constructor(socket: Socket, remote: SocketAddress) {
    this.#socket = socket;
    this.remote = remote;
    socket.on("error", () => {}); // "close" follows
  }

  get queuedOctets(): number {
    return this.#socket.writableLength;
  }

  write(bytes: Uint8Array): boolean {
    return this.#socket.write(bytes);
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  onData(handler: (bytes: Uint8Array) => void): void {
    this.#socket.on("data", handler);
  }

  onDrain(handler: () => void): void {
    this.#socket.on("drain", handler);
  }

  onClose(handler: (problem?: string) => void): void {
    this.#socket.once("close", () => handler());
  }
}
