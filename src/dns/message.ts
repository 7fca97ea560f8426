import { RRClass } from "./codes.ts";
import type { Name } from "./name.ts";

/** What is asked (RFC 1035 section 4.1.2); the zone, in an UPDATE message. */
export interface Question {
  readonly name: Name;
  readonly type: number;
  readonly class: number;
}

/** One RR as a message carries it (RFC 1035 section 4.1.3). */
export interface ResourceRecord {
  readonly name: Name;
  readonly type: number;
  readonly class: number;
  /** Seconds, 0..2^31-1. */
  readonly ttlSeconds: number;
  /** Uncompressed wire format, names in it in lower case; empty only in UPDATE messages. */
  readonly rdata: Uint8Array;
}

/** One EDNS option, its data as on the wire (RFC 6891 section 6.1.2). */
export interface EdnsOption {
  readonly code: number;
  readonly data: Uint8Array;
}

/** The OPT pseudo-RR (RFC 6891). Its high RCODE bits are part of the message's `rcode`. */
export interface Edns {
  /** Octets of UDP payload that the sender can receive. */
  readonly udpPayloadSize: number;
  readonly version: number;
  readonly dnssecOk: boolean;
  readonly options: readonly EdnsOption[];
}

/** The header without its counts (RFC 1035 section 4.1.1). */
export interface MessageHeader {
  /** 0..65535. */
  readonly id: number;
  readonly opcode: number;
  /** Twelve bits, the upper eight from EDNS. */
  readonly rcode: number;
  readonly qr: boolean;
  readonly aa: boolean;
  readonly tc: boolean;
  readonly rd: boolean;
  readonly ra: boolean;
  readonly ad: boolean;
  readonly cd: boolean;
}

/** A whole message. `additional` is without OPT (see `edns`) and TSIG. */
export interface Message extends MessageHeader {
  readonly question: readonly Question[];
  readonly answer: readonly ResourceRecord[];
  readonly authority: readonly ResourceRecord[];
  readonly additional: readonly ResourceRecord[];
  readonly edns?: Edns;
}

/** Highest TTL, in seconds (RFC 2181 section 8). */
export const TTL_SECONDS_MAX = 2 ** 31 - 1;

/** Longest message: the length before it over TCP has sixteen bits (RFC 1035 section 4.2.2). */
export const MESSAGE_OCTETS_MAX = 65535;

/**
 * UDP payload that we say we can receive, in octets: with IPv6's smallest MTU of 1280 it fits one
 * packet on any path, so that no fragment can be lost or forged (RFC 9715).
 */
export const UDP_PAYLOAD_OCTETS = 1232;

/** A message with nothing in it: opcode QUERY, every flag off. */
export function emptyMessage(id: number): Message {
  return {
    id,
    opcode: 0,
    rcode: 0,
    qr: false,
    aa: false,
    tc: false,
    rd: false,
    ra: false,
    ad: false,
    cd: false,
    question: [],
    answer: [],
    authority: [],
    additional: [],
  };
}

/** How a query is made. */
export interface QueryOptions {
  /** With it the query carries EDNS. */
  readonly udpPayloadSize?: number;
  /** Recursion desired; off by default. */
  readonly rd?: boolean;
  /** DNSSEC OK (RFC 3225); needs `udpPayloadSize`. */
  readonly dnssecOk?: boolean;
}

/** A query for one name and type in class IN. */
export function makeQuery(
  id: number,
  name: Name,
  type: number,
  options: QueryOptions = {},
): Message {
  const query: Message = {
    ...emptyMessage(id),
    rd: options.rd ?? false,
    question: [{ name, type, class: RRClass.IN }],
  };
  if (options.udpPayloadSize === undefined) return query;
  const dnssecOk = options.dnssecOk ?? false;
  const { udpPayloadSize } = options;
  return { ...query, edns: { udpPayloadSize, version: 0, dnssecOk, options: [] } };
}

/**
 * A response with empty sections to a request, or to the bare header of a malformed one: same id,
 * opcode, question and RD (RFC 1035 section 4.1.1), but not CD, which is between resolvers
 * (RFC 4035 section 3.1.6); EDNS where the request had it (RFC 6891 section 6.1.1).
 */
export function makeResponse(
  request: MessageHeader & Partial<Pick<Message, "question" | "edns">>,
  rcode: number,
): Message {
  const response: Message = {
    ...emptyMessage(request.id),
    opcode: request.opcode,
    rcode,
    qr: true,
    rd: request.rd,
    question: request.question ?? [],
  };
  if (request.edns === undefined) return response;
  const { dnssecOk } = request.edns;
  const edns: Edns = { udpPayloadSize: UDP_PAYLOAD_OCTETS, version: 0, dnssecOk, options: [] };
  return { ...response, edns };
}
