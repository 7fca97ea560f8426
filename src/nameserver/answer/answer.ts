import {
  clientSubnetReply,
  ExtendedErrorCode,
  ednsWithErrors,
  type Message,
  makeResponse,
  Opcode,
  parentOf,
  type Question,
  Rcode,
  type ResourceRecord,
  RRClass,
  RRType,
} from "../../dns/index.ts";
import type { ServedZone, ZonesView } from "../zone/zoneView.ts";
import { lookUp } from "./lookUp.ts";
import { withProofs } from "./proofs.ts";
import type { Ending, Resolution, ShownRRset } from "./resolution.ts";
import { type Asker, resolve } from "./resolve.ts";

/** The response to a request that is no UPDATE. Pure but for the draws of `chance`. */
export function answerMessage(zones: ZonesView, request: Message, asker: Asker): Message {
  const respond = (rcode: number): Message => makeResponse(request, rcode);
  if (request.edns !== undefined && request.edns.version > 0) {
    return respond(Rcode.BADVERS); // RFC 6891 section 6.1.3
  }
  if (request.opcode !== Opcode.QUERY) return respond(Rcode.NOTIMP);
  const [question] = request.question;
  if (question === undefined || request.question.length !== 1) {
    return respond(Rcode.FORMERR); // RFC 9619
  }
  const options = clientSubnetReply(request.edns);
  if (options === undefined) return respond(Rcode.FORMERR);
  const response = answerQuestion(zones, question, respond(Rcode.NOERROR), asker);
  if (options.length === 0 || response.edns === undefined) return response;
  const edns = { ...response.edns, options: [...options, ...response.edns.options] };
  return { ...response, edns };
}

/** The response with an extended error, where the asker can take one (RFC 8914 section 2). */
export function withError(response: Message, code: number, text: string): Message {
  if (response.edns === undefined) return response;
  return { ...response, edns: ednsWithErrors(response.edns, [{ code, text }]) };
}

function answerQuestion(
  zones: ZonesView,
  question: Question,
  response: Message,
  asker: Asker,
): Message {
  const rcode = refusalOf(question);
  if (rcode !== undefined) return { ...response, rcode };
  const zone = zoneToAsk(zones, question);
  if (zone === undefined) {
    const refused = { ...response, rcode: Rcode.REFUSED };
    return withError(refused, ExtendedErrorCode.NOT_AUTHORITATIVE, "");
  }
  if (!zone.isSeeded && !asker.isSigned) {
    const failed = { ...response, rcode: Rcode.SERVFAIL };
    return withError(failed, ExtendedErrorCode.NOT_READY, `zone ${zone.apex} is not yet seeded`);
  }
  const resolution = resolve(zone, question, asker);
  const wantsProofs = response.edns?.dnssecOk === true;
  return filled(response, wantsProofs ? withProofs(zone, resolution) : resolution);
}

/** The RCODE of a question that no zone is asked for; undefined for all others. */
function refusalOf({ type, class: rrClass }: Question): number | undefined {
  // Asked for a name that does not exist, it would say that it does (RFC 9824 section 3.5).
  if (type === RRType.NXNAME) return Rcode.FORMERR;
  // CH would tell strangers our version; NSID (RFC 5001) says which server this is.
  if (rrClass !== RRClass.IN) return Rcode.REFUSED;
  // Other types that can hold no data are asked for like any that nobody knows (RFC 8906).
  return type === RRType.AXFR || type === RRType.IXFR ? Rcode.REFUSED : undefined;
}

/**
 * The zone that a question is for: the longest at or above the name; for the DS of an apex the one
 * that delegates it, where that one is served here as well (RFC 4035 section 3.1.4.1). A zone above
 * that does not delegate the name has nothing to say of it.
 */
function zoneToAsk(zones: ZonesView, { name, type }: Question): ServedZone | undefined {
  const zone = zones.zoneFor(name);
  if (type !== RRType.DS || zone?.apex !== name) return zone;
  const above = parentOf(name);
  const parent = above === undefined ? undefined : zones.zoneFor(above);
  if (parent === undefined || !parent.isSeeded) return zone;
  return lookUp(parent, name).kind === "delegation" ? parent : zone;
}

const RCODE_BY_ENDING: Readonly<Record<Ending, number>> = {
  records: Rcode.NOERROR,
  "no-type": Rcode.NOERROR,
  "no-name": Rcode.NXDOMAIN,
  referral: Rcode.NOERROR,
  outside: Rcode.NOERROR,
  unfinished: Rcode.NOERROR,
  "name-too-long": Rcode.YXDOMAIN,
};

function filled(response: Message, resolution: Resolution): Message {
  const { ending, answer, authority, additional } = resolution;
  return {
    ...response,
    rcode: RCODE_BY_ENDING[ending],
    // Of the first name in the answer; a mere referral is no answer (RFC 1034 section 6.2.6).
    aa: ending !== "referral" || answer.length > 0,
    answer: recordsOf(answer),
    authority: recordsOf(authority),
    additional: recordsOf(additional),
  };
}

function recordsOf(section: readonly ShownRRset[]): readonly ResourceRecord[] {
  return section.flatMap(({ name, rrset, rdata }) => {
    const { type, ttlSeconds } = rrset;
    return rdata.map((octets) => {
      return { name, type, class: RRClass.IN, ttlSeconds, rdata: octets };
    });
  });
}
