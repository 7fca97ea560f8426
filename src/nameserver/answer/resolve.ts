import { assertNever, type Chance } from "../../base/index.ts";
import { decodeSoa, type Name, type Question, type RRset, RRType } from "../../dns/index.ts";
import { dataOf } from "../sign/members.ts";
import { rrsetOfType, type ZoneNode } from "../zone/zoneNode.ts";
import { fenceNode, weightsNode, type ZoneView } from "../zone/zoneView.ts";
import { type Chain, followChain, unshown } from "./chain.ts";
import { encloserOf } from "./lookUp.ts";
import { glueOf, shownWhole } from "./referral.ts";
import type { Absence, Resolution, ShownRRset } from "./resolution.ts";
import { chooseRdata } from "./weightedChoice.ts";

/** Who asks, as far as the answer depends on it. */
export interface Asker {
  /** Signed with a key of ours: gets whole RRsets, also of a zone not yet seeded. */
  readonly isSigned: boolean;
  readonly chance: Chance;
}

/** What is said only where nothing else is. */
const NOTHING = { answer: [], authority: [], additional: [], absences: [] } as const;

/**
 * What `zone`, which holds the name asked for, says to a question of class IN. Pure but for the
 * draws of `chance`.
 */
export function resolve(
  zone: ZoneView,
  question: Pick<Question, "name" | "type">,
  asker: Asker,
): Resolution {
  const chain = followChain(zone, question.name, question.type);
  const { end, shown: answer, absences } = chain;
  const found = { ...NOTHING, answer, absences };
  switch (end.kind) {
    case "node":
      return atNode(zone, question, chain, end, asker);
    case "no-name": {
      const { name, encloser, wildcard } = end;
      const absence = { kind: "no-name", name, encloser, wildcard } as const;
      return negative(zone, "no-name", found, absence);
    }
    case "delegation":
      return atCut(zone, question.type, chain, end);
    case "name-too-long":
      return { ...found, ending: "name-too-long" };
    case "made-alias":
      return { ...found, ending: "records" };
    case "outside":
      return { ...found, ending: "outside" };
    case "too-long":
      return { ...found, ending: "unfinished" };
    default:
      return assertNever(end);
  }
}

function negative(
  zone: ZoneView,
  ending: "no-type" | "no-name",
  found: Omit<Resolution, "ending">,
  absence: Absence,
): Resolution {
  const absences = [...found.absences, absence];
  return { ...found, ending, authority: negativeSoa(zone), absences };
}

type NodeEnd = Extract<Chain["end"], { kind: "node" }>;

function atNode(
  zone: ZoneView,
  question: Pick<Question, "name" | "type">,
  chain: Chain,
  end: NodeEnd,
  asker: Asker,
): Resolution {
  const { type } = question;
  const isExpanded = end.owner !== end.name;
  const shown = shownAt(zone, end, type, asker);
  const answer = [...chain.shown, ...unshown(shown, chain.shown)];
  const additional = type === RRType.ANY ? besides(zone, question.name, asker) : [];
  const found = { ...NOTHING, answer, additional, absences: chain.absences };
  if (shown.length > 0) {
    if (!isExpanded) return { ...found, ending: "records" };
    const absence = { kind: "expanded", ...encloserOf(end.name, end.owner) } as const;
    return { ...found, ending: "records", absences: [...chain.absences, absence] };
  }
  const absence: Absence = isExpanded
    ? { kind: "no-type-at-wildcard", ...encloserOf(end.name, end.owner) }
    : { kind: "no-type", name: end.name };
  return negative(zone, "no-type", found, absence);
}

function shownAt(
  zone: ZoneView,
  { node, owner, name }: NodeEnd,
  type: number,
  asker: Asker,
): readonly ShownRRset[] {
  const rrsets = type === RRType.ANY ? anyRRsets(node, asker) : [rrsetOfType(node, type)];
  // A signature is over a whole RRset: of a signed one, no part can be chosen.
  const isWhole = asker.isSigned || rrsetOfType(node, RRType.RRSIG) !== undefined;
  const weights = isWhole ? undefined : weightsNode(zone, owner)?.weights;
  return rrsets.flatMap((rrset) => {
    if (rrset === undefined) return [];
    const rdata = asker.isSigned ? rrset.rdata : chooseRdata(rrset, weights, asker.chance);
    return [{ name, rrset, rdata, isSynthesized: false }];
  });
}

/** RFC 8482 section 4.1: one RRset is enough for the public, and nothing to amplify with. */
function anyRRsets(node: ZoneNode, asker: Asker): readonly RRset[] {
  const rrsets = dataOf(node);
  return asker.isSigned ? rrsets : rrsets.slice(0, 1);
}

/**
 * Fence and weights, for whoever may read a name whole: one question then tells all that an enactor
 * needs, of one moment. What is not here is not thereby absent: it is asked for by itself.
 */
function besides(zone: ZoneView, name: Name, asker: Asker): readonly ShownRRset[] {
  if (!asker.isSigned) return [];
  return [fenceNode(zone, name), weightsNode(zone, name)].flatMap((node) => {
    const rrset = rrsetOfType(node, RRType.TXT);
    return rrset === undefined ? [] : [shownWhole(rrset)];
  });
}

function atCut(
  zone: ZoneView,
  type: number,
  { shown: answer, absences }: Chain,
  { name, cut, ns }: Extract<Chain["end"], { kind: "delegation" }>,
): Resolution {
  const found = { ...NOTHING, answer, absences };
  const ds = rrsetOfType(zone.node(cut), RRType.DS);
  // The DS of a child is the parent's to give (RFC 4035 section 3.1.4.1), also where there is none.
  if (type === RRType.DS && name === cut) {
    if (ds !== undefined) {
      return { ...found, ending: "records", answer: [...answer, shownWhole(ds)] };
    }
    return negative(zone, "no-type", found, { kind: "no-type", name: cut });
  }
  const noDs: readonly Absence[] = ds === undefined ? [{ kind: "no-ds", cut }] : [];
  return {
    ...found,
    ending: "referral",
    authority: [shownWhole(ns)],
    additional: glueOf(zone, cut, ns),
    absences: [...absences, ...noDs],
  };
}

/** The SOA of a negative answer, with the TTL that it may be believed for (RFC 2308 section 3). */
function negativeSoa(zone: ZoneView): readonly ShownRRset[] {
  const soa = rrsetOfType(zone.node(zone.apex), RRType.SOA);
  const [rdata] = soa?.rdata ?? [];
  if (soa === undefined || rdata === undefined) return [];
  const ttlSeconds = Math.min(soa.ttlSeconds, decodeSoa(rdata).minimumSeconds);
  return [shownWhole({ ...soa, ttlSeconds })];
}
