import { assert } from "../base/index.ts";
import { MESSAGE_OCTETS_MAX } from "./message.ts";
import { copyOctets } from "./wireReader.ts";

const LENGTH_OCTETS = 2; // RFC 1035 section 4.2.2

// First buffer of a connection: a peer that claims a long message and sends none costs no more.
const BUFFER_OCTETS_FIRST = 512;

/** A message as it goes over a byte stream: behind its length (RFC 7766 section 8). */
export function frame(message: Uint8Array): Uint8Array {
  assert(message.length <= MESSAGE_OCTETS_MAX, "a framed message fits its sixteen-bit length");
  const framed = new Uint8Array(LENGTH_OCTETS + message.length);
  framed[0] = message.length >> 8;
  framed[1] = message.length & 0xff;
  framed.set(message, LENGTH_OCTETS);
  return framed;
}

/**
 * Takes messages out of a byte stream, however it was cut into chunks (RFC 7766 section 8). Holds
 * at most one message, in a buffer that grows only with what has arrived.
 */
export class FrameReader {
  readonly #octetsMax: number;
  #held = new Uint8Array(0);
  #heldOctets = 0;
  #problem: string | undefined = undefined;

  /** `octetsMax` is the longest message taken; a longer one ends the stream, see `problem`. */
  constructor(octetsMax = MESSAGE_OCTETS_MAX) {
    assert(octetsMax > 0 && octetsMax <= MESSAGE_OCTETS_MAX, "frames are 1..65535 octets");
    this.#octetsMax = octetsMax;
  }

  /** Octets that wait for the rest of their message. */
  get pendingOctets(): number {
    return this.#heldOctets;
  }

  /** Set once a message was announced that is too long: the stream cannot be read any further. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Takes the next octets; gives every message that is now whole, without its length. */
  push(chunk: Uint8Array): readonly Uint8Array[] {
    const messages: Uint8Array[] = [];
    let offset = 0;
    while (offset < chunk.length && this.#problem === undefined) {
      offset += this.take(chunk, offset, messages);
    }
    return messages;
  }

  /**
   * Takes from `offset` up to the end of one message, which is added to `messages`; the answer is
   * how many octets. Messages cost more than their octets: whoever has to bound what waits keeps
   * the chunk, and takes one at a time.
   */
  take(chunk: Uint8Array, offset: number, messages: Uint8Array[]): number {
    const left = chunk.length - offset;
    if (this.#heldOctets === 0 && left >= LENGTH_OCTETS) {
      // Most messages arrive in one piece: they are copied once.
      const length = ((chunk[offset] ?? 0) << 8) | (chunk[offset + 1] ?? 0);
      const end = offset + LENGTH_OCTETS + length;
      if (end <= chunk.length && length <= this.#octetsMax) {
        messages.push(copyOctets(chunk, offset + LENGTH_OCTETS, end));
        return LENGTH_OCTETS + length;
      }
    }
    const missing = this.#missingOctets();
    const taken = Math.min(missing, left);
    this.#hold(chunk.subarray(offset, offset + taken));
    if (this.#heldOctets < LENGTH_OCTETS || this.#problem !== undefined) return taken;
    if (this.#missingOctets() === 0 && this.#problem === undefined) {
      messages.push(copyOctets(this.#held, LENGTH_OCTETS, this.#heldOctets));
      this.#heldOctets = 0;
      // Ten thousand idle connections must not keep what one long message needed.
      if (this.#held.length > BUFFER_OCTETS_FIRST) this.#held = new Uint8Array(0);
    }
    return taken;
  }

  /** Octets up to the end of the length, or once that is known, of the message. */
  #missingOctets(): number {
    if (this.#heldOctets < LENGTH_OCTETS) return LENGTH_OCTETS - this.#heldOctets;
    const length = ((this.#held[0] ?? 0) << 8) | (this.#held[1] ?? 0);
    if (length > this.#octetsMax) {
      this.#problem = `Cannot read frame as it must be <= ${this.#octetsMax} octets: ${length}`;
      return 0;
    }
    return LENGTH_OCTETS + length - this.#heldOctets;
  }

  #hold(octets: Uint8Array): void {
    const needed = this.#heldOctets + octets.length;
    if (needed > this.#held.length) {
      const size = Math.max(needed, this.#held.length * 2, BUFFER_OCTETS_FIRST);
      const grown = new Uint8Array(Math.min(size, LENGTH_OCTETS + MESSAGE_OCTETS_MAX));
      grown.set(this.#held.subarray(0, this.#heldOctets));
      this.#held = grown;
    }
    this.#held.set(octets, this.#heldOctets);
    this.#heldOctets = needed;
  }
}
