import { assert } from "../base/index.ts";
import {
  type Name,
  type Prerequisite,
  RRClass,
  type RRset,
  RRType,
  type Update,
  type UpdateStep,
} from "../dns/index.ts";
import {
  type EndpointWrite,
  fenceName,
  fenceText,
  type Gate,
  gateName,
  gateText,
  SEED_TEXT,
  seedName,
  UNFENCED_MAX,
  weightsName,
  weightsText,
} from "../plan/index.ts";
import { controlRRset, readRRset } from "./controlText.ts";

/**
 * One endpoint's write as one UPDATE (RFC 2136): the conditions are its prerequisites, and all
 * types held or written are deleted before anything is added, in the same message. A tombstone's
 * adds nothing but its fence.
 */
export function endpointUpdate(zone: Name, write: EndpointWrite): Update {
  const { endpoint, condition } = write;
  const isTombstone = write.fence.mark?.kind === "tombstone";
  assert(isTombstone === (write.rrsets.length === 0), `only a tombstone of ${endpoint} is empty`);
  assert(isTombstone === (write.weights === undefined), "weights are of records");
  const prerequisites: Prerequisite[] = [textIs(fenceName(endpoint), condition.fence)];
  if (condition.gate !== "unchecked") prerequisites.push(textIs(gateName(zone), condition.gate));
  if (condition.nameNotInUse) prerequisites.push(...nameNotInUse(zone, write));
  if (condition.records !== undefined) prerequisites.push(...recordsAre(write, condition.records));
  const deletes = write.deleteTypes.map((type): UpdateStep => {
    return { kind: "delete-rrset", name: endpoint, type };
  });
  const steps = [
    ...deletes,
    ...weightsSteps(write),
    ...replaceSteps(controlRRset(fenceName(endpoint), fenceText(write.fence))),
    ...write.rrsets.flatMap(addSteps),
  ];
  return { zone, prerequisites, steps };
}

function weightsSteps({ endpoint, weights }: EndpointWrite): readonly UpdateStep[] {
  const name = weightsName(endpoint);
  if (weights === undefined) return [{ kind: "delete-rrset", name, type: RRType.TXT }];
  return replaceSteps(controlRRset(name, weightsText(weights)));
}

/** Replaces a zone's gate on condition that it is exactly as `expected` (undefined: absent). */
export function gateUpdate(zone: Name, expected: string | undefined, gate: Gate): Update {
  const name = gateName(zone);
  return {
    zone,
    prerequisites: [textIs(name, expected)],
    steps: replaceSteps(controlRRset(name, gateText(gate))),
  };
}

/** Puts a zone's seed mark, on condition that these names have no fence; harmless where it is. */
export function seedUpdate(zone: Name, unfenced: readonly Name[]): Update {
  assert(unfenced.length <= UNFENCED_MAX, "one message holds the names asked about");
  return {
    zone,
    prerequisites: unfenced.map((endpoint) => textIs(fenceName(endpoint), undefined)),
    steps: replaceSteps(controlRRset(seedName(zone), SEED_TEXT)),
  };
}

function textIs(name: Name, texts: string | readonly string[] | undefined): Prerequisite {
  if (texts === undefined) return { kind: "rrset-absent", name, type: RRType.TXT };
  const rrset = readRRset(name, typeof texts === "string" ? [texts] : texts);
  return { kind: "rrset-is", rrset };
}

/** A zone's apex is always in use (SOA, NS): there, each type that could be ours must be absent. */
function nameNotInUse(zone: Name, write: EndpointWrite): readonly Prerequisite[] {
  const name = write.endpoint;
  if (name !== zone) return [{ kind: "name-not-in-use", name }];
  return [...typesThatMatter(write)].map((type) => ({ kind: "rrset-absent", name, type }));
}

/** Each RRset given exists as it is given (RFC 2136 section 2.4.2), and no other that matters. */
function recordsAre(write: EndpointWrite, records: readonly RRset[]): readonly Prerequisite[] {
  const name = write.endpoint;
  const given = new Set(records.map(({ type }) => type));
  const absent = [...typesThatMatter(write)].filter((type) => !given.has(type));
  return [
    ...records.map((rrset): Prerequisite => ({ kind: "rrset-is", rrset })),
    ...absent.map((type): Prerequisite => ({ kind: "rrset-absent", name, type })),
  ];
}

/** Types that answer a client of the service, and all that the write touches. */
function typesThatMatter({ deleteTypes, rrsets }: EndpointWrite): ReadonlySet<number> {
  const written = rrsets.map(({ type }) => type);
  return new Set([RRType.A, RRType.AAAA, RRType.CNAME, ...deleteTypes, ...written]);
}

function replaceSteps(rrset: RRset): readonly UpdateStep[] {
  return [{ kind: "delete-rrset", name: rrset.name, type: rrset.type }, ...addSteps(rrset)];
}

function addSteps(rrset: RRset): readonly UpdateStep[] {
  const { name, type, ttlSeconds } = rrset;
  return rrset.rdata.map((rdata) => {
    return { kind: "add", record: { name, type, class: RRClass.IN, ttlSeconds, rdata } };
  });
}
