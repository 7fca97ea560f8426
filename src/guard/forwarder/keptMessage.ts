import {
  extendedErrors,
  isAtOrBelow,
  type Message,
  type Name,
  type ResourceRecord,
  RRClass,
  RRType,
  rdataNames,
} from "../../dns/index.ts";

/** Names in one chain of aliases: as many as an outcome is read along. */
const CHAIN_MAX = 17;
const ANY = 255;
/** The longest that clients may remember (RFC 8767 section 4): guard cannot mend it there. */
const TTL_SECONDS_MAX = 7 * 86_400;

/** What proves a denial, or says how long it may be used. */
const DENIAL_TYPES: ReadonlySet<number> = new Set<number>([
  RRType.SOA,
  RRType.NSEC,
  RRType.NSEC3,
  RRType.RRSIG,
]);

/**
 * What of an upstream's message is remembered and passed on: records along the chain from the name
 * asked for, their signatures, and what proves a denial. Whatever else it holds (nameservers,
 * addresses of others, records of other names) nobody asked for: a forger's work, or of no use.
 * No TTL is longer than a week.
 */
export function keptMessage(message: Message, name: Name, type: number): Message {
  const chain = chainOf(message.answer, name);
  const answer = message.answer.filter((record) => isOfChain(record, chain, type));
  const isDenial = (record: ResourceRecord): boolean => {
    if (record.class !== RRClass.IN || !DENIAL_TYPES.has(record.type)) return false;
    return record.type !== RRType.SOA || [...chain].some((one) => isAtOrBelow(one, record.name));
  };
  const authority = message.authority.filter(isDenial);
  const kept = { ...message, answer: answer.map(brief), authority: authority.map(brief) };
  const { edns, ...rest } = { ...kept, additional: [], question: [] };
  const isTold = edns !== undefined && extendedErrors(message).length > 0;
  return isTold ? { ...rest, edns } : rest;
}

function brief(record: ResourceRecord): ResourceRecord {
  return { ...record, ttlSeconds: Math.min(record.ttlSeconds, TTL_SECONDS_MAX) };
}

/** The name asked for, and those that its aliases lead to. */
function chainOf(answer: readonly ResourceRecord[], name: Name): ReadonlySet<Name> {
  const chain = new Set<Name>([name]);
  for (let owner = name; chain.size < CHAIN_MAX; ) {
    const alias = answer.find((record) => {
      return record.type === RRType.CNAME && record.name === owner && record.class === RRClass.IN;
    });
    const [target] = alias === undefined ? [] : rdataNames(RRType.CNAME, alias.rdata);
    if (target === undefined || chain.has(target)) break;
    chain.add(target);
    owner = target;
  }
  return chain;
}

function isOfChain(record: ResourceRecord, chain: ReadonlySet<Name>, asked: number): boolean {
  if (record.class !== RRClass.IN) return false;
  const { name, type } = record;
  if (chain.has(name)) {
    const isAsked = asked === ANY || type === asked;
    return isAsked || type === RRType.CNAME || type === RRType.RRSIG || type === RRType.DNAME;
  }
  // A DNAME stands above the names whose aliases were made of it (RFC 6672 section 3.1).
  const isAbove = [...chain].some((one) => isAtOrBelow(one, name));
  return isAbove && (type === RRType.DNAME || type === RRType.RRSIG);
}
