import type { MessageHeader } from "./message.ts";

const QR = 0x8000;
const AA = 0x0400;
const TC = 0x0200;
const RD = 0x0100;
const RA = 0x0080;
const AD = 0x0020;
const CD = 0x0010;

/** The second sixteen bits of a header (RFC 1035 section 4.1.1, RFC 4035 section 3.1.6). */
export function headerFlags(header: MessageHeader): number {
  return (
    (header.qr ? QR : 0) |
    ((header.opcode & 0xf) << 11) |
    (header.aa ? AA : 0) |
    (header.tc ? TC : 0) |
    (header.rd ? RD : 0) |
    (header.ra ? RA : 0) |
    (header.ad ? AD : 0) |
    (header.cd ? CD : 0) |
    (header.rcode & 0xf)
  );
}

/** The TC bit among the flags: something needed was left out (RFC 2181 section 9). */
export const TRUNCATED_FLAG = TC;

/** The header of an id and its flags; `rcode` has only the lower four bits. */
export function readHeader(id: number, flags: number): MessageHeader {
  return {
    id,
    opcode: (flags >> 11) & 0xf,
    rcode: flags & 0xf,
    qr: (flags & QR) !== 0,
    aa: (flags & AA) !== 0,
    tc: (flags & TC) !== 0,
    rd: (flags & RD) !== 0,
    ra: (flags & RA) !== 0,
    ad: (flags & AD) !== 0,
    cd: (flags & CD) !== 0,
  };
}
