import { makeRRset, Rcode, type RRset, RRType } from "../../src/dns/index.ts";
import {
  type EndpointWrite,
  fenceName,
  fenceText,
  gateName,
  type Reading,
  type WriteOutcome,
  weightsName,
} from "../../src/plan/index.ts";
import { controlRRset } from "../../src/provider/controlText.ts";
import { RecordMap } from "../../src/provider/memory/recordMap.ts";
import { readingOf } from "../../src/provider/readingOf.ts";
import { endpointUpdate } from "../../src/provider/updateOf.ts";
import { onceForText } from "./memo.ts";
import { type EndpointName, ZONE } from "./names.ts";

/** All that a zone holds of one endpoint: what an UPDATE may change, and a hand from outside. */
export interface Held {
  readonly fence?: RRset;
  readonly weights?: RRset;
  /** In order of type code. */
  readonly records: readonly RRset[];
}

/** A generation that is implausible wherever plans are made one by one. */
const FAR_AHEAD = 5_000_000;

/** 203.0.113.1, which no plan has. */
const FOREIGN = new Uint8Array([203, 0, 113, 1]);

export const NOTHING: Held = { records: [] };

/** What came of a write, and what the zone holds afterwards. */
export interface Applied {
  readonly outcome: WriteOutcome;
  readonly held: Held;
}

/**
 * Writes as a DNS server does, condition and change in one step: the shipped UPDATE, in a plain
 * server's semantics (RFC 2136 section 3). `gate`: the zone's gate text, if it has one.
 */
export function applyWrite(held: Held, gate: string | undefined, write: EndpointWrite): Applied {
  const map = mapOf(held, write.endpoint);
  if (gate !== undefined) map.put(controlRRset(gateName(ZONE), gate));
  const rcode = map.update(endpointUpdate(ZONE, write));
  if (rcode !== Rcode.NOERROR) return { outcome: { kind: "condition-failed" }, held };
  return { outcome: { kind: "applied" }, held: heldIn(map, write.endpoint) };
}

/** What a signed query finds, all as of one moment. */
export function readHeld(held: Held, endpoint: EndpointName): Reading {
  return readOnce(held, endpoint);
}

const readOnce = onceForText((held: Held, endpoint: EndpointName): Reading => {
  const { fence, weights, records } = held;
  return readingOf(endpoint, { fence, weights, records });
});

/** What is left where a hand deleted something. */
export function deletedByHand(
  held: Held,
  what: "records" | "one type" | "fence" | "everything",
): Held {
  const { fence, weights, records } = held;
  const kept = {
    ...(fence === undefined ? {} : { fence }),
    ...(weights === undefined ? {} : { weights }),
  };
  if (what === "everything") return NOTHING;
  if (what === "records") return { ...kept, records: [] };
  if (what === "one type") {
    return { ...kept, records: records.filter(({ type }) => type !== RRType.AAAA) };
  }
  return { ...(weights === undefined ? {} : { weights }), records };
}

/** A zone whose fence a hand wrote over with a text that is none. */
export function garbledByHand(held: Held, endpoint: EndpointName): Held {
  return { ...held, fence: controlRRset(fenceName(endpoint), "holdfast=1 spoilt") };
}

/** A zone whose fence a hand wrote over with one that no plan can have reached. */
export function farAheadByHand(held: Held, endpoint: EndpointName): Held {
  const reading = readHeld(held, endpoint);
  if (reading.kind !== "read" || reading.fence.kind !== "fence") return held;
  const text = fenceText({ ...reading.fence.fence, generation: FAR_AHEAD });
  return { ...held, fence: controlRRset(fenceName(endpoint), text) };
}

/** Addresses that a hand wrote over; what is not there is not changed. */
export function changedByHand(held: Held, endpoint: EndpointName): Held {
  const records = held.records.map((rrset) => {
    return rrset.type === RRType.A ? makeRRset(endpoint, RRType.A, 300, [FOREIGN]) : rrset;
  });
  return { ...held, records };
}

/** A name that somebody made before we did; as it was where it is ours already. */
export function madeByHand(held: Held, endpoint: EndpointName): Held {
  if (held.fence !== undefined || held.records.length > 0) return held;
  return { records: [makeRRset(endpoint, RRType.A, 300, [FOREIGN])] };
}

function mapOf(held: Held, endpoint: EndpointName): RecordMap {
  const map = new RecordMap();
  for (const rrset of held.records) map.put(rrset);
  if (held.fence !== undefined) map.put({ ...held.fence, name: fenceName(endpoint) });
  if (held.weights !== undefined) map.put({ ...held.weights, name: weightsName(endpoint) });
  return map;
}

function heldIn(map: RecordMap, endpoint: EndpointName): Held {
  const fence = map.rrset(fenceName(endpoint), RRType.TXT);
  const weights = map.rrset(weightsName(endpoint), RRType.TXT);
  return {
    ...(fence === undefined ? {} : { fence }),
    ...(weights === undefined ? {} : { weights }),
    records: map.rrsetsAt(endpoint),
  };
}
