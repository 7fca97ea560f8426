import { Rcode } from "./codes.ts";
import type { Name } from "./name.ts";
import { signMessage, TSIG_FUDGE_SECONDS, unsignedMessage, verifyMessage } from "./tsig.ts";
import { algorithmName, computeMac, isSameMac, macOctets, type TsigKey } from "./tsigKey.ts";
import { appendTsig, locateTsig, type TsigRecord } from "./tsigRecord.ts";
import { WireWriter } from "./wireWriter.ts";

/** Unsigned messages that may stand between two signed ones (RFC 8945 section 5.3.1). */
const UNSIGNED_MAX = 99;

const NO_OCTETS = new Uint8Array(0);

/**
 * Signs the messages of one response that takes several (RFC 8945 section 5.3.1). Every message is
 * signed, so that whoever reads them need not hold any back unproven.
 */
export class TsigStreamSigner {
  readonly #key: TsigKey;
  readonly #requestMac: Uint8Array;
  #priorMac: Uint8Array | undefined = undefined;

  /** `requestMac`: of the request that is answered. */
  constructor(key: TsigKey, requestMac: Uint8Array) {
    this.#key = key;
    this.#requestMac = requestMac;
  }

  /** The next message with its TSIG behind it. */
  sign(message: Uint8Array, timeSeconds: number): Uint8Array {
    if (this.#priorMac === undefined) {
      const options = { timeSeconds, requestMac: this.#requestMac };
      const first = signMessage(message, this.#key, options);
      this.#priorMac = first.mac;
      return first.bytes;
    }
    const timers = { timeSigned: timeSeconds, fudgeSeconds: TSIG_FUDGE_SECONDS };
    const parts = [macBehindLength(this.#priorMac), message, encodeTimers(timers)];
    const mac = computeMac(this.#key, parts);
    this.#priorMac = mac;
    return appendTsig(message, {
      name: this.#key.name,
      algorithm: algorithmName(this.#key.algorithm),
      ...timers,
      mac,
      originalId: ((message[0] ?? 0) << 8) | (message[1] ?? 0),
      error: Rcode.NOERROR,
      otherData: NO_OCTETS,
    });
  }
}

/** What {@link TsigStreamVerifier} says of one message. */
export type StreamChecked =
  /** This message and all before it are proven. `message` is without its TSIG. */
  | { readonly kind: "verified"; readonly message: Uint8Array }
  /** Not signed: it counts only once a later message is `verified`. */
  | { readonly kind: "unproven"; readonly message: Uint8Array }
  /** The stream ends here; nothing since the last `verified` may be believed. */
  | { readonly kind: "refused"; readonly problem: string };

/** Checks the messages of a response that takes several, in their order. */
export class TsigStreamVerifier {
  readonly #key: TsigKey;
  readonly #requestMac: Uint8Array;
  #priorMac: Uint8Array | undefined = undefined;
  #unproven: Uint8Array[] = [];

  constructor(key: TsigKey, requestMac: Uint8Array) {
    this.#key = key;
    this.#requestMac = requestMac;
  }

  /** Every message so far is proven: only then may the response end. */
  get isProven(): boolean {
    return this.#priorMac !== undefined && this.#unproven.length === 0;
  }

  check(bytes: Uint8Array, nowSeconds: number): StreamChecked {
    if (this.#priorMac === undefined) return this.#checkFirst(bytes, nowSeconds);
    const located = locateTsig(bytes);
    if (located.kind === "malformed") return refused(located.problem);
    if (located.kind === "none") {
      if (this.#unproven.length === UNSIGNED_MAX) {
        return refused(`at most ${UNSIGNED_MAX} messages in a row may be unsigned`);
      }
      this.#unproven.push(bytes);
      return { kind: "unproven", message: bytes };
    }
    const { tsig } = located;
    const problem = recordProblem(tsig, this.#key, nowSeconds);
    if (problem !== undefined) return refused(problem);
    const message = unsignedMessage(bytes, tsig);
    const prior = macBehindLength(this.#priorMac);
    const mac = computeMac(this.#key, [prior, ...this.#unproven, message, encodeTimers(tsig)]);
    if (!isSameMac(mac, tsig.mac)) return refused("a signature is wrong");
    this.#priorMac = mac;
    this.#unproven = [];
    return { kind: "verified", message };
  }

  /** The first message is signed as any response is. */
  #checkFirst(bytes: Uint8Array, nowSeconds: number): StreamChecked {
    const keyFor = (name: Name) => (name === this.#key.name ? this.#key : undefined);
    const check = { nowSeconds, requestMac: this.#requestMac };
    const verified = verifyMessage(bytes, keyFor, check);
    switch (verified.kind) {
      case "verified":
        this.#priorMac = verified.mac;
        return { kind: "verified", message: verified.message };
      case "unsigned":
        return refused("the first message must be signed");
      case "malformed":
        return refused(verified.problem);
      case "refused":
        return refused(`TSIG error ${verified.error}`);
    }
  }
}

function recordProblem(tsig: TsigRecord, key: TsigKey, nowSeconds: number): string | undefined {
  if (tsig.name !== key.name || tsig.algorithm !== algorithmName(key.algorithm)) {
    return "every message must be signed with the request's key";
  }
  if (tsig.error !== Rcode.NOERROR) return `TSIG error ${tsig.error}`;
  // Local policy, as in verifyMessage(): whole MACs only.
  if (tsig.mac.length !== macOctets(key.algorithm)) return "a MAC is not whole";
  if (Math.abs(nowSeconds - tsig.timeSigned) > tsig.fudgeSeconds) return "a signature is too old";
  return undefined;
}

function refused(detail: string): StreamChecked {
  return { kind: "refused", problem: `Cannot believe a signed stream as ${detail}` };
}

function macBehindLength(mac: Uint8Array): Uint8Array {
  const out = new WireWriter();
  out.u16(mac.length);
  out.octets(mac);
  return out.finish();
}

/** RFC 8945 section 5.3.1: behind the first message only the timers are covered. */
function encodeTimers(timers: Pick<TsigRecord, "timeSigned" | "fudgeSeconds">): Uint8Array {
  const out = new WireWriter();
  out.u48(timers.timeSigned);
  out.u16(timers.fudgeSeconds);
  return out.finish();
}
