import { isAtOrBelow, type Name, type RRset, RRType, rdataNames } from "../../dns/index.ts";
import { rrsetOfType } from "../zone/zoneNode.ts";
import type { ZoneView } from "../zone/zoneView.ts";
import { closestEncloser, wildcardBelow } from "./lookUp.ts";
import type { ShownRRset } from "./resolution.ts";

/** An RRset shown whole, under its own name. */
export function shownWhole(rrset: RRset): ShownRRset {
  return { name: rrset.name, rrset, rdata: rrset.rdata, isSynthesized: false };
}

/**
 * Addresses of a child zone's nameservers, as far as this zone holds them (RFC 9471): first of
 * those in the child's own domain, which cannot be had elsewhere, then of others.
 */
export function glueOf(zone: ZoneView, cut: Name, ns: RRset): readonly ShownRRset[] {
  const own: ShownRRset[] = [];
  const others: ShownRRset[] = [];
  for (const rdata of ns.rdata) {
    const [name] = rdataNames(RRType.NS, rdata);
    if (name === undefined || !isAtOrBelow(name, zone.apex)) continue;
    const node = zone.node(name) ?? zone.node(wildcardBelow(closestEncloser(zone, name)));
    for (const type of [RRType.A, RRType.AAAA]) {
      const rrset = rrsetOfType(node, type);
      if (rrset === undefined) continue;
      (isAtOrBelow(name, cut) ? own : others).push({ ...shownWhole(rrset), name });
    }
  }
  return [...own, ...others];
}
