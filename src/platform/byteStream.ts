import type { Socket } from "node:net";
import type { ByteStream, SocketAddress } from "../base/index.ts";
import { systemErrorText } from "./systemError.ts";

/** A connected TCP socket as a {@link ByteStream}. */
export class SocketStream implements ByteStream {
  readonly remote: SocketAddress;
  readonly #socket: Socket;
  #problem: string | undefined;
  #closed = false;
  #closeHandler: ((problem?: string) => void) | undefined;

  constructor(socket: Socket, remote: SocketAddress) {
    this.#socket = socket;
    this.remote = remote;
    socket.on("error", (error) => {
      this.#problem ??= systemErrorText(error);
    });
    socket.on("close", () => {
      this.#closed = true;
      this.#closeHandler?.(this.#problem);
    });
  }

  get queuedOctets(): number {
    return this.#socket.writableLength;
  }

  write(bytes: Uint8Array): boolean {
    if (!this.#socket.writable) return false; // onClose tells, or has told
    // What is written in one turn goes to the system in one call: a pipelining client's replies.
    if (this.#socket.writableCorked === 0) {
      this.#socket.cork();
      process.nextTick(() => this.#socket.uncork());
    }
    return this.#socket.write(bytes);
  }

  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  end(): void {
    this.#socket.end();
  }

  destroy(): void {
    this.#socket.destroy();
  }

  onData(handler: (bytes: Uint8Array) => void): void {
    this.#socket.on("data", (chunk: Buffer) => {
      handler(new Uint8Array(chunk.buffer, chunk.byteOffset, chunk.length));
    });
  }

  onDrain(handler: () => void): void {
    this.#socket.on("drain", handler);
  }

  onClose(handler: (problem?: string) => void): void {
    this.#closeHandler = handler;
    if (this.#closed) queueMicrotask(() => handler(this.#problem));
  }
}
