import { assert } from "../base/index.ts";
import { type Name, parentOf, prefixName } from "../dns/index.ts";

/** Octets of wire form that the longest control name adds in front of an endpoint's name. */
export const CONTROL_OCTETS_MAX = 19;

/** Owner of an endpoint's fence: `_holdfast.<endpoint>`. */
export function fenceName(endpoint: Name): Name {
  return prefixed("_holdfast", endpoint);
}

/** Owner of an endpoint's weights and answer count: `_weights._holdfast.<endpoint>`. */
export function weightsName(endpoint: Name): Name {
  return prefixed("_weights", fenceName(endpoint));
}

/** Owner of a zone's gate: `_gate._holdfast.<apex>`. */
export function gateName(zone: Name): Name {
  return prefixed("_gate", fenceName(zone));
}

/** Owner of a zone's seed mark, without which our nameserver does not speak for the zone. */
export function seedName(zone: Name): Name {
  return prefixed("_seed", fenceName(zone));
}

/** The endpoint whose fence lives at this name; undefined where it is not a fence's name. */
export function endpointOfFence(name: Name): Name | undefined {
  return name.startsWith("_holdfast.") ? parentOf(name) : undefined;
}

/** Names kept: those of every endpoint of a cell. */
const NAMES_MAX = 65_536;
const names = new Map<string, Map<Name, Name>>();

// Every reading and every write of an endpoint asks for the same few.
function prefixed(label: string, name: Name): Name {
  const kept = names.get(label) ?? new Map<Name, Name>();
  const known = kept.get(name);
  if (known !== undefined) return known;
  const parsed = prefixName(label, name);
  // Endpoint names are checked for room when they enter (config), so a failure here is a bug.
  assert(parsed.kind === "parsed", `${label}.${name} fits a name`);
  if (kept.size >= NAMES_MAX) kept.clear();
  names.set(label, kept.set(name, parsed.name));
  return parsed.name;
}
