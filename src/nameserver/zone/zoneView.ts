import { labelsOf, type Name, RRType } from "../../dns/index.ts";
import { FENCE_PREFIX, rrsetOfType, type ZoneNode } from "./zoneNode.ts";

/**
 * A zone as it is to be read: what is served, or what it would be after a change. Nothing that
 * was handed out changes; a served view shows the next commit from one call to the next.
 */
export interface ZoneView {
  readonly apex: Name;
  /** The node of a name that exists; undefined for one that does not. */
  node(name: Name): ZoneNode | undefined;
  /**
   * Owners of CNAMEs with this target, and perhaps of others: look again before you rely on it.
   */
  aliasesTo(target: Name): Iterable<Name>;
  /** Every target of a CNAME of this zone, and perhaps more. */
  aliasTargets(): Iterable<Name>;
  /** Names as they were committed; only where the apex owns a DNSKEY. */
  readonly order?: OrderedNames | undefined;
}

/**
 * Names of a signed zone that own records, in canonical order (RFC 4034 section 6.1). Cheap: a
 * few look-ups for each call, whatever the zone holds.
 */
export interface OrderedNames {
  /** The last name that comes before this one, which need not exist; undefined: there is none. */
  before(name: Name): Name | undefined;
  /** The first name that comes behind this one. */
  after(name: Name): Name | undefined;
}

/** The zones that a server answers for. */
export interface ZonesView {
  /** The zone whose apex is the longest at or above `name`. */
  zoneFor(name: Name): ServedZone | undefined;
}

/** A zone on duty. */
export interface ServedZone extends ZoneView {
  /** Its seed mark is there: the public may be told what it holds, and what it does not. */
  readonly isSeeded: boolean;
}

// Plain text, not checked for length: a name too long to have a fence has none to be found.
function controlName(prefix: string, name: Name): Name {
  return `${prefix}${name}` as Name;
}

/** The node that owns the fence of `endpoint`, if there is one. */
export function fenceNode(view: ZoneView, endpoint: Name): ZoneNode | undefined {
  return view.node(controlName(FENCE_PREFIX, endpoint));
}

/** The node that owns the weights of `endpoint`, if there is one. */
export function weightsNode(view: ZoneView, endpoint: Name): ZoneNode | undefined {
  return view.node(controlName(`_weights.${FENCE_PREFIX}`, endpoint));
}

/** Whether an endpoint is fenced: `_holdfast.<endpoint>` TXT exists, readable or not. */
export function isFenced(view: ZoneView, endpoint: Name): boolean {
  return rrsetOfType(fenceNode(view, endpoint), RRType.TXT) !== undefined;
}

/** Whether a name is reserved for control: one of its labels is `_holdfast`. */
export function isControlName(name: Name): boolean {
  return name.includes(FENCE_PREFIX) && labelsOf(name).includes("_holdfast");
}
