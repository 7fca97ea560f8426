import { MetaType } from "./codes.ts";

/** RR types and QTYPEs by mnemonic (IANA registry "Resource Record (RR) TYPEs"). */
export const RRType = {
  A: 1,
  NS: 2,
  MD: 3,
  MF: 4,
  CNAME: 5,
  SOA: 6,
  MB: 7,
  MG: 8,
  MR: 9,
  NULL: 10,
  WKS: 11,
  PTR: 12,
  HINFO: 13,
  MINFO: 14,
  MX: 15,
  TXT: 16,
  RP: 17,
  AFSDB: 18,
  X25: 19,
  ISDN: 20,
  RT: 21,
  NSAP: 22,
  "NSAP-PTR": 23,
  SIG: 24,
  KEY: 25,
  PX: 26,
  GPOS: 27,
  AAAA: 28,
  LOC: 29,
  NXT: 30,
  EID: 31,
  NIMLOC: 32,
  SRV: 33,
  ATMA: 34,
  NAPTR: 35,
  KX: 36,
  CERT: 37,
  A6: 38,
  DNAME: 39,
  SINK: 40,
  OPT: MetaType.OPT,
  APL: 42,
  DS: 43,
  SSHFP: 44,
  IPSECKEY: 45,
  RRSIG: 46,
  NSEC: 47,
  DNSKEY: 48,
  DHCID: 49,
  NSEC3: 50,
  NSEC3PARAM: 51,
  TLSA: 52,
  SMIMEA: 53,
  HIP: 55,
  NINFO: 56,
  RKEY: 57,
  TALINK: 58,
  CDS: 59,
  CDNSKEY: 60,
  OPENPGPKEY: 61,
  CSYNC: 62,
  ZONEMD: 63,
  SVCB: 64,
  HTTPS: 65,
  DSYNC: 66,
  HHIT: 67,
  BRID: 68,
  SPF: 99,
  UINFO: 100,
  UID: 101,
  GID: 102,
  UNSPEC: 103,
  NID: 104,
  L32: 105,
  L64: 106,
  LP: 107,
  EUI48: 108,
  EUI64: 109,
  NXNAME: 128,
  TKEY: 249,
  TSIG: MetaType.TSIG,
  IXFR: 251,
  AXFR: 252,
  MAILB: 253,
  MAILA: 254,
  ANY: 255,
  URI: 256,
  CAA: 257,
  AVC: 258,
  DOA: 259,
  AMTRELAY: 260,
  RESINFO: 261,
  WALLET: 262,
  TA: 32768,
  DLV: 32769,
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
  if (!/^[A-Za-z0-9-]{1,16}$/.test(text)) return undefined;
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
