import { Opcode, Rcode, RRType } from "../../dns/index.ts";
import { HEADER_OCTETS } from "../../packet/index.ts";
import { ERROR, NO_DATA, NO_NAME, POSITIVE, type ReplyKind } from "./fastPath.ts";

/** A reply's RCODE with its upper bits, which only replies without records have. */
export function rcodeOf(reply: Uint8Array): number {
  const lower = (reply[3] ?? 0) & 0xf;
  const isBare = reply.subarray(6, 11).every((octet) => octet === 0) && reply[11] === 1;
  const opt = questionEnd(reply);
  return isBare && reply[opt + 2] === RRType.OPT ? lower | ((reply[opt + 5] ?? 0) << 4) : lower;
}

/** What rate limits take a reply of ours for. */
export function kindOf(reply: Uint8Array): ReplyKind {
  const rcode = rcodeOf(reply);
  if (rcode === Rcode.NXDOMAIN) return NO_NAME;
  if (rcode !== Rcode.NOERROR) return ERROR;
  return reply[6] === 0 && reply[7] === 0 ? NO_DATA : POSITIVE;
}

/** Octet behind the question of a reply of ours. */
export function questionEnd(reply: Uint8Array): number {
  let next = HEADER_OCTETS;
  if (reply[4] === 0 && reply[5] === 0) return next;
  while (next < reply.length && reply[next] !== 0) next += 1 + (reply[next] ?? 0);
  return Math.min(next + 5, reply.length);
}

/** Labels of a name that tell apart what the general path answers. */
const SUBJECT_LABELS_MAX = 3;

/**
 * What rate limits count a reply under, where the fast path did not give it: all errors and denials
 * are one flood, and so is everything below one name. Wildcards, DNAMEs and referrals answer names
 * that nobody ever heard of, and a bucket for each would be no limit.
 */
export function subjectOf(reply: Uint8Array, kind: ReplyKind): number {
  if (kind === ERROR || kind === NO_NAME || reply[5] !== 1) return 0;
  const starts: number[] = [];
  let at = HEADER_OCTETS;
  while (at < reply.length && reply[at] !== 0) {
    starts.push(at);
    at += 1 + (reply[at] ?? 0);
  }
  const first = Math.max(1, starts.length - SUBJECT_LABELS_MAX);
  let hash = 0;
  for (const octet of reply.subarray(starts[first] ?? at, at)) {
    hash = Math.imul(hash ^ (octet | 0x20), 0x01000193); // whatever its letter case
  }
  return hash;
}

/**
 * The header and question of a reply: of an answer, "use TCP"; of what no query asked for, its
 * RCODE, as NOERROR would say that it was done. Never longer than the request.
 */
export function bareReply(reply: Uint8Array): Uint8Array {
  const hasQuestion = reply[4] === 0 && reply[5] === 1;
  const bare = reply.slice(0, hasQuestion ? questionEnd(reply) : HEADER_OCTETS);
  const isQuery = (((reply[2] ?? 0) >> 3) & 0xf) === Opcode.QUERY;
  bare[2] = ((reply[2] ?? 0) & 0xf9) | (isQuery ? 2 : 0);
  bare[3] = isQuery ? Rcode.NOERROR : (reply[3] ?? 0) & 0xf;
  bare.fill(0, hasQuestion ? 6 : 4, HEADER_OCTETS);
  return bare;
}
