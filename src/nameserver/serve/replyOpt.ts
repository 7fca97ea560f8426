import {
  CLIENT_COOKIE_OCTETS,
  CLIENT_SUBNET_OPTION,
  COOKIE_OPTION,
  COOKIE_VERSION_WORD,
  isCookieLength,
  NSID_OPTION,
  SERVER_COOKIE_OCTETS,
  UDP_PAYLOAD_OCTETS,
} from "../../dns/index.ts";
import {
  copyWords,
  OPT_FIXED_OCTETS,
  type OptionReader,
  type PacketMemory,
  packetMemory,
} from "../../packet/index.ts";
import { type CookieState, NO_COOKIE, type ServerCookies } from "./serverCookies.ts";

const OPTION_HEAD_OCTETS = 4;
const COOKIE_REPLY_OCTETS = CLIENT_COOKIE_OCTETS + SERVER_COOKIE_OCTETS;
const SUBNET_OCTETS_MAX = 4 + 16;
const SCRATCH_OCTETS = 256; // all options that are ever given, with room to spare

const RCODE_HIGH_AT = 5;
const FLAGS_AT = 7;
const LENGTH_AT = 9;

/**
 * The OPT record of a reply, put together while the request is read: the reply is written over the
 * request. Each option is given once, as in the request's order.
 */
export class ReplyOpt implements OptionReader {
  /** Octets of the record so far. */
  octets = OPT_FIXED_OCTETS;
  cookie: CookieState = NO_COOKIE;
  readonly #scratch: PacketMemory = packetMemory(new ArrayBuffer(SCRATCH_OCTETS));
  readonly #packets: PacketMemory;
  readonly #cookies: ServerCookies;
  readonly #nsid: Uint8Array;
  #hasNsid = false;
  #hasSubnet = false;

  /** `nsid`: as of a ServePlan. */
  constructor(packets: PacketMemory, cookies: ServerCookies, nsid: Uint8Array) {
    this.#packets = packets;
    this.#cookies = cookies;
    this.#nsid = nsid;
    const { view } = this.#scratch;
    view.setUint16(1, 41); // OPT, owned by the root
    view.setUint16(3, UDP_PAYLOAD_OCTETS);
  }

  /** Begins the record of another reply. */
  begin(dnssecOk: boolean): void {
    this.octets = OPT_FIXED_OCTETS;
    this.cookie = NO_COOKIE;
    this.#hasNsid = false;
    this.#hasSubnet = false;
    const { octets } = this.#scratch;
    octets[RCODE_HIGH_AT] = 0;
    octets[FLAGS_AT] = dnssecOk ? 0x80 : 0;
  }

  /**
   * Takes the request's options from `at` to `end`, and notes what goes back. False where the
   * general path must look at them: malformed, or not as they should be.
   */
  takeOptions(at: number, end: number, addressAt: number): boolean {
    const { octets } = this.#packets;
    let next = at;
    while (next < end) {
      const data = next + OPTION_HEAD_OCTETS;
      if (data > end) return false;
      const code = ((octets[next] as number) << 8) | (octets[next + 1] as number);
      const length = ((octets[next + 2] as number) << 8) | (octets[next + 3] as number);
      next = data + length;
      if (next > end || !this.#take(code, data, length, addressAt)) return false;
    }
    return true;
  }

  /** Adds an extended error without text (RFC 8914). */
  addError(code: number): void {
    const { view } = this.#scratch;
    const at = this.octets;
    view.setUint32(at, 0x000f_0002);
    view.setUint16(at + OPTION_HEAD_OCTETS, code);
    this.octets = at + OPTION_HEAD_OCTETS + 2;
  }

  /** Writes the record to octet `at` of the packets; `rcode` is the reply's, of twelve bits. */
  write(at: number, rcode: number): number {
    const { octets, words } = this.#scratch;
    const length = this.octets - OPT_FIXED_OCTETS;
    octets[RCODE_HIGH_AT] = rcode >> 4;
    octets[LENGTH_AT] = 0;
    octets[LENGTH_AT + 1] = length;
    copyWords(this.#packets.view, at, words, 0, this.octets);
    return at + this.octets;
  }

  #take(code: number, data: number, length: number, addressAt: number): boolean {
    if (code === COOKIE_OPTION) {
      // RFC 7873 section 5.2: of several, only the first counts.
      if (this.cookie !== NO_COOKIE) return true;
      if (!isCookieLength(length)) return false;
      this.#takeCookie(data, length, addressAt);
      return true;
    }
    if (code === NSID_OPTION) {
      // RFC 5001 section 2.1: data in a request counts for nothing.
      if (!this.#hasNsid && this.#nsid.length > 0) this.#giveNsid();
      this.#hasNsid = true;
      return true;
    }
    if (code !== CLIENT_SUBNET_OPTION) return true;
    if (this.#hasSubnet) return false;
    this.#hasSubnet = true;
    return this.#takeSubnet(data, length);
  }

  #takeCookie(data: number, length: number, addressAt: number): void {
    const { words, view } = this.#packets;
    const scratch = this.#scratch.view;
    const at = this.octets;
    const cookies = this.#cookies;
    this.cookie = cookies.check(view, data, length, words, addressAt);
    scratch.setUint32(at, (COOKIE_OPTION << 16) | COOKIE_REPLY_OCTETS);
    scratch.setInt32(at + 4, view.getInt32(data, true), true);
    scratch.setInt32(at + 8, view.getInt32(data + 4, true), true);
    scratch.setInt32(at + 12, COOKIE_VERSION_WORD, true);
    scratch.setInt32(at + 16, cookies.timeWord, true);
    scratch.setInt32(at + 20, cookies.hashLow, true);
    scratch.setInt32(at + 24, cookies.hashHigh, true);
    this.octets = at + OPTION_HEAD_OCTETS + COOKIE_REPLY_OCTETS;
  }

  #giveNsid(): void {
    const { octets, view } = this.#scratch;
    view.setUint32(this.octets, (NSID_OPTION << 16) | this.#nsid.length);
    octets.set(this.#nsid, this.octets + OPTION_HEAD_OCTETS);
    this.octets += OPTION_HEAD_OCTETS + this.#nsid.length;
  }

  /** What we say is the same for every network: the option goes back as it came, with scope 0. */
  #takeSubnet(data: number, length: number): boolean {
    const { octets } = this.#packets;
    if (length < 4 || length > SUBNET_OCTETS_MAX) return false;
    const family = octets[data + 1] as number;
    const source = octets[data + 2] as number;
    const bits = family === 1 ? 32 : family === 2 ? 128 : 0;
    const isAsIs = octets[data] === 0 && family <= 2 && source <= bits && octets[data + 3] === 0;
    if (!isAsIs || length !== 4 + ((source + 7) >> 3)) return false;
    const unused = (8 - (source & 7)) & 7;
    if (((octets[data + length - 1] as number) & ((1 << unused) - 1)) !== 0) return false;
    const scratch = this.#scratch;
    scratch.view.setUint32(this.octets, (CLIENT_SUBNET_OPTION << 16) | length);
    for (let index = 0; index < length; index += 1) {
      const from = octets[data + index] as number;
      scratch.octets[this.octets + OPTION_HEAD_OCTETS + index] = from;
    }
    this.octets += OPTION_HEAD_OCTETS + length;
    return true;
  }
}
