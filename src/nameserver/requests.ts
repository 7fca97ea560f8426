import { type Chance, errorText } from "../base/index.ts";
import {
  type DecodedMessage,
  decodeHeader,
  decodeMessage,
  type Message,
  makeResponse,
  type Name,
  Opcode,
  Rcode,
  RRType,
  type TsigKey,
  type TsigRecord,
  UDP_PAYLOAD_OCTETS,
  type VerifiedMessage,
  verifyMessage,
} from "../dns/index.ts";
import { answerMessage } from "./answer/answer.ts";
import type { Arrival } from "./arrival.ts";
import { type AskedNames, askedAnswer } from "./asked.ts";
import type { Handled } from "./handled.ts";
import { type Encoding, replied, replyToUnverified, type Verified, wallSeconds } from "./reply.ts";
import type { TransferService } from "./transferService.ts";
import type { UpdateRights } from "./update/scopes.ts";
import { handleUpdate, type UpdateParts } from "./update/updateRequests.ts";
import type { ZonesView } from "./zone/zoneView.ts";

/** Parts and ports that requests need. */
export interface RequestParts extends UpdateParts {
  readonly zones: ZonesView;
  readonly keyFor: (name: Name) => TsigKey | undefined;
  /** What a key that is known may change. */
  readonly rightsOf: (keyName: Name) => UpdateRights;
  /** Absent: transfers are refused. */
  readonly transfers?: TransferService;
  readonly chance: Chance;
  /** Absent: nobody notes what is asked for. */
  readonly asked?: AskedNames;
}

export type { Handled } from "./handled.ts";

type Decoded = Extract<DecodedMessage, { kind: "message" }>;

/**
 * A longer message is read only where its signature is right: names in it may take many times the
 * octets that it has, and nobody asks a question in more than we say that we receive over UDP.
 */
const UNSIGNED_OCTETS_MAX = UDP_PAYLOAD_OCTETS;

const KNOWN_OPCODES: ReadonlySet<number> = new Set(Object.values(Opcode));

/** Handles one message from a client. Its work is bounded by the message's octets. */
export function handleRequest(parts: RequestParts, bytes: Uint8Array, arrival: Arrival): Handled {
  const { transport } = arrival;
  const header = decodeHeader(bytes);
  // RFC 1035 section 7.3: a response to a response could go back and forth for ever.
  if (header === undefined || header.qr) {
    parts.counters.dropped += 1;
    return { kind: "dropped" };
  }
  parts.counters.requests[transport] += 1;
  const fail = (rcode: number) => replied(parts, makeResponse(header, rcode), { transport });
  // What follows the header of another opcode is laid out as we do not know (RFC 8490 section 5.4).
  if (!KNOWN_OPCODES.has(header.opcode)) return fail(Rcode.NOTIMP);
  try {
    const long = bytes.length > UNSIGNED_OCTETS_MAX ? verify(parts, bytes) : undefined;
    if (long !== undefined && long.kind !== "verified") {
      return replyToUnverified(parts, header, long, { transport });
    }
    const decoded = decodeMessage(bytes);
    if (decoded.kind === "malformed") {
      const { question, questionWire } = decoded.asked ?? {};
      if (question === undefined || questionWire === undefined) return fail(Rcode.FORMERR);
      const response = makeResponse({ ...header, question }, Rcode.FORMERR);
      return replied(parts, response, { transport, questionWire });
    }
    return handleDecoded(parts, bytes, decoded, long, arrival);
  } catch (error) {
    // A bug that one message meets must not stop the answers to all others: answering changes
    // nothing that could be left half done.
    parts.log.error("cannot answer a message", { problem: errorText(error) });
    return fail(Rcode.SERVFAIL);
  }
}

function verify(parts: RequestParts, bytes: Uint8Array, tsig?: TsigRecord): VerifiedMessage {
  return verifyMessage(bytes, parts.keyFor, { nowSeconds: wallSeconds(parts.clock) }, tsig);
}

function handleDecoded(
  parts: RequestParts,
  bytes: Uint8Array,
  decoded: Decoded,
  known: Verified | undefined,
  arrival: Arrival,
): Handled {
  const { transport } = arrival;
  const { message, questionWire } = decoded;
  const { edns } = message;
  let signature = known;
  if (signature === undefined && decoded.tsig !== undefined) {
    const verified = verify(parts, bytes, decoded.tsig);
    if (verified.kind !== "verified") {
      return replyToUnverified(parts, message, verified, { transport, edns });
    }
    signature = verified;
  }
  const isEchoed = message.question.length === 1;
  const { source } = arrival;
  const unsigned = { transport, source, edns, ...(isEchoed ? { questionWire } : {}) };
  const encoding = signature === undefined ? unsigned : { ...unsigned, signature };
  if ((edns?.version ?? 0) > 0) return answer(parts, message, encoding); // BADVERS
  if (message.opcode === Opcode.UPDATE) {
    const rights = signature === undefined ? undefined : parts.rightsOf(signature.key.name);
    return handleUpdate(parts, message, bytes.length, rights, encoding);
  }
  if (message.opcode === Opcode.NOTIFY) return replyToNotify(parts, message, encoding);
  if (parts.transfers !== undefined && asksForTransfer(message)) {
    return transfer(parts, parts.transfers, message, encoding, arrival);
  }
  return answer(parts, message, encoding);
}

function answer(parts: RequestParts, message: Message, encoding: Encoding): Handled {
  const { asked, chance } = parts;
  const asker = { isSigned: encoding.signature !== undefined, chance };
  if (asked === undefined)
    return replied(parts, answerMessage(parts.zones, message, asker), encoding);
  const told = asker.isSigned ? askedAnswer(asked, message) : undefined;
  const response = told ?? answerMessage(parts.zones, message, asker);
  const [question] = message.question;
  // Who signs is of Holdfast, or changes something: only the public counts as asking.
  const isPublic = !asker.isSigned && question !== undefined;
  if (isPublic && response.rcode === Rcode.NOERROR) asked.note(question.name);
  return replied(parts, response, encoding);
}

/** RFC 1996 section 3.10: only secondaries are told of changes, and we are nobody's. */
function replyToNotify(parts: RequestParts, message: Message, encoding: Encoding): Handled {
  const rcode = message.question.length === 1 ? Rcode.NOTAUTH : Rcode.FORMERR;
  return replied(parts, makeResponse(message, rcode), encoding);
}

function asksForTransfer({ opcode, question }: Message): boolean {
  const [only, ...more] = question;
  if (opcode !== Opcode.QUERY || only === undefined || more.length > 0) return false;
  return only.type === RRType.AXFR || only.type === RRType.IXFR;
}

function transfer(
  parts: RequestParts,
  transfers: TransferService,
  message: Message,
  encoding: Encoding,
  arrival: Arrival,
): Handled {
  const { signature } = encoding;
  const by = signature === undefined ? arrival : { ...arrival, signature };
  const answered = transfers.answer(message, by);
  if (answered.kind === "message") return replied(parts, answered.response, encoding);
  parts.counters.response(Rcode.NOERROR);
  const { messages } = answered;
  return { kind: "streaming", messages, isSigned: signature !== undefined };
}
