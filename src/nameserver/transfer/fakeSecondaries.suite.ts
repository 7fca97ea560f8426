import type {
  Chance,
  Clock,
  DatagramDialer,
  DatagramPeer,
  SocketAddress,
} from "../../base/index.ts";
import {
  decodeMessage,
  encodeMessage,
  encodeSoa,
  type Message,
  makeResponse,
  Opcode,
  ROOT,
  signMessage,
  soaResource,
  type TsigKey,
  verifyMessage,
} from "../../dns/index.ts";
import { DatagramClient } from "./datagramClient.ts";

/** How a secondary answers. */
export type Behaviour =
  | "right"
  | "silent"
  /** Right, but for the signature that is missing. */
  | "unsigned"
  | { readonly rcode: number }
  /** Holds the zone asked for, with this serial. */
  | { readonly serial: number };

/** Secondaries in memory: answer NOTIFY and questions for an SOA at once. */
export class FakeSecondaries implements DatagramDialer {
  readonly heard: { readonly place: string; readonly isSigned: boolean; message: Message }[] = [];
  readonly #keys: readonly TsigKey[];
  readonly #clock: Clock;
  readonly #behaviours = new Map<string, Behaviour>();

  constructor(keys: readonly TsigKey[], clock: Clock) {
    this.#keys = keys;
    this.#clock = clock;
  }

  behave(place: string, behaviour: Behaviour): void {
    this.#behaviours.set(place, behaviour);
  }

  /** A client that asks them. */
  client(chance: Chance): DatagramClient {
    const clock = this.#clock;
    return new DatagramClient({ dialer: this, clock, chance, sourceFor: () => undefined });
  }

  async dial(to: SocketAddress, receive: (bytes: Uint8Array) => void): Promise<DatagramPeer> {
    const place = `${to.address}:${to.port}`;
    return { send: (bytes) => this.#take(place, bytes, receive), close: () => {} };
  }

  #take(place: string, bytes: Uint8Array, reply: (bytes: Uint8Array) => void): void {
    const nowSeconds = Math.floor(this.#clock.wallMs() / 1000);
    const keyFor = (name: string) => this.#keys.find((key) => key.name === name);
    const verified = verifyMessage(bytes, keyFor, { nowSeconds });
    const decoded = decodeMessage(bytes);
    if (decoded.kind === "malformed") throw new Error(decoded.problem);
    const { message } = decoded;
    this.heard.push({ place, isSigned: verified.kind === "verified", message });
    const behaviour = this.#behaviours.get(place) ?? "right";
    if (behaviour === "silent") return;
    const response = encodeMessage(responseOf(message, behaviour));
    if (verified.kind !== "verified" || behaviour === "unsigned") {
      reply(response);
      return;
    }
    const { key, mac } = verified;
    reply(signMessage(response, key, { timeSeconds: nowSeconds, requestMac: mac }).bytes);
  }
}

function responseOf(request: Message, behaviour: Behaviour): Message {
  const rcode = typeof behaviour === "object" && "rcode" in behaviour ? behaviour.rcode : 0;
  const response = { ...makeResponse(request, rcode), aa: true };
  const [question] = request.question;
  if (request.opcode === Opcode.NOTIFY || question === undefined) return response;
  if (typeof behaviour !== "object" || !("serial" in behaviour)) return response;
  const rdata = encodeSoa({
    mname: ROOT,
    rname: ROOT,
    serial: behaviour.serial,
    refreshSeconds: 1,
    retrySeconds: 1,
    expireSeconds: 1,
    minimumSeconds: 1,
  });
  return { ...response, answer: [soaResource({ zone: question.name, rdata })] };
}
