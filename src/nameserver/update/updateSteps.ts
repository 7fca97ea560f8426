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
import type { ZoneDraft } from "../zone/zoneDraft.ts";

interface WorkingRRset {
  ttlSeconds: number;
  rdata: Uint8Array[];
}

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
      working = workingCopy(draft.node(name)?.rrsets ?? []);
      names.set(name, working);
    }
    applyStep(working, step, name === draft.apex);
  }
  for (const [name, working] of names) draft.set(name, finished(name, working));
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
    if (isApex && isNewerSoa(held, rdata)) working.set(type, { ttlSeconds, rdata: [rdata] });
    return;
  }
  if (type === RRType.CNAME) {
    // RFC 2136 section 3.4.2.2: silently ignored beside other types; one CNAME replaces another.
    if ([...working.keys()].some((other) => !BESIDE_CNAME.has(other))) return;
    working.set(type, { ttlSeconds, rdata: [rdata] });
    return;
  }
  if (working.has(RRType.CNAME) && !BESIDE_CNAME.has(type)) return;
  if (type === RRType.DNAME) {
    working.set(type, { ttlSeconds, rdata: [rdata] }); // RFC 6672 section 5.2: one replaces another
    return;
  }
  // RFC 2181 section 5.2: one TTL for all; the record that came last knows it best.
  if (held === undefined) working.set(type, { ttlSeconds, rdata: [rdata] });
  else {
    held.ttlSeconds = ttlSeconds;
    held.rdata.push(rdata);
  }
}

function isNewerSoa(held: WorkingRRset | undefined, rdata: Uint8Array): boolean {
  const [heldRdata] = held?.rdata ?? [];
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
  const left = held.rdata.filter((octets) => compareBytes(octets, rdata) !== 0);
  // RFC 2136 section 3.4.2.4: the last NS of the apex stays.
  if (left.length === 0 && isKeptAtApex(type, isApex)) return;
  if (left.length === 0) working.delete(type);
  else held.rdata = left;
}

function workingCopy(rrsets: readonly RRset[]): WorkingName {
  return new Map(
    rrsets.map(({ type, ttlSeconds, rdata }) => [type, { ttlSeconds, rdata: [...rdata] }]),
  );
}

function finished(name: Name, working: WorkingName): readonly RRset[] {
  return [...working].map(([type, { ttlSeconds, rdata }]) => {
    return makeRRset(name, type, ttlSeconds, rdata);
  });
}
