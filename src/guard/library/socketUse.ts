import { subscribe, unsubscribe } from "node:diagnostics_channel";
import type { ClientRequest } from "node:http";
import type { ClientHttp2Session, ClientHttp2Stream } from "node:http2";
import type { Socket } from "node:net";

/** What is known of a socket that http, https or undici use. */
interface Use {
  /** Requests under way. */
  requests: number;
  /** Of http: octets written when the last request ended. */
  writtenOctets?: number;
  /** Nobody's but the application's by now: a WebSocket, a tunnel. */
  isTakenOver: boolean;
  isReleased: boolean;
  /** True while it is told so. */
  isReleasing: boolean;
}

/**
 * What sockets are used for, as Node's and undici's diagnostics channels tell it. `created` is told
 * by Node from 22.12 on, HTTP/2 from 22.17 and 24.2 on.
 */
export class SocketUse {
  readonly #sockets: () => Iterable<Socket>;
  readonly #uses = new WeakMap<Socket, Use>();
  readonly #users = new WeakMap<object, Socket | undefined>();
  readonly #sessions = new WeakMap<Socket, ClientHttp2Session>();
  readonly #seen = new WeakSet<ClientHttp2Session>();
  readonly #channels: readonly (readonly [string, (message: unknown) => void])[];

  /** `sockets`: those looked after. */
  constructor(sockets: () => Iterable<Socket>) {
    this.#sockets = sockets;
    const onRequest = (message: unknown) => this.#onHttpRequest(message as HttpMessage);
    this.#channels = [
      ["http.client.request.created", onRequest],
      ["http.client.request.start", onRequest],
      ["http2.client.stream.start", (message) => this.#onStream(message as StreamMessage)],
      ["undici:client:sendHeaders", (message) => this.#onUndiciSent(message as UndiciMessage)],
      ["undici:request:trailers", (message) => this.#onUndiciEnded(message as UndiciMessage)],
      ["undici:request:error", (message) => this.#onUndiciEnded(message as UndiciMessage)],
    ];
    for (const [name, handler] of this.#channels) subscribe(name, handler);
  }

  close(): void {
    for (const [name, handler] of this.#channels) unsubscribe(name, handler);
  }

  /**
   * Ends a socket that is idle. One that is busy is used no further, as far as whoever uses it lets
   * itself be told. One of which nothing is known is left alone.
   */
  release(socket: Socket): void {
    const use = this.#uses.get(socket);
    // HTTP/2 by itself: streams under way end first.
    if (use === undefined) this.#sessions.get(socket)?.close();
    else if (isIdle(socket, use)) socket.destroy();
    else if (!use.isTakenOver && !use.isReleased) {
      use.isReleased = true;
      use.isReleasing = true;
      socket.emit("agentRemove"); // http's agents give it to no request after this one
      use.isReleasing = false;
    }
  }

  #useOf(socket: Socket): Use {
    const known = this.#uses.get(socket);
    if (known !== undefined) return known;
    const use: Use = { requests: 0, isTakenOver: false, isReleased: false, isReleasing: false };
    this.#uses.set(socket, use);
    // Node says so, too, when a socket is no longer http's: of an upgrade, of a tunnel.
    socket.on("agentRemove", () => {
      use.isTakenOver ||= !use.isReleasing;
    });
    return use;
  }

  #onHttpRequest({ request }: HttpMessage): void {
    if (this.#users.has(request)) return;
    this.#users.set(request, undefined);
    let use: Use | undefined;
    const begin = (socket: Socket): void => {
      use = this.#useOf(socket);
      use.requests += 1;
      request.once("close", () => {
        if (use === undefined) return;
        use.requests -= 1;
        use.writtenOctets = socket.bytesWritten;
      });
    };
    if (request.socket) begin(request.socket);
    else request.once("socket", begin);
  }

  #onUndiciSent({ request, socket }: UndiciMessage): void {
    if (socket === undefined) return;
    this.#users.set(request, socket);
    this.#useOf(socket).requests += 1;
  }

  #onUndiciEnded({ request }: UndiciMessage): void {
    const socket = this.#users.get(request);
    if (socket === undefined) return;
    this.#users.delete(request);
    this.#useOf(socket).requests -= 1;
  }

  /** Of a session, Node shows its socket by a stand-in alone: its port tells which it is. */
  #onStream({ stream: { session } }: StreamMessage): void {
    if (session === undefined || this.#seen.has(session)) return;
    this.#seen.add(session);
    const { localPort, remoteAddress } = session.socket;
    for (const socket of this.#sockets()) {
      if (socket.localPort !== localPort || socket.remoteAddress !== remoteAddress) continue;
      this.#sessions.set(socket, session);
    }
  }
}

interface HttpMessage {
  readonly request: ClientRequest;
}

interface StreamMessage {
  readonly stream: ClientHttp2Stream & { readonly session: ClientHttp2Session | undefined };
}

interface UndiciMessage {
  readonly request: object;
  readonly socket?: Socket;
}

/** Something written since the last request ended is one that Node 20 tells of late. */
function isIdle({ bytesWritten }: Socket, use: Use): boolean {
  const { requests, isTakenOver, writtenOctets = bytesWritten } = use;
  return requests === 0 && !isTakenOver && writtenOctets === bytesWritten;
}
