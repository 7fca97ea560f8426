import { SIP_KEY_WORDS, SipHash } from "./sipHash.ts";

/** OPTION-CODE of COOKIE (RFC 7873 section 4). */
export const COOKIE_OPTION = 10;
/** Octets of a client cookie (RFC 7873 section 4). */
export const CLIENT_COOKIE_OCTETS = 8;
/** Of the interoperable server cookie (RFC 9018 section 4): version, reserved, time, hash. */
export const SERVER_COOKIE_OCTETS = 16;
/** Octets of a secret. */
export const COOKIE_SECRET_OCTETS = SIP_KEY_WORDS * 4;

const VERSION = 1; // with three reserved octets of zero, as the little-endian word that they are
const AGE_SECONDS_MAX = 3600; // RFC 9018 section 4.3
const AHEAD_SECONDS_MAX = 300;
/** A cookie is replaced from this age on (RFC 9018 section 4.3). */
const RENEW_SECONDS = 1800;

/** Whether a COOKIE option of so many octets is well-formed (RFC 7873 section 4). */
export function isCookieLength(octets: number): boolean {
  return octets === CLIENT_COOKIE_OCTETS || (octets >= 16 && octets <= 40);
}

/** Whether a cookie made at `time` is still to be believed (RFC 1982 arithmetic). */
export function isCookieTimely(time: number, nowSeconds: number): boolean {
  const age = (nowSeconds - time) | 0;
  return age <= AGE_SECONDS_MAX && age >= -AHEAD_SECONDS_MAX;
}

/** Whether a believed cookie may be given again as it is. */
export function isCookieFresh(time: number, nowSeconds: number): boolean {
  const age = (nowSeconds - time) | 0;
  return age <= RENEW_SECONDS && age >= -AHEAD_SECONDS_MAX;
}

/** Makes the hashes of server cookies (RFC 9018 section 4.4), without making objects. */
export class CookieHash {
  readonly #sip = new SipHash();
  readonly #message = new Int32Array(8);

  /** First and second half of the last hash, as little-endian words. */
  get low(): number {
    return this.#sip.low;
  }

  get high(): number {
    return this.#sip.high;
  }

  /**
   * Hashes client cookie, version, time (seconds as a number) and address, one word or four, all
   * words as they lie in memory. `secrets` holds the secret's four words from `secretAt` on.
   */
  make(
    secrets: Int32Array,
    secretAt: number,
    clientLow: number,
    clientHigh: number,
    time: number,
    address: Int32Array,
    addressAt: number,
    addressWords: number,
  ): void {
    const message = this.#message;
    message[0] = clientLow;
    message[1] = clientHigh;
    message[2] = VERSION;
    message[3] = networkOrder(time);
    for (let index = 0; index < addressWords; index += 1) {
      message[4 + index] = address[addressAt + index] as number;
    }
    this.#sip.hash(secrets, secretAt, message, 16 + addressWords * 4);
  }
}

/** First word of a server cookie: version 1, reserved zero. */
export const COOKIE_VERSION_WORD = VERSION;

/** A 32-bit number as the little-endian word whose octets are in network order; its own inverse. */
export function networkOrder(value: number): number {
  return (
    (value << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) | ((value >>> 24) & 0xff)
  );
}
