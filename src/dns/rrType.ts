/** RR types and QTYPEs by mnemonic (IANA registry "Resource Record (RR) TYPEs"). */
export const RRType = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  HINFO: 13,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  NAPTR: 35,
  DNAME: 39,
  OPT: 41,
  DS: 43,
  SSHFP: 44,
  RRSIG: 46,
  NSEC: 47,
  DNSKEY: 48,
  NSEC3: 50,
  NSEC3PARAM: 51,
  TLSA: 52,
  CDS: 59,
  CDNSKEY: 60,
  ZONEMD: 63,
  SVCB: 64,
  HTTPS: 65,
  TKEY: 249,
  TSIG: 250,
  IXFR: 251,
  AXFR: 252,
  MAILB: 253,
  MAILA: 254,
  ANY: 255,
  CAA: 257,
} as const;

const TEXT_BY_TYPE: ReadonlyMap<number, string> = new Map(
  Object.entries(RRType).map(([text, type]) => [type, text]),
);
const TYPE_BY_TEXT: ReadonlyMap<string, number> = new Map(Object.entries(RRType));

/** Mnemonic of a type, or `TYPE123` where it has none here (RFC 3597 section 5). */
export function typeText(type: number): string {
  return TEXT_BY_TYPE.get(type) ?? `TYPE${type}`;
}

/** The type of a mnemonic or of `TYPE123`, in any letter case; undefined where it is neither. */
export function typeCode(text: string): number | undefined {
  if (!/^[A-Za-z0-9]{1,16}$/.test(text)) return undefined;
  const folded = text.toUpperCase();
  const known = TYPE_BY_TEXT.get(folded);
  if (known !== undefined) return known;
  const digits = /^TYPE(0|[1-9][0-9]{0,4})$/.exec(folded)?.[1];
  const type = digits === undefined ? 65536 : Number(digits);
  return type <= 65535 ? type : undefined;
}

/** Whether a type can only be asked for or belongs to one message, and is never zone data. */
export function isMetaType(type: number): boolean {
  // RFC 6895 section 3.1: 128 to 255 are QTYPEs and meta-TYPEs; OPT (41) is the one below them.
  return type === 0 || type === RRType.OPT || (type >= 128 && type <= 255);
}
