import {
  type Edns,
  type ExtendedError,
  ednsWithErrors,
  extendedErrors,
  type Message,
  makeResponse,
  type Name,
  parseRdata,
  Rcode,
  type ResourceRecord,
  RRClass,
  RRType,
} from "../../dns/index.ts";

/** What is said to a client, whatever way it asked. */
export interface Told {
  readonly rcode: number;
  /** Validated by the upstream, whose word counts. */
  readonly ad: boolean;
  readonly answer: readonly ResourceRecord[];
  readonly authority: readonly ResourceRecord[];
  readonly errors: readonly ExtendedError[];
}

const ANY = 255;
/** Records that only clients get who want them (RFC 3225, RFC 4035 section 3.2.1). */
const DNSSEC_TYPES: ReadonlySet<number> = new Set<number>([
  RRType.RRSIG,
  RRType.NSEC,
  RRType.NSEC3,
]);

/** A message that came `ageSeconds` ago, its TTLs counted down, and none over `ttlSecondsMax`. */
export function toldAged(
  { rcode, ad, answer, authority, ...rest }: Message,
  ageSeconds: number,
  ttlSecondsMax: number = Number.POSITIVE_INFINITY,
): Told {
  const aged = (record: ResourceRecord): ResourceRecord => {
    const leftSeconds = Math.max(0, record.ttlSeconds - ageSeconds);
    return { ...record, ttlSeconds: Math.min(leftSeconds, ttlSecondsMax) };
  };
  const errors = extendedErrors({ rcode, ad, answer, authority, ...rest });
  return { rcode, ad, answer: answer.map(aged), authority: authority.map(aged), errors };
}

/** The last good message though its time is over (RFC 8767 section 4): all TTLs are the same. */
export function toldStale(message: Message, ttlSeconds: number, error: ExtendedError): Told {
  const young = (record: ResourceRecord): ResourceRecord => ({ ...record, ttlSeconds });
  const { rcode, answer, authority } = message;
  const sections = { answer: answer.map(young), authority: authority.map(young) };
  return { rcode, ad: false, ...sections, errors: [error] };
}

/** Addresses straight at the name asked for, without the aliases that once led to them. */
export function toldAddresses(
  name: Name,
  type: number,
  values: readonly string[],
  ttlSeconds: number,
  errors: readonly ExtendedError[],
): Told {
  const answer = values.flatMap((value): readonly ResourceRecord[] => {
    const parsed = parseRdata(type, value);
    if (parsed.kind === "malformed") return [];
    return [{ name, type, class: RRClass.IN, ttlSeconds, rdata: parsed.rdata }];
  });
  return { rcode: Rcode.NOERROR, ad: false, answer, authority: [], errors };
}

/** No records. */
export function toldNothing(rcode: number, errors: readonly ExtendedError[] = []): Told {
  return { rcode, ad: false, answer: [], authority: [], errors };
}

/** The response to one client's query. */
export function responseOf(query: Message, told: Told): Message {
  const { dnssecOk = false } = query.edns ?? {};
  const asked = query.question[0]?.type ?? 0;
  const isFor = ({ type }: ResourceRecord): boolean => {
    return dnssecOk || !DNSSEC_TYPES.has(type) || asked === type || asked === ANY;
  };
  const { edns, ...base } = makeResponse(query, toldRcode(told.rcode, query.edns));
  const response = {
    ...base,
    ra: true,
    cd: query.cd, // RFC 4035 section 3.2.2
    ad: told.ad && (dnssecOk || query.ad), // RFC 6840 section 5.8
    answer: told.answer.filter(isFor),
    authority: told.authority.filter(isFor),
  };
  return edns === undefined ? response : { ...response, edns: ednsWithErrors(edns, told.errors) };
}

/** Four bits are all that there is without EDNS. */
function toldRcode(rcode: number, edns: Edns | undefined): number {
  return rcode > 15 && edns === undefined ? Rcode.SERVFAIL : rcode;
}
