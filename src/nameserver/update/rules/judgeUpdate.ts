import {
  decodeSoa,
  isAtOrBelow,
  type Name,
  parentOf,
  RRType,
  rdataNames,
} from "../../../dns/index.ts";
import { endpointOfFence } from "../../../plan/index.ts";
import { rrsetOfType } from "../../zone/zoneNode.ts";
import { isFenced, type ZoneView } from "../../zone/zoneView.ts";
import { judgeApexServers, judgeTimers } from "./apexRules.ts";
import { judgeControlName } from "./controlRules.ts";
import { isEndpointChanged, judgeEndpoint, type Transition } from "./endpointRules.ts";
import { judgeAliases, judgeHiding } from "./hidingRules.ts";
import { type Refusal, refusal } from "./refusal.ts";

/**
 * All that one name owns must go into one signed response over TCP (65,535 octets): what cannot
 * be sent is not answered, and what cannot be read whole cannot be repaired.
 */
export const NAME_OCTETS_HELD_MAX = 60_000;
/** Longest time that a resolver may believe "there is nothing": in the event it outlived repair. */
export const DENIAL_SECONDS_MAX = 30;

const RECORD_OVERHEAD_OCTETS = 12; // compressed owner, type, class, TTL, length

/** Apexes of zones that are served below this one. */
export type ZonesBelow = readonly Name[];

/**
 * Judges a change by Holdfast's own rules. `changed`: every name whose RRsets differ. The first
 * rule broken is returned; undefined: the change may be made.
 */
export function judgeUpdate(
  transition: Transition,
  changed: readonly Name[],
  zonesBelow: ZonesBelow,
): Refusal | undefined {
  const covered = { ...transition, zonesBelow };
  for (const name of changed) {
    const refused =
      judgeControlName(transition, name) ??
      judgeHiding(transition, name) ??
      judgeSize(transition, name) ??
      judgeNameserver(transition, name) ??
      (name === transition.after.apex ? judgeApex(covered) : undefined);
    if (refused !== undefined) return refused;
  }
  for (const endpoint of endpointsOf(changed)) {
    const refused = judgeIfFenced(covered, endpoint, changed, zonesBelow);
    if (refused !== undefined) return refused;
  }
  return judgeAliases(covered, changed);
}

function judgeIfFenced(
  transition: Transition,
  endpoint: Name,
  changed: readonly Name[],
  zonesBelow: ZonesBelow,
): Refusal | undefined {
  const wasFenced = isFenced(transition.before, endpoint);
  if (!wasFenced && !isFenced(transition.after, endpoint)) return undefined;
  const hasFenceChange = changed.some((name) => endpointOfFence(name) === endpoint);
  if (!hasFenceChange && !isEndpointChanged(transition, endpoint)) return undefined;
  const child = wasFenced ? undefined : zonesBelow.find((apex) => isAtOrBelow(endpoint, apex));
  if (child !== undefined) {
    const detail = `an endpoint must be visible: zone ${child} is served instead`;
    return refusal("fenced-name-is-visible", endpoint, detail);
  }
  return judgeEndpoint(transition, endpoint);
}

/** Names that may be endpoints touched by changes: the names, and what control names stand for. */
function endpointsOf(changed: readonly Name[]): Set<Name> {
  const endpoints = new Set<Name>();
  for (const name of changed) {
    const ofFence = endpointOfFence(name);
    const ofWeights = name.startsWith("_weights._holdfast.")
      ? endpointOfFence(parentOf(name) ?? name)
      : undefined;
    endpoints.add(ofFence ?? ofWeights ?? name);
  }
  return endpoints;
}

function judgeSize({ after }: Transition, name: Name): Refusal | undefined {
  let octets = 0;
  for (const rrset of after.node(name)?.rrsets ?? []) {
    for (const rdata of rrset.rdata) octets += RECORD_OVERHEAD_OCTETS + rdata.length;
  }
  if (octets <= NAME_OCTETS_HELD_MAX) return undefined;
  const detail = `its records must fit ${NAME_OCTETS_HELD_MAX} octets: they need ${octets}`;
  return refusal("name-fits-a-message", name, detail);
}

/** A zone whose nameservers have no address is out of reach, and all its endpoints with it. */
function judgeNameserver({ before, after }: Transition, name: Name): Refusal | undefined {
  const hasAddress = (view: ZoneView): boolean =>
    [RRType.A, RRType.AAAA].some((type) => rrsetOfType(view.node(name), type) !== undefined);
  if (!hasAddress(before) || hasAddress(after)) return undefined;
  const ns = rrsetOfType(after.node(after.apex), RRType.NS);
  const isNamed = ns?.rdata.some((rdata) => rdataNames(RRType.NS, rdata).includes(name)) ?? false;
  if (!isNamed) return undefined;
  const detail = "a nameserver of the zone must keep an address: it would have none";
  return refusal("nameserver-stays-reachable", name, detail);
}

function judgeApex(transition: Transition): Refusal | undefined {
  return judgeDenials(transition) ?? judgeTimers(transition) ?? judgeApexServers(transition);
}

function judgeDenials({ after }: Transition): Refusal | undefined {
  const soa = rrsetOfType(after.node(after.apex), RRType.SOA);
  const [rdata] = soa?.rdata ?? [];
  if (soa === undefined || rdata === undefined) return undefined;
  const seconds = Math.min(soa.ttlSeconds, decodeSoa(rdata).minimumSeconds);
  if (seconds <= DENIAL_SECONDS_MAX) return undefined;
  const detail = `denials must be believed for <= ${DENIAL_SECONDS_MAX} s: ${seconds} s`;
  return refusal("denials-are-short", after.apex, detail);
}
