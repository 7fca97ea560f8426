// A recursive server on loopback whose answers come late: somebody else's come first.
import { type ChildProcess, fork } from "node:child_process";
import { createSocket, type RemoteInfo, type Socket } from "node:dgram";
import { once } from "node:events";
import { createServer, type Server } from "node:net";
import { fileURLToPath } from "node:url";
import {
  decodeMessage,
  encodeMessage,
  FrameReader,
  frame,
  type Message,
  makeResponse,
  nameOf,
  parseRdata,
  type ResourceRecord,
  RRType,
} from "../../src/dns/index.ts";
import type { Forgery } from "./poisoner.ts";

/** What the true server says of any name, and what forgers would have believed. */
export const TRUE_ADDRESS = "192.0.2.1";
export const FORGED_ADDRESS = "203.0.113.66";

/** A question as it came. */
export interface Asked {
  readonly query: Message;
  readonly wire: Uint8Array;
  readonly port: number;
}

/** Everything that an attack may do with a question before the truth is told. */
export interface Attack {
  /** Octets that come from the server's own address and port, as if they were spoofed. */
  readonly spoofed?: (asked: Asked) => readonly Uint8Array[];
  /** Octets of a process that is somebody else, at this address and port (0: any). */
  readonly stranger?: (asked: Asked, serverPort: number) => Omit<Forgery, "toPort" | "message">;
  /** Parts of the true answer: what a server may say that it should not. */
  readonly truth?: Partial<Message>;
}

const LATE_MS = 60;

export function record(name: string, type: number, text: string): ResourceRecord {
  const parsed = parseRdata(type, text);
  if (parsed.kind === "malformed") throw new Error(parsed.problem);
  return { name: nameOf(name), type, class: 1, ttlSeconds: 300, rdata: parsed.rdata };
}

/** A response to a question, in its own letters. */
export function responseTo({ query, wire }: Asked, parts: Partial<Message>): Uint8Array {
  const bytes = encodeMessage({ ...makeResponse(query, 0), ra: true, ...parts });
  const [question] = query.question;
  // Header, name (as octets of its text and one more), type and class.
  if (question !== undefined) bytes.set(wire.subarray(12, 12 + question.name.length + 1), 12);
  return bytes;
}

/** The forged answer: right in everything. */
export function forgeryFor(asked: Asked): Uint8Array {
  const name = asked.query.question[0]?.name ?? "";
  return responseTo(asked, { answer: [record(name, RRType.A, FORGED_ADDRESS)] });
}

export class PoisonedServer {
  readonly asked: Asked[] = [];
  readonly #attacks = new Map<string, Attack>();
  readonly #udp: Socket = createSocket("udp4");
  readonly #tcp: Server;
  readonly #stranger: ChildProcess = fork(fileURLToPath(new URL("poisoner.ts", import.meta.url)));
  readonly #late = new Set<NodeJS.Timeout>();
  /** Forged datagrams that were sent. */
  forged = 0;
  byTcp = 0;
  port = 0;

  constructor() {
    this.#stranger.unref();
    this.#stranger.channel?.unref();
    this.#tcp = createServer((socket) => {
      const reader = new FrameReader();
      socket.on("error", () => {});
      socket.on("data", (bytes) => {
        for (const wire of reader.push(bytes)) {
          const asked = askedOf(wire, 0);
          this.byTcp += 1;
          if (asked !== undefined) socket.write(frame(this.#truth(asked)));
        }
      });
    });
  }

  async listen(): Promise<void> {
    this.#udp.on("message", (wire, from) => void this.#hear(wire, from));
    this.#udp.bind(0, "127.0.0.1");
    await once(this.#udp, "listening");
    this.port = this.#udp.address().port;
    this.#tcp.listen(this.port, "127.0.0.1");
    await once(this.#tcp, "listening");
  }

  attack(host: string, attack: Attack): void {
    this.#attacks.set(nameOf(host), attack);
  }

  close(): void {
    for (const late of this.#late) clearTimeout(late);
    this.#udp.close();
    this.#tcp.close();
    this.#stranger.kill();
  }

  async #hear(wire: Uint8Array, from: RemoteInfo): Promise<void> {
    const asked = askedOf(wire, from.port);
    if (asked === undefined) return;
    this.asked.push(asked);
    const attack = this.#attacks.get(asked.query.question[0]?.name ?? "");
    if (attack === undefined) {
      this.#udp.send(this.#truth(asked), from.port, from.address);
      return;
    }
    for (const bytes of attack.spoofed?.(asked) ?? []) {
      this.forged += 1;
      this.#udp.send(bytes, from.port, from.address);
    }
    const place = attack.stranger?.(asked, this.port);
    if (place !== undefined) {
      const message = Buffer.from(forgeryFor(asked)).toString("base64");
      this.#stranger.send({ ...place, toPort: from.port, message } satisfies Forgery);
      await once(this.#stranger, "message");
      this.forged += 1;
    }
    // The forged ones were there first, and for long.
    const truth = this.#truth(asked);
    this.#late.add(setTimeout(() => this.#udp.send(truth, from.port, from.address), LATE_MS));
  }

  #truth(asked: Asked): Uint8Array {
    const { name = "", type } = asked.query.question[0] ?? {};
    const answer = type === RRType.A ? [record(name, RRType.A, TRUE_ADDRESS)] : [];
    return responseTo(asked, { answer, ...this.#attacks.get(name)?.truth });
  }
}

function askedOf(wire: Uint8Array, port: number): Asked | undefined {
  const decoded = decodeMessage(wire);
  return decoded.kind === "message" ? { query: decoded.message, wire, port } : undefined;
}
