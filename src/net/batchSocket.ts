import { isIPv6 } from "node:net";
import type { SocketAddress } from "../base/index.ts";
import type { BatchCalls } from "./batchCalls.ts";
import { BATCH_MAX, BatchMemory, HEADER, PACKET_OCTETS_MAX, VECTOR } from "./batchMemory.ts";
import {
  AF_INET,
  AF_INET6,
  NAME_OCTETS_V4,
  NAME_OCTETS_V6,
  socketAddressAt,
} from "./socketName.ts";

/** A socket that {@link openBatchSocket} opened, as other threads take it up: all numbers. */
export interface BatchSocketHandle {
  readonly fd: number;
  readonly isV6: boolean;
  /** Bound to a wildcard: replies must say from which address they come. */
  readonly isWildcard: boolean;
}

const MSG_TRUNC = 0x20;
const MSG_DONTWAIT = 0x40;
const MSG_WAITFORONE = 0x10000;
const EINTR = 4;
const EAGAIN = 11;
/** Errors of a socket that is closed, or of a call that is made wrongly or forbidden. */
const LASTING: ReadonlySet<string> = new Set([
  "EBADF",
  "ENOTSOCK",
  "EFAULT",
  "EINVAL",
  "ENOSYS",
  "EPERM",
]);

// Control messages that say, and are told, which of our addresses a datagram is for (ip(7)).
const CONTROL_OCTETS_V4 = 32; // cmsghdr 16, in_pktinfo 12, padding
const CONTROL_OCTETS_V6 = 40; // cmsghdr 16, in6_pktinfo 20, padding
const CONTROL_DATA_AT = 16;
const INTERFACE_AT_V6 = CONTROL_DATA_AT + 16;

/**
 * Datagrams in batches from one socket, in the calling thread, which sleeps while there are none.
 * Replies are written over the datagrams that they answer. Not for two threads at once.
 */
export class BatchSocket {
  readonly memory: BatchMemory;
  /** Replies that the system did not take. */
  unsent = 0;
  readonly #calls: BatchCalls;
  readonly #handle: BatchSocketHandle;
  readonly #controlOctets: number;
  #replies = 0;

  constructor(calls: BatchCalls, handle: BatchSocketHandle) {
    this.#calls = calls;
    this.#handle = handle;
    this.memory = new BatchMemory(calls);
    const controlOctets = handle.isV6 ? CONTROL_OCTETS_V6 : CONTROL_OCTETS_V4;
    this.#controlOctets = handle.isWildcard ? controlOctets : 0;
    for (let slot = 0; slot < BATCH_MAX; slot += 1) this.#prepare(slot);
  }

  /**
   * Waits for datagrams and takes up to {@link BATCH_MAX}: slots 0 and up hold them. 0 after the
   * socket's time-out, or where something passing came between. Throws Error where the socket is
   * none any more.
   */
  receive(): number {
    const { memory } = this;
    this.#replies = 0;
    const { fd, isWildcard } = this.#handle;
    const taken = this.#calls.recvmmsg(fd, memory.headersInAddress, BATCH_MAX, MSG_WAITFORONE, 0);
    if (taken <= 0) {
      if (taken < 0) this.#checkUsable();
      return 0;
    }
    if (isWildcard) for (let slot = 0; slot < taken; slot += 1) this.#keepControl(slot);
    return taken;
  }

  /** Octets received in a slot. */
  octetsIn(slot: number): number {
    return this.memory.words[this.memory.headerIn(slot) + HEADER.messageOctets] as number;
  }

  /** Whether the datagram was longer than what is kept of it. */
  isCut(slot: number): boolean {
    const flags = this.memory.words[this.memory.headerIn(slot) + HEADER.flags] as number;
    return (flags & MSG_TRUNC) !== 0;
  }

  /** Who sent the datagram of a slot. */
  sourceOf(slot: number): SocketAddress {
    return socketAddressAt(this.memory.octets, this.memory.nameAt(slot));
  }

  /** What {@link sendBack} needs to reply to the datagram of a slot later, from another thread. */
  wayBack(slot: number): Uint8Array {
    const { octets } = this.memory;
    const name = this.memory.nameAt(slot);
    const control = this.memory.controlAt(slot);
    const way = new Uint8Array(NAME_OCTETS_V6 + this.#controlOctets);
    way.set(octets.subarray(name, name + NAME_OCTETS_V6));
    way.set(octets.subarray(control, control + this.#controlOctets), NAME_OCTETS_V6);
    return way;
  }

  /** Sends one reply at once, on a way that a socket with the same handle gave. */
  sendBack(way: Uint8Array, bytes: Uint8Array): void {
    const { memory } = this;
    if (bytes.length > PACKET_OCTETS_MAX) return;
    memory.octets.set(bytes, memory.packetAt(0));
    memory.octets.set(way.subarray(0, NAME_OCTETS_V6), memory.nameAt(0));
    memory.octets.set(way.subarray(NAME_OCTETS_V6), memory.controlAt(0));
    this.reply(0, bytes.length);
    this.flush();
  }

  /** Queues the first octets of a slot as the reply to its sender. At most one for each slot. */
  reply(slot: number, octets: number): void {
    const { memory } = this;
    const { words } = memory;
    const place = this.#replies;
    this.#replies = place + 1;
    const vector = memory.vectorOut(place);
    words[vector + VECTOR.octets] = octets;
    memory.point(vector + VECTOR.base, slot, "packet");
    const header = memory.headerOut(place);
    memory.point(header + HEADER.name, slot, "name");
    if (this.#controlOctets > 0) {
      memory.point(header + HEADER.control, slot, "control");
      const from = memory.headerIn(slot) + HEADER.controlOctets;
      words[header + HEADER.controlOctets] = words[from] as number;
    }
  }

  /** Sends what was queued. Never waits: what the system does not take at once is dropped. */
  flush(): void {
    const { memory } = this;
    let sent = 0;
    while (sent < this.#replies) {
      const headers = memory.headersOutAddress + sent * HEADER.words * 4;
      const count = this.#replies - sent;
      const taken = this.#calls.sendmmsg(this.#handle.fd, headers, count, MSG_DONTWAIT);
      if (taken > 0) {
        sent += taken;
        continue;
      }
      const errno = this.#calls.errno();
      if (errno === EINTR) continue;
      if (errno === EAGAIN) {
        this.unsent += count; // the system's queue is full: the clients ask again
        break;
      }
      this.unsent += 1; // this one cannot go: port 0, a firewall, no route. The others may
      sent += 1;
    }
    this.#replies = 0;
  }

  /** What passes by itself is no reason to stop; what does not must not be tried for ever. */
  #checkUsable(): void {
    const errno = this.#calls.errno();
    if (errno === EAGAIN || errno === EINTR) return;
    const name = this.#calls.errorName(errno);
    if (LASTING.has(name)) throw new Error(`Cannot receive datagrams: ${name}`);
  }

  #prepare(slot: number): void {
    const { memory } = this;
    const nameOctets = this.#handle.isV6 ? NAME_OCTETS_V6 : NAME_OCTETS_V4;
    const family = this.#handle.isV6 ? AF_INET6 : AF_INET;
    memory.octets[memory.nameAt(slot)] = family;
    for (const header of [memory.headerIn(slot), memory.headerOut(slot)]) {
      memory.words[header + HEADER.nameOctets] = nameOctets;
    }
    if (this.#controlOctets > 0) {
      const header = memory.headerIn(slot);
      memory.point(header + HEADER.control, slot, "control");
      memory.words[header + HEADER.controlOctets] = this.#controlOctets;
    }
  }

  /** Makes the control message of a datagram that of its reply, and of the next receive. */
  #keepControl(slot: number): void {
    const { memory } = this;
    const at = (memory.controlAt(slot) + CONTROL_DATA_AT) >> 2;
    // A reply goes the way that the routes say. Link-local addresses alone name an interface.
    if (!this.#handle.isV6) memory.words[at] = 0;
    else if (!isLinkLocal(memory.octets, memory.controlAt(slot) + CONTROL_DATA_AT)) {
      memory.words[(memory.controlAt(slot) + INTERFACE_AT_V6) >> 2] = 0;
    }
    const header = memory.headerIn(slot) + HEADER.controlOctets;
    const got = memory.words[header] as number;
    if (got !== this.#controlOctets) memory.words[header] = this.#controlOctets;
  }
}

function isLinkLocal(octets: Uint8Array, at: number): boolean {
  return octets[at] === 0xfe && ((octets[at + 1] ?? 0) & 0xc0) === 0x80;
}

/** Whether an address stands for all of this machine's. */
export function isWildcard(address: string): boolean {
  return address === "0.0.0.0" || (isIPv6(address) && /^[0:]*$/.test(address));
}
