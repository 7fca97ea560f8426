import { isIPv6, type Socket } from "node:net";
import type { CancelWake, Clock } from "../../base/index.ts";
import { type Name, parseName, StubType } from "../../dns/stub/index.ts";
import type { Guard, GuardReply } from "../machine/guard.ts";
import { SocketUse } from "./socketUse.ts";

/** How often sockets are looked at. */
const SWEEP_MS = 5_000;
/** Sockets looked after; more are left alone. */
const SOCKETS_MAX = 4096;

interface Kept {
  readonly name: Name;
  readonly address: string;
  /** Once its address has left the name, until an answer has it again. */
  hasLeft: boolean;
}

/**
 * Ends idle connections to addresses that are no longer their name's: a connection that is kept
 * alive never looks its name up again. Only such of which {@link SocketUse} knows when they are
 * idle, and of names that guard was asked for; a request under way is never cut.
 */
export class KeptSockets {
  readonly #guard: Pick<Guard, "lookUp" | "hasLeft" | "hasAddresses">;
  readonly #clock: Clock;
  readonly #kept = new Map<Socket, Kept>();
  readonly #use: SocketUse;
  #cancel: CancelWake = () => {};
  #isClosed = false;

  constructor(guard: Pick<Guard, "lookUp" | "hasLeft" | "hasAddresses">, clock: Clock) {
    this.#guard = guard;
    this.#clock = clock;
    this.#use = new SocketUse(() => this.#kept.keys());
    this.#sweepLater();
  }

  /** Sockets looked after. */
  get size(): number {
    return this.#kept.size;
  }

  /** Looks after a socket that was just connected. */
  add(socket: Socket, host: string, address: string): void {
    const parsed = parseName(host);
    if (parsed.kind === "malformed" || this.#kept.size >= SOCKETS_MAX) return;
    if (!this.#guard.hasAddresses(parsed.name)) return;
    this.#kept.set(socket, { name: parsed.name, address, hasLeft: false });
    socket.once("close", () => this.#kept.delete(socket));
  }

  /** Asks for names again whose TTL is over, and ends what has become idle at a left address. */
  async sweep(): Promise<void> {
    const kept = [...this.#kept.values()];
    const asked = new Map<string, Promise<GuardReply>>();
    for (const one of kept) {
      const key = keyOf(one);
      const type = isIPv6(one.address) ? StubType.AAAA : StubType.A;
      if (!asked.has(key)) asked.set(key, this.#guard.lookUp(one.name, type));
    }
    for (const one of kept) {
      const reply = await asked.get(keyOf(one));
      const isBack = reply !== undefined && "values" in reply && reply.values.includes(one.address);
      one.hasLeft = !isBack && (one.hasLeft || this.#guard.hasLeft(one.name, one.address));
    }
    // In a turn of its own: by then each request that was given a socket has told.
    await new Promise<void>((resolve) => {
      this.#clock.wakeAfter(0, () => {
        this.#releaseLeft();
        resolve();
      });
    });
  }

  close(): void {
    this.#isClosed = true;
    this.#cancel();
    this.#use.close();
    this.#kept.clear();
  }

  #releaseLeft(): void {
    for (const [socket, { hasLeft }] of this.#kept) {
      if (hasLeft) this.#use.release(socket);
    }
  }

  #sweepLater(): void {
    this.#cancel = this.#clock.wakeAfter(SWEEP_MS, () => {
      void this.sweep().finally(() => {
        if (!this.#isClosed) this.#sweepLater();
      });
    });
  }
}

function keyOf({ name, address }: Pick<Kept, "name" | "address">): string {
  return `${name} ${isIPv6(address)}`;
}
