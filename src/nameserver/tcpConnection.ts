import type { ByteStream, Clock } from "../base/index.ts";
import { FrameReader, frame } from "../dns/index.ts";
import type { TcpLimits } from "./connectionTable.ts";
import type { Handled } from "./requests.ts";

/** What a connection needs of its server. */
export interface TcpConnectionParts {
  readonly limits: TcpLimits;
  readonly clock: Clock;
  readonly handle: (message: Uint8Array) => Handled;
  /** A request came, or a reply went. */
  readonly onActivity: (connection: TcpConnection) => void;
  readonly onSigned: (connection: TcpConnection) => void;
  /** Octets not yet handled became more or fewer; false: there are too many of all connections. */
  readonly onPending: (octets: number) => boolean;
  readonly onClosed: (connection: TcpConnection) => void;
}

/** One client over TCP: its messages are answered as they come, in any order (RFC 7766 6.2.1.1). */
export class TcpConnection {
  readonly #stream: ByteStream;
  readonly #parts: TcpConnectionParts;
  readonly #reader = new FrameReader();
  #waiting: Uint8Array[] = [];
  #head = 0; // of #waiting: what is before it was handled
  #waitingOctets = 0;
  #pendingOctets = 0;
  #outstanding = 0;
  #stalledSinceMs: number | undefined;
  #isTurnOver = false;
  #isClosed = false;

  constructor(stream: ByteStream, parts: TcpConnectionParts) {
    this.#stream = stream;
    this.#parts = parts;
    stream.onData((bytes) => this.#take(bytes));
    stream.onDrain(() => {
      this.#stalledSinceMs = undefined;
      this.#pump();
    });
    stream.onClose(() => this.#closed());
  }

  /** How long the client has not read what was sent to it, in milliseconds. */
  stalledMs(nowMs: number): number {
    return this.#stalledSinceMs === undefined ? 0 : nowMs - this.#stalledSinceMs;
  }

  /** Ends the connection at once. */
  close(): void {
    if (!this.#isClosed) this.#stream.destroy();
  }

  #take(bytes: Uint8Array): void {
    if (this.#isClosed) return;
    for (const message of this.#reader.push(bytes)) {
      this.#waiting.push(message);
      this.#waitingOctets += message.length;
    }
    const isTooMuch = !this.#notePending();
    if (this.#reader.problem !== undefined || isTooMuch) this.close();
    else this.#pump();
  }

  /** Handles what waits, as far as the client and its fellows allow. */
  #pump(): void {
    let handled = 0;
    while (this.#mayHandle() && handled < this.#parts.limits.messagesPerTurn) {
      const message = this.#waiting[this.#head];
      if (message === undefined) break;
      // Taken before it is handled: a write may call back at once and come here again.
      this.#head += 1;
      handled += 1;
      this.#waitingOctets -= message.length;
      this.#handle(message);
    }
    const isMoreWaiting = this.#head < this.#waiting.length;
    if (!isMoreWaiting) {
      this.#waiting = [];
      this.#head = 0;
    }
    this.#notePending();
    if (this.#isClosed) return;
    if (isMoreWaiting || !this.#mayHandle()) this.#stream.pause();
    else this.#stream.resume();
    if (isMoreWaiting && this.#mayHandle()) this.#waitForTurn();
  }

  #mayHandle(): boolean {
    return (
      !this.#isClosed &&
      !this.#isTurnOver &&
      this.#stalledSinceMs === undefined &&
      this.#outstanding < this.#parts.limits.outstandingMax
    );
  }

  #waitForTurn(): void {
    this.#isTurnOver = true;
    this.#parts.clock.wakeAfter(0, () => {
      this.#isTurnOver = false;
      this.#pump();
    });
  }

  #handle(message: Uint8Array): void {
    const handled = this.#parts.handle(message);
    if (handled.kind === "dropped") return; // not a request: does not keep a connection open
    this.#parts.onActivity(this);
    if (handled.kind === "replied") {
      if (handled.isSigned) this.#parts.onSigned(this);
      this.#send(handled.reply);
      return;
    }
    this.#parts.onSigned(this);
    this.#outstanding += 1;
    void handled.reply.then((reply) => {
      this.#outstanding -= 1;
      this.#send(reply);
      this.#pump();
    });
  }

  #send(reply: Uint8Array): void {
    if (this.#isClosed) return;
    this.#parts.onActivity(this);
    const isTaken = this.#stream.write(frame(reply));
    if (!isTaken) this.#stalledSinceMs ??= this.#parts.clock.monotonicMs();
  }

  #notePending(): boolean {
    const before = this.#pendingOctets;
    this.#pendingOctets = this.#isClosed ? 0 : this.#reader.pendingOctets + this.#waitingOctets;
    return this.#parts.onPending(this.#pendingOctets - before);
  }

  #closed(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#waiting = [];
    this.#head = 0;
    this.#notePending();
    this.#parts.onClosed(this);
  }
}
