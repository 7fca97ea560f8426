// A client that asks a nameserver for one name, type by type, without a pause, and remembers every
// answer that said nothing.
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import type { SocketAddress } from "../../src/base/index.ts";
import {
  decodeMessage,
  encodeMessage,
  makeQuery,
  type Name,
  RRType,
  rcodeText,
  typeText,
} from "../../src/dns/index.ts";

/** How long an answer may take: what comes later is a silence, which is not an empty answer. */
const PATIENCE_MS = 500;

/** What was seen. */
export interface Watched {
  /** Answers that held a record. */
  readonly answers: number;
  /** Answers that held none, in words. */
  readonly empty: readonly string[];
  readonly silences: number;
}

/** Asks until stopped; the types may be changed while it does. */
export class AnswerWatcher {
  types: readonly number[] = [RRType.A];
  readonly #server: SocketAddress;
  readonly #name: Name;
  readonly #socket: Socket;
  readonly #empty: string[] = [];
  #answers = 0;
  #silences = 0;
  #isStopped = false;
  readonly #done: Promise<void>;

  constructor(server: SocketAddress, name: Name) {
    this.#server = server;
    this.#name = name;
    this.#socket = createSocket("udp4");
    this.#done = this.#watch();
  }

  get answers(): number {
    return this.#answers;
  }

  /** May be called again. */
  async stop(): Promise<Watched> {
    if (!this.#isStopped) {
      this.#isStopped = true;
      await this.#done;
      this.#socket.close();
    }
    return { answers: this.#answers, empty: this.#empty, silences: this.#silences };
  }

  async #watch(): Promise<void> {
    for (let id = 1; !this.#isStopped; id = (id % 65_535) + 1) {
      for (const type of this.types) await this.#ask(id, type);
    }
  }

  async #ask(id: number, type: number): Promise<void> {
    const { port, address } = this.#server;
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const reply = once(this.#socket, "message", { signal });
    this.#socket.send(encodeMessage(makeQuery(id, this.#name, type)), port, address);
    try {
      const [bytes] = await reply;
      const decoded = decodeMessage(bytes);
      const isTheirs = decoded.kind === "message" && decoded.message.id === id;
      if (!isTheirs) this.#silences += 1;
      else if (decoded.message.answer.length > 0) this.#answers += 1;
      else this.#empty.push(`${typeText(type)}: ${rcodeText(decoded.message.rcode)}`);
    } catch {
      this.#silences += 1;
    }
  }
}
