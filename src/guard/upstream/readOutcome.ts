import { hexText } from "../../base/index.ts";
import {
  decodeName,
  decodeSoa,
  ExtendedErrorCode,
  extendedErrors,
  ipv4Text,
  ipv6Text,
  isAtOrBelow,
  type Message,
  type Name,
  Rcode,
  type ResourceRecord,
  RRClass,
  StubType,
} from "../../dns/stub/index.ts";
import type { Denial, Outcome } from "../machine/outcome.ts";

/** Aliases followed within one answer: longer chains are mistakes, or attacks. */
const ALIASES_MAX = 16;
/** Values taken of one answer. */
const VALUES_MAX = 64;
/** A denial without SOA may not be cached (RFC 2308 section 5): it is used for this long. */
const UNPROVEN_TTL_SECONDS = 5;
/** The longest that a denial is used (RFC 2308 section 5). */
const DENIAL_TTL_SECONDS_MAX = 3 * 3600;
/** The longest that an answer is used (RFC 8767 section 4). */
const ANSWER_TTL_SECONDS_MAX = 7 * 86_400;

/** "I hide something from you", said by the upstream itself (RFC 8914 sections 4.16 to 4.18). */
const FILTERS: ReadonlySet<number> = new Set([
  ExtendedErrorCode.BLOCKED,
  ExtendedErrorCode.CENSORED,
  ExtendedErrorCode.FILTERED,
]);

/** "I know nothing newer" (RFC 8914 sections 4.4 and 4.20): of two guards in a row as well. */
const STALE: ReadonlySet<number> = new Set([
  ExtendedErrorCode.STALE_ANSWER,
  ExtendedErrorCode.STALE_NXDOMAIN_ANSWER,
]);

/**
 * What a response says of the question that was asked. Records are believed along the chain from
 * the name asked for alone; whatever else the message holds is not looked at. `isTrusted`: the
 * upstream's word on DNSSEC (AD) counts, as nobody between can have changed it.
 */
export function readOutcome(
  message: Message,
  name: Name,
  type: number,
  isTrusted: boolean,
): Outcome {
  const isAuthenticated = isTrusted && message.ad;
  const errors = extendedErrors(message);
  const isFiltered = errors.some(({ code }) => FILTERS.has(code));
  if (message.rcode === Rcode.REFUSED) return failure("refused");
  const isNoName = message.rcode === Rcode.NXDOMAIN;
  if (message.rcode !== Rcode.NOERROR && !isNoName) return failure("servfail");
  const chain = followAliases(message.answer, name, type);
  if (chain === undefined) return failure("malformed");
  const { owner, aliases } = chain;
  const records = message.answer.filter((record) => isOf(record, owner, type));
  if (records.length > 0 && !isNoName) {
    const values = records.slice(0, VALUES_MAX).map(({ rdata }) => valueText(type, rdata));
    const ttls = [chain.ttlSeconds, ...records.map(({ ttlSeconds }) => ttlSeconds)];
    const ttlSeconds = Math.min(ANSWER_TTL_SECONDS_MAX, ...ttls);
    const answer = { kind: "answer", values, ttlSeconds, aliases } as const;
    return errors.some(({ code }) => STALE.has(code)) ? { ...answer, isStale: true } : answer;
  }
  if (isReferral(message)) return failure("lame");
  const ttlSeconds = denialTtlSeconds(message.authority, owner);
  const denial = isNoName ? "nxdomain" : "nodata";
  return { kind: "denial", denial, ttlSeconds, isAuthenticated, isFiltered } satisfies Denial;
}

interface Chain {
  readonly owner: Name;
  readonly aliases: readonly Name[];
  readonly ttlSeconds: number;
}

/** Follows CNAMEs from the name asked for; undefined where they go in circles, or too far. */
function followAliases(
  answer: readonly ResourceRecord[],
  name: Name,
  type: number,
): Chain | undefined {
  let owner = name;
  let ttlSeconds = ANSWER_TTL_SECONDS_MAX;
  const aliases: Name[] = [];
  for (;;) {
    const alias = answer.find((record) => isOf(record, owner, StubType.CNAME));
    if (alias === undefined || type === StubType.CNAME) return { owner, aliases, ttlSeconds };
    owner = decodeName(alias.rdata);
    if (owner === name || aliases.includes(owner) || aliases.length >= ALIASES_MAX) {
      return undefined;
    }
    aliases.push(owner);
    ttlSeconds = Math.min(ttlSeconds, alias.ttlSeconds);
  }
}

function isOf(record: ResourceRecord, owner: Name, type: number): boolean {
  return record.name === owner && record.type === type && record.class === RRClass.IN;
}

/** No answer, no denial, only "ask those": whoever says so does not resolve names for us. */
export function isReferral({ aa, ra, authority }: Message): boolean {
  const types = authority.map(({ type }) => type);
  return !aa && !ra && types.includes(StubType.NS) && !types.includes(StubType.SOA);
}

function denialTtlSeconds(authority: readonly ResourceRecord[], owner: Name): number {
  const soa = authority.find(({ type, name, class: rrClass }) => {
    return type === StubType.SOA && rrClass === RRClass.IN && isAtOrBelow(owner, name);
  });
  if (soa === undefined) return UNPROVEN_TTL_SECONDS;
  const { minimumSeconds } = decodeSoa(soa.rdata);
  return Math.min(soa.ttlSeconds, minimumSeconds, DENIAL_TTL_SECONDS_MAX);
}

function valueText(type: number, rdata: Uint8Array): string {
  if (type === StubType.A) return ipv4Text(rdata);
  return type === StubType.AAAA ? ipv6Text(rdata) : hexText(rdata);
}

function failure(failure: "refused" | "servfail" | "lame" | "malformed"): Outcome {
  return { kind: "failure", failure };
}
