import type { SocketAddress } from "../../base/index.ts";
import {
  CLIENT_COOKIE_OCTETS,
  COOKIE_OPTION,
  COOKIE_VERSION_WORD,
  type Edns,
  type EdnsOption,
  isCookieLength,
  type Message,
  NSID_OPTION,
  Opcode,
  parseIpNetwork,
  Rcode,
} from "../../dns/index.ts";
import type { ServePlan } from "./servePlan.ts";
import { type CookieState, NO_COOKIE, ServerCookies, VALID_COOKIE } from "./serverCookies.ts";

/** The largest COOKIE option that is looked at. */
const COOKIE_OCTETS_MAX = 40;

/** Adds cookies and the server's identifier to responses that are encoded from messages. */
export class ReplyOptions {
  #cookieSeen: CookieState = NO_COOKIE;
  readonly #nsid: Uint8Array;
  readonly #v4: ServerCookies;
  readonly #v6: ServerCookies;
  readonly #data = new DataView(new ArrayBuffer(COOKIE_OCTETS_MAX));

  constructor(plan: Pick<ServePlan, "cookies" | "nsid">) {
    this.#nsid = plan.nsid;
    this.#v4 = new ServerCookies(plan.cookies, 1);
    this.#v6 = new ServerCookies(plan.cookies, 4);
  }

  /** What the cookie says that was looked at last since {@link forget}, if any was. */
  get cookieSeen(): CookieState {
    return this.#cookieSeen;
  }

  /** Before a request of which a cookie may prove something. */
  forget(): void {
    this.#cookieSeen = NO_COOKIE;
  }

  /**
   * The response with the options that answer the request's. A malformed cookie makes it a FORMERR
   * (RFC 7873 section 5.2.2); a query without a question but with a cookie asks for a cookie alone,
   * and whether the one that it has is good (section 5.4). Where the sender's address `mayBeForged`
   * and no cookie proves it, an extended error is its code alone: a victim's flood stays small.
   */
  complete(
    response: Message,
    asked: Edns | undefined,
    source: SocketAddress,
    nowSeconds: number,
    mayBeForged = false,
  ): Message {
    if (asked === undefined || response.edns === undefined || asked.version > 0) return response;
    const brief = mayBeForged ? withoutErrorTexts(response.edns) : response.edns;
    const cookie = asked.options.find(({ code }) => code === COOKIE_OPTION);
    const isQuery = response.opcode === Opcode.QUERY;
    if (cookie !== undefined && !isCookieLength(cookie.data.length)) {
      if (!isQuery) return { ...response, edns: brief }; // what an UPDATE did is done
      return { ...response, ...NOTHING, edns: brief, aa: false, rcode: Rcode.FORMERR };
    }
    const added: EdnsOption[] = [];
    let { rcode } = response;
    let told = brief;
    if (cookie !== undefined) {
      const { option, state } = this.#cookie(cookie.data, source, nowSeconds);
      added.push(option);
      const isAllAsked = isQuery && response.question.length === 0;
      const isWrong = cookie.data.length > CLIENT_COOKIE_OCTETS && state !== VALID_COOKIE;
      if (isAllAsked) rcode = isWrong ? Rcode.BADCOOKIE : Rcode.NOERROR;
      if (state === VALID_COOKIE) told = response.edns;
    }
    if (this.#nsid.length > 0 && asked.options.some(({ code }) => code === NSID_OPTION)) {
      added.push({ code: NSID_OPTION, data: this.#nsid });
    }
    return { ...response, edns: { ...told, options: [...added, ...told.options] }, rcode };
  }

  /** The cookie that goes back, and what the one that came says of its sender. */
  #cookie(data: Uint8Array, source: SocketAddress, nowSeconds: number) {
    const address = addressWords(source.address);
    const cookies = address.length === 1 ? this.#v4 : this.#v6;
    for (const [index, octet] of data.entries()) this.#data.setUint8(index, octet);
    cookies.begin(nowSeconds);
    const state = cookies.check(this.#data, 0, data.length, address, 0);
    this.#cookieSeen = state;
    const reply = new DataView(new ArrayBuffer(24));
    reply.setInt32(0, this.#data.getInt32(0, true), true);
    reply.setInt32(4, this.#data.getInt32(4, true), true);
    reply.setInt32(8, COOKIE_VERSION_WORD, true);
    reply.setInt32(12, cookies.timeWord, true);
    reply.setInt32(16, cookies.hashLow, true);
    reply.setInt32(20, cookies.hashHigh, true);
    const option = { code: COOKIE_OPTION, data: new Uint8Array(reply.buffer) };
    return { option, state };
  }
}

/** The same EDNS, where extended errors (RFC 8914) have codes alone. */
function withoutErrorTexts(edns: Edns): Edns {
  if (edns.options.length === 0) return edns;
  const options = edns.options.map(({ code, data }): EdnsOption => {
    return { code, data: code === EXTENDED_ERROR_OPTION ? data.subarray(0, 2) : data };
  });
  return { ...edns, options };
}

const EXTENDED_ERROR_OPTION = 15; // RFC 8914 section 2
const NOTHING = { answer: [], authority: [], additional: [] } as const;

/** An address as the words of its octets in memory; one word of zeros where it is none. */
export function addressWords(address: string): Int32Array {
  const octets = parseIpNetwork(address.split("%", 1)[0] ?? "")?.octets;
  if (octets === undefined) return new Int32Array(1);
  return new Int32Array(octets.slice().buffer);
}
