import {
  encodeName,
  isAtOrBelow,
  makeRRset,
  type Name,
  parseName,
  ROOT,
  type RRset,
  RRType,
  rdataNames,
} from "../../dns/index.ts";
import { aliasTarget } from "../zone/zoneDraft.ts";
import { rrsetOfType, type ZoneNode } from "../zone/zoneNode.ts";
import type { ZoneView } from "../zone/zoneView.ts";
import { type Found, lookUp } from "./lookUp.ts";

/** Aliases followed for one answer: real chains have one or two, and each costs a look-up. */
const CHAIN_HOPS_MAX = 8;

/** One alias on the way to the answer. */
interface Hop {
  /** Records to be shown: a CNAME, or a DNAME and the CNAME made of it. */
  readonly records: readonly RRset[];
}

/** Where a chain of aliases ends, as far as this zone knows. */
type ChainEnd =
  /** A name of this zone without an alias, `name`, with its node. */
  | { readonly kind: "node"; readonly name: Name; readonly owner: Name; readonly node: ZoneNode }
  | { readonly kind: "delegation"; readonly cut: Name; readonly ns: RRset }
  | { readonly kind: "no-name" }
  /** Out of this zone: whoever asks must go on elsewhere. */
  | { readonly kind: "outside" }
  /** A loop, or longer than is followed. */
  | { readonly kind: "too-long" }
  /** A DNAME made a name of more than 255 octets (RFC 6672 section 2.2). */
  | { readonly kind: "name-too-long" };

/** A look-up with its aliases followed. */
export interface Chain {
  readonly hops: readonly Hop[];
  readonly end: ChainEnd;
}

/** Follows `name`, which must be in the zone, to where records of `type` would be. */
export function followChain(view: ZoneView, name: Name, type: number): Chain {
  const hops: Hop[] = [];
  const seen = new Set([name]); // a loop is shown once
  let at = name;
  while (hops.length <= CHAIN_HOPS_MAX) {
    if (!isAtOrBelow(at, view.apex)) return { hops, end: { kind: "outside" } };
    const found = lookUp(view, at);
    const next = nextHop(found, at, type);
    if (next === undefined) return { hops, end: endOf(found, at) };
    hops.push({ records: next.records });
    if (next.target === undefined) return { hops, end: { kind: "name-too-long" } };
    at = next.target;
    if (seen.has(at)) return { hops, end: { kind: "too-long" } };
    seen.add(at);
  }
  return { hops, end: { kind: "too-long" } };
}

function endOf(found: Found, name: Name): ChainEnd {
  if (found.kind === "node") return { ...found, name };
  if (found.kind === "redirection") return { kind: "name-too-long" };
  return found;
}

interface NextHop {
  readonly records: readonly RRset[];
  readonly target: Name | undefined;
}

function nextHop(found: Found, at: Name, type: number): NextHop | undefined {
  if (found.kind === "redirection") return redirect(found.dname, at);
  if (found.kind !== "node" || type === RRType.CNAME || type === RRType.ANY) return undefined;
  const cname = rrsetOfType(found.node, RRType.CNAME);
  if (cname === undefined) return undefined;
  return { records: [{ ...cname, name: at }], target: aliasTarget(found.node) };
}

/** RFC 6672 section 2.2 and 3.1: the DNAME, and a CNAME for the name asked, of the same TTL. */
function redirect(dname: RRset, at: Name): NextHop {
  const [rdata] = dname.rdata;
  const [target] = rdata === undefined ? [] : rdataNames(RRType.DNAME, rdata);
  const front = dname.name === ROOT ? at : at.slice(0, at.length - dname.name.length);
  const parsed = parseName(target === undefined || target === "." ? front : `${front}${target}`);
  if (parsed.kind === "malformed") return { records: [dname], target: undefined };
  const cname = makeRRset(at, RRType.CNAME, dname.ttlSeconds, [encodeName(parsed.name)]);
  return { records: [dname, cname], target: parsed.name };
}

/**
 * Whether a client that asks for `type` gets at least one record of it; `outside` where that is
 * for others to say.
 */
export function answersType(view: ZoneView, name: Name, type: number): "yes" | "no" | "outside" {
  const { end } = followChain(view, name, type);
  if (end.kind === "outside" || end.kind === "delegation") return "outside";
  if (end.kind !== "node") return "no";
  return rrsetOfType(end.node, type) === undefined ? "no" : "yes";
}
