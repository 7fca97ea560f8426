import assert from "node:assert/strict";
import type { ByteStream, SocketAddress, StreamDialer } from "../../base/index.ts";
import {
  decodeMessage,
  ednsWithErrors,
  encodeMessage,
  FrameReader,
  frame,
  type Message,
  makeResponse,
  nameOf,
  Opcode,
  parseUpdate,
  Rcode,
  type ResourceRecord,
  RRClass,
  type RRset,
  RRType,
  signMessage,
  type TsigKey,
  verifyMessage,
} from "../../dns/index.ts";
import { fenceName, weightsName } from "../../plan/index.ts";
import { RecordMap } from "../memory/recordMap.ts";

export const KEY: TsigKey = {
  name: nameOf("test-key"),
  algorithm: "hmac-sha256",
  secret: new Uint8Array(32).fill(7),
};

/** How a request is met: as usual, or with one of the things that go wrong. */
export type Manner =
  | { readonly kind: "answer" }
  | { readonly kind: "silent" }
  /** Done, but the reply is lost. */
  | { readonly kind: "mute" }
  | { readonly kind: "unsigned" }
  /** Signed with another secret under the same name. */
  | { readonly kind: "forged" }
  | { readonly kind: "rcode"; readonly rcode: number; readonly text?: string }
  | { readonly kind: "not-authoritative" }
  | { readonly kind: "truncated" }
  | { readonly kind: "hang-up" };

/** A plain primary server in memory, with TSIG and without any rule of ours. */
export class FakeDnsServer {
  readonly records = new RecordMap();
  readonly requests: Message[] = [];
  readonly ids: number[] = [];
  mannerOf: (request: Message) => Manner = () => ({ kind: "answer" });
  /** Seconds since the Unix epoch, by this server's own clock. */
  nowSeconds: () => number;
  isDown = false;
  /** Fence and weights in the additional section, as our own nameserver gives them. */
  tellsBesides = false;
  dials = 0;
  /** Replies of one turn go out last first, as a server may (RFC 7766 section 6.2.1.1). */
  reversesReplies = false;
  readonly #streams = new Set<FakeStream>();

  constructor(nowSeconds: () => number) {
    this.nowSeconds = nowSeconds;
  }

  readonly dialer: StreamDialer = {
    dial: async (to) => {
      this.dials += 1;
      if (this.isDown) throw new Error("connection refused");
      const stream = new FakeStream(to, (bytes) => this.#serve(bytes, stream));
      this.#streams.add(stream);
      return stream;
    },
  };

  /** Closes every connection. */
  hangUp(): void {
    for (const stream of this.#streams) stream.destroy();
    this.#streams.clear();
  }

  #serve(messages: readonly Uint8Array[], stream: FakeStream): void {
    const replies = messages.flatMap((bytes) => this.#reply(bytes) ?? []);
    if (this.reversesReplies) replies.reverse();
    for (const reply of replies) stream.deliver(frame(reply));
  }

  #reply(bytes: Uint8Array): Uint8Array | undefined {
    const nowSeconds = this.nowSeconds();
    const verified = verifyMessage(bytes, () => KEY, { nowSeconds });
    const decoded = decodeMessage(bytes);
    assert(decoded.kind === "message", "a client sends well-formed messages");
    const { message } = decoded;
    if (verified.kind === "refused") {
      assert.equal(verified.error, Rcode.BADTIME);
      const refusal = encodeMessage(makeResponse(message, Rcode.NOTAUTH));
      const { mac, timeSigned, error } = verified;
      assert(mac !== undefined);
      const signing = { timeSeconds: timeSigned, error, otherTimeSeconds: nowSeconds };
      return signMessage(refusal, KEY, { ...signing, requestMac: mac }).bytes;
    }
    assert(verified.kind === "verified", "a client signs what it sends");
    this.requests.push(message);
    this.ids.push(message.id);
    const manner = this.mannerOf(message);
    if (manner.kind === "silent") return undefined;
    if (manner.kind === "hang-up") {
      this.hangUp();
      return undefined;
    }
    const response = withManner(this.#respond(message, manner), manner);
    if (manner.kind === "mute") return undefined;
    const encoded = encodeMessage(response);
    if (manner.kind === "unsigned") return encoded;
    const secret = manner.kind === "forged" ? new Uint8Array(32).fill(9) : KEY.secret;
    const key = { ...KEY, secret };
    return signMessage(encoded, key, { timeSeconds: nowSeconds, requestMac: verified.mac }).bytes;
  }

  #respond(request: Message, manner: Manner): Message {
    if (manner.kind === "rcode") return { ...makeResponse(request, manner.rcode), aa: true };
    if (request.opcode !== Opcode.UPDATE) return this.#answer(request);
    const parsed = parseUpdate(request);
    if (parsed.kind === "malformed") return makeResponse(request, parsed.rcode);
    return makeResponse(request, this.records.update(parsed.update));
  }

  #answer(request: Message): Message {
    const [question] = request.question;
    assert(question !== undefined);
    const held = this.records.rrsetsAt(question.name);
    const rrsets = held.filter(
      ({ type }) => type === question.type || type === RRType.CNAME || question.type === RRType.ANY,
    );
    const answer = rrsets.flatMap(recordsOf);
    const besides = this.tellsBesides ? [fenceName(question.name), weightsName(question.name)] : [];
    const additional = besides.flatMap((name) => this.records.rrsetsAt(name).flatMap(recordsOf));
    const rcode = held.length === 0 ? Rcode.NXDOMAIN : Rcode.NOERROR;
    return { ...makeResponse(request, rcode), aa: true, answer, additional };
  }
}

function recordsOf({ name, type, ttlSeconds, rdata }: RRset): readonly ResourceRecord[] {
  return rdata.map((octets) => ({ name, type, class: RRClass.IN, ttlSeconds, rdata: octets }));
}

function withManner(response: Message, manner: Manner): Message {
  if (manner.kind === "not-authoritative") return { ...response, aa: false };
  if (manner.kind === "truncated") return { ...response, tc: true };
  if (manner.kind !== "rcode" || manner.text === undefined || response.edns === undefined) {
    return response;
  }
  const edns = ednsWithErrors(response.edns, [{ code: 0, text: manner.text }]);
  return { ...response, edns };
}

/** The client's end of a connection in memory. */
class FakeStream implements ByteStream {
  readonly queuedOctets = 0;
  readonly remote: SocketAddress;
  readonly #serve: (messages: readonly Uint8Array[]) => void;
  readonly #reader = new FrameReader();
  #onData: (bytes: Uint8Array) => void = () => {};
  #onClose: (problem?: string) => void = () => {};
  #isClosed = false;

  constructor(remote: SocketAddress, serve: (messages: readonly Uint8Array[]) => void) {
    this.remote = remote;
    this.#serve = serve;
  }

  write(bytes: Uint8Array): boolean {
    const messages = this.#reader.push(bytes);
    if (!this.#isClosed) setImmediate(() => this.#serve(messages));
    return true;
  }

  deliver(bytes: Uint8Array): void {
    if (!this.#isClosed) this.#onData(bytes);
  }

  pause(): void {}
  resume(): void {}
  end(): void {
    this.destroy();
  }

  destroy(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    setImmediate(() => this.#onClose());
  }

  onData(handler: (bytes: Uint8Array) => void): void {
    this.#onData = handler;
  }
  onDrain(): void {}
  onClose(handler: (problem?: string) => void): void {
    this.#onClose = handler;
  }
}
