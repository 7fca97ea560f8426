// Histories made up by hand, to see that checkers fire.
import assert from "node:assert/strict";
import {
  makeRRset,
  nameOf,
  parseRdata,
  type RRset,
  RRType,
  typeCode,
} from "../../src/dns/index.ts";
import {
  entryDigest,
  type Fence,
  fenceName,
  fenceText,
  type Gate,
  gateName,
  gateText,
  type PlannedRRset,
  type ServingEntry,
  type TombstoneEntry,
  weightsName,
  weightsOf,
  weightsText,
} from "../../src/plan/index.ts";
import { controlRRset } from "../../src/provider/controlText.ts";
import type { Writer } from "../design.ts";
import { LOST_DISK, type Outside, SERVER_ITSELF, type ZoneChange } from "../world/dnsServer.ts";
import { type EndpointState, rdataKey, type ZoneState } from "../world/zoneState.ts";
import type { Checker } from "./checker.ts";

export const ZONE = nameOf("sim.example");
export const ENDPOINT = nameOf("api.sim.example");
export const ENACTOR: Writer = {
  id: "enactor-az1",
  life: 0,
  kind: "automation",
  wallMs: 1_000_000,
};
export const OPERATOR: Writer = { id: "operator", life: 0, kind: "operator", wallMs: 1_000_000 };
export const HAND: Outside = { kind: "outside", id: "hand" };

/** Addresses of an entry of a generation: its own, so that no two are alike. */
export function entryAt(generation: number, changes: Partial<ServingEntry> = {}): ServingEntry {
  const rrset = (type: string, rdata: string): PlannedRRset => ({
    type,
    ttlSeconds: 5,
    records: [{ rdata, weight: 1 }],
  });
  const content = {
    endpoint: ENDPOINT,
    answers: "all",
    rrsets: [rrset("A", `192.0.2.${generation}`), rrset("AAAA", `2001:db8::${generation}`)],
    ...changes,
  } as const;
  const rest = { zone: ZONE, epoch: 0, generation, actor: "planner", cause: "a test" };
  return { kind: "serving", ...rest, digest: entryDigest(content), ...content, ...changes };
}

export function fenceOf(entry: ServingEntry, edition: number, mark?: Fence["mark"]): Fence {
  const { epoch, generation, digest, rrsets } = entry;
  const types = rrsets.map(({ type }) => type);
  return { epoch, generation, edition, types, digest, ...(mark === undefined ? {} : { mark }) };
}

/** What an endpoint holds: records of an entry, less some types, and a fence. */
export function held(
  entry: ServingEntry | undefined,
  fence: Fence | undefined,
  without: readonly string[] = [],
): EndpointState {
  const records = (entry?.rrsets ?? [])
    .filter(({ type }) => !without.includes(type))
    .map(({ type, ttlSeconds, records: planned }) => {
      const code = typeCode(type);
      assert(code !== undefined);
      const rdata = planned.map(({ rdata: text }) => {
        const parsed = parseRdata(code, text);
        assert(parsed.kind === "parsed");
        return parsed.rdata;
      });
      return makeRRset(ENDPOINT, code, ttlSeconds, rdata);
    });
  const answerOf = (type: number) => rdataKey(records.find((rrset) => rrset.type === type));
  return {
    fence: fence && controlRRset(fenceName(ENDPOINT), fenceText(fence)),
    weights: entry && controlRRset(weightsName(ENDPOINT), weightsText(weightsIn(entry))),
    records,
    answers: { A: answerOf(RRType.A), AAAA: answerOf(RRType.AAAA) },
  };
}

function weightsIn({ rrsets, answers }: ServingEntry) {
  return weightsOf(rrsets, answers);
}

export function zoneWith(state: EndpointState, speaks = true, gate?: Gate): ZoneState {
  return {
    speaks,
    gate: gate && controlRRset(gateName(ZONE), gateText(gate)),
    endpoints: new Map([[ENDPOINT, state]]),
  };
}

/** One change, on condition of fence and gate as they were; `rest` says what is unusual. */
export function changeOf(
  by: ZoneChange["by"],
  before: ZoneState,
  after: ZoneState,
  rest: Partial<ZoneChange> = {},
): ZoneChange {
  const fence = before.endpoints.get(ENDPOINT)?.fence;
  return {
    atMs: 1_000,
    wallMs: 1_000_000,
    by,
    update: {
      zone: ZONE,
      prerequisites: [asks(fenceName(ENDPOINT), fence), asks(gateName(ZONE), before.gate)],
      steps: [],
    },
    conditionsHeld: true,
    before,
    after,
    ...rest,
  };
}

function asks(name: typeof ZONE, rrset: RRset | undefined) {
  return rrset === undefined
    ? ({ kind: "rrset-absent", name, type: RRType.TXT } as const)
    : ({ kind: "rrset-is", rrset } as const);
}

export const FIRST = entryAt(1);
export const SECOND = entryAt(2);
export const DISK = { kind: "outside", id: LOST_DISK } as const;
export const SERVER = { kind: "outside", id: SERVER_ITSELF } as const;
export const NOTHING = held(undefined, undefined);
export const AT_FIRST = held(FIRST, fenceOf(FIRST, 1));
export const AT_SECOND = held(SECOND, fenceOf(SECOND, 2));
export const TOMBSTONE: Fence = {
  epoch: 0,
  generation: 3,
  edition: 3,
  types: [],
  digest: FIRST.digest,
  mark: { kind: "tombstone", id: "t-api-1", atMs: 0 },
};

export function tombstoneOf(entry: ServingEntry): TombstoneEntry {
  const { endpoint, zone, epoch, digest, actor, cause } = entry;
  const what = { endpoint, zone, epoch, digest, actor, cause };
  return { kind: "tombstone", ...what, generation: 3, tombstoneId: "t-api-1", retiredAtMs: 0 };
}

export function change(checker: Checker, ...args: Parameters<typeof changeOf>): string | undefined {
  return checker.onChange?.(changeOf(...args));
}
