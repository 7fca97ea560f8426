import { assertNever, type Clock } from "../../base/index.ts";
import {
  decodeMessage,
  encodeMessage,
  type Message,
  Rcode,
  rcodeText,
  signMessage,
  type TsigKey,
  verifyMessage,
} from "../../dns/index.ts";
import type { DnsChannel } from "./dnsChannel.ts";

/** A response that its signature proves, or why there is none. */
export type SignedReply =
  | { readonly kind: "reply"; readonly message: Message; readonly connection: number }
  | { readonly kind: "failed"; readonly problem: string };

type Checked = SignedReply | { readonly kind: "bad-time"; readonly serverTimeSeconds: number };

/** Exchanges messages signed with one key (RFC 8945); believes no response but a signed one. */
export class SignedExchange {
  readonly #channel: DnsChannel;
  readonly #key: TsigKey;
  readonly #clock: Clock;
  /** The server's clock minus ours, as far as it told us. */
  #offsetSeconds = 0;

  constructor(channel: DnsChannel, key: TsigKey, clock: Clock) {
    this.#channel = channel;
    this.#key = key;
    this.#clock = clock;
  }

  /**
   * Sends what `make` makes for an id. Where the server says BADTIME, signed, it did nothing else:
   * the message is sent once more with the server's time, so that a wrong clock locks nobody out.
   */
  async ask(make: (id: number) => Message, onlyOn?: number): Promise<SignedReply> {
    const first = await this.#askOnce(make, onlyOn);
    if (first.kind !== "bad-time") return first;
    this.#offsetSeconds = first.serverTimeSeconds - this.#wallSeconds();
    const second = await this.#askOnce(make, onlyOn);
    if (second.kind !== "bad-time") return second;
    return { kind: "failed", problem: "the server says BADTIME even to its own time" };
  }

  async #askOnce(make: (id: number) => Message, onlyOn: number | undefined): Promise<Checked> {
    let requestMac: Uint8Array = new Uint8Array(0);
    const encode = (id: number) => {
      const timeSeconds = this.#nowSeconds();
      const signed = signMessage(encodeMessage(make(id)), this.#key, { timeSeconds });
      requestMac = signed.mac;
      return signed.bytes;
    };
    const request = onlyOn === undefined ? { encode } : { encode, onlyOn };
    const exchange = await this.#channel.exchange(request);
    if (exchange.kind === "failed") return exchange;
    return this.#check(exchange.bytes, requestMac, exchange.connection);
  }

  #check(bytes: Uint8Array, requestMac: Uint8Array, connection: number): Checked {
    const keyFor = (name: string) => (name === this.#key.name ? this.#key : undefined);
    const verified = verifyMessage(bytes, keyFor, { nowSeconds: this.#nowSeconds(), requestMac });
    switch (verified.kind) {
      case "unsigned":
        return failed("the response is not signed");
      case "malformed":
        return failed(verified.problem);
      case "refused": {
        const { error, serverTimeSeconds } = verified;
        if (error === Rcode.BADTIME && serverTimeSeconds !== undefined) {
          return { kind: "bad-time", serverTimeSeconds };
        }
        return failed(`the signature does not count: ${tsigErrorText(error)}`);
      }
      case "verified": {
        const decoded = decodeMessage(verified.message);
        if (decoded.kind === "malformed") return failed(decoded.problem);
        const { message } = decoded;
        if (!message.qr || message.tc) return failed("the response is not a whole response");
        return { kind: "reply", message, connection };
      }
      default:
        return assertNever(verified);
    }
  }

  #wallSeconds(): number {
    return Math.floor(this.#clock.wallMs() / 1_000);
  }

  #nowSeconds(): number {
    return this.#wallSeconds() + this.#offsetSeconds;
  }
}

function failed(problem: string): { readonly kind: "failed"; readonly problem: string } {
  return { kind: "failed", problem };
}

/** In a TSIG 16 is BADSIG, where a header would mean BADVERS. */
function tsigErrorText(error: number): string {
  return error === Rcode.BADSIG ? "BADSIG" : rcodeText(error);
}
