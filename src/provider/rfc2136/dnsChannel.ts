import {
  assert,
  type ByteStream,
  type CancelWake,
  type Chance,
  type Clock,
  concatBytes,
  errorText,
  type Log,
  type SocketAddress,
  type StreamDialer,
} from "../../base/index.ts";
import { DnsError, FrameReader, frame } from "../../dns/index.ts";

/** Requests sent and not answered: keeps the server busy across one round trip, and no more. */
export const OUTSTANDING_MAX = 256;
/** Requests that wait for their turn; past it a caller is told at once. */
const QUEUED_MAX = 8_192;
/** Past it, what became of a request is unknown: far above any server's slowest honest commit. */
export const REQUEST_MS_MAX = 5_000;
/** A connection that is not made by then never will be. */
const DIAL_MS_MAX = 2_000;
/** First and longest wait before dialling again: a server that is back is met within a second. */
const REDIAL_MS_MIN = 50;
const REDIAL_MS_MAX = 1_000;
/** How often deadlines are looked at. */
const SWEEP_MS = 500;
const IDS = 65_536; // RFC 1035 section 4.1.1: sixteen bits

/** What became of one request. */
export type Exchange =
  | { readonly kind: "reply"; readonly bytes: Uint8Array; readonly connection: number }
  | { readonly kind: "failed"; readonly problem: string };

/** One message to be sent: encoded when its turn comes, under the id it is given then. */
export interface Request {
  encode(id: number): Uint8Array;
  /** Only over this connection, so that what was read before over it still counts. */
  readonly onlyOn?: number;
}

interface Pending {
  readonly request: Request;
  readonly done: (exchange: Exchange) => void;
  sentMs: number;
}

/** What a channel is made of. */
export interface ChannelOptions {
  readonly server: SocketAddress;
  readonly dialer: StreamDialer;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly log: Log;
  /** Every time a connection was made. */
  readonly onConnected: () => void;
}

/**
 * DNS over one persistent TCP connection (RFC 7766): requests are pipelined and matched by id. A
 * lost connection is dialled again for ever, and whatever was outstanding has failed.
 */
export class DnsChannel {
  readonly #options: ChannelOptions;
  readonly #outstanding = new Map<number, Pending>();
  #queue: Pending[] = [];
  #stream: ByteStream | undefined;
  #connection = 0;
  #state: "dialling" | "open" | "waiting" | "closed" = "dialling";
  #problem = "not connected yet";
  #failures = 0;
  #heardMs = 0;
  #isCongested = false;
  #isFlushAsked = false;
  #cancelRedial: CancelWake = () => {};
  #cancelSweep: CancelWake = () => {};

  constructor(options: ChannelOptions) {
    this.#options = options;
    this.#dial();
    this.#scheduleSweep();
  }

  /** Sends one request. Never rejects; the bytes of a reply are not verified. */
  exchange(request: Request): Promise<Exchange> {
    if (this.#state === "waiting" || this.#state === "closed") {
      return Promise.resolve({ kind: "failed", problem: this.#problem });
    }
    if (this.#queue.length >= QUEUED_MAX) {
      return Promise.resolve({ kind: "failed", problem: "too many requests wait" });
    }
    return new Promise((done) => {
      this.#queue.push({ request, done, sentMs: this.#options.clock.monotonicMs() });
      this.#flushSoon();
    });
  }

  close(): void {
    this.#state = "closed";
    this.#cancelRedial();
    this.#cancelSweep();
    this.#stream?.destroy();
    this.#failAll("the channel was closed");
  }

  #dial(): void {
    this.#state = "dialling";
    const { dialer, server } = this.#options;
    dialer.dial(server, DIAL_MS_MAX).then(
      (stream) => this.#onConnected(stream),
      (error: unknown) => this.#onLost(errorText(error)),
    );
  }

  #onConnected(stream: ByteStream): void {
    if (this.#state === "closed") {
      stream.destroy();
      return;
    }
    const { clock, log, onConnected, server } = this.#options;
    const reader = new FrameReader();
    this.#stream = stream;
    this.#state = "open";
    this.#connection += 1;
    this.#isCongested = false;
    this.#heardMs = clock.monotonicMs();
    stream.onData((bytes) => this.#onData(reader, bytes));
    stream.onDrain(() => {
      this.#isCongested = false;
      this.#flushSoon();
    });
    stream.onClose((problem) => {
      if (this.#stream === stream) this.#onLost(problem ?? "the server closed the connection");
    });
    log.info("connected to DNS server", { address: server.address, port: server.port });
    onConnected();
    this.#flushSoon();
  }

  #onData(reader: FrameReader, bytes: Uint8Array): void {
    this.#heardMs = this.#options.clock.monotonicMs();
    for (const message of reader.push(bytes)) {
      const id = ((message[0] ?? 0) << 8) | (message[1] ?? 0);
      const pending = this.#outstanding.get(id);
      if (pending === undefined) continue; // answered too late, or never asked
      this.#failures = 0;
      this.#outstanding.delete(id);
      pending.done({ kind: "reply", bytes: message, connection: this.#connection });
    }
    if (reader.problem !== undefined) this.#giveUp(reader.problem);
    this.#flushSoon();
  }

  /** At the end of this turn, so that what is asked for together is one write to the socket. */
  #flushSoon(): void {
    if (this.#isFlushAsked) return;
    this.#isFlushAsked = true;
    void Promise.resolve().then(() => {
      this.#isFlushAsked = false;
      this.#flush();
    });
  }

  #flush(): void {
    const stream = this.#stream;
    if (this.#state !== "open" || stream === undefined || this.#isCongested) return;
    const room = OUTSTANDING_MAX - this.#outstanding.size;
    if (room === 0 || this.#queue.length === 0) return;
    const turn = this.#queue.slice(0, room);
    this.#queue = this.#queue.slice(room);
    const frames = turn.flatMap((pending) => this.#begin(pending) ?? []);
    if (frames.length > 0) this.#isCongested = !stream.write(concatBytes(frames));
  }

  /** Gives a request its id, and makes its frame; undefined where it cannot be sent. */
  #begin(pending: Pending): Uint8Array | undefined {
    const { request, done } = pending;
    if (request.onlyOn !== undefined && request.onlyOn !== this.#connection) {
      done({ kind: "failed", problem: "the connection was made anew" });
      return undefined;
    }
    const id = this.#freeId();
    try {
      const framed = frame(request.encode(id));
      pending.sentMs = this.#options.clock.monotonicMs();
      this.#outstanding.set(id, pending);
      return framed;
    } catch (error) {
      if (!(error instanceof DnsError)) throw error;
      done({ kind: "failed", problem: errorText(error) }); // longer than a message can be
      return undefined;
    }
  }

  /** Unpredictable (RFC 5452 section 9.2), and not in use. */
  #freeId(): number {
    assert(this.#outstanding.size < IDS / 2, "an id is found soon");
    for (;;) {
      const id = this.#options.chance.below(IDS);
      if (!this.#outstanding.has(id)) return id;
    }
  }

  #onLost(problem: string): void {
    if (this.#state === "closed") return;
    const { clock, chance, log, server } = this.#options;
    this.#stream = undefined;
    this.#state = "waiting";
    this.#problem = `no contact with ${server.address} port ${server.port}: ${problem}`;
    if (this.#failures === 0) log.warn("DNS server lost", { problem: this.#problem });
    this.#failures += 1;
    this.#failAll(this.#problem);
    const wholeMs = Math.min(REDIAL_MS_MIN * 2 ** Math.min(this.#failures, 16), REDIAL_MS_MAX);
    const afterMs = wholeMs / 2 + chance.below(Math.ceil(wholeMs / 2));
    this.#cancelRedial = clock.wakeAfter(afterMs, () => this.#dial());
  }

  #failAll(problem: string): void {
    const failed = [...this.#outstanding.values(), ...this.#queue];
    this.#outstanding.clear();
    this.#queue = [];
    for (const pending of failed) pending.done({ kind: "failed", problem });
  }

  #scheduleSweep(): void {
    this.#cancelSweep = this.#options.clock.wakeAfter(SWEEP_MS, () => {
      this.#scheduleSweep();
      this.#sweep();
    });
  }

  #sweep(): void {
    const nowMs = this.#options.clock.monotonicMs();
    const overdue = [...this.#outstanding].filter(([, p]) => nowMs - p.sentMs >= REQUEST_MS_MAX);
    const waited = this.#queue.filter((p) => nowMs - p.sentMs >= REQUEST_MS_MAX);
    if (overdue.length + waited.length === 0) return;
    const problem = `no answer in ${REQUEST_MS_MAX} ms`;
    this.#queue = this.#queue.filter((pending) => !waited.includes(pending));
    for (const [id] of overdue) this.#outstanding.delete(id);
    for (const pending of [...overdue.map(([, p]) => p), ...waited]) {
      pending.done({ kind: "failed", problem });
    }
    // Silence, not one slow request: the server hangs or the path is gone. A new connection tells.
    if (nowMs - this.#heardMs >= REQUEST_MS_MAX) this.#giveUp(problem);
  }

  /** Leaves a connection that is of no more use. */
  #giveUp(problem: string): void {
    const stream = this.#stream;
    if (stream === undefined) return;
    this.#onLost(problem);
    stream.destroy();
  }
}
