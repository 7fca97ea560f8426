import { assertNever, compareBytes } from "../../base/index.ts";
import {
  compareSerials,
  decodeSoa,
  makeRRset,
  type Name,
  type ResourceRecord,
  type RRset,
  RRType,
  type UpdateStep,
} from "../../dns/index.ts";
import { dataOf, isSignatureType } from "../sign/members.ts";
import type { ZoneDraft } from "../zone/zoneDraft.ts";

/** An RRset that was written by these steps. */
interface WrittenRRset {
  readonly kind: "written";
  ttlSeconds: number;
  readonly rdata: Uint8Array[];
}

/** Most RRsets of a name are left alone: they stay the objects that they are. */
type WorkingRRset = { readonly kind: "held"; readonly rrset: RRset } | WrittenRRset;

/** The RRsets of one name while steps go over them: sorted and checked only once, at the end. */
type WorkingName = Map<number, WorkingRRset>;

// Types that RFC 2136 section 3.4.2.2 and RFC 4034 let stand beside a CNAME.
const BESIDE_CNAME: ReadonlySet<number> = new Set([RRType.CNAME, RRType.RRSIG, RRType.NSEC]);

/** Does the steps of an update in their order (RFC 2136 section 3.4.2). */
export function applySteps(draft: ZoneDraft, steps: readonly UpdateStep[]): void {
  const names = new Map<Name, WorkingName>();
  for (const step of steps) {
    const name = step.kind === "add" ? step.record.name : step.name;
    let working = names.get(name);
    if (working === undefined) {
      working = workingCopy(dataOf(draft.node(name)));
      names.set(name, working);
    }
    applyStep(working, step, name === draft.apex);
  }
  for (const [name, working] of names) {
    const rrsets = finished(name, working);
    // What signing made stays until the commit is signed: it belongs to what it stands beside.
    const signatures = working.size === 0 ? [] : (draft.node(name)?.rrsets ?? []);
    for (const rrset of signatures) if (isSignatureType(rrset.type)) rrsets.push(rrset);
    draft.set(name, rrsets);
  }
}

function applyStep(working: WorkingName, step: UpdateStep, isApex: boolean): void {
  switch (step.kind) {
    case "add":
      addRecord(working, step.record, isApex);
      return;
    case "delete-rrset":
      if (!isKeptAtApex(step.type, isApex)) working.delete(step.type);
      return;
    case "delete-name":
      for (const type of working.keys()) {
        if (!isKeptAtApex(type, isApex)) working.delete(type);
      }
      return;
    case "delete-record":
      deleteRecord(working, step.type, step.rdata, isApex);
      return;
    default:
      assertNever(step);
  }
}

/** RFC 2136 section 3.4.2.3: the zone keeps its SOA and a nameserver, whatever is asked. */
function isKeptAtApex(type: number, isApex: boolean): boolean {
  return isApex && (type === RRType.SOA || type === RRType.NS);
}

function addRecord(working: WorkingName, record: ResourceRecord, isApex: boolean): void {
  const { type, ttlSeconds, rdata } = record;
  const held = working.get(type);
  if (type === RRType.SOA) {
    if (isApex && isNewerSoa(held, rdata)) working.set(type, written(ttlSeconds, [rdata]));
    return;
  }
  if (type === RRType.CNAME) {
    // RFC 2136 section 3.4.2.2: silently ignored beside other types; one CNAME replaces another.
    if ([...working.keys()].some((other) => !BESIDE_CNAME.has(other))) return;
    working.set(type, written(ttlSeconds, [rdata]));
    return;
  }
  if (working.has(RRType.CNAME) && !BESIDE_CNAME.has(type)) return;
  if (type === RRType.DNAME) {
    working.set(type, written(ttlSeconds, [rdata])); // RFC 6672 section 5.2: one replaces another
    return;
  }
  // RFC 2181 section 5.2: one TTL for all; the record that came last knows it best.
  if (held === undefined) working.set(type, written(ttlSeconds, [rdata]));
  else if (held.kind === "held") {
    working.set(type, written(ttlSeconds, [...held.rrset.rdata, rdata]));
  } else {
    held.ttlSeconds = ttlSeconds;
    held.rdata.push(rdata);
  }
}

function written(ttlSeconds: number, rdata: Uint8Array[]): WrittenRRset {
  return { kind: "written", ttlSeconds, rdata };
}

function rdataOf(working: WorkingRRset | undefined): readonly Uint8Array[] {
  if (working === undefined) return [];
  return working.kind === "held" ? working.rrset.rdata : working.rdata;
}

function isNewerSoa(held: WorkingRRset | undefined, rdata: Uint8Array): boolean {
  const [heldRdata] = rdataOf(held);
  if (heldRdata === undefined) return false; // RFC 2136 section 3.4.2.2: only where there is one
  return compareSerials(decodeSoa(rdata).serial, decodeSoa(heldRdata).serial) === "greater";
}

function deleteRecord(
  working: WorkingName,
  type: number,
  rdata: Uint8Array,
  isApex: boolean,
): void {
  const held = working.get(type);
  if (held === undefined || type === RRType.SOA) return;
  const before = rdataOf(held);
  const left = before.filter((octets) => compareBytes(octets, rdata) !== 0);
  // RFC 2136 section 3.4.2.4: the last NS of the apex stays.
  if (left.length === 0 && isKeptAtApex(type, isApex)) return;
  if (left.length === 0) working.delete(type);
  else if (left.length < before.length) {
    const { ttlSeconds } = held.kind === "held" ? held.rrset : held;
    working.set(type, written(ttlSeconds, left));
  }
}

function workingCopy(rrsets: readonly RRset[]): WorkingName {
  const working: WorkingName = new Map();
  for (const rrset of rrsets) working.set(rrset.type, { kind: "held", rrset });
  return working;
}

function finished(name: Name, working: WorkingName): RRset[] {
  const rrsets: RRset[] = [];
  for (const [type, one] of working) {
    if (one.kind === "held") rrsets.push(one.rrset);
    else rrsets.push(makeRRset(name, type, one.ttlSeconds, one.rdata));
  }
  return rrsets;
}
