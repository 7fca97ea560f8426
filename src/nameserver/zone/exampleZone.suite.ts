import assert from "node:assert/strict";
import { utf8 } from "../../base/index.ts";
import {
  encodeTxt,
  makeRRset,
  type Name,
  nameOf,
  parseRdata,
  type ResourceRecord,
  RRClass,
  type RRset,
  RRType,
  rrsetLines,
  typeCode,
  type Update,
  type UpdateStep,
} from "../../dns/index.ts";
import { fenceName, fenceText, SEED_TEXT, weightsName } from "../../plan/index.ts";
import { ZoneData } from "./zoneData.ts";
import { ZoneDraft } from "./zoneDraft.ts";

/** The apex of the zones in tests. */
export const APEX = nameOf("example.test.");

/** A name of the test zone: `@` is its apex, and what ends in a dot is taken as it is. */
export function at(text: string, apex = APEX): Name {
  if (text === "@") return apex;
  return nameOf(text.endsWith(".") ? text : `${text}.${apex}`);
}

/** One record of a line `name ttl type rdata`. */
export function record(line: string, apex = APEX): ResourceRecord {
  const found = /^(\S+) (\d+) (\S+) (.*)$/.exec(line);
  assert.ok(found, line);
  const type = typeCode(found[3] ?? "");
  assert.ok(type !== undefined, line);
  const parsed = parseRdata(type, found[4] ?? "");
  assert.equal(parsed.kind, "parsed", line);
  if (parsed.kind !== "parsed") throw new Error(line);
  const name = at(found[1] ?? "", apex);
  return { name, type, class: RRClass.IN, ttlSeconds: Number(found[2]), rdata: parsed.rdata };
}

/** RRsets of lines. */
export function rrsetsOf(lines: readonly string[], apex = APEX): readonly RRset[] {
  const byKey = new Map<string, ResourceRecord[]>();
  for (const line of lines) {
    const found = record(line, apex);
    const key = `${found.name} ${found.type}`;
    byKey.set(key, [...(byKey.get(key) ?? []), found]);
  }
  return [...byKey.values()].flatMap((records) => {
    const [first] = records;
    if (first === undefined) return [];
    const rdata = records.map((one) => one.rdata);
    return [makeRRset(first.name, first.type, first.ttlSeconds, rdata)];
  });
}

const APEX_LINES = [
  "@ 60 SOA ns1.example.test. hostmaster.example.test. 100 300 60 2419200 5",
  "@ 60 NS ns1.example.test.",
  "ns1 60 A 192.0.2.53",
];

/** A zone with SOA, NS, a seed mark and these lines. */
export function zoneOf(lines: readonly string[], options: { seeded?: boolean } = {}): ZoneData {
  const seed = options.seeded === false ? [] : [`_seed._holdfast 30 TXT "${SEED_TEXT}"`];
  const data = new ZoneData(APEX);
  write(data, rrsetsOf([...APEX_LINES, ...seed, ...lines]));
  return data;
}

/** Puts RRsets into a zone, whatever the rules say. */
function write(data: ZoneData, rrsets: readonly RRset[]): void {
  const draft = new ZoneDraft(data);
  for (const rrset of rrsets) {
    const others = draft.node(rrset.name)?.rrsets.filter(({ type }) => type !== rrset.type);
    draft.set(rrset.name, [...(others ?? []), rrset]);
  }
  data.apply(draft);
}

/** The lines of what a name owns. */
export function linesAt(data: ZoneData, name: string): readonly string[] {
  return (data.node(at(name))?.rrsets ?? []).flatMap(rrsetLines);
}

/** A digest as good as any: nobody recomputes it. */
const DIGEST = "0123456789abcdef";

/** A fence's line; `rest` overrides its fields. */
export function fenceLine(
  endpoint: string,
  types: string,
  rest: { epoch?: number; generation?: number; edition?: number; mark?: string } = {},
): string {
  const { epoch = 0, generation = 1, edition = 1, mark = "" } = rest;
  const place = `epoch=${epoch} generation=${generation} edition=${edition}`;
  const owner = endpoint === "@" ? "_holdfast" : `_holdfast.${endpoint}`;
  return `${owner} 30 TXT "holdfast=1 ${place} types=${types} digest=${DIGEST}${mark}"`;
}

/** An UPDATE of the test zone that deletes whole RRsets (`name type`), then adds lines. */
export function update(deletes: readonly string[], adds: readonly string[]): Update {
  const steps = deletes.map((text): UpdateStep => {
    const [name = "", type = ""] = text.split(" ");
    if (type === "") return { kind: "delete-name", name: at(name) };
    return { kind: "delete-rrset", name: at(name), type: typeCode(type) ?? 0 };
  });
  const added = adds.map((line): UpdateStep => ({ kind: "add", record: record(line) }));
  return { zone: APEX, prerequisites: [], steps: [...steps, ...added] };
}

/** The write that an enactor makes of one endpoint: weights and fence with the records. */
export function endpointWrite(
  endpoint: Name,
  place: { generation: number; edition: number; previous?: string },
  addresses: readonly string[],
): Update {
  const fence = fenceText({ epoch: 0, ...place, types: ["A"], digest: DIGEST });
  const weights = `holdfast-weights=1 answers=2 A=${addresses.map(() => 1).join()}`;
  const txt = (name: Name, text: string): UpdateStep => {
    const rdata = encodeTxt([utf8(text)]);
    const record = { name, type: RRType.TXT, class: RRClass.IN, ttlSeconds: 30, rdata };
    return { kind: "add", record };
  };
  const remove = (name: Name, type: number): UpdateStep => ({ kind: "delete-rrset", name, type });
  const owner = fenceName(endpoint);
  const condition =
    place.previous === undefined
      ? ({ kind: "rrset-absent", name: owner, type: RRType.TXT } as const)
      : ({
          kind: "rrset-is",
          rrset: { name: owner, type: RRType.TXT, rdata: [encodeTxt([utf8(place.previous)])] },
        } as const);
  const records = addresses.map((address): UpdateStep => {
    return { kind: "add", record: record(`${endpoint} 60 A ${address}`) };
  });
  return {
    zone: APEX,
    prerequisites: [condition],
    steps: [
      remove(endpoint, RRType.A),
      remove(weightsName(endpoint), RRType.TXT),
      remove(owner, RRType.TXT),
      ...records,
      txt(weightsName(endpoint), weights),
      txt(owner, fence),
    ],
  };
}
