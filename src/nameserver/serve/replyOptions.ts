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
import { ServerCookies, VALID_COOKIE } from "./serverCookies.ts";

/** The largest COOKIE option that is looked at. */
const COOKIE_OCTETS_MAX = 40;

/** Adds cookies and the server's identifier to responses that are encoded from messages. */
export class ReplyOptions {
  readonly #nsid: Uint8Array;
  readonly #v4: ServerCookies;
  readonly #v6: ServerCookies;
  readonly #data = new DataView(new ArrayBuffer(COOKIE_OCTETS_MAX));

  constructor(plan: Pick<ServePlan, "cookies" | "nsid">) {
    this.#nsid = plan.nsid;
    this.#v4 = new ServerCookies(plan.cookies, 1);
    this.#v6 = new ServerCookies(plan.cookies, 4);
  }

  /**
   * The response with the options that answer the request's. A malformed cookie makes it a FORMERR
   * (RFC 7873 section 5.2.2); a query without a question but with a cookie asks for a cookie alone,
   * and whether the one that it has is good (section 5.4).
   */
  complete(
    response: Message,
    asked: Edns | undefined,
    source: SocketAddress,
    nowSeconds: number,
  ): Message {
    if (asked === undefined || response.edns === undefined || asked.version > 0) return response;
    const cookie = asked.options.find(({ code }) => code === COOKIE_OPTION);
    const isQuery = response.opcode === Opcode.QUERY;
    if (cookie !== undefined && !isCookieLength(cookie.data.length)) {
      if (!isQuery) return response; // what an UPDATE did is done
      return { ...response, ...NOTHING, aa: false, rcode: Rcode.FORMERR };
    }
    const added: EdnsOption[] = [];
    let rcode = response.rcode;
    if (cookie !== undefined) {
      const { option, isWrong } = this.#cookie(cookie.data, source, nowSeconds);
      added.push(option);
      const isAllAsked = isQuery && response.question.length === 0;
      if (isAllAsked) rcode = isWrong ? Rcode.BADCOOKIE : Rcode.NOERROR;
    }
    if (this.#nsid.length > 0 && asked.options.some(({ code }) => code === NSID_OPTION)) {
      added.push({ code: NSID_OPTION, data: this.#nsid });
    }
    if (added.length === 0) return response;
    const edns = { ...response.edns, options: [...added, ...response.edns.options] };
    return { ...response, edns, rcode };
  }

  /** The cookie that goes back, and whether the one that came had a wrong server's part. */
  #cookie(data: Uint8Array, source: SocketAddress, nowSeconds: number) {
    const address = addressWords(source.address);
    const cookies = address.length === 1 ? this.#v4 : this.#v6;
    for (const [index, octet] of data.entries()) this.#data.setUint8(index, octet);
    cookies.begin(nowSeconds);
    const state = cookies.check(this.#data, 0, data.length, address, 0);
    const reply = new DataView(new ArrayBuffer(24));
    reply.setInt32(0, this.#data.getInt32(0, true), true);
    reply.setInt32(4, this.#data.getInt32(4, true), true);
    reply.setInt32(8, COOKIE_VERSION_WORD, true);
    reply.setInt32(12, cookies.timeWord, true);
    reply.setInt32(16, cookies.hashLow, true);
    reply.setInt32(20, cookies.hashHigh, true);
    const option = { code: COOKIE_OPTION, data: new Uint8Array(reply.buffer) };
    return { option, isWrong: data.length > CLIENT_COOKIE_OCTETS && state !== VALID_COOKIE };
  }
}

const NOTHING = { answer: [], authority: [], additional: [] } as const;

/** An address as the words of its octets in memory; one word of zeros where it is none. */
export function addressWords(address: string): Int32Array {
  const octets = parseIpNetwork(address.split("%", 1)[0] ?? "")?.octets;
  if (octets === undefined) return new Int32Array(1);
  return new Int32Array(octets.slice().buffer);
}
