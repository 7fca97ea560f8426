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
  weightsName,
  weightsText,
} from "../plan/index.ts";
import { controlRRset } from "./controlText.ts";

/**
 * One endpoint's write as one UPDATE (RFC 2136): the conditions are its prerequisites, and all
 * types held or written are deleted before anything is added, in the same message.
 */
export function endpointUpdate(zone: Name, write: EndpointWrite): Update {
  const { endpoint, condition } = write;
  assert(write.rrsets.length > 0, `a write of ${endpoint} is never empty`);
  const prerequisites: Prerequisite[] = [textIs(fenceName(endpoint), condition.fence)];
  if (condition.gate !== "unchecked") prerequisites.push(textIs(gateName(zone), condition.gate));
  if (condition.nameNotInUse) prerequisites.push(...nameNotInUse(zone, write));
  const fence = controlRRset(fenceName(endpoint), fenceText(write.fence));
  const weights = controlRRset(weightsName(endpoint), weightsText(write.weights));
  const deletes = write.deleteTypes.map((type): UpdateStep => {
    return { kind: "delete-rrset", name: endpoint, type };
  });
  const steps = [
    ...deletes,
    ...replaceSteps(weights),
    ...replaceSteps(fence),
    ...write.rrsets.flatMap(addSteps),
  ];
  return { zone, prerequisites, steps };
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

/** Puts a zone's seed mark; harmless where it is. */
export function seedUpdate(zone: Name): Update {
  return { zone, prerequisites: [], steps: replaceSteps(controlRRset(seedName(zone), SEED_TEXT)) };
}

function textIs(name: Name, text: string | undefined): Prerequisite {
  if (text === undefined) return { kind: "rrset-absent", name, type: RRType.TXT };
  return { kind: "rrset-is", rrset: controlRRset(name, text) };
}

/** A zone's apex is always in use (SOA, NS): there, each type that could be ours must be absent. */
function nameNotInUse(zone: Name, write: EndpointWrite): readonly Prerequisite[] {
  const name = write.endpoint;
  if (name !== zone) return [{ kind: "name-not-in-use", name }];
  const types = new Set([RRType.A, RRType.AAAA, RRType.CNAME, ...write.deleteTypes]);
  return [...types].map((type) => ({ kind: "rrset-absent", name, type }));
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
