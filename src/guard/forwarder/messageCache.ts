import type { Message, ResourceRecord } from "../../dns/index.ts";

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

interface Slot {
  readonly cached: CachedMessage;
  readonly octets: number;
}

// What the engine takes for objects around the octets, rounded up: a message with one address was
// measured at 1,062 octets, one with four at 1,905.
const MESSAGE_OCTETS = 900;
const RECORD_OCTETS = 400;

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
    return slot.cached;
  }

  put(key: string, message: Message, atMs: number, ttlSeconds: number): void {
    this.delete(key);
    const octets = octetsOf(key, message);
    if (octets > this.octetsMax) return;
    this.#slots.set(key, { cached: { message, atMs, ttlSeconds, hits: 0 }, octets });
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
    this.#octets -= slot.octets;
  }

  clear(): void {
    this.#slots.clear();
    this.#octets = 0;
  }
}

function octetsOf(key: string, { answer, authority, additional, edns }: Message): number {
  const sections = [answer, authority, additional];
  const options = edns?.options ?? [];
  return (
    MESSAGE_OCTETS +
    2 * key.length +
    sections.reduce((sum, records) => sum + recordOctets(records), 0) +
    options.reduce((sum, { data }) => sum + RECORD_OCTETS + data.length, 0)
  );
}

function recordOctets(records: readonly ResourceRecord[]): number {
  return records.reduce((sum, { name, rdata }) => {
    return sum + RECORD_OCTETS + name.length + rdata.length;
  }, 0);
}
