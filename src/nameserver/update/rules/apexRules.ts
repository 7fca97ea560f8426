import {
  decodeSoa,
  isAtOrBelow,
  type Name,
  RRType,
  rdataNames,
  type Soa,
} from "../../../dns/index.ts";
import { rrsetOfType, sameRRsets } from "../../zone/zoneNode.ts";
import type { ZoneView } from "../../zone/zoneView.ts";
import { ADDRESS_TYPES, answersHere, type Transition } from "./endpointRules.ts";
import { type Refusal, refusal } from "./refusal.ts";

const DAY_SECONDS = 24 * 3600;

/**
 * What an UPDATE may make of the timers that secondaries go by (RFC 1035 section 3.3.13); the next
 * start writes the server's own again (zone/zoneSetup.ts). EXPIRE: two weeks for a lost primary to
 * come back (RFC 1912 section 2.2), and less than the thirty days that are left of a signature.
 * REFRESH and RETRY: no load on the primary, and long over within the hour that a key's roll takes
 * a change to reach secondaries.
 */
const SOA_TIMER_BOUNDS = [
  { timer: "REFRESH", field: "refreshSeconds", minSeconds: 30, maxSeconds: 900 },
  { timer: "RETRY", field: "retrySeconds", minSeconds: 30, maxSeconds: 900 },
  {
    timer: "EXPIRE",
    field: "expireSeconds",
    minSeconds: 14 * DAY_SECONDS,
    maxSeconds: 28 * DAY_SECONDS,
  },
] as const;

/** Judges timers of an SOA that change: a zone may hold others, from before there was this rule. */
export function judgeTimers({ before, after }: Transition): Refusal | undefined {
  const soa = soaOf(after);
  if (soa === undefined) return undefined;
  const held = soaOf(before);
  for (const { timer, field, minSeconds, maxSeconds } of SOA_TIMER_BOUNDS) {
    const seconds = soa[field];
    if (seconds === held?.[field]) continue;
    if (seconds >= minSeconds && seconds <= maxSeconds) continue;
    const detail = `${timer} of its SOA must be ${minSeconds}..${maxSeconds} s: it is ${seconds} s`;
    return refusal("soa-timers-hold", after.apex, detail);
  }
  return undefined;
}

/**
 * Judges the apex's nameservers where they change. One must be left that can be reached: a name of
 * others, or one that answers an address here.
 */
export function judgeApexServers(transition: Transition): Refusal | undefined {
  const { before, after } = transition;
  const [held, next] = [before, after].map((view) => {
    const rrset = rrsetOfType(view.node(view.apex), RRType.NS);
    return rrset === undefined ? [] : [rrset];
  });
  if (sameRRsets(held ?? [], next ?? [])) return undefined;
  // A zone that is being set up, or was dark before, loses nothing.
  if (isReachable(transition, after) || !isReachable(transition, before)) return undefined;
  const detail = "one nameserver must be out of the zone or have an address: none would";
  return refusal("nameserver-stays-reachable", after.apex, detail);
}

function isReachable(transition: Transition, view: ZoneView): boolean {
  const ns = rrsetOfType(view.node(view.apex), RRType.NS);
  const targets = ns?.rdata.flatMap((rdata) => rdataNames(RRType.NS, rdata)) ?? [];
  return targets.some((target) => {
    if (isOthers(transition, target)) return true;
    return ADDRESS_TYPES.some((type) => answersHere(transition, view, target, type) !== "no");
  });
}

function isOthers({ after, zonesBelow = [] }: Transition, target: Name): boolean {
  if (!isAtOrBelow(target, after.apex)) return true;
  return zonesBelow.some((apex) => isAtOrBelow(target, apex));
}

function soaOf(view: ZoneView): Soa | undefined {
  const [rdata] = rrsetOfType(view.node(view.apex), RRType.SOA)?.rdata ?? [];
  return rdata === undefined ? undefined : decodeSoa(rdata);
}
