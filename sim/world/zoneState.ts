import { type Name, type RRset, RRType, rdataNames, sameRRset } from "../../src/dns/index.ts";
import { fenceName, gateName, weightsName } from "../../src/plan/index.ts";
import type { ZoneReader } from "../design.ts";

/** What one endpoint holds at one moment. */
export interface EndpointState {
  readonly fence: RRset | undefined;
  readonly weights: RRset | undefined;
  readonly records: readonly RRset[];
  /** What a resolver gets, by type: RDATA as text, empty where it gets nothing. */
  readonly answers: { readonly A: string; readonly AAAA: string };
}

/** The zone at one moment, as far as anybody judges it. */
export interface ZoneState {
  readonly speaks: boolean;
  readonly gate: RRset | undefined;
  readonly endpoints: ReadonlyMap<Name, EndpointState>;
}

/** Aliases followed: more is a loop. */
const CHAIN_MAX = 8;

const texts = new WeakMap<RRset, string>();

/** RDATA of an RRset as one text. */
export function rdataKey(rrset: RRset | undefined): string {
  if (rrset === undefined) return "";
  let text = texts.get(rrset);
  if (text === undefined) {
    text = rrset.rdata.map((octets) => octets.join(".")).join(" ");
    texts.set(rrset, text);
  }
  return text;
}

/** Takes down the zone as it is; what did not change is the same object as in `before`. */
export function captureZone(
  zone: Name,
  endpoints: readonly Name[],
  reader: ZoneReader,
  before: ZoneState | undefined,
): ZoneState {
  const states = new Map<Name, EndpointState>();
  let isSame = before !== undefined && before.speaks === reader.speaks;
  for (const endpoint of endpoints) {
    const held = before?.endpoints.get(endpoint);
    const state = captureEndpoint(endpoint, reader, held);
    if (state !== held) isSame = false;
    states.set(endpoint, state);
  }
  const gate = reader.rrset(gateName(zone), RRType.TXT);
  if (before !== undefined && isSame && sameOrNone(before.gate, gate)) return before;
  return { speaks: reader.speaks, gate, endpoints: states };
}

function captureEndpoint(
  endpoint: Name,
  reader: ZoneReader,
  before: EndpointState | undefined,
): EndpointState {
  const fence = reader.rrset(fenceName(endpoint), RRType.TXT);
  const weights = reader.rrset(weightsName(endpoint), RRType.TXT);
  const records = reader.rrsetsAt(endpoint);
  const answers = {
    A: resolve(endpoint, RRType.A, reader, records),
    AAAA: resolve(endpoint, RRType.AAAA, reader, records),
  };
  if (
    before !== undefined &&
    before.answers.A === answers.A &&
    before.answers.AAAA === answers.AAAA &&
    sameOrNone(before.fence, fence) &&
    sameOrNone(before.weights, weights) &&
    before.records.length === records.length &&
    before.records.every((rrset, index) => sameOrNone(rrset, records[index]))
  ) {
    return before;
  }
  return { fence, weights, records, answers };
}

function sameOrNone(left: RRset | undefined, right: RRset | undefined): boolean {
  if (left === right) return true;
  return left !== undefined && right !== undefined && sameRRset(left, right);
}

/** What a resolver would be told: follows aliases within the zone. */
function resolve(name: Name, type: number, reader: ZoneReader, records: readonly RRset[]): string {
  let held = records;
  for (let step = 0; step < CHAIN_MAX; step += 1) {
    const found = held.find((rrset) => rrset.type === type);
    if (found !== undefined) return rdataKey(found);
    const alias = held.find((rrset) => rrset.type === RRType.CNAME);
    const [rdata] = alias?.rdata ?? [];
    const target = rdata === undefined ? undefined : rdataNames(RRType.CNAME, rdata)[0];
    if (target === undefined || target === name) return "";
    held = reader.rrsetsAt(target);
  }
  return "";
}
