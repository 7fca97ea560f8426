import {
  type ByteStream,
  type Clock,
  errorText,
  type Log,
  type SocketAddress,
} from "../../base/index.ts";
import { FrameReader, frame } from "../../dns/index.ts";
import type { Handled } from "../handled.ts";
import type { TcpLimits } from "./connectionTable.ts";
import type { FairTurns, WorkDone, Worker } from "./fairTurns.ts";

/** What a connection needs of its server. */
export interface TcpConnectionParts {
  readonly limits: TcpLimits;
  readonly clock: Clock;
  readonly log: Log;
  readonly turns: FairTurns;
  readonly handle: (message: Uint8Array, source: SocketAddress) => Handled;
  /** A request came, or a reply went. */
  readonly onActivity: (connection: TcpConnection) => void;
  readonly onSigned: (connection: TcpConnection) => void;
  /** Octets not yet handled became more or fewer. May close any connection, this one too. */
  readonly onPending: (connection: TcpConnection, octets: number) => void;
  readonly onClosed: (connection: TcpConnection) => void;
}

/** What a message of a transfer costs, in messages that are answered: it has 1,000 records. */
const STREAMED_COST = 8;

/** Up to here, copying a reply behind its length beats handing over two pieces. */
const COPIED_OCTETS_MAX = 4_096;

type Streamed = Extract<Handled, { kind: "streaming" }>["messages"];

/** One client over TCP: its messages are answered as they come, in any order (RFC 7766 6.2.1.1). */
export class TcpConnection implements Worker {
  readonly source: string;
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
  // A transfer that the client takes: nothing else of it is handled before the end.
  #streamed: Streamed | undefined;
  #isClosed = false;

  /** `source`: whose turn it takes. */
  constructor(stream: ByteStream, source: string, parts: TcpConnectionParts) {
    this.#stream = stream;
    this.source = source;
    this.#parts = parts;
    stream.onData((bytes) => this.#take(bytes));
    stream.onDrain(() => {
      this.#stalledSinceMs = undefined;
      this.#askForTurn();
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

  /** Handles what waits, as far as its client and `messagesMax` allow. */
  work(messagesMax: number): WorkDone {
    let messages = 0;
    while (messages < messagesMax && this.#mayWork()) {
      if (this.#streamed !== undefined) {
        this.#streamNext(this.#streamed);
        messages += STREAMED_COST;
        continue;
      }
      const message = this.#next();
      if (message === undefined) break;
      messages += 1;
      this.#handle(message);
    }
    this.#settleFlow();
    return { messages, isMore: this.#hasWork() };
  }

  /** Ends this connection: what it met must be no more than its own client's. */
  fail(error: unknown): void {
    const { address } = this.#stream.remote;
    this.#parts.log.error("closed a connection: its work failed", {
      address,
      problem: errorText(error),
    });
    this.close();
  }

  #take(bytes: Uint8Array): void {
    if (this.#isClosed) return;
    this.#unread.push(bytes);
    this.#unreadOctets += bytes.length;
    this.#askForTurn();
    this.#settleFlow();
  }

  #askForTurn(): void {
    if (this.#hasWork()) this.#parts.turns.ask(this);
  }

  /** Reads on only where all that came is handled: pressure reaches the client. */
  #settleFlow(): void {
    this.#notePending();
    if (this.#isClosed) return;
    if (this.#unread.length > 0 || !this.#mayHandle()) this.#stream.pause();
    else this.#stream.resume();
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

  #hasWork(): boolean {
    return this.#mayWork() && (this.#streamed !== undefined || this.#unread.length > 0);
  }

  #mayWork(): boolean {
    return this.#streamed === undefined
      ? this.#mayHandle()
      : !this.#isClosed && this.#stalledSinceMs === undefined;
  }

  #mayHandle(): boolean {
    return (
      !this.#isClosed &&
      this.#streamed === undefined &&
      this.#stalledSinceMs === undefined &&
      this.#outstanding < this.#parts.limits.outstandingMax
    );
  }

  /** Sends one message of a transfer, or ends it. */
  #streamNext(messages: Streamed): void {
    const next = messages.next();
    if (next.done !== true) {
      this.#send(next.value);
      return;
    }
    this.#streamed = undefined;
    if (next.value === "cut") this.close();
  }

  #handle(message: Uint8Array): void {
    const handled = this.#parts.handle(message, this.#stream.remote);
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
    if (handled.kind === "streaming") {
      if (handled.isSigned) this.#noteSigned();
      this.#streamed = handled.messages;
      return;
    }
    this.#noteSigned();
    this.#outstanding += 1;
    const sent = handled.reply.then((reply) => {
      this.#outstanding -= 1;
      this.#send(reply);
      this.#askForTurn();
      this.#settleFlow();
    });
    void sent.catch((error: unknown) => this.fail(error));
  }

  #noteSigned(): void {
    this.#isSigned = true;
    this.#parts.onSigned(this);
  }

  #send(reply: Uint8Array): void {
    if (this.#isClosed) return;
    this.#parts.onActivity(this);
    const isTaken = this.#write(reply);
    if (!isTaken) this.#stalledSinceMs ??= this.#parts.clock.monotonicMs();
  }

  #write(reply: Uint8Array): boolean {
    if (reply.length < COPIED_OCTETS_MAX) return this.#stream.write(frame(reply));
    this.#stream.write(Uint8Array.of(reply.length >> 8, reply.length));
    return this.#stream.write(reply); // what is written in one turn goes out together
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
    const streamed = this.#streamed;
    this.#streamed = undefined;
    this.#notePending();
    this.#parts.turns.forget(this);
    this.#parts.onClosed(this);
    try {
      streamed?.return?.("cut");
    } catch (error) {
      this.#parts.log.error("cannot end a transfer", { problem: errorText(error) });
    }
  }
}
