import type { BatchCalls } from "./batchCalls.ts";

/** Datagrams taken with one call: more costs latency, and saves next to nothing. */
export const BATCH_MAX = 64;
/** Octets received of one datagram; a longer one is cut, and said to be. */
export const PACKET_OCTETS_MAX = 4096;

// An odd number of cache lines from packet to packet: with a power of two all headers would share
// a few sets of the processor's cache.
const PACKET_STRIDE = PACKET_OCTETS_MAX + 192;
const NAME_STRIDE = 32; // sockaddr_in6 has 28 octets
const CONTROL_STRIDE = 64; // the longest control message, IPV6_PKTINFO's, takes 40 octets
const VECTOR_STRIDE = 16; // struct iovec
const HEADER_STRIDE = 64; // struct mmsghdr

/** Word indexes within a struct mmsghdr; a pointer takes two words. */
export const HEADER = {
  name: 0,
  nameOctets: 2,
  vector: 4,
  vectorCount: 6,
  control: 8,
  controlOctets: 10,
  flags: 12,
  messageOctets: 14,
  words: HEADER_STRIDE / 4,
} as const;

/** Word indexes within a struct iovec. */
export const VECTOR = { base: 0, octets: 2, words: VECTOR_STRIDE / 4 } as const;

const PACKETS_AT = 0;
const NAMES_AT = PACKETS_AT + BATCH_MAX * PACKET_STRIDE;
const CONTROLS_AT = NAMES_AT + BATCH_MAX * NAME_STRIDE;
const VECTORS_IN_AT = CONTROLS_AT + BATCH_MAX * CONTROL_STRIDE;
const VECTORS_OUT_AT = VECTORS_IN_AT + BATCH_MAX * VECTOR_STRIDE;
const HEADERS_IN_AT = VECTORS_OUT_AT + BATCH_MAX * VECTOR_STRIDE;
const HEADERS_OUT_AT = HEADERS_IN_AT + BATCH_MAX * HEADER_STRIDE;
const OCTETS = HEADERS_OUT_AT + BATCH_MAX * HEADER_STRIDE;

/**
 * One block of memory that the kernel writes datagrams into and reads replies from, with the
 * structures of recvmmsg() and sendmmsg() around them. It never moves while it is referenced.
 */
export class BatchMemory {
  readonly octets = new Uint8Array(OCTETS);
  readonly words = new Int32Array(this.octets.buffer);
  readonly headersInAddress: number;
  readonly headersOutAddress: number;
  readonly #address: number;
  // Pointers to each slot's datagram, name and control, as two words: made once.
  readonly #pointers = new Int32Array(BATCH_MAX * 6);

  constructor(calls: BatchCalls) {
    this.#address = calls.addressOf(this.octets);
    this.headersInAddress = this.#address + HEADERS_IN_AT;
    this.headersOutAddress = this.#address + HEADERS_OUT_AT;
    for (let slot = 0; slot < BATCH_MAX; slot += 1) this.#link(slot);
  }

  /** Offset of a slot's datagram: a multiple of 64. */
  packetAt(slot: number): number {
    return PACKETS_AT + slot * PACKET_STRIDE;
  }

  /** Offset of a slot's socket address, as the kernel knows it. */
  nameAt(slot: number): number {
    return NAMES_AT + slot * NAME_STRIDE;
  }

  controlAt(slot: number): number {
    return CONTROLS_AT + slot * CONTROL_STRIDE;
  }

  /** Word index of the header that a slot is received with. */
  headerIn(slot: number): number {
    return (HEADERS_IN_AT >> 2) + slot * HEADER.words;
  }

  headerOut(slot: number): number {
    return (HEADERS_OUT_AT >> 2) + slot * HEADER.words;
  }

  vectorOut(slot: number): number {
    return (VECTORS_OUT_AT >> 2) + slot * VECTOR.words;
  }

  /** Writes the pointer to a slot's datagram, name or control to a word of a structure. */
  point(word: number, slot: number, to: "packet" | "name" | "control"): void {
    const from = slot * 6 + (to === "packet" ? 0 : to === "name" ? 2 : 4);
    this.words[word] = this.#pointers[from] as number;
    this.words[word + 1] = this.#pointers[from + 1] as number;
  }

  #putPointer(words: Int32Array, word: number, offset: number): void {
    const address = this.#address + offset;
    words[word] = (address % 2 ** 32) | 0;
    words[word + 1] = Math.floor(address / 2 ** 32);
  }

  #link(slot: number): void {
    const { words } = this;
    this.#putPointer(this.#pointers, slot * 6, this.packetAt(slot));
    this.#putPointer(this.#pointers, slot * 6 + 2, this.nameAt(slot));
    this.#putPointer(this.#pointers, slot * 6 + 4, this.controlAt(slot));
    const vectorIn = (VECTORS_IN_AT >> 2) + slot * VECTOR.words;
    this.point(vectorIn + VECTOR.base, slot, "packet");
    words[vectorIn + VECTOR.octets] = PACKET_OCTETS_MAX;
    for (const [header, vectorAt] of [
      [this.headerIn(slot), VECTORS_IN_AT],
      [this.headerOut(slot), VECTORS_OUT_AT],
    ] as const) {
      this.point(header + HEADER.name, slot, "name");
      this.#putPointer(words, header + HEADER.vector, vectorAt + slot * VECTOR_STRIDE);
      words[header + HEADER.vectorCount] = 1;
    }
  }
}
