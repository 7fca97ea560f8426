import type {
  CancelWake,
  Chance,
  Clock,
  DatagramDialer,
  DatagramPeer,
  SocketAddress,
} from "../../base/index.ts";
import { errorText } from "../../base/index.ts";
import {
  decodeMessage,
  encodeMessage,
  type Message,
  signMessage,
  type TsigKey,
  verifyMessage,
} from "../../dns/index.ts";
import { wallSeconds } from "../reply.ts";

/** What became of one question. */
export type Asked =
  | { readonly kind: "answered"; readonly message: Message }
  /** No answer in time, or none that may be believed. */
  | { readonly kind: "silent"; readonly problem: string };

/** Ports of the client. */
export interface DatagramClientParts {
  readonly dialer: DatagramDialer;
  readonly clock: Clock;
  readonly chance: Chance;
  /** The address to ask from, where it matters. */
  readonly sourceFor: (to: SocketAddress) => string | undefined;
}

interface Waiting {
  readonly check: (bytes: Uint8Array) => Message | string;
  readonly settle: (asked: Asked) => void;
  readonly cancel: CancelWake;
}

interface Peer {
  readonly socket: Promise<DatagramPeer>;
  readonly waiting: Map<number, Waiting>;
}

/** Outstanding questions to one peer: ids are drawn until one is free. */
const OUTSTANDING_MAX = 4_096;
const IDS = 65_536;

/** Asks our secondaries short questions over UDP. One socket for each; ids are random. */
export class DatagramClient {
  readonly #parts: DatagramClientParts;
  readonly #peers = new Map<string, Peer>();
  #isClosed = false;

  constructor(parts: DatagramClientParts) {
    this.#parts = parts;
  }

  /** Asks once. `build` makes the message of an id; with a key both ways are signed. */
  async ask(
    to: SocketAddress,
    build: (id: number) => Message,
    key: TsigKey | undefined,
    timeoutMs: number,
  ): Promise<Asked> {
    if (this.#isClosed) return silent("the nameserver is closing");
    const peer = this.#peerOf(to);
    if (peer.waiting.size >= OUTSTANDING_MAX) return silent("too many questions are outstanding");
    const id = this.#freeId(peer);
    const request = build(id);
    const bytes = encodeMessage(request);
    const { clock } = this.#parts;
    const signed =
      key === undefined
        ? { bytes, mac: undefined }
        : signMessage(bytes, key, { timeSeconds: wallSeconds(clock) });
    return new Promise((resolve) => {
      const settle = (asked: Asked): void => {
        peer.waiting.get(id)?.cancel();
        peer.waiting.delete(id);
        resolve(asked);
      };
      let problem = `no answer in ${timeoutMs} ms`;
      const cancel = clock.wakeAfter(timeoutMs, () => settle(silent(problem)));
      const check = (reply: Uint8Array): Message | string => {
        const checked = checkReply(reply, request, key, signed.mac, wallSeconds(clock));
        // Whoever forges an answer must not end the question: the right one may yet come.
        if (typeof checked === "string") problem = checked;
        return checked;
      };
      peer.waiting.set(id, { check, settle, cancel });
      peer.socket.then(
        (socket) => socket.send(signed.bytes),
        (error: unknown) => {
          this.#peers.delete(placeOf(to));
          settle(silent(errorText(error)));
        },
      );
    });
  }

  /** Ends every question, and closes the sockets. */
  close(): void {
    this.#isClosed = true;
    for (const { socket, waiting } of this.#peers.values()) {
      for (const { settle } of [...waiting.values()]) settle(silent("the nameserver is closing"));
      socket.then(
        (peer) => peer.close(),
        () => {},
      );
    }
    this.#peers.clear();
  }

  #peerOf(to: SocketAddress): Peer {
    const place = placeOf(to);
    const known = this.#peers.get(place);
    if (known !== undefined) return known;
    const waiting = new Map<number, Waiting>();
    const receive = (bytes: Uint8Array): void => {
      const found = waiting.get(((bytes[0] ?? 0) << 8) | (bytes[1] ?? 0));
      const message = found?.check(bytes);
      if (typeof message === "object") found?.settle({ kind: "answered", message });
    };
    const { dialer, sourceFor } = this.#parts;
    const peer = { socket: dialer.dial(to, receive, sourceFor(to)), waiting };
    this.#peers.set(place, peer);
    return peer;
  }

  #freeId(peer: Peer): number {
    for (;;) {
      const id = this.#parts.chance.below(IDS);
      if (!peer.waiting.has(id)) return id;
    }
  }
}

/** The message of a reply; in words, why it is none. */
function checkReply(
  bytes: Uint8Array,
  request: Message,
  key: TsigKey | undefined,
  requestMac: Uint8Array | undefined,
  nowSeconds: number,
): Message | string {
  let unsigned = bytes;
  if (key !== undefined && requestMac !== undefined) {
    const keyFor = (name: string) => (name === key.name ? key : undefined);
    const verified = verifyMessage(bytes, keyFor, { nowSeconds, requestMac });
    if (verified.kind !== "verified") return `its answer is ${verified.kind} (TSIG)`;
    unsigned = verified.message;
  }
  const decoded = decodeMessage(unsigned);
  if (decoded.kind === "malformed") return "its answer is malformed";
  const { message } = decoded;
  const [asked] = request.question;
  const [echoed] = message.question;
  const isSame =
    echoed === undefined || (echoed.name === asked?.name && echoed.type === asked.type);
  const isReply = message.qr && message.opcode === request.opcode && isSame;
  return isReply ? message : "its answer is to another question";
}

function placeOf({ address, port }: SocketAddress): string {
  return address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
}

function silent(problem: string): Asked {
  return { kind: "silent", problem };
}
