import { assert } from "../../base/index.ts";
import { type Name, parentOf, type RRset, RRType } from "../../dns/index.ts";
import { rrsetOfType, type ZoneNode } from "../zone/zoneNode.ts";
import type { ZoneView } from "../zone/zoneView.ts";
import type { BelowEncloser } from "./resolution.ts";

/** What a zone says of one name, before its type is looked at (RFC 1034 section 4.3.2). */
export type Found =
  /** The name exists, or a wildcard stands for it: `owner` is where the records are held. */
  | { readonly kind: "node"; readonly node: ZoneNode; readonly owner: Name }
  /** The name is at or below a zone cut: others are asked for it. */
  | { readonly kind: "delegation"; readonly cut: Name; readonly ns: RRset }
  /** The name is below the owner of a DNAME (RFC 6672). */
  | { readonly kind: "redirection"; readonly dname: RRset }
  | ({ readonly kind: "no-name" } & BelowEncloser);

/** Finds what `name`, which must be in the zone, is there. */
export function lookUp(view: ZoneView, name: Name): Found {
  const cut = findCut(view, name);
  if (cut !== undefined) return cut;
  const node = view.node(name);
  if (node !== undefined) return { kind: "node", node, owner: name };
  // RFC 4592 section 3.3.1: only the wildcard right below the closest encloser may answer.
  const owner = wildcardBelow(closestEncloser(view, name));
  const wildcard = view.node(owner);
  if (wildcard === undefined) return { kind: "no-name", ...encloserOf(name, owner) };
  return { kind: "node", node: wildcard, owner };
}

/** The facts of a name that does not exist, from the wildcard that stands for it or would. */
export function encloserOf(name: Name, wildcard: Name): BelowEncloser {
  const encloser = parentOf(wildcard);
  assert(encloser !== undefined, `${wildcard} is right below another name`);
  return { name, encloser, wildcard };
}

/** The wildcard name right below `name`. */
export function wildcardBelow(name: Name): Name {
  return (name === "." ? "*." : `*.${name}`) as Name;
}

/** The longest ancestor of `name` that exists (RFC 4592 section 3.3.1). */
export function closestEncloser(view: ZoneView, name: Name): Name {
  let at: Name = name;
  while (at !== view.apex && view.node(at) === undefined) {
    const parent = parentOf(at);
    assert(parent !== undefined, `${name} is in zone ${view.apex}`);
    at = parent;
  }
  return at;
}

/** The topmost thing at or above `name` that hides it; undefined where nothing does. */
export function findCut(view: ZoneView, name: Name): Found | undefined {
  // Nearly every zone has none at all: one look instead of one for each label.
  if ((view.node(view.apex)?.cutCount ?? 0) === 0) return undefined;
  let found: Found | undefined;
  for (let at: Name | undefined = name; at !== undefined; at = parentOf(at)) {
    found = cutAt(view, at, name) ?? found;
    if (at === view.apex) break;
  }
  return found;
}

function cutAt(view: ZoneView, at: Name, name: Name): Found | undefined {
  const node = view.node(at);
  if (node === undefined || node.cutCount === 0) return undefined;
  const ns = at === view.apex ? undefined : rrsetOfType(node, RRType.NS);
  if (ns !== undefined) return { kind: "delegation", cut: at, ns };
  // A DNAME says nothing of its own name (RFC 6672 section 2.3).
  const dname = at === name ? undefined : rrsetOfType(node, RRType.DNAME);
  return dname === undefined ? undefined : { kind: "redirection", dname };
}
