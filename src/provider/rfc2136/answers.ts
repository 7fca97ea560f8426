import {
  extendedErrors,
  type Message,
  makeRRset,
  type Name,
  Rcode,
  type ResourceRecord,
  RRClass,
  type RRset,
  rcodeText,
} from "../../dns/index.ts";
import type { WriteOutcome } from "../../plan/index.ts";
import type { SignedReply } from "./signedExchange.ts";

/** What an authoritative answer says of one name. */
export type Answer =
  | { readonly kind: "held"; readonly rrsets: readonly RRset[] }
  | { readonly kind: "unreadable"; readonly problem: string };

/**
 * Reads the answer to a query for a name. Only an authoritative server's word counts, and only
 * NXDOMAIN and an empty answer mean that nothing is there: everything else is unknown.
 */
export function readAnswer(name: Name, reply: SignedReply): Answer {
  if (reply.kind === "failed") return { kind: "unreadable", problem: reply.problem };
  const { message } = reply;
  if (message.rcode !== Rcode.NOERROR && message.rcode !== Rcode.NXDOMAIN) {
    return { kind: "unreadable", problem: refusalText(message) };
  }
  if (!message.aa) {
    return { kind: "unreadable", problem: `the server is not authoritative for ${name}` };
  }
  const records = message.answer.filter((rr) => rr.name === name && rr.class === RRClass.IN);
  return { kind: "held", rrsets: groupRRsets(name, records) };
}

/** What an answer says besides, of another name; nothing there says nothing of it. */
export function readBeside(name: Name, reply: SignedReply): readonly RRset[] {
  if (reply.kind === "failed") return [];
  const records = reply.message.additional.filter((rr) => {
    return rr.name === name && rr.class === RRClass.IN;
  });
  return groupRRsets(name, records);
}

function groupRRsets(name: Name, records: readonly ResourceRecord[]): readonly RRset[] {
  const byType = new Map<number, ResourceRecord[]>();
  for (const record of records) {
    const group = byType.get(record.type);
    if (group === undefined) byType.set(record.type, [record]);
    else group.push(record);
  }
  return [...byType].map(([type, group]) => {
    // RFC 2181 section 5.2: one TTL; where a server breaks that, the longest is what hurts.
    const ttlSeconds = Math.max(...group.map((record) => record.ttlSeconds));
    return makeRRset(
      name,
      type,
      ttlSeconds,
      group.map((record) => record.rdata),
    );
  });
}

/** What became of an UPDATE (RFC 2136 section 3.8 and its RCODEs in section 2.2). */
export function readOutcome(reply: SignedReply): WriteOutcome {
  if (reply.kind === "failed") return { kind: "unknown", problem: reply.problem };
  return outcomeOfRcode(reply.message.rcode, refusalText(reply.message));
}

/** What an UPDATE's RCODE says became of it; `problem` in the words of the server. */
export function outcomeOfRcode(rcode: number, problem: string): WriteOutcome {
  switch (rcode) {
    case Rcode.NOERROR:
      return { kind: "applied" };
    case Rcode.NXDOMAIN:
    case Rcode.YXDOMAIN:
    case Rcode.YXRRSET:
    case Rcode.NXRRSET:
      return { kind: "condition-failed" };
    case Rcode.FORMERR:
    case Rcode.NOTIMP:
    case Rcode.REFUSED:
    case Rcode.NOTAUTH:
    case Rcode.NOTZONE:
      return { kind: "refused", problem };
    default:
      // SERVFAIL and whatever else: the server itself may not know what it did.
      return { kind: "unknown", problem };
  }
}

function refusalText(message: Message): string {
  const texts = extendedErrors(message).map(({ text }) => text);
  return [rcodeText(message.rcode), ...texts.filter((text) => text !== "")].join(": ");
}
