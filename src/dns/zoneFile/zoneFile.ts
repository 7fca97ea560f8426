import type { ResourceRecord } from "../message.ts";
import type { Name } from "../name.ts";
import { compareNames } from "../nameTree.ts";
import { makeRRset, type RRset, rrsetLines } from "../rrset.ts";
import { RRType } from "../rrType.ts";
import type { ZoneFileOptions, ZoneFileProblem } from "./zoneFileOptions.ts";
import { ZoneFileReader } from "./zoneFileReader.ts";

/** What {@link readZoneFile} says. Records are in the order in which they stand. */
export type ReadZoneFile =
  | { readonly kind: "records"; readonly records: readonly ResourceRecord[] }
  | { readonly kind: "malformed"; readonly problems: readonly ZoneFileProblem[] };

/** Reads a whole zone file (RFC 1035 section 5): every record, or everything that is wrong. */
export function readZoneFile(text: string, options: ZoneFileOptions = {}): ReadZoneFile {
  const records: ResourceRecord[] = [];
  const reader = new ZoneFileReader(options, (record) => {
    records.push(record);
  });
  reader.push(text);
  const problems = reader.finish();
  return problems.length > 0 ? { kind: "malformed", problems } : { kind: "records", records };
}

/**
 * The RRsets of records of class IN, in the order of their first records. Repeats count once; where
 * the TTLs of one RRset differ, the lowest holds (RFC 2181 section 5.2). RRSIGs are in an RRset for
 * each type that they cover, as each has the TTL of what it covers (RFC 4034 section 3).
 */
export function collectRRsets(records: Iterable<ResourceRecord>): readonly RRset[] {
  const groups: Group[] = [];
  const byName = new Map<Name, Group[]>();
  for (const record of records) {
    const { name, type, ttlSeconds, rdata } = record;
    const covers = coveredType(record);
    let atName = byName.get(name);
    if (atName === undefined) {
      atName = [];
      byName.set(name, atName);
    }
    const known = atName.find((group) => group.type === type && group.covers === covers);
    if (known === undefined) {
      const group = { name, type, covers, ttlSeconds, rdata: [rdata] };
      groups.push(group);
      atName.push(group);
    } else {
      known.ttlSeconds = Math.min(known.ttlSeconds, ttlSeconds);
      known.rdata.push(rdata);
    }
  }
  return groups.map(({ name, type, ttlSeconds, rdata }) => {
    return makeRRset(name, type, ttlSeconds, rdata);
  });
}

interface Group {
  readonly name: Name;
  readonly type: number;
  /** The type covered by RRSIGs; 0 for all others. */
  readonly covers: number;
  ttlSeconds: number;
  readonly rdata: Uint8Array[];
}

function coveredType({ type, rdata }: ResourceRecord): number {
  return type === RRType.RRSIG ? ((rdata[0] ?? 0) << 8) | (rdata[1] ?? 0) : 0;
}

/** RRsets in canonical order of names, then of types, the SOA before all (RFC 4034 6.1). */
export function sortRRsets(rrsets: Iterable<RRset>): readonly RRset[] {
  return [...rrsets].sort((left, right) => {
    const isFirst = Number(right.type === RRType.SOA) - Number(left.type === RRType.SOA);
    return isFirst || compareNames(left.name, right.name) || left.type - right.type;
  });
}

/**
 * RRsets as a zone file, a line for each record, in the order given: absolute names, every TTL and
 * class written out, so that each line stands for itself. Any reader of RFC 1035's format reads
 * it; RDATA of types that are not known here is in the format of RFC 3597.
 */
export function* zoneFileLines(rrsets: Iterable<RRset>): Iterable<string> {
  for (const rrset of rrsets) yield* rrsetLines(rrset);
}

/** {@link zoneFileLines} as one text, each line ended. */
export function zoneFileText(rrsets: Iterable<RRset>): string {
  let text = "";
  for (const line of zoneFileLines(rrsets)) text += `${line}\n`;
  return text;
}
