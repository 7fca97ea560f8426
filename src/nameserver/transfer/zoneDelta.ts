import { compareBytes } from "../../base/index.ts";
import { decodeSoa, encodeName, type Name, RRClass, type RRset, RRType } from "../../dns/index.ts";
import type { ZoneCommit } from "../state/commitCodec.ts";
import { coveredBy } from "../zone/zoneDraft.ts";
import { rrsetOfType } from "../zone/zoneNode.ts";
import type { ZoneView } from "../zone/zoneView.ts";
import { RecordPacker } from "./recordSource.ts";

/** What one commit made of a zone: one difference sequence of IXFR (RFC 1995 section 4). */
export interface ZoneDelta {
  readonly zone: Name;
  readonly fromSerial: number;
  readonly toSerial: number;
  /** SOA records from their type on. They are in neither of the lists. */
  readonly fromSoa: Uint8Array;
  readonly toSoa: Uint8Array;
  /** As `PackedRecords` reads them. */
  readonly removed: Uint8Array;
  readonly added: Uint8Array;
  readonly recordCount: number;
}

/** Octets that a delta takes on the wire, about. */
export function deltaOctets({ fromSoa, toSoa, removed, added }: ZoneDelta): number {
  return fromSoa.length + toSoa.length + removed.length + added.length;
}

/**
 * What a commit made of a zone. Undefined where the zone had no SOA, or got none: then there is no
 * version to come from. Also where the commit does not say what was before, as those of the first
 * version. Costs by what changes.
 */
export function zoneDeltaOf({ zone, changes }: ZoneCommit): ZoneDelta | undefined {
  if (changes.some(({ before }) => before === undefined)) return undefined;
  const apexChange = changes.find(({ name }) => name === zone);
  if (apexChange === undefined) return undefined;
  const oldSoa = apexChange.before?.find(({ type }) => type === RRType.SOA);
  const newSoa = apexChange.rrsets.find(({ type }) => type === RRType.SOA);
  const [oldRdata] = oldSoa?.rdata ?? [];
  const [newRdata] = newSoa?.rdata ?? [];
  if (oldSoa === undefined || newSoa === undefined) return undefined;
  if (oldRdata === undefined || newRdata === undefined) return undefined;
  const removed = new RecordPacker();
  const added = new RecordPacker();
  for (const { name, before = [], rrsets } of changes) {
    const owner = encodeName(name);
    packMissing(owner, before, rrsets, removed);
    packMissing(owner, rrsets, before, added);
  }
  return {
    zone,
    fromSerial: decodeSoa(oldRdata).serial,
    toSerial: decodeSoa(newRdata).serial,
    fromSoa: recordOctets(oldSoa, oldRdata),
    toSoa: recordOctets(newSoa, newRdata),
    removed: removed.finish(),
    added: added.finish(),
    recordCount: removed.recordCount + added.recordCount,
  };
}

/** The SOA record of a zone as it is now, from its type on; undefined before it was set up. */
export function soaRecordOf(view: ZoneView): Uint8Array | undefined {
  const soa = rrsetOfType(view.node(view.apex), RRType.SOA);
  const [rdata] = soa?.rdata ?? [];
  return soa === undefined || rdata === undefined ? undefined : recordOctets(soa, rdata);
}

/** A record of an RRset from its type to the end of its RDATA. */
function recordOctets({ type, ttlSeconds }: RRset, rdata: Uint8Array): Uint8Array {
  const octets = new Uint8Array(10 + rdata.length);
  octets[0] = type >> 8;
  octets[1] = type;
  octets[3] = RRClass.IN;
  octets[4] = ttlSeconds >>> 24;
  octets[5] = ttlSeconds >>> 16;
  octets[6] = ttlSeconds >>> 8;
  octets[7] = ttlSeconds;
  octets[8] = rdata.length >> 8;
  octets[9] = rdata.length;
  octets.set(rdata, 10);
  return octets;
}

/** Packs the records of `these` that are not among `those`. */
function packMissing(
  owner: Uint8Array,
  these: readonly RRset[],
  those: readonly RRset[],
  into: RecordPacker,
): void {
  for (const rrset of these) {
    if (rrset.type === RRType.SOA) continue; // has places of its own
    const other = those.find((one) => one === rrset || isCounterpart(one, rrset));
    if (other === rrset) continue;
    const kept = other?.rdata ?? [];
    let index = 0; // both are in canonical order
    for (const rdata of rrset.rdata) {
      let order = 1;
      for (; index < kept.length; index += 1) {
        const one = kept[index];
        order = one === undefined ? 1 : compareBytes(one, rdata);
        if (order >= 0) break;
      }
      if (index === kept.length || order > 0) into.add(owner, rrset, rdata);
    }
  }
}

/** Whether the records of two RRsets of one name can be the same. */
function isCounterpart(left: RRset, right: RRset): boolean {
  if (left.type !== right.type || left.ttlSeconds !== right.ttlSeconds) return false;
  return coveredBy(left) === coveredBy(right);
}
