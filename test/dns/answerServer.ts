// A server that answers every question with the records it was given: for tests that let other
// programs read what this library writes. TCP on loopback only.
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import {
  decodeMessage,
  encodeMessage,
  FrameReader,
  frame,
  makeResponse,
  type ResourceRecord,
} from "../../src/dns/index.ts";

export class AnswerServer {
  /** What the next questions are answered with. */
  answer: readonly ResourceRecord[] = [];
  readonly #server = createServer((socket) => this.#serve(socket));
  readonly #sockets = new Set<Socket>();

  /** Starts on a free port of 127.0.0.1; the answer is the port. */
  async listen(): Promise<number> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    const address = this.#server.address();
    return typeof address === "object" ? (address?.port ?? 0) : 0;
  }

  async close(): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(this.#server, "close");
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on("close", () => this.#sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    const frames = new FrameReader();
    socket.on("data", (chunk) => {
      for (const bytes of frames.push(chunk)) {
        const decoded = decodeMessage(bytes);
        if (decoded.kind === "malformed") continue;
        const { questionWire, message } = decoded;
        const response = { ...makeResponse(message, 0), aa: true, answer: this.answer };
        socket.write(frame(encodeMessage(response, { questionWire })));
      }
    });
  }
}
