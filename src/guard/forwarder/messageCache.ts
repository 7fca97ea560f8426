import { assert } from "../../base/index.ts";
import { decodeMessage, encodeMessage, type Message } from "../../dns/index.ts";

/** A message of an upstream, as it is remembered. */
export interface CachedMessage {
  readonly message: Message;
  /** When it came, on the monotonic clock. */
  readonly atMs: number;
  /** Seconds that it was good for when it came. */
  readonly ttlSeconds: number;
  /** Times that it was asked for since. */
  hits: number;
}

// What the engine takes around the octets, rounded up: a message with one address was measured at
// 288 octets, one with four at 336.
const MESSAGE_OCTETS = 300;
/** Arguments of one call. */
const CHUNK = 4096;

/** Messages up to so many octets of memory; those asked for longest ago go first. */
export class MessageCache {
  readonly octetsMax: number;
  readonly #slots = new Map<string, Slot>();
  #octets = 0;
  #evicted = 0;

  /** @param octetsMax memory, estimated: what the engine takes for objects is counted. */
  constructor(octetsMax: number) {
    this.octetsMax = octetsMax;
  }

  get octets(): number {
    return this.#octets;
  }

  get size(): number {
    return this.#slots.size;
  }

  /** Messages that went for others, since the beginning. */
  get evicted(): number {
    return this.#evicted;
  }

  get(key: string): CachedMessage | undefined {
    const slot = this.#slots.get(key);
    if (slot === undefined) return undefined;
    this.#slots.delete(key); // what was asked for last stands last
    this.#slots.set(key, slot);
    return slot;
  }

  put(key: string, message: Message, atMs: number, ttlSeconds: number): void {
    this.delete(key);
    const slot = new Slot(message, atMs, ttlSeconds);
    const octets = octetsOf(key, slot);
    if (octets > this.octetsMax || !slot.isWhole) return;
    this.#slots.set(key, slot);
    this.#octets += octets;
    for (const oldest of this.#slots.keys()) {
      if (this.#octets <= this.octetsMax) return;
      this.delete(oldest);
      this.#evicted += 1;
    }
  }

  delete(key: string): void {
    const slot = this.#slots.get(key);
    if (slot === undefined) return;
    this.#slots.delete(key);
    this.#octets -= octetsOf(key, slot);
  }

  clear(): void {
    this.#slots.clear();
    this.#octets = 0;
  }
}

/**
 * A message as its octets: a third of what its objects take. They are the characters of a string,
 * as that is the smallest thing that the engine keeps octets in.
 */
class Slot implements CachedMessage {
  readonly atMs: number;
  readonly ttlSeconds: number;
  hits = 0;
  readonly #wire: string;
  /** All its bits: without EDNS a message has room for four. */
  readonly #rcode: number;

  constructor(message: Message, atMs: number, ttlSeconds: number) {
    this.atMs = atMs;
    this.ttlSeconds = ttlSeconds;
    this.#rcode = message.rcode;
    this.#wire = textOf(encodeMessage({ ...message, rcode: message.rcode & 0xf }));
  }

  get octets(): number {
    return this.#wire.length;
  }

  /** Whether the message comes back from its octets with all its records. */
  get isWhole(): boolean {
    const decoded = decodeMessage(octetsOfText(this.#wire));
    return decoded.kind === "message" && !decoded.message.tc;
  }

  get message(): Message {
    const decoded = decodeMessage(octetsOfText(this.#wire));
    assert(decoded.kind === "message", "a message was whole when it was put");
    return { ...decoded.message, rcode: this.#rcode };
  }
}

function octetsOf(key: string, { octets }: Slot): number {
  return MESSAGE_OCTETS + key.length + octets;
}

function textOf(octets: Uint8Array): string {
  let text = "";
  for (let at = 0; at < octets.length; at += CHUNK) {
    text += String.fromCharCode(...octets.subarray(at, at + CHUNK));
  }
  return text;
}

function octetsOfText(text: string): Uint8Array {
  const octets = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at += 1) octets[at] = text.charCodeAt(at);
  return octets;
}
