import { assertNever, type Clock, type SocketAddress } from "../base/index.ts";
import {
  encodeMessage,
  MESSAGE_OCTETS_MAX,
  type Message,
  type MessageHeader,
  makeResponse,
  Rcode,
  signatureOctets,
  signMessage,
  UDP_OCTETS_MIN,
  UDP_PAYLOAD_OCTETS,
  unsignedTsigError,
  type VerifiedMessage,
} from "../dns/index.ts";
import type { Counters, Transport } from "./counters.ts";
import type { Handled } from "./handled.ts";
import type { ReplyOptions } from "./serve/replyOptions.ts";

/** A signature that was right. */
export type Verified = Extract<VerifiedMessage, { kind: "verified" }>;

/** How a response is to be encoded for whoever asked. */
export interface Encoding {
  readonly transport: Transport;
  readonly signature?: Verified;
  readonly questionWire?: Uint8Array;
  readonly edns?: Message["edns"];
  /** Who gets it: cookies are made for an address. */
  readonly source?: SocketAddress;
}

/** Ports that replies need. */
export interface ReplyParts {
  readonly counters: Counters;
  readonly clock: Clock;
  /** Cookies and the server's identifier; absent: none are given. */
  readonly options?: ReplyOptions;
}

/** A response as it is to be sent at once. */
export function replied(parts: ReplyParts, response: Message, encoding: Encoding): Handled {
  const reply = encodeReply(parts, response, encoding);
  return { kind: "replied", reply, isSigned: encoding.signature !== undefined };
}

/** Octets of a response: no more than the client takes, signed where the request was. */
export function encodeReply(parts: ReplyParts, answer: Message, encoding: Encoding): Uint8Array {
  const { transport, signature, questionWire, edns, source } = encoding;
  const mayBeForged = transport === "udp" && signature === undefined;
  const response =
    parts.options === undefined || source === undefined
      ? answer
      : parts.options.complete(answer, edns, source, wallSeconds(parts.clock), mayBeForged);
  parts.counters.response(response.rcode);
  const sizeMax = transport === "tcp" ? MESSAGE_OCTETS_MAX : udpOctets(edns);
  const wire = questionWire === undefined ? {} : { questionWire };
  if (signature === undefined) return encodeMessage(response, { ...wire, sizeMax });
  const { key, mac } = signature;
  const signing = { timeSeconds: wallSeconds(parts.clock), requestMac: mac };
  const room = Math.max(UDP_OCTETS_MIN, sizeMax - signatureOctets(key));
  const signed = signMessage(encodeMessage(response, { ...wire, sizeMax: room }), key, signing);
  if (signed.bytes.length <= sizeMax) return signed.bytes;
  // RFC 8945 section 5.3: with no room for both, the signature goes before the answer.
  const cut: Message = { ...response, tc: true, answer: [], authority: [], additional: [] };
  return signMessage(encodeMessage(cut, { ...wire, sizeMax: room }), key, signing).bytes;
}

/** What the client can receive, no more than what goes in one packet on any path. */
function udpOctets(edns: Message["edns"]): number {
  const asked = edns?.udpPayloadSize ?? UDP_OCTETS_MIN;
  return Math.min(Math.max(asked, UDP_OCTETS_MIN), UDP_PAYLOAD_OCTETS);
}

/** What is said to a request whose signature does not count, or that needs one. */
export function replyToUnverified(
  parts: ReplyParts,
  request: Message | MessageHeader,
  verified: Exclude<VerifiedMessage, { kind: "verified" }>,
  encoding: Encoding,
): Handled {
  switch (verified.kind) {
    case "refused":
      return replyToBadTsig(parts, request, verified, encoding);
    case "malformed":
      return replied(parts, makeResponse(request, Rcode.FORMERR), encoding);
    case "unsigned":
      return replied(parts, makeResponse(request, Rcode.REFUSED), encoding);
    default:
      return assertNever(verified);
  }
}

/** RFC 8945 section 5.3.2: signed where the key was right, so that the client can believe it. */
function replyToBadTsig(
  parts: ReplyParts,
  request: Message | MessageHeader,
  refused: Extract<VerifiedMessage, { kind: "refused" }>,
  encoding: Encoding,
): Handled {
  const bytes = encodeReply(parts, makeResponse(request, Rcode.NOTAUTH), encoding);
  const { error, key, mac, keyName, algorithm } = refused;
  const nowSeconds = wallSeconds(parts.clock);
  const facts = { kind: "replied", isSigned: false } as const;
  if (key === undefined || mac === undefined) {
    return { ...facts, reply: unsignedTsigError(bytes, keyName, algorithm, error, nowSeconds) };
  }
  const timing =
    error === Rcode.BADTIME
      ? { timeSeconds: refused.timeSigned, otherTimeSeconds: nowSeconds }
      : { timeSeconds: nowSeconds };
  return { ...facts, reply: signMessage(bytes, key, { ...timing, requestMac: mac, error }).bytes };
}

/** Seconds since the Unix epoch, as signatures count them. */
export function wallSeconds(clock: Clock): number {
  return Math.floor(clock.wallMs() / 1000);
}
