import { compareBytes } from "../../base/index.ts";
import {
  decodeSoa,
  encodeName,
  type Name,
  RRClass,
  type RRset,
  RRType,
  sameRRset,
} from "../../dns/index.ts";
import type { ZoneCommit } from "../state/commitCodec.ts";
import type { NameChange } from "../zone/zoneDraft.ts";
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
 * What a commit makes of a zone. To be called before it is applied: `before` is the zone without
 * it, `changes` every name that it writes. Undefined where the zone had no SOA, or gets none: then
 * there is no version to come from. Costs by what changes.
 */
export function zoneDeltaOf(
  before: ZoneView,
  changes: readonly NameChange[],
): ZoneDelta | undefined {
  return deltaOf(before.apex, changes, ({ name }) => before.node(name)?.rrsets ?? []);
}

/**
 * The same of a commit that was read back from disk. Undefined also where it does not say what was
 * before, as those of the first version.
 */
export function zoneDeltaOfCommit({ zone, changes }: ZoneCommit): ZoneDelta | undefined {
  if (changes.some(({ before }) => before === undefined)) return undefined;
  return deltaOf(zone, changes, ({ before }) => before ?? []);
}

function deltaOf(
  apex: Name,
  changes: readonly NameChange[],
  before: (change: NameChange) => readonly RRset[],
): ZoneDelta | undefined {
  const apexChange = changes.find(({ name }) => name === apex);
  if (apexChange === undefined) return undefined;
  const oldSoa = before(apexChange).find(({ type }) => type === RRType.SOA);
  const newSoa = apexChange.rrsets.find(({ type }) => type === RRType.SOA);
  const [oldRdata] = oldSoa?.rdata ?? [];
  const [newRdata] = newSoa?.rdata ?? [];
  if (oldSoa === undefined || newSoa === undefined) return undefined;
  if (oldRdata === undefined || newRdata === undefined) return undefined;
  const removed = new RecordPacker();
  const added = new RecordPacker();
  for (const change of changes) {
    packChange(change.name, before(change), change.rrsets, removed, added);
  }
  return {
    zone: apex,
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

function packChange(
  name: Name,
  before: readonly RRset[],
  after: readonly RRset[],
  removed: RecordPacker,
  added: RecordPacker,
): void {
  const gone = before.filter((rrset) => !holdsSame(after, rrset));
  const come = after.filter((rrset) => !holdsSame(before, rrset));
  const old = gone.flatMap(recordsOf).toSorted(compareBytes);
  const next = come.flatMap(recordsOf).toSorted(compareBytes);
  const owner = encodeName(name);
  let index = 0;
  for (const record of old) {
    for (; index < next.length; index += 1) {
      const other = next[index];
      if (other === undefined || compareBytes(other, record) >= 0) break;
      added.add(owner, other);
    }
    const other = next[index];
    if (other !== undefined && compareBytes(other, record) === 0) index += 1;
    else removed.add(owner, record);
  }
  for (const record of next.slice(index)) added.add(owner, record);
}

function recordsOf(rrset: RRset): Uint8Array[] {
  if (rrset.type === RRType.SOA) return []; // has places of its own
  return rrset.rdata.map((rdata) => recordOctets(rrset, rdata));
}

function holdsSame(rrsets: readonly RRset[], rrset: RRset): boolean {
  return rrsets.some((other) => other === rrset || sameRRset(other, rrset));
}
