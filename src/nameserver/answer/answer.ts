import { assertNever, type Chance } from "../../base/index.ts";
import {
  decodeSoa,
  ExtendedErrorCode,
  ednsWithErrors,
  isAtOrBelow,
  isMetaType,
  type Message,
  makeResponse,
  type Name,
  Opcode,
  type Question,
  Rcode,
  type ResourceRecord,
  RRClass,
  type RRset,
  RRType,
  rdataNames,
} from "../../dns/index.ts";
import { rrsetOfType, type ZoneNode } from "../zone/zoneNode.ts";
import {
  fenceNode,
  type ServedZone,
  weightsNode,
  type ZonesView,
  type ZoneView,
} from "../zone/zoneView.ts";
import { type Chain, followChain } from "./chain.ts";
import { chooseRdata } from "./weightedChoice.ts";

/** Who asks, as far as the answer depends on it. */
export interface Asker {
  /** Signed with a key of ours: gets whole RRsets, also of a zone not yet seeded. */
  readonly isSigned: boolean;
  readonly chance: Chance;
}

/** The response to a request that is no UPDATE. Pure but for the draws of `chance`. */
export function answerMessage(zones: ZonesView, request: Message, asker: Asker): Message {
  if (request.edns !== undefined && request.edns.version > 0) {
    return makeResponse(request, Rcode.BADVERS); // RFC 6891 section 6.1.3
  }
  if (request.opcode !== Opcode.QUERY) return makeResponse(request, Rcode.NOTIMP);
  const [question] = request.question;
  if (question === undefined || request.question.length !== 1) {
    return makeResponse(request, Rcode.FORMERR); // RFC 9619
  }
  if (question.class !== RRClass.IN) return makeResponse(request, Rcode.REFUSED);
  if (question.type === RRType.AXFR || question.type === RRType.IXFR) {
    return makeResponse(request, Rcode.REFUSED);
  }
  if (isMetaType(question.type) && question.type !== RRType.ANY) {
    return makeResponse(request, Rcode.NOTIMP);
  }
  const zone = zones.zoneFor(question.name);
  if (zone === undefined) {
    return withError(makeResponse(request, Rcode.REFUSED), ExtendedErrorCode.NOT_AUTHORITATIVE, "");
  }
  if (!zone.isSeeded && !asker.isSigned) {
    const response = makeResponse(request, Rcode.SERVFAIL);
    return withError(response, ExtendedErrorCode.NOT_READY, `zone ${zone.apex} is not yet seeded`);
  }
  return answerQuestion(zone, question, makeResponse(request, Rcode.NOERROR), asker);
}

/** The response with an extended error, where the asker can take one (RFC 8914 section 2). */
export function withError(response: Message, code: number, text: string): Message {
  if (response.edns === undefined) return response;
  return { ...response, edns: ednsWithErrors(response.edns, [{ code, text }]) };
}

function answerQuestion(
  zone: ServedZone,
  question: Question,
  response: Message,
  asker: Asker,
): Message {
  const chain = followChain(zone, question.name, question.type);
  const answer = chain.hops.flatMap((hop) => hop.records.flatMap((rrset) => recordsOf(rrset)));
  const additional = question.type === RRType.ANY ? besides(zone, question.name, asker) : [];
  const found = { ...response, aa: true, answer, additional };
  const { end } = chain;
  switch (end.kind) {
    case "node": {
      const records = recordsAt(zone, end, question.type, asker);
      if (records.length === 0) return { ...found, authority: negativeSoa(zone) };
      return { ...found, answer: [...answer, ...records] };
    }
    case "no-name":
      return { ...found, rcode: Rcode.NXDOMAIN, authority: negativeSoa(zone) };
    case "delegation":
      return delegate(zone, question, chain, end, found);
    case "name-too-long":
      return { ...found, rcode: Rcode.YXDOMAIN };
    case "outside":
    case "too-long":
      return found;
    default:
      return assertNever(end);
  }
}

type NodeEnd = Extract<Chain["end"], { kind: "node" }>;

function recordsAt(
  zone: ZoneView,
  { node, owner, name }: NodeEnd,
  type: number,
  asker: Asker,
): readonly ResourceRecord[] {
  const rrsets = type === RRType.ANY ? anyRRsets(node, asker) : [rrsetOfType(node, type)];
  const weights = asker.isSigned ? undefined : weightsNode(zone, owner)?.weights;
  return rrsets.flatMap((rrset) => {
    if (rrset === undefined) return [];
    const rdata = asker.isSigned ? rrset.rdata : chooseRdata(rrset, weights, asker.chance);
    return recordsOf(rrset, name, rdata);
  });
}

/**
 * Fence and weights, for whoever may read a name whole: one question then tells all that an enactor
 * needs, of one moment. What is not here is not thereby absent: it is asked for by itself.
 */
function besides(zone: ZoneView, name: Name, asker: Asker): readonly ResourceRecord[] {
  if (!asker.isSigned) return [];
  return [fenceNode(zone, name), weightsNode(zone, name)].flatMap((node) => {
    const rrset = rrsetOfType(node, RRType.TXT);
    return rrset === undefined ? [] : recordsOf(rrset);
  });
}

/** RFC 8482 section 4.1: one RRset is enough for the public, and nothing to amplify with. */
function anyRRsets(node: ZoneNode, asker: Asker): readonly RRset[] {
  return asker.isSigned ? node.rrsets : node.rrsets.slice(0, 1);
}

function delegate(
  zone: ZoneView,
  question: Question,
  chain: Chain,
  { cut, ns }: Extract<Chain["end"], { kind: "delegation" }>,
  found: Message,
): Message {
  // The DS of a child is the parent's to give (RFC 4035 section 3.1.4.1): there is none.
  if (question.type === RRType.DS && question.name === cut) {
    const ds = rrsetOfType(zone.node(cut), RRType.DS);
    if (ds !== undefined) return { ...found, answer: recordsOf(ds) };
    return { ...found, authority: negativeSoa(zone) };
  }
  // Behind an alias, the alias is the answer: whoever asks goes on from its target.
  if (chain.hops.length > 0) return found;
  return { ...found, aa: false, authority: recordsOf(ns), additional: glueOf(zone, cut, ns) };
}

/** Addresses of nameservers below their own cut, without which they cannot be reached. */
function glueOf(zone: ZoneView, cut: Name, ns: RRset): readonly ResourceRecord[] {
  return ns.rdata.flatMap((rdata) => {
    const [name] = rdataNames(RRType.NS, rdata);
    if (name === undefined || !isAtOrBelow(name, cut)) return [];
    const node = zone.node(name);
    const addresses = [rrsetOfType(node, RRType.A), rrsetOfType(node, RRType.AAAA)];
    return addresses.flatMap((rrset) => (rrset === undefined ? [] : recordsOf(rrset)));
  });
}

/** The SOA of a negative answer, with the TTL that it may be believed for (RFC 2308 section 3). */
function negativeSoa(zone: ZoneView): readonly ResourceRecord[] {
  const soa = rrsetOfType(zone.node(zone.apex), RRType.SOA);
  const [rdata] = soa?.rdata ?? [];
  if (soa === undefined || rdata === undefined) return [];
  const ttlSeconds = Math.min(soa.ttlSeconds, decodeSoa(rdata).minimumSeconds);
  return recordsOf({ ...soa, ttlSeconds });
}

function recordsOf(
  rrset: RRset,
  name: Name = rrset.name,
  rdata: readonly Uint8Array[] = rrset.rdata,
): readonly ResourceRecord[] {
  const { type, ttlSeconds } = rrset;
  return rdata.map((octets) => {
    return { name, type, class: RRClass.IN, ttlSeconds, rdata: octets };
  });
}
