import { assert, compareBytes } from "../base/index.ts";
import { TTL_SECONDS_MAX } from "./message.ts";
import type { Name } from "./name.ts";
import { rdataText } from "./rdata.ts";
import { typeText } from "./rrType.ts";

/** All RRs of one owner name and type, class IN; they share one TTL (RFC 2181 section 5.2). */
export interface RRset {
  readonly name: Name;
  readonly type: number;
  /** Seconds, 0..2^31-1. */
  readonly ttlSeconds: number;
  /** Uncompressed wire RDATA in canonical order (RFC 4034 section 6.3), unique, never empty. */
  readonly rdata: readonly Uint8Array[];
}

/** RDATA in canonical order, each once (RFC 2181 section 5: an RRset is a set). */
export function sortRdata(rdata: readonly Uint8Array[]): readonly Uint8Array[] {
  if (isAscending(rdata)) return rdata;
  return rdata.toSorted(compareBytes).filter((octets, index, sorted) => {
    const before = sorted[index - 1];
    return before === undefined || compareBytes(before, octets) !== 0;
  });
}

/** Nearly everybody sends RDATA in order: no copy is needed then. */
function isAscending(rdata: readonly Uint8Array[]): boolean {
  let before: Uint8Array | undefined;
  for (const octets of rdata) {
    if (before !== undefined && compareBytes(before, octets) >= 0) return false;
    before = octets;
  }
  return true;
}

/** Makes an RRset: sorts and drops repeats. Asserts that there is RDATA and the TTL is in range. */
export function makeRRset(
  name: Name,
  type: number,
  ttlSeconds: number,
  rdata: readonly Uint8Array[],
): RRset {
  // The texts are made only where they are told: this is done for everything that is read.
  if (rdata.length === 0) assert(false, `RRset ${name} ${typeText(type)} is never empty`);
  const isTtl = Number.isInteger(ttlSeconds) && ttlSeconds >= 0 && ttlSeconds <= TTL_SECONDS_MAX;
  if (!isTtl) assert(false, `TTL ${ttlSeconds} of ${name} is in 0..2^31-1 seconds`);
  return { name, type, ttlSeconds, rdata: sortRdata(rdata) };
}

/** Whether both are the same in name, type, TTL and RDATA. */
export function sameRRset(left: RRset, right: RRset): boolean {
  return left.ttlSeconds === right.ttlSeconds && sameRdata(left, right);
}

/** Whether both are the same in name, type and RDATA, whatever their TTLs. */
export function sameRdata(
  left: Pick<RRset, "name" | "type" | "rdata">,
  right: Pick<RRset, "name" | "type" | "rdata">,
): boolean {
  return (
    left.name === right.name &&
    left.type === right.type &&
    left.rdata.length === right.rdata.length &&
    left.rdata.every((octets, index) => {
      const other = right.rdata[index];
      return other !== undefined && compareBytes(octets, other) === 0;
    })
  );
}

/** One line of presentation format for each RR: owner name, TTL, class, type, RDATA. */
export function rrsetLines(rrset: RRset): readonly string[] {
  const { name, type, ttlSeconds, rdata } = rrset;
  return rdata.map((octets) => {
    return `${name} ${ttlSeconds} IN ${typeText(type)} ${rdataText(type, octets)}`;
  });
}
