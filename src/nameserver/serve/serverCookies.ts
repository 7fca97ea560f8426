import {
  COOKIE_VERSION_WORD,
  CookieHash,
  isCookieFresh,
  isCookieTimely,
  networkOrder,
  SERVER_COOKIE_OCTETS,
} from "../../dns/index.ts";
import { SECRET_CURRENT, SECRET_PREVIOUS, SECRETS_SEQUENCE } from "./cookieSecrets.ts";

/** What a request's COOKIE option says of its sender. */
export const NO_COOKIE = 0;
/** A client cookie alone, or with a server cookie that is not believed. */
export const CLIENT_COOKIE = 1;
/** With a server cookie of ours: the source address is its own. */
export const VALID_COOKIE = 2;
export type CookieState = typeof NO_COOKIE | typeof CLIENT_COOKIE | typeof VALID_COOKIE;

/** Clients whose cookie is kept, so that it need not be hashed again: a power of two. */
const KEPT = 4096;
// Words of what is kept of a client: cookie, address, then time, hash.
const KEPT_WORDS = 12;
const KEPT_ADDRESS = 2;
const KEPT_TIME = 6;
const KEPT_LOW = 7;
const KEPT_HIGH = 8;
const SECRET_STEP = SECRET_PREVIOUS - SECRET_CURRENT;

/** Checks the cookies of clients and makes those of the server (RFC 7873, RFC 9018). */
export class ServerCookies {
  /** The server cookie for the client looked at last, behind its version: time, then hash. */
  timeWord = 0;
  hashLow = 0;
  hashHigh = 0;
  readonly #secrets: Int32Array;
  readonly #addressWords: number;
  readonly #hash = new CookieHash();
  readonly #kept = new Int32Array(KEPT * KEPT_WORDS);
  #sequence = 0;
  #nowSeconds = 0;

  /** `secrets` as of CookieSecrets; addresses have one word, or four for IPv6. */
  constructor(secrets: SharedArrayBuffer, addressWords: 1 | 4) {
    this.#secrets = new Int32Array(secrets);
    this.#addressWords = addressWords;
  }

  /** Sets the time of what follows, and takes up new secrets. */
  begin(nowSeconds: number): void {
    this.#nowSeconds = nowSeconds;
    const sequence = Atomics.load(this.#secrets, SECRETS_SEQUENCE);
    if (sequence === this.#sequence) return;
    this.#sequence = sequence;
    this.#kept.fill(0);
  }

  /**
   * Looks at the data of a COOKIE option of allowed length at `at`, and sets the server cookie
   * that goes back. `address` holds the sender's address from `addressAt` on.
   */
  check(
    view: DataView,
    at: number,
    octets: number,
    address: Int32Array,
    addressAt: number,
  ): CookieState {
    const low = view.getInt32(at, true);
    const high = view.getInt32(at + 4, true);
    const entry = this.#entryOf(low, high, address, addressAt);
    const isKept = this.#isKept(entry, low, high, address, addressAt);
    if (octets !== 8 + SERVER_COOKIE_OCTETS) {
      if (!isKept) this.#make(entry, low, high, address, addressAt);
      return CLIENT_COOKIE;
    }
    const shownVersion = view.getInt32(at + 8, true);
    const shownTime = view.getInt32(at + 12, true);
    const shownLow = view.getInt32(at + 16, true);
    const shownHigh = view.getInt32(at + 20, true);
    const isShape = shownVersion === COOKIE_VERSION_WORD;
    const isTimely = isShape && isCookieTimely(networkOrder(shownTime), this.#nowSeconds);
    if (isKept && shownTime === this.timeWord) {
      const isSame = shownLow === this.hashLow && shownHigh === this.hashHigh;
      return isSame && isTimely ? VALID_COOKIE : CLIENT_COOKIE;
    }
    let isValid = false;
    if (isTimely) {
      const time = networkOrder(shownTime);
      const hash = this.#hash;
      for (let at = SECRET_CURRENT; at <= SECRET_PREVIOUS && !isValid; at += SECRET_STEP) {
        hash.make(this.#secrets, at, low, high, time, address, addressAt, this.#addressWords);
        isValid = hash.low === shownLow && hash.high === shownHigh;
      }
    }
    if (!isKept) this.#make(entry, low, high, address, addressAt);
    return isValid ? VALID_COOKIE : CLIENT_COOKIE;
  }

  #entryOf(low: number, high: number, address: Int32Array, addressAt: number): number {
    let mixed = Math.imul(low ^ high, 0x9e3779b1);
    for (let index = 0; index < this.#addressWords; index += 1) {
      mixed = Math.imul(mixed ^ (address[addressAt + index] as number), 0x85ebca6b);
      mixed ^= mixed >>> 15;
    }
    return (mixed & (KEPT - 1)) * KEPT_WORDS;
  }

  /** Whether this client's cookie is kept and fresh; it is then the one that goes back. */
  #isKept(entry: number, low: number, high: number, address: Int32Array, from: number): boolean {
    const kept = this.#kept;
    const timeWord = kept[entry + KEPT_TIME] as number;
    if (timeWord === 0 || kept[entry] !== low || kept[entry + 1] !== high) return false;
    for (let index = 0; index < this.#addressWords; index += 1) {
      if (kept[entry + KEPT_ADDRESS + index] !== address[from + index]) return false;
    }
    if (!isCookieFresh(networkOrder(timeWord), this.#nowSeconds)) return false;
    this.timeWord = timeWord;
    this.hashLow = kept[entry + KEPT_LOW] as number;
    this.hashHigh = kept[entry + KEPT_HIGH] as number;
    return true;
  }

  #make(entry: number, low: number, high: number, address: Int32Array, from: number): void {
    const kept = this.#kept;
    const hash = this.#hash;
    const now = this.#nowSeconds;
    hash.make(this.#secrets, SECRET_CURRENT, low, high, now, address, from, this.#addressWords);
    this.timeWord = networkOrder(now);
    this.hashLow = hash.low;
    this.hashHigh = hash.high;
    kept[entry] = low;
    kept[entry + 1] = high;
    for (let index = 0; index < this.#addressWords; index += 1) {
      kept[entry + KEPT_ADDRESS + index] = address[from + index] as number;
    }
    kept[entry + KEPT_TIME] = this.timeWord;
    kept[entry + KEPT_LOW] = this.hashLow;
    kept[entry + KEPT_HIGH] = this.hashHigh;
  }
}
