import { isBelow, type Name, type RRset, RRType } from "../../dns/index.ts";
import { NameserverError } from "../nameserverError.ts";
import type { ZoneDraft } from "../zone/zoneDraft.ts";
import { rrsetOfType, sameRRsets } from "../zone/zoneNode.ts";
import type { OrderedNames, ZoneView } from "../zone/zoneView.ts";
import { CUT_NAMES_MAX } from "./limits.ts";
import { dataOf, isCut, isMember } from "./members.ts";
import { Neighbours } from "./neighbours.ts";
import { type NextName, nextOf, type Signing, signedRRsets } from "./signName.ts";

/**
 * Completes a draft of a signed zone, in place: signs what changed, keeps the NSEC chain right
 * around names that came or went. `also`: committed names that are due. The cost follows the
 * changes; only a cut that comes or goes costs by the names below it.
 *
 * @throws NameserverError `signing-too-long`: more than CUT_NAMES_MAX are below cuts that come or
 *   go. The draft is as it was.
 */
export function completeDraft(
  signing: Signing,
  draft: ZoneDraft,
  zone: ZoneView,
  also: readonly Name[],
): void {
  const names = new Set([...draft.changes().map(({ name }) => name), ...also]);
  if (names.size === 0) return;
  names.add(signing.apex);
  const { order } = zone;
  addBelowCuts(draft, zone, names);
  const moved = [...names].filter((name) => isMember(zone, name) !== isMember(draft, name));
  const isKept = moved.length === 0 && also.length === 0;
  const next = order === undefined ? undefined : chain(draft, zone, order, names, moved, isKept);
  for (const name of names) {
    const rrsets = signedRRsets(signing, draft, zone.node(name), name, next);
    const now = draft.node(name)?.rrsets ?? [];
    if (!sameRRsets(byType(rrsets), byType(now))) draft.set(name, rrsets);
  }
}

/** Adds the names below cuts and DNAMEs that come or go. */
function addBelowCuts(draft: ZoneDraft, zone: ZoneView, names: Set<Name>): void {
  let count = 0;
  for (const name of [...names]) {
    if (isHiding(draft, name) === isHiding(zone, name)) continue;
    for (const below of namesBelow(zone.order, name)) {
      count += 1; // before the set: nested cuts are walked again
      if (count > CUT_NAMES_MAX) throw tooLong(zone.apex, name);
      names.add(below);
    }
  }
}

function tooLong(zone: Name, name: Name): NameserverError {
  return new NameserverError(
    { code: "signing-too-long", zone, name },
    `Cannot change ${name} as a cut or DNAME of a signed zone must change the signatures of ` +
      `<= ${CUT_NAMES_MAX} names below it: it would change more; delete those in portions before`,
  );
}

/** Takes away everything that signing made of these names. */
export function stripNames(draft: ZoneDraft, names: readonly Name[]): void {
  for (const name of names) draft.set(name, dataOf(draft.node(name)));
}

/** Says who follows whom; adds to `names` those whose follower is another one now. */
function chain(
  draft: ZoneDraft,
  zone: ZoneView,
  order: OrderedNames,
  names: Set<Name>,
  moved: readonly Name[],
  isKept: boolean,
): NextName {
  const neighbours = new Neighbours(draft, order, names);
  for (const name of moved) {
    const previous = neighbours.previous(name);
    if (previous !== undefined) names.add(previous);
  }
  if (!isKept) return (name) => neighbours.next(name);
  // Where nobody moved, the chain is what it was: most changes need no look at the order.
  return (name) => nextOf(zone.node(name)) ?? neighbours.next(name);
}

function isHiding(view: ZoneView, name: Name): boolean {
  return isCut(view, name) || rrsetOfType(view.node(name), RRType.DNAME) !== undefined;
}

function* namesBelow(order: OrderedNames | undefined, name: Name): Iterable<Name> {
  let at = order?.after(name);
  while (at !== undefined && isBelow(at, name)) {
    yield at;
    at = order?.after(at);
  }
}

function byType(rrsets: readonly RRset[]): readonly RRset[] {
  return rrsets.toSorted((left, right) => left.type - right.type);
}
