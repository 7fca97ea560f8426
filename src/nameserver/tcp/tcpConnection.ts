import type { ByteStream, Clock } from "../../base/index.ts";
import { FrameReader, frame } from "../../dns/index.ts";
import type { Handled } from "../requests.ts";
import type { TcpLimits } from "./connectionTable.ts";

/** What a connection needs of its server. */
export interface TcpConnectionParts {
  readonly limits: TcpLimits;
  readonly clock: Clock;
  readonly handle: (message: Uint8Array) => Handled;
  /** A request came, or a reply went. */
  readonly onActivity: (connection: TcpConnection) => void;
  readonly onSigned: (connection: TcpConnection) => void;
  /** Octets not yet handled became more or fewer. May close any connection, this one too. */
  readonly onPending: (connection: TcpConnection, octets: number) => void;
  readonly onClosed: (connection: TcpConnection) => void;
}

/** One client over TCP: its messages are answered as they come, in any order (RFC 7766 6.2.1.1). */
export class TcpConnection {
  readonly #stream: ByteStream;
  readonly #parts: TcpConnectionParts;
  readonly #reader = new FrameReader();
  // Chunks as they came: cut into messages only when their turn comes, since the shortest message
  // takes a hundred times its octets.
  #unread: Uint8Array[] = [];
  #readOctets = 0; // of the first of #unread
  #unreadOctets = 0; // of whole chunks, as they are kept whole
  #pendingOctets = 0;
  #isSigned = false;
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

  /** Octets that came and are not yet handled. */
  get pendingOctets(): number {
    return this.#pendingOctets;
  }

  /** A message with a right signature came. */
  get isSigned(): boolean {
    return this.#isSigned;
  }

  /** Ends the connection at once: nothing more of it is handled. */
  close(): void {
    if (this.#isClosed) return;
    this.#stream.destroy();
    this.#closed();
  }

  #take(bytes: Uint8Array): void {
    if (this.#isClosed) return;
    this.#unread.push(bytes);
    this.#unreadOctets += bytes.length;
    this.#pump();
  }

  /** Handles what waits, as far as the client and its fellows allow. */
  #pump(): void {
    let handled = 0;
    while (this.#mayHandle() && handled < this.#parts.limits.messagesPerTurn) {
      const message = this.#next();
      if (message === undefined) break;
      handled += 1;
      this.#handle(message);
    }
    this.#notePending();
    if (this.#isClosed) return;
    const isMoreWaiting = this.#unread.length > 0;
    if (isMoreWaiting || !this.#mayHandle()) this.#stream.pause();
    else this.#stream.resume();
    if (isMoreWaiting && this.#mayHandle()) this.#waitForTurn();
  }

  /** The next whole message; undefined where all that came is part of one that is not whole. */
  #next(): Uint8Array | undefined {
    const taken: Uint8Array[] = [];
    for (let [chunk] = this.#unread; chunk !== undefined; [chunk] = this.#unread) {
      this.#readOctets += this.#reader.take(chunk, this.#readOctets, taken);
      if (this.#readOctets >= chunk.length) {
        this.#unread.shift();
        this.#unreadOctets -= chunk.length;
        this.#readOctets = 0;
      }
      if (this.#reader.problem !== undefined) this.close();
      if (taken.length > 0) break;
    }
    return taken[0];
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
    if (handled.kind === "dropped") {
      this.close(); // whoever sends what is no request is no client
      return;
    }
    this.#parts.onActivity(this);
    if (handled.kind === "replied") {
      if (handled.isSigned) this.#noteSigned();
      this.#send(handled.reply);
      return;
    }
    this.#noteSigned();
    this.#outstanding += 1;
    void handled.reply.then((reply) => {
      this.#outstanding -= 1;
      this.#send(reply);
      this.#pump();
    });
  }

  #noteSigned(): void {
    this.#isSigned = true;
    this.#parts.onSigned(this);
  }

  #send(reply: Uint8Array): void {
    if (this.#isClosed) return;
    this.#parts.onActivity(this);
    const isTaken = this.#stream.write(frame(reply));
    if (!isTaken) this.#stalledSinceMs ??= this.#parts.clock.monotonicMs();
  }

  #notePending(): void {
    const before = this.#pendingOctets;
    this.#pendingOctets = this.#isClosed ? 0 : this.#reader.pendingOctets + this.#unreadOctets;
    this.#parts.onPending(this, this.#pendingOctets - before);
  }

  #closed(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#unread = [];
    this.#notePending();
    this.#parts.onClosed(this);
  }
}
