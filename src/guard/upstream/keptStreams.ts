import type {
  ByteStream,
  CancelWake,
  Clock,
  SocketAddress,
  StreamDialer,
} from "../../base/index.ts";
import { FrameReader } from "../../dns/stub/index.ts";

/** A stream that nobody uses is closed after this (RFC 7858 section 3.4 asks for reuse). */
const IDLE_MS = 10_000;
/** Streams of one server that wait for the next question. */
const IDLE_MAX = 4;

/**
 * Opens streams through another dialer, and keeps those whose questions were all answered for the
 * next one: a TLS handshake for each question would cost two round trips. To whoever has one it
 * looks new; `destroy` gives it back.
 */
export class KeptStreams implements StreamDialer {
  readonly #dialer: StreamDialer;
  readonly #clock: Clock;
  readonly #idle = new Map<string, Kept[]>();

  constructor(dialer: StreamDialer, clock: Clock) {
    this.#dialer = dialer;
    this.#clock = clock;
  }

  async dial(to: SocketAddress, timeoutMs: number): Promise<ByteStream> {
    const place = `${to.address}#${to.port}`;
    const idle = this.#idle.get(place) ?? [];
    this.#idle.set(place, idle);
    const known = idle.pop();
    if (known !== undefined) {
      const redial = (): Promise<ByteStream> => this.#dialer.dial(to, timeoutMs);
      return new Lease(known.taken(), redial, (kept) => this.#giveBack(kept));
    }
    const kept = new Kept(await this.#dialer.dial(to, timeoutMs), idle);
    return new Lease(kept, undefined, (back) => this.#giveBack(back));
  }

  #giveBack(kept: Kept): void {
    const { idle } = kept;
    if (!kept.isDone || idle.length >= IDLE_MAX) {
      kept.stream.destroy();
      return;
    }
    idle.push(kept);
    kept.cancelIdle = this.#clock.wakeAfter(IDLE_MS, () => kept.stream.destroy());
  }
}

/** One dialer for each TLS name, which keeps its streams for the next question. */
export function keptDialers(
  make: (tlsName: string) => StreamDialer,
  clock: Clock,
): (tlsName: string) => StreamDialer {
  const known = new Map<string, StreamDialer>();
  return (tlsName) => {
    const dialer = known.get(tlsName) ?? new KeptStreams(make(tlsName), clock);
    known.set(tlsName, dialer);
    return dialer;
  };
}

/** A stream, and whether all that was asked over it is answered. */
class Kept {
  readonly stream: ByteStream;
  /** Where it waits while nobody has it. */
  readonly idle: Kept[];
  readonly #written = new FrameReader();
  readonly #read = new FrameReader();
  #open = 0;
  #isClosed = false;
  lease: Lease | undefined;
  cancelIdle: CancelWake = () => {};

  constructor(stream: ByteStream, idle: Kept[]) {
    this.stream = stream;
    this.idle = idle;
    stream.onData((bytes) => {
      this.#open -= this.#read.push(bytes).length;
      if (this.lease === undefined)
        stream.destroy(); // nobody asked
      else this.lease.hear(bytes);
    });
    stream.onClose((problem) => {
      this.#isClosed = true;
      this.cancelIdle();
      const at = this.idle.indexOf(this);
      if (at >= 0) this.idle.splice(at, 1);
      this.lease?.closed(problem);
    });
  }

  get isDone(): boolean {
    const isWhole = this.#read.pendingOctets === 0 && this.#written.pendingOctets === 0;
    return !this.#isClosed && isWhole && this.#open === 0;
  }

  taken(): this {
    this.cancelIdle();
    return this;
  }

  write(bytes: Uint8Array): boolean {
    this.#open += this.#written.push(bytes).length;
    return this.stream.write(bytes);
  }
}

/** One use of a kept stream. */
class Lease implements ByteStream {
  readonly remote: SocketAddress;
  #kept: Kept;
  #redial: (() => Promise<ByteStream>) | undefined;
  readonly #giveBack: (kept: Kept) => void;
  readonly #written: Uint8Array[] = [];
  #isOver = false;
  #onData: (bytes: Uint8Array) => void = () => {};
  #onClose: (problem?: string) => void = () => {};

  constructor(
    kept: Kept,
    redial: (() => Promise<ByteStream>) | undefined,
    giveBack: (kept: Kept) => void,
  ) {
    this.remote = kept.stream.remote;
    this.#kept = kept;
    this.#redial = redial;
    this.#giveBack = giveBack;
    kept.lease = this;
  }

  get queuedOctets(): number {
    return this.#kept.stream.queuedOctets;
  }

  hear(bytes: Uint8Array): void {
    this.#redial = undefined;
    this.#onData(bytes);
  }

  /** The server may have closed it just as it was taken: then once more over a new one. */
  closed(problem?: string): void {
    const redial = this.#redial;
    this.#redial = undefined;
    if (redial === undefined || this.#isOver) {
      this.#onClose(problem);
      return;
    }
    redial().then(
      (stream) => this.#goOn(stream),
      () => this.#onClose(problem),
    );
  }

  write(bytes: Uint8Array): boolean {
    if (this.#redial !== undefined) this.#written.push(bytes);
    return this.#kept.write(bytes);
  }

  pause(): void {
    this.#kept.stream.pause();
  }

  resume(): void {
    this.#kept.stream.resume();
  }

  end(): void {
    this.destroy();
  }

  destroy(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#kept.lease = undefined;
    this.#giveBack(this.#kept);
  }

  onData(handler: (bytes: Uint8Array) => void): void {
    this.#onData = handler;
  }

  onDrain(handler: () => void): void {
    this.#kept.stream.onDrain(handler);
  }

  onClose(handler: (problem?: string) => void): void {
    this.#onClose = handler;
  }

  #goOn(stream: ByteStream): void {
    if (this.#isOver) {
      stream.destroy();
      return;
    }
    this.#kept = new Kept(stream, this.#kept.idle);
    this.#kept.lease = this;
    for (const bytes of this.#written) this.#kept.write(bytes);
  }
}
