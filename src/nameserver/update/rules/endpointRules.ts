import {
  isAtOrBelow,
  type Name,
  type RRset,
  RRType,
  rdataNames,
  typeText,
} from "../../../dns/index.ts";
import { comparePositions, type Fence, type FenceFound } from "../../../plan/index.ts";
import { answersType, followChain } from "../../answer/chain.ts";
import { findCut } from "../../answer/lookUp.ts";
import { dataOf, KEY_TYPES } from "../../sign/members.ts";
import { rrsetOfType, sameRRsets } from "../../zone/zoneNode.ts";
import { fenceNode, isControlName, weightsNode, type ZoneView } from "../../zone/zoneView.ts";
import { canStillRise } from "./headroom.ts";
import { type Refusal, refusal } from "./refusal.ts";

/** A zone before and after a change. */
export interface Transition {
  readonly before: ZoneView;
  readonly after: ZoneView;
  /** Apexes of zones served below this one: what they cover, this zone does not answer. */
  readonly zonesBelow?: readonly Name[];
}

/** What a name may not lose: the types that clients connect by. */
export const ADDRESS_TYPES = [RRType.A, RRType.AAAA] as const;

/** Judges what a change does to one endpoint that has a fence before it, after it, or both. */
export function judgeEndpoint(transition: Transition, endpoint: Name): Refusal | undefined {
  const before = fenceAt(transition.before, endpoint);
  const after = fenceAt(transition.after, endpoint);
  if (after.kind === "none") {
    return refusal("fence-stays", endpoint, "its fence must not be deleted: write a tombstone");
  }
  if (after.kind === "malformed") {
    return refusal("fence-is-readable", endpoint, `its fence must be readable: ${after.problem}`);
  }
  return (
    judgeProgress(endpoint, before, after.fence, after.text) ??
    judgeTypes(transition, endpoint, after.fence) ??
    judgeTombstone(endpoint, before, after.fence) ??
    (before.kind === "none" ? judgeFirst(transition, endpoint) : undefined) ??
    judgeAddresses(transition, endpoint, before, after.fence)
  );
}

/** Whether records or weights of an endpoint change. */
export function isEndpointChanged({ before, after }: Transition, endpoint: Name): boolean {
  const held = (view: ZoneView) => managedRRsets(view, endpoint);
  const weights = (view: ZoneView) => dataOf(weightsNode(view, endpoint));
  return !sameRRsets(held(before), held(after)) || !sameRRsets(weights(before), weights(after));
}

const APEX_TYPES: ReadonlySet<number> = new Set([RRType.SOA, RRType.NS, ...KEY_TYPES]);

/** The RRsets that belong to an endpoint: SOA, NS and keys of an apex belong to its zone. */
function managedRRsets(view: ZoneView, endpoint: Name): readonly RRset[] {
  const rrsets = dataOf(view.node(endpoint));
  if (endpoint !== view.apex) return rrsets;
  return rrsets.filter(({ type }) => !APEX_TYPES.has(type));
}

function fenceAt(view: ZoneView, endpoint: Name): FenceFound {
  return fenceNode(view, endpoint)?.fence ?? { kind: "none" };
}

function judgeProgress(
  endpoint: Name,
  before: FenceFound,
  after: Fence,
  afterText: string,
): Refusal | undefined {
  const held = before.kind === "fence" ? before.fence : { epoch: 0, edition: 0 };
  for (const number of ["epoch", "edition"] as const) {
    if (canStillRise(after[number], held[number])) continue;
    const detail = `its ${number} must leave room for the next: it is ${after[number]}`;
    return refusal("numbers-can-rise", endpoint, detail);
  }
  // What cannot be read is neither older nor newer: any readable fence may take its place.
  if (before.kind !== "fence") return undefined;
  if (before.text === afterText) {
    const detail = "records and weights must change together with the fence: it stays the same";
    return refusal("change-carries-fence", endpoint, detail);
  }
  if (comparePositions(after, before.fence) < 0) {
    const now = positionText(before.fence);
    const detail = `epoch and generation must be >= ${now}: they are ${positionText(after)}`;
    return refusal("generation-does-not-fall", endpoint, detail);
  }
  if (after.edition <= before.fence.edition) {
    const detail = `the edition must be > ${before.fence.edition}: it is ${after.edition}`;
    return refusal("edition-rises", endpoint, detail);
  }
  return undefined;
}

function positionText({ epoch, generation }: Fence): string {
  return `${epoch}/${generation}`;
}

function judgeTypes({ after }: Transition, endpoint: Name, fence: Fence): Refusal | undefined {
  const held = managedRRsets(after, endpoint).map(({ type }) => typeText(type));
  if (held.join() === fence.types.join()) return undefined;
  const detail = `the fence must list the types held (${held.join() || "-"}): it lists ${
    fence.types.join() || "-"
  }`;
  return refusal("fence-says-types", endpoint, detail);
}

/** A tombstone only empties, and gives way to nothing but a higher position. */
function judgeTombstone(endpoint: Name, before: FenceFound, after: Fence): Refusal | undefined {
  if (after.mark?.kind === "tombstone") {
    if (after.types.length === 0) return undefined;
    const detail = `a tombstone must hold nothing: it lists ${after.types.join()}`;
    return refusal("tombstone-holds-nothing", endpoint, detail);
  }
  if (before.kind !== "fence" || before.fence.mark?.kind !== "tombstone") return undefined;
  if (comparePositions(after, before.fence) > 0) return undefined;
  const now = positionText(before.fence);
  const detail = `its tombstone must give way to an epoch and generation > ${now} only`;
  return refusal("revival-rises", endpoint, detail);
}

function judgeFirst({ after }: Transition, endpoint: Name): Refusal | undefined {
  const rule = "fenced-name-is-visible";
  if (isControlName(endpoint)) {
    return refusal(rule, endpoint, "a control name cannot be an endpoint: it is one");
  }
  if (managedRRsets(after, endpoint).length === 0) {
    const detail = "a first fence must come with a record: there is none";
    return refusal("first-fence-holds-records", endpoint, detail);
  }
  const cut = findCut(after, endpoint) ?? findCut(after, fenceOwner(endpoint));
  if (cut === undefined) return undefined;
  const by = cut.kind === "delegation" ? `NS at ${cut.cut}` : "a DNAME";
  return refusal(rule, endpoint, `an endpoint must be visible: ${by} hides it`);
}

function fenceOwner(endpoint: Name): Name {
  return `_holdfast.${endpoint}` as Name;
}

function judgeAddresses(
  transition: Transition,
  endpoint: Name,
  fenceBefore: FenceFound,
  fenceAfter: Fence,
): Refusal | undefined {
  const { before, after } = transition;
  if (fenceAfter.mark?.kind === "tombstone") return undefined;
  for (const type of ADDRESS_TYPES) {
    if (!hadType(transition, endpoint, type, fenceBefore)) continue;
    if (answersHere(transition, after, endpoint, type) !== "no") continue;
    const detail = `it must go on answering ${typeText(type)} until a tombstone: it would not`;
    return refusal("address-type-stays", endpoint, detail);
  }
  const ownedAlias = rrsetOfType(before.node(endpoint), RRType.CNAME) !== undefined;
  if (ownedAlias && losesOutside(transition, endpoint)) {
    const detail = "it must go on answering A or AAAA until a tombstone: it would answer neither";
    return refusal("address-type-stays", endpoint, detail);
  }
  return undefined;
}

/**
 * Whether a name that others answered for answers no address any more. Which types they gave is
 * not known here: one that is left is taken for all.
 */
export function losesOutside(transition: Transition, name: Name): boolean {
  const answers = (view: ZoneView) => {
    return ADDRESS_TYPES.map((type) => answersHere(transition, view, name, type));
  };
  if (!answers(transition.before).includes("outside")) return false;
  return answers(transition.after).every((answer) => answer === "no");
}

/** {@link answersType}, but that what a zone below covers is outside: others answer for it. */
export function answersHere(
  { zonesBelow = [] }: Transition,
  view: ZoneView,
  name: Name,
  type: number,
): "yes" | "no" | "outside" {
  if (zonesBelow.length > 0) {
    const aliases = followChain(view, name, type).shown.flatMap(({ rrset, rdata }) => {
      return rrset.type === RRType.CNAME ? rdata : [];
    });
    const targets = aliases.flatMap((rdata) => rdataNames(RRType.CNAME, rdata));
    const isCovered = targets.some((target) =>
      zonesBelow.some((apex) => isAtOrBelow(target, apex)),
    );
    if (isCovered) return "outside";
  }
  return answersType(view, name, type);
}

function hadType(transition: Transition, endpoint: Name, type: number, fence: FenceFound): boolean {
  const view = transition.before;
  // A name that was not managed may have been answered by a wildcard: that was not its own.
  if (fence.kind === "none") return rrsetOfType(view.node(endpoint), type) !== undefined;
  // Records deleted behind our back were still promised by the fence.
  if (fence.kind === "fence" && fence.fence.types.includes(typeText(type))) return true;
  return answersHere(transition, view, endpoint, type) === "yes";
}
