import { assertNever, type Chance, type Clock, errorText, type Log } from "../base/index.ts";
import {
  type DecodedMessage,
  decodeHeader,
  decodeMessage,
  ExtendedErrorCode,
  encodeMessage,
  encodeName,
  MESSAGE_OCTETS_MAX,
  type Message,
  type MessageHeader,
  makeResponse,
  type Name,
  Opcode,
  parseUpdate,
  Rcode,
  signMessage,
  type TsigKey,
  UDP_OCTETS_MIN,
  UDP_PAYLOAD_OCTETS,
  unsignedTsigError,
  type VerifiedMessage,
  verifyMessage,
} from "../dns/index.ts";
import { answerMessage, withError } from "./answer/answer.ts";
import type { Counters, Transport } from "./counters.ts";
import type { UpdateOutcome } from "./update/committer.ts";
import type { ZonesView } from "./zone/zoneView.ts";

/** A request taken in: what to send back, at once or later. */
export type Handled =
  | { readonly kind: "dropped" }
  | { readonly kind: "replied"; readonly reply: Uint8Array; readonly isSigned: boolean }
  /** An UPDATE whose writer is known. Never rejects. */
  | { readonly kind: "updating"; readonly reply: Promise<Uint8Array> };

/** Parts and ports that requests need. */
export interface RequestParts {
  readonly zones: ZonesView;
  readonly keyFor: (name: Name) => TsigKey | undefined;
  readonly update: (
    update: Extract<ReturnType<typeof parseUpdate>, { kind: "update" }>["update"],
  ) => Promise<UpdateOutcome>;
  readonly counters: Counters;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly log: Log;
}

type Decoded = Extract<DecodedMessage, { kind: "message" }>;
type Verified = Extract<VerifiedMessage, { kind: "verified" }>;

// Key and algorithm names are at most 255 octets each; the rest of a TSIG record is fixed, and the
// longest MAC has 64 octets (RFC 8945 section 4.2).
const TSIG_FIXED_OCTETS = 10 + 16 + 64;
const ALGORITHM_OCTETS = 13;

/**
 * A longer message is read only where its signature is right: names in it may take many times the
 * octets that it has, and nobody asks a question in more than we say that we receive over UDP.
 */
const UNSIGNED_OCTETS_MAX = UDP_PAYLOAD_OCTETS;

/** Handles one message from a client. Its work is bounded by the message's octets. */
export function handleRequest(
  parts: RequestParts,
  bytes: Uint8Array,
  transport: Transport,
): Handled {
  const header = decodeHeader(bytes);
  // RFC 1035 section 7.3: a response to a response could go back and forth for ever.
  if (header === undefined || header.qr) {
    parts.counters.dropped += 1;
    return { kind: "dropped" };
  }
  parts.counters.requests[transport] += 1;
  const fail = (rcode: number) => replied(parts, makeResponse(header, rcode), {}, transport);
  try {
    const long = bytes.length > UNSIGNED_OCTETS_MAX ? verify(parts, bytes) : undefined;
    if (long?.kind === "refused") return replyToBadTsig(parts, header, long, transport);
    if (long?.kind === "malformed") return fail(Rcode.FORMERR);
    if (long?.kind === "unsigned") return fail(Rcode.REFUSED);
    const decoded = decodeMessage(bytes);
    if (decoded.kind === "malformed") return fail(Rcode.FORMERR);
    if (long !== undefined) return handleKnown(parts, decoded, long, transport);
    return handleDecoded(parts, bytes, decoded, transport);
  } catch (error) {
    logBug(parts, error);
    return fail(Rcode.SERVFAIL);
  }
}

function verify(parts: RequestParts, bytes: Uint8Array): VerifiedMessage {
  return verifyMessage(bytes, parts.keyFor, { nowSeconds: wallSeconds(parts.clock) });
}

/**
 * A bug that one message meets must not stop the answers to all others: answering changes nothing
 * that could be left half done.
 */
function logBug({ log }: RequestParts, error: unknown): void {
  log.error("cannot answer a message", { problem: errorText(error) });
}

function handleDecoded(
  parts: RequestParts,
  bytes: Uint8Array,
  decoded: Decoded,
  transport: Transport,
): Handled {
  if (decoded.tsig === undefined) return handleKnown(parts, decoded, undefined, transport);
  const verified = verify(parts, bytes);
  switch (verified.kind) {
    case "verified":
      return handleKnown(parts, decoded, verified, transport);
    case "refused":
      return replyToBadTsig(parts, decoded.message, verified, transport);
    case "malformed":
    case "unsigned": {
      const response = makeResponse(decoded.message, Rcode.FORMERR);
      return replied(parts, response, { edns: decoded.message.edns }, transport);
    }
    default:
      return assertNever(verified);
  }
}

function handleKnown(
  parts: RequestParts,
  decoded: Decoded,
  signature: Verified | undefined,
  transport: Transport,
): Handled {
  const { message, questionWire } = decoded;
  const { edns } = message;
  const encoding = signature === undefined ? { edns } : { edns, signature };
  if (message.opcode !== Opcode.UPDATE || (message.edns?.version ?? 0) > 0) {
    const asker = { isSigned: signature !== undefined, chance: parts.chance };
    const response = answerMessage(parts.zones, message, asker);
    return replied(parts, response, { ...encoding, questionWire }, transport);
  }
  if (signature === undefined) {
    const outcome = { rcode: Rcode.REFUSED, problem: "Cannot update as it must be signed (TSIG)" };
    return replied(parts, updateResponse(parts, message, outcome), encoding, transport);
  }
  const parsed = parseUpdate(message);
  if (parsed.kind === "malformed") {
    return replied(parts, updateResponse(parts, message, parsed), encoding, transport);
  }
  const reply = parts.update(parsed.update).then((outcome) => {
    if (outcome.rule !== undefined) {
      const by = signature.key.name;
      parts.log.warn("update refused", { by, rule: outcome.rule, problem: outcome.problem });
    }
    return encodeReply(parts, updateResponse(parts, message, outcome), encoding, transport);
  });
  const failed = (error: unknown) => {
    logBug(parts, error);
    return encodeReply(parts, makeResponse(message, Rcode.SERVFAIL), {}, transport);
  };
  return { kind: "updating", reply: reply.catch(failed) };
}

function updateResponse(parts: RequestParts, request: Message, outcome: UpdateOutcome): Message {
  parts.counters.update(outcome);
  const response = makeResponse(request, outcome.rcode);
  if (outcome.problem === undefined) return response;
  const isForbidden = outcome.rcode === Rcode.REFUSED;
  const code = isForbidden ? ExtendedErrorCode.PROHIBITED : ExtendedErrorCode.OTHER;
  return withError(response, code, outcome.problem);
}

/** How a response is to be encoded for whoever asked. */
interface Encoding {
  readonly signature?: Verified;
  readonly questionWire?: Uint8Array;
  readonly edns?: Message["edns"];
}

function replied(
  parts: RequestParts,
  response: Message,
  encoding: Encoding,
  transport: Transport,
): Handled {
  const reply = encodeReply(parts, response, encoding, transport);
  return { kind: "replied", reply, isSigned: encoding.signature !== undefined };
}

function encodeReply(
  parts: RequestParts,
  response: Message,
  { signature, questionWire, edns }: Encoding,
  transport: Transport,
): Uint8Array {
  parts.counters.response(response.rcode);
  const sizeMax = transport === "tcp" ? MESSAGE_OCTETS_MAX : udpOctets(edns);
  const wire = questionWire === undefined ? {} : { questionWire };
  if (signature === undefined) return encodeMessage(response, { ...wire, sizeMax });
  const { key, mac } = signature;
  const signing = { timeSeconds: wallSeconds(parts.clock), requestMac: mac };
  const tsigOctets = TSIG_FIXED_OCTETS + ALGORITHM_OCTETS + encodeName(key.name).length;
  const room = Math.max(UDP_OCTETS_MIN, sizeMax - tsigOctets);
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

/** RFC 8945 section 5.3.2: signed where the key was right, so that the client can believe it. */
function replyToBadTsig(
  parts: RequestParts,
  request: Message | MessageHeader,
  refused: Extract<VerifiedMessage, { kind: "refused" }>,
  transport: Transport,
): Handled {
  const bytes = encodeReply(parts, makeResponse(request, Rcode.NOTAUTH), {}, transport);
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

function wallSeconds(clock: Clock): number {
  return Math.floor(clock.wallMs() / 1000);
}
