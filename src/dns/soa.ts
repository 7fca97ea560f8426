import { assert } from "../base/index.ts";
import type { Name } from "./name.ts";
import { WireReader } from "./wireReader.ts";
import { WireWriter } from "./wireWriter.ts";

/** The RDATA of an SOA record (RFC 1035 section 3.3.13). */
export interface Soa {
  /** Primary server. */
  readonly mname: Name;
  /** Mailbox of whoever is responsible, its first label the part before the at sign. */
  readonly rname: Name;
  /** Version of the zone, compared by RFC 1982. */
  readonly serial: number;
  readonly refreshSeconds: number;
  readonly retrySeconds: number;
  readonly expireSeconds: number;
  /** Highest TTL of negative answers (RFC 2308 section 4). */
  readonly minimumSeconds: number;
}

/** Reads SOA RDATA that was checked before. */
export function decodeSoa(rdata: Uint8Array): Soa {
  const reader = new WireReader(rdata, "rdata");
  const soa: Soa = {
    mname: reader.name("refuse"),
    rname: reader.name("refuse"),
    serial: reader.u32(),
    refreshSeconds: reader.u32(),
    retrySeconds: reader.u32(),
    expireSeconds: reader.u32(),
    minimumSeconds: reader.u32(),
  };
  assert(reader.problem === undefined && reader.left === 0, "SOA RDATA was checked when it came");
  return soa;
}

/** SOA RDATA. */
export function encodeSoa(soa: Soa): Uint8Array {
  const out = new WireWriter();
  out.name(soa.mname);
  out.name(soa.rname);
  out.u32(soa.serial);
  out.u32(soa.refreshSeconds);
  out.u32(soa.retrySeconds);
  out.u32(soa.expireSeconds);
  out.u32(soa.minimumSeconds);
  return out.finish();
}
