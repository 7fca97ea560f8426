import { isAtOrBelow, isBelow, type Name, parentOf, RRType, rdataNames } from "../../dns/index.ts";
import { lookUp } from "../answer/lookUp.ts";
import type { ZoneData } from "./zoneData.ts";
import { aliasTarget } from "./zoneDraft.ts";
import { rrsetOfType } from "./zoneNode.ts";
import { isFenced } from "./zoneView.ts";

/** What a zone that is served would take out of sight. */
export interface HiddenNames {
  /** The zone that answers for it now. */
  readonly inside: Name;
  readonly names: number;
  /** What that is, for a sentence: "3 are at or below it". */
  readonly text: string;
}

/** Zones as they are held, and which of them queries are, or were, answered from. */
export interface KnownZones {
  readonly held: ReadonlyMap<Name, ZoneData>;
  /** Rules go by these already: what their zone answers is not judged anew. */
  readonly isServed: (apex: Name) => boolean;
}

/**
 * What each of these zones would hide: a zone answers for all names below its apex, and those of
 * a zone above are seen no more. Endpoints themselves, names that CNAMEs of endpoints lead to, and
 * nameservers of a zone with endpoints. Targets that a DNAME makes are not looked for.
 */
export function hiddenNames(
  apexes: readonly Name[],
  zones: KnownZones,
): ReadonlyMap<Name, HiddenNames> {
  const hidden = new Map<Name, HiddenNames>();
  const fresh = new Set(apexes.filter((apex) => !zones.isServed(apex)));
  const targets = targetsBelow(fresh, zones.held);
  for (const apex of apexes) {
    const found =
      hiddenEndpoints(apex, zones.held) ??
      (fresh.has(apex) ? hiddenServers(apex, zones.held) : undefined) ??
      hiddenTargets(targets.get(apex) ?? [], zones.held);
    if (found !== undefined) hidden.set(apex, found);
  }
  return hidden;
}

function hiddenEndpoints(apex: Name, held: KnownZones["held"]): HiddenNames | undefined {
  for (const zone of held.values()) {
    const names = isBelow(apex, zone.apex) ? (zone.node(apex)?.fenceCount ?? 0) : 0;
    if (names > 0) return { inside: zone.apex, names, text: `${names} are at or below it` };
  }
  return undefined;
}

/** A zone whose nameservers are out of reach is, too, and all its endpoints with it. */
function hiddenServers(apex: Name, held: KnownZones["held"]): HiddenNames | undefined {
  for (const zone of held.values()) {
    if (zone.fenceCount === 0) continue;
    const ns = rrsetOfType(zone.node(zone.apex), RRType.NS)?.rdata ?? [];
    const servers = ns.flatMap((rdata) => rdataNames(RRType.NS, rdata));
    const hidden = servers.filter(
      (name) => isAtOrBelow(name, apex) && isAnswered(name, apex, held),
    );
    const names = hidden.length;
    if (names === 0) continue;
    const text = `its nameserver ${hidden[0]} is at or below it`;
    return { inside: zone.apex, names, text };
  }
  return undefined;
}

/** Targets of CNAMEs of all zones by the new apex that they are at or below. One pass for all. */
function targetsBelow(
  fresh: ReadonlySet<Name>,
  held: KnownZones["held"],
): ReadonlyMap<Name, readonly Name[]> {
  const below = new Map<Name, Name[]>();
  if (fresh.size === 0) return below;
  for (const zone of held.values()) {
    for (const target of zone.aliasTargets()) {
      for (let at: Name | undefined = target; at !== undefined; at = parentOf(at)) {
        if (!fresh.has(at) || !isAnswered(target, at, held)) continue;
        const targets = below.get(at);
        if (targets === undefined) below.set(at, [target]);
        else targets.push(target);
      }
    }
  }
  return below;
}

/** Endpoints that answer through these names: CNAMEs are followed up, from zone to zone. */
function hiddenTargets(found: readonly Name[], held: KnownZones["held"]): HiddenNames | undefined {
  const targets = [...found];
  const owners = new Set<Name>();
  const endpoints = new Set<Name>();
  let inside: Name | undefined;
  for (let target = targets.pop(); target !== undefined; target = targets.pop()) {
    for (const zone of held.values()) {
      for (const owner of zone.aliasesTo(target)) {
        if (aliasTarget(zone.node(owner)) !== target) continue;
        if (isFenced(zone, owner)) {
          inside ??= zone.apex;
          endpoints.add(owner);
        }
        if (owners.has(owner)) continue;
        owners.add(owner);
        targets.push(owner, ...standInsFor(owner, zone));
      }
    }
  }
  if (inside === undefined) return undefined;
  const names = endpoints.size;
  const [first] = endpoints;
  return { inside, names, text: `${names} lead to names below it, ${first} among them` };
}

/** Targets that a wildcard's alias may stand for. */
function standInsFor(owner: Name, zone: ZoneData): readonly Name[] {
  const parent = owner.startsWith("*.") ? parentOf(owner) : undefined;
  if (parent === undefined) return [];
  return [...zone.aliasTargets()].filter((target) => isBelow(target, parent));
}

/** Whether a zone above `apex` answers now with records of its own for this name at or below it. */
function isAnswered(name: Name, apex: Name, held: KnownZones["held"]): boolean {
  for (let at = parentOf(apex); at !== undefined; at = parentOf(at)) {
    const zone = held.get(at);
    if (zone === undefined) continue;
    const found = lookUp(zone, name);
    return found.kind === "node" && found.node.rrsets.length > 0;
  }
  return false;
}
