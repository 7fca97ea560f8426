/** Bounds on TCP connections (RFC 7766 section 6.2.2 and 10 ask for them). */
export const TCP_LIMITS = {
  /** Connections at once: a few file descriptors of many, and some 40 MB where all are busy. */
  connectionsMax: 2000,
  /** Of one source: a whole office behind one address, and no more than an eighth of all. */
  perSourceMax: 250,
  /** A client that has something to ask asks at once. */
  firstMessageMs: 5_000,
  /** Between messages: long enough to reuse a connection, short enough to get it back. */
  idleMs: 30_000,
  /** Of a client that signed: enactors keep theirs for good, and ask every second. */
  signedIdleMs: 600_000,
  /** For a client that does not read its replies. */
  stalledMs: 10_000,
  /** UPDATEs of one connection not yet answered: then it is not read any further. */
  outstandingMax: 256,
  /** Messages answered before sockets are read again: about 3 ms of work. */
  messagesPerTurn: 128,
  /** Messages of one connection before another source is visited: 0.1 ms of work. */
  messagesPerVisit: 4,
  /** The same as time, for messages that are more work than most. */
  turnMs: 3,
  /** Octets of messages not yet handled, of all connections together. */
  pendingOctetsMax: 32 * 2 ** 20,
} as const;

/** The bounds, for tests to make smaller. */
export type TcpLimits = { readonly [Limit in keyof typeof TCP_LIMITS]: number };

interface Entry<Connection> {
  readonly connection: Connection;
  readonly source: Source<Connection>;
  activeMs: number;
  hasMessage: boolean;
  isSigned: boolean;
}

interface Source<Connection> {
  readonly key: string;
  /** Longest idle first: whoever gets active moves to the end. */
  readonly evictable: Set<Entry<Connection>>;
  signedCount: number;
}

/** Whether there is room for a newcomer. */
export type Admission<Connection> =
  | { readonly kind: "admitted"; readonly evicted?: Connection }
  | { readonly kind: "refused" };

/**
 * Who is connected, and who has to go for a newcomer: the longest idle of the source that has most
 * connections, and never one that signed. So whoever fills the table pays for it alone.
 */
export class ConnectionTable<Connection> {
  readonly #limits: TcpLimits;
  readonly #entries = new Map<Connection, Entry<Connection>>();
  readonly #sources = new Map<string, Source<Connection>>();

  constructor(limits: TcpLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#entries.size;
  }

  /** Takes a connection in, if need be instead of another, which the caller closes. */
  admit(connection: Connection, sourceKey: string, nowMs: number): Admission<Connection> {
    const known = this.#sources.get(sourceKey);
    const isSourceFull = known !== undefined && sizeOf(known) >= this.#limits.perSourceMax;
    const isFull = this.#entries.size >= this.#limits.connectionsMax;
    const from = isSourceFull ? known : isFull ? this.#largestSource() : undefined;
    const [victim] = from?.evictable ?? [];
    if ((isSourceFull || isFull) && victim === undefined) return { kind: "refused" };
    if (victim !== undefined) this.remove(victim.connection);
    this.#add(connection, sourceKey, nowMs);
    return victim === undefined
      ? { kind: "admitted" }
      : { kind: "admitted", evicted: victim.connection };
  }

  /** Notes a request from a connection, or a reply to it. */
  noteActivity(connection: Connection, nowMs: number): void {
    const entry = this.#entries.get(connection);
    if (entry === undefined) return;
    entry.activeMs = nowMs;
    entry.hasMessage = true;
    if (!entry.isSigned) {
      entry.source.evictable.delete(entry);
      entry.source.evictable.add(entry);
    }
  }

  /** Notes a message with a right signature: from now on nobody is let in instead. */
  noteSigned(connection: Connection): void {
    const entry = this.#entries.get(connection);
    if (entry === undefined || entry.isSigned) return;
    entry.isSigned = true;
    entry.source.evictable.delete(entry);
    entry.source.signedCount += 1;
  }

  remove(connection: Connection): void {
    const entry = this.#entries.get(connection);
    if (entry === undefined) return;
    this.#entries.delete(connection);
    const { source } = entry;
    if (entry.isSigned) source.signedCount -= 1;
    else source.evictable.delete(entry);
    if (sizeOf(source) === 0) this.#sources.delete(source.key);
  }

  /** Connections that have been idle for too long. */
  idle(nowMs: number): readonly Connection[] {
    return [...this.#entries.values()]
      .filter((entry) => nowMs - entry.activeMs >= this.#idleMs(entry))
      .map(({ connection }) => connection);
  }

  connections(): Iterable<Connection> {
    return [...this.#entries.keys()];
  }

  #idleMs(entry: Entry<Connection>): number {
    if (entry.isSigned) return this.#limits.signedIdleMs;
    return entry.hasMessage ? this.#limits.idleMs : this.#limits.firstMessageMs;
  }

  #add(connection: Connection, key: string, nowMs: number): void {
    const source = this.#sources.get(key) ?? { key, evictable: new Set(), signedCount: 0 };
    this.#sources.set(key, source);
    const entry = { connection, source, activeMs: nowMs, hasMessage: false, isSigned: false };
    source.evictable.add(entry);
    this.#entries.set(connection, entry);
  }

  #largestSource(): Source<Connection> | undefined {
    let largest: Source<Connection> | undefined;
    for (const source of this.#sources.values()) {
      if (source.evictable.size === 0) continue;
      if (largest === undefined || sizeOf(source) > sizeOf(largest)) largest = source;
    }
    return largest;
  }
}

function sizeOf<Connection>(source: Source<Connection>): number {
  return source.evictable.size + source.signedCount;
}
