import { type Name, parentOf, type RRset, RRType } from "../../dns/index.ts";
import { rrsetOfType, type ZoneNode } from "../zone/zoneNode.ts";
import type { ZoneView } from "../zone/zoneView.ts";

/** Types that signing adds: nobody's data. */
export function isSignatureType(type: number): boolean {
  return type === RRType.RRSIG || type === RRType.NSEC;
}

/** Types that only the signer writes, at the apex of a signed zone. */
export const KEY_TYPES: ReadonlySet<number> = new Set([RRType.DNSKEY, RRType.CDS, RRType.CDNSKEY]);

/** What a name owns by itself, in order of type: without signatures and NSEC. */
export function dataOf(node: ZoneNode | undefined): readonly RRset[] {
  const rrsets = node?.rrsets ?? [];
  // Most zones are unsigned: no copy for those.
  if (!rrsets.some(({ type }) => isSignatureType(type))) return rrsets;
  return rrsets.filter(({ type }) => !isSignatureType(type));
}

/** Whether a name is a zone cut: others answer for it, but for its DS and NSEC. */
export function isCut(view: ZoneView, name: Name): boolean {
  return name !== view.apex && rrsetOfType(view.node(name), RRType.NS) !== undefined;
}

/** The topmost zone cut or DNAME above a name: what is below it is not the zone's to sign. */
export function hiddenBy(view: ZoneView, name: Name): Name | undefined {
  // Nearly every zone has none at all: one look instead of one for each label.
  if (name === view.apex || (view.node(view.apex)?.cutCount ?? 0) === 0) return undefined;
  let found: Name | undefined;
  for (let at = parentOf(name); at !== undefined; at = parentOf(at)) {
    const node = view.node(at);
    const hides = isCut(view, at) || rrsetOfType(node, RRType.DNAME) !== undefined;
    if (hides) found = at;
    if (at === view.apex) break;
  }
  return found;
}

/** Whether a name has an NSEC of its own: it owns records, and no cut hides it. */
export function isMember(view: ZoneView, name: Name): boolean {
  const node = view.node(name);
  const ownsData = node?.rrsets.some(({ type }) => !isSignatureType(type)) ?? false;
  return ownsData && hiddenBy(view, name) === undefined;
}
