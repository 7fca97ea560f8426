// A recursive server on loopback that says what a test tells it to, over UDP.
import { createSocket, type Socket } from "node:dgram";
import { once } from "node:events";
import {
  decodeMessage,
  encodeMessage,
  type Message,
  makeResponse,
  nameOf,
  parseRdata,
  Rcode,
  RRType,
} from "../../src/dns/index.ts";

/** What is said of a name: addresses, "nothing there", or nothing at all. */
export type Said = readonly string[] | "nodata" | "nxdomain" | "servfail" | "silent";

export class RecursiveServer {
  /** By name as asked, without the dot at its end. TXT records by `TXT name`. */
  readonly said = new Map<string, Said>();
  /** Questions that came, as "A api.example". */
  readonly asked: string[] = [];
  ttlSeconds = 1;
  /** Whether it says that it has validated its answers. */
  ad = false;
  readonly #socket: Socket = createSocket("udp4");

  /** Starts on a free port of 127.0.0.1; the answer is the port. */
  async listen(): Promise<number> {
    this.#socket.on("message", (bytes, from) => {
      const reply = this.answer(bytes);
      if (reply !== undefined) this.#socket.send(reply, from.port, from.address);
    });
    this.#socket.bind(0, "127.0.0.1");
    await once(this.#socket, "listening");
    return this.#socket.address().port;
  }

  close(): void {
    this.#socket.close();
  }

  /** The response to a query; undefined: none. */
  answer(bytes: Uint8Array): Uint8Array | undefined {
    const decoded = decodeMessage(bytes);
    if (decoded.kind === "malformed") return undefined;
    const { message, questionWire } = decoded;
    const response = this.#say(message);
    return response && encodeMessage(response, { questionWire });
  }

  #say(query: Message): Message | undefined {
    const [question] = query.question;
    if (question === undefined) return undefined;
    const { name, type } = question;
    const host = name.slice(0, -1);
    const kind = type === RRType.A ? "A" : type === RRType.AAAA ? "AAAA" : "TXT";
    this.asked.push(`${kind} ${host}`);
    const said = this.said.get(kind === "TXT" ? `TXT ${host}` : host) ?? "nodata";
    const base = { ...makeResponse(query, Rcode.NOERROR), ra: true, ad: this.ad };
    if (said === "silent") return undefined;
    if (said === "servfail") return { ...base, rcode: Rcode.SERVFAIL };
    if (said === "nxdomain") return { ...base, rcode: Rcode.NXDOMAIN };
    if (said === "nodata") return base;
    const texts = said.filter((text) => kind === "TXT" || text.includes(":") === (kind === "AAAA"));
    const answer = texts.map((text) => {
      const parsed = parseRdata(type, kind === "TXT" ? `"${text}"` : text);
      if (parsed.kind === "malformed") throw new Error(parsed.problem);
      return {
        name: nameOf(host),
        type,
        class: 1,
        ttlSeconds: this.ttlSeconds,
        rdata: parsed.rdata,
      };
    });
    return { ...base, answer };
  }
}
