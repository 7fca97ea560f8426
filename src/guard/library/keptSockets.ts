import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { isIPv6, type Socket } from "node:net";
import type { CancelWake, Clock } from "../../base/index.ts";
import { parseName } from "../../dns/index.ts";
import type { Guard } from "../machine/guard.ts";

const SENT = "undici:client:sendHeaders";
const ENDED = ["undici:request:trailers", "undici:request:error"] as const;
/** How often sockets are looked at. */
const SWEEP_MS = 5_000;
/** Sockets looked after; more are left alone. */
const SOCKETS_MAX = 4096;
const TYPE_A = 1;
const TYPE_AAAA = 28;

interface Kept {
  readonly name: string;
  readonly address: string;
}

interface HttpSocket extends Socket {
  /** Node's http sets it while a request uses the socket, and to null while none does. */
  readonly _httpMessage?: object | null;
}

/**
 * Ends idle connections to addresses that are no longer their name's: a connection that is kept
 * alive never looks its name up again. Only such of http, https and undici (`fetch`), of which it
 * is known when they are idle; a request under way is never cut.
 */
export class KeptSockets {
  readonly #guard: Guard;
  readonly #clock: Clock;
  readonly #kept = new Map<Socket, Kept>();
  readonly #sockets = new WeakMap<object, Socket>();
  readonly #requests = new WeakMap<Socket, number>();
  readonly #onSent = (message: unknown): void => {
    const { request, socket } = message as { readonly request: object; readonly socket: Socket };
    this.#sockets.set(request, socket);
    this.#requests.set(socket, (this.#requests.get(socket) ?? 0) + 1);
  };
  readonly #onEnded = (message: unknown): void => {
    const { request } = message as { readonly request: object };
    const socket = this.#sockets.get(request);
    if (socket === undefined) return;
    this.#sockets.delete(request);
    this.#requests.set(socket, Math.max(0, (this.#requests.get(socket) ?? 0) - 1));
  };
  #cancel: CancelWake = () => {};

  constructor(guard: Guard, clock: Clock) {
    this.#guard = guard;
    this.#clock = clock;
    subscribe(SENT, this.#onSent);
    for (const channel of ENDED) subscribe(channel, this.#onEnded);
    this.#sweepLater();
  }

  /** Looks after a socket that was just connected. */
  add(socket: Socket, host: string, address: string): void {
    const parsed = parseName(host);
    if (parsed.kind === "malformed" || this.#kept.size >= SOCKETS_MAX) return;
    this.#kept.set(socket, { name: parsed.name, address });
    socket.once("close", () => this.#kept.delete(socket));
  }

  /** Asks for names again whose TTL is over, and ends what has become idle at a left address. */
  async sweep(): Promise<void> {
    const asked = new Map([...this.#kept.values()].map((kept) => [keyOf(kept), kept]));
    await Promise.all(
      [...asked.values()].map(({ name, address }) =>
        this.#guard.lookUp(name, isIPv6(address) ? TYPE_AAAA : TYPE_A),
      ),
    );
    for (const [socket, { name, address }] of this.#kept) {
      if (this.#guard.hasLeft(name, address) && this.#isIdle(socket)) socket.destroy();
    }
  }

  close(): void {
    this.#cancel();
    unsubscribe(SENT, this.#onSent);
    for (const channel of ENDED) unsubscribe(channel, this.#onEnded);
    this.#kept.clear();
  }

  #sweepLater(): void {
    this.#cancel = this.#clock.wakeAfter(SWEEP_MS, () => {
      void this.sweep().finally(() => this.#sweepLater());
    });
  }

  /** False where it is not known. */
  #isIdle(socket: HttpSocket): boolean {
    const requests = this.#requests.get(socket);
    if (requests !== undefined) return requests === 0;
    return socket._httpMessage === null;
  }
}

function keyOf({ name, address }: Kept): string {
  return `${name} ${isIPv6(address)}`;
}
