import { Opcode, RRClass } from "./codes.ts";
import { emptyMessage, type Message, makeQuery, type ResourceRecord } from "./message.ts";
import type { Name } from "./name.ts";
import { RRType } from "./rrType.ts";
import { decodeSoa, encodeSoa } from "./soa.ts";

/** The SOA record of a zone, as messages about its version carry it. */
export interface SoaRecord {
  readonly zone: Name;
  /** RDATA, checked. */
  readonly rdata: Uint8Array;
  readonly ttlSeconds: number;
}

/** Asks for a whole zone (RFC 5936 section 2.1). */
export function makeAxfrQuery(id: number, zone: Name): Message {
  return makeQuery(id, zone, RRType.AXFR);
}

/** Asks for what changed since `serial` (RFC 1995 section 3). */
export function makeIxfrQuery(id: number, zone: Name, serial: number): Message {
  const rdata = encodeSoa({
    mname: zone,
    rname: zone,
    serial,
    refreshSeconds: 0,
    retrySeconds: 0,
    expireSeconds: 0,
    minimumSeconds: 0,
  });
  return { ...makeQuery(id, zone, RRType.IXFR), authority: [soaResource({ zone, rdata })] };
}

/** The serial that an IXFR query says its sender has; undefined where it says none. */
export function ixfrSerial(query: Message): number | undefined {
  const [question] = query.question;
  const soa = query.authority.find(({ type, class: rrClass, name }) => {
    return type === RRType.SOA && rrClass === RRClass.IN && name === question?.name;
  });
  return soa === undefined || soa.rdata.length === 0 ? undefined : decodeSoa(soa.rdata).serial;
}

/** Says that a zone has changed, and what its SOA is now (RFC 1996 section 3.7). */
export function makeNotify(id: number, soa: SoaRecord): Message {
  return {
    ...emptyMessage(id),
    opcode: Opcode.NOTIFY,
    aa: true,
    question: [{ name: soa.zone, type: RRType.SOA, class: RRClass.IN }],
    answer: [soaResource(soa)],
  };
}

/** The record of an SOA. */
export function soaResource(soa: Omit<SoaRecord, "ttlSeconds"> & { ttlSeconds?: number }) {
  const record: ResourceRecord = {
    name: soa.zone,
    type: RRType.SOA,
    class: RRClass.IN,
    ttlSeconds: soa.ttlSeconds ?? 0,
    rdata: soa.rdata,
  };
  return record;
}
