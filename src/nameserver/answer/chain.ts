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
import { encloserOf, type Found, lookUp } from "./lookUp.ts";
import type { Absence, BelowEncloser, ShownRRset } from "./resolution.ts";

/** Aliases followed for one answer: real chains have one or two, and each costs a look-up. */
const CHAIN_HOPS_MAX = 8;

/** What stands beside an alias and so speaks of itself (RFC 4035 section 2.5). */
const BESIDE_CNAME: ReadonlySet<number> = new Set([RRType.RRSIG, RRType.NSEC]);

/** Where a chain of aliases ends, as far as this zone knows. */
type ChainEnd =
  /** A name of this zone without an alias, `name`, with its node. */
  | { readonly kind: "node"; readonly name: Name; readonly owner: Name; readonly node: ZoneNode }
  /** `name` is at or below the cut. */
  | {
      readonly kind: "delegation";
      readonly name: Name;
      readonly cut: Name;
      readonly ns: RRset;
    }
  | ({ readonly kind: "no-name" } & BelowEncloser)
  /** The CNAME made of a DNAME, which was asked for. */
  | { readonly kind: "made-alias" }
  /** Out of this zone: whoever asks must go on elsewhere. */
  | { readonly kind: "outside" }
  /** A loop, or longer than is followed. */
  | { readonly kind: "too-long" }
  /** A DNAME made a name of more than 255 octets (RFC 6672 section 2.2). */
  | { readonly kind: "name-too-long" };

/** A look-up with its aliases followed. */
export interface Chain {
  /** The aliases: each a CNAME, or a DNAME and the CNAME made of it. */
  readonly shown: readonly ShownRRset[];
  /** Names on the way that do not exist: wildcards answered for them. */
  readonly absences: readonly Absence[];
  readonly end: ChainEnd;
}

/** Follows `name`, which must be in the zone, to where records of `type` would be. */
export function followChain(view: ZoneView, name: Name, type: number): Chain {
  const shown: ShownRRset[] = [];
  const absences: Absence[] = [];
  const ended = (end: ChainEnd): Chain => ({ shown, absences, end });
  const seen = new Set([name]); // a loop is shown once
  let at = name;
  for (let hops = 0; hops <= CHAIN_HOPS_MAX; hops += 1) {
    if (!isAtOrBelow(at, view.apex)) return ended({ kind: "outside" });
    const found = lookUp(view, at);
    const next = nextHop(found, at, type);
    if (next === undefined) return ended(endOf(found, at));
    // One DNAME may move many names on the way: an answer holds no record twice.
    shown.push(...unshown(next.shown, shown));
    if (found.kind === "node" && found.owner !== at) {
      absences.push({ kind: "expanded", ...encloserOf(at, found.owner) });
    }
    if (next.target === undefined) return ended({ kind: "name-too-long" });
    if (type === RRType.CNAME) return ended({ kind: "made-alias" });
    at = next.target;
    if (seen.has(at)) break;
    seen.add(at);
  }
  return ended({ kind: "too-long" });
}

/** Those of `found` that are not among `shown`. */
export function unshown(
  found: readonly ShownRRset[],
  shown: readonly ShownRRset[],
): readonly ShownRRset[] {
  return found.filter(({ name, rrset }) => {
    return !shown.some((other) => other.name === name && other.rrset.type === rrset.type);
  });
}

function endOf(found: Found, name: Name): ChainEnd {
  if (found.kind === "redirection") return { kind: "name-too-long" };
  return { ...found, name };
}

interface NextHop {
  readonly shown: readonly ShownRRset[];
  readonly target: Name | undefined;
}

function nextHop(found: Found, at: Name, type: number): NextHop | undefined {
  if (found.kind === "redirection") return redirect(found.dname, at);
  if (found.kind !== "node" || type === RRType.ANY) return undefined;
  if (type === RRType.CNAME || BESIDE_CNAME.has(type)) return undefined;
  const cname = rrsetOfType(found.node, RRType.CNAME);
  if (cname === undefined) return undefined;
  const alias = { name: at, rrset: cname, rdata: cname.rdata, isSynthesized: false };
  return { shown: [alias], target: aliasTarget(found.node) };
}

/** RFC 6672 section 2.2 and 3.1: the DNAME, and a CNAME for the name asked, of the same TTL. */
function redirect(dname: RRset, at: Name): NextHop {
  const [rdata] = dname.rdata;
  const [target] = rdata === undefined ? [] : rdataNames(RRType.DNAME, rdata);
  const front = dname.name === ROOT ? at : at.slice(0, at.length - dname.name.length);
  const parsed = parseName(target === undefined || target === "." ? front : `${front}${target}`);
  const shown = { name: dname.name, rrset: dname, rdata: dname.rdata, isSynthesized: false };
  if (parsed.kind === "malformed") return { shown: [shown], target: undefined };
  const cname = makeRRset(at, RRType.CNAME, dname.ttlSeconds, [encodeName(parsed.name)]);
  const alias = { name: at, rrset: cname, rdata: cname.rdata, isSynthesized: true };
  return { shown: [shown, alias], target: parsed.name };
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
