import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { type EventEmitter, errorMonitor } from "node:events";
import type { Socket } from "node:net";
import { checkServerIdentity, TLSSocket } from "node:tls";
import { parseName } from "../../dns/stub/index.ts";
import type { Guard } from "../machine/guard.ts";
import type { KeptSockets } from "./keptSockets.ts";

const CHANNEL = "net.client.socket";
/** Hosts whose certificates are known to be valid; those checked longest ago go first. */
const CHECKED_MAX = 1000;

/**
 * Learns from the connections that the application makes anyway: which addresses fail, and (over
 * TLS, where the certificate was valid for the name) which are the service. Node 20 tells of TLS
 * sockets only where they are made by `net.connect`; later versions tell of all.
 */
export class ConnectionWatch {
  readonly #guard: Pick<Guard, "connections" | "proven">;
  readonly #kept: Pick<KeptSockets, "add">;
  readonly #nowMs: () => number;
  /** Hosts and ports whose last whole handshake showed a certificate that is valid. */
  readonly #checked = new Set<string>();
  readonly #onSocket = (message: unknown): void => {
    const { socket } = message as { readonly socket: Socket };
    this.#watch(socket);
  };

  constructor(
    guard: Pick<Guard, "connections" | "proven">,
    kept: Pick<KeptSockets, "add">,
    nowMs: () => number,
  ) {
    this.#guard = guard;
    this.#kept = kept;
    this.#nowMs = nowMs;
    subscribe(CHANNEL, this.#onSocket);
  }

  close(): void {
    unsubscribe(CHANNEL, this.#onSocket);
  }

  #watch(socket: Socket): void {
    const { connections } = this.#guard;
    let host: string | undefined;
    socket.on("lookup", (_error: Error, _address: string, _family: number, asked: string) => {
      host = asked;
    });
    socket.on("connectionAttemptFailed", (address: string) => {
      connections.failed(address, this.#nowMs());
    });
    socket.on("connectionAttemptTimeout", (address: string) => {
      connections.failed(address, this.#nowMs());
    });
    socket.once("connect", () => {
      const { remoteAddress } = socket;
      if (remoteAddress === undefined) return;
      connections.succeeded(remoteAddress);
      if (host !== undefined) this.#kept.add(socket, host, remoteAddress);
    });
    socket.once("secureConnect", () => {
      const { remoteAddress } = socket;
      if (host === undefined || remoteAddress === undefined) return;
      const parsed = parseName(host);
      if (parsed.kind === "malformed" || !this.#isProof(socket, host)) return;
      this.#guard.proven(parsed.name, remoteAddress);
    });
    // Only looked at: whether an error is handled is the application's business.
    const events: EventEmitter = socket;
    events.on(errorMonitor, (error: unknown) => {
      const { syscall, address } = error as FailedAttempt;
      if (syscall === "connect" && address !== undefined) {
        connections.failed(address, this.#nowMs());
      }
    });
  }

  /**
   * A certificate that is valid for another name (SNI) says nothing of this one; and what an
   * application lets pass as valid (`checkServerIdentity`) may be. Of a session that is resumed
   * Node has no certificate: the one counts by which the session began.
   */
  #isProof(socket: Socket, host: string): boolean {
    if (!(socket instanceof TLSSocket)) return false;
    const { servername } = socket as TLSSocket & { readonly servername?: string | false };
    if (servername !== host) return false;
    const place = `${host} ${socket.remotePort}`;
    if (socket.isSessionReused()) return socket.authorized && this.#checked.has(place);
    this.#checked.delete(place);
    const isValid = checkServerIdentity(host, socket.getPeerCertificate()) === undefined;
    if (!socket.authorized || !isValid) return false;
    const [oldest] = this.#checked;
    if (oldest !== undefined && this.#checked.size >= CHECKED_MAX) this.#checked.delete(oldest);
    this.#checked.add(place);
    return true;
  }
}

/** What Node says of an attempt to connect that failed. */
interface FailedAttempt {
  readonly syscall?: string;
  readonly address?: string;
}
