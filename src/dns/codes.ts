/** Classes. NONE and ANY have their meanings in UPDATE messages (RFC 2136 section 2.4 and 2.5). */
export const RRClass = { IN: 1, NONE: 254, ANY: 255 } as const;

/** Types of what stands in messages alone (RFC 6891, RFC 8945). */
export const MetaType = { OPT: 41, TSIG: 250 } as const;

/** Kinds of message (RFC 6895 section 2.2). */
export const Opcode = { QUERY: 0, NOTIFY: 4, UPDATE: 5 } as const;

/** RCODEs and TSIG errors (RFC 6895 section 2.3): 16 is BADVERS in OPT and BADSIG in TSIG. */
export const Rcode = {
  NOERROR: 0,
  FORMERR: 1,
  SERVFAIL: 2,
  NXDOMAIN: 3,
  NOTIMP: 4,
  REFUSED: 5,
  YXDOMAIN: 6,
  YXRRSET: 7,
  NXRRSET: 8,
  NOTAUTH: 9,
  NOTZONE: 10,
  BADVERS: 16,
  BADSIG: 16,
  BADKEY: 17,
  BADTIME: 18,
  BADTRUNC: 22,
  BADCOOKIE: 23,
} as const;

// The first name of a number wins: 16 in a header is BADVERS.
const TEXT_BY_RCODE: ReadonlyMap<number, string> = new Map(
  Object.entries(Rcode)
    .reverse()
    .map(([text, rcode]) => [rcode, text]),
);

/** Mnemonic of a message's RCODE, or `RCODE123`. */
export function rcodeText(rcode: number): string {
  return TEXT_BY_RCODE.get(rcode) ?? `RCODE${rcode}`;
}
