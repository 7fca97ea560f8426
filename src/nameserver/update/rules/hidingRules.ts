import { isAtOrBelow, type Name, parentOf, RRType } from "../../../dns/index.ts";
import { closestEncloser, findCut, wildcardBelow } from "../../answer/lookUp.ts";
import { aliasTarget } from "../../zone/zoneDraft.ts";
import { rrsetOfType, type ZoneNode } from "../../zone/zoneNode.ts";
import { isFenced, type ZoneView } from "../../zone/zoneView.ts";
import { ADDRESS_TYPES, answersHere, losesOutside, type Transition } from "./endpointRules.ts";
import { type Refusal, refusal } from "./refusal.ts";

/** Judges whether a changed name now hides endpoints at or below it. */
export function judgeHiding({ before, after }: Transition, name: Name): Refusal | undefined {
  const node = after.node(name);
  if (node === undefined) return undefined;
  const alias = judgeAliasAbove(before, after, name, node);
  if (alias !== undefined) return alias;
  if (node.cutCount === 0) return undefined;
  if (name === after.apex && hasDname(node) && !hasDname(before.node(name))) {
    const detail = "a DNAME must not hide the zone's own gate and seed mark: they are below";
    return refusal("fenced-name-is-not-hidden", name, detail);
  }
  if (node.fenceCount === 0) return undefined;
  for (const [type, text] of [
    [RRType.NS, "an NS"],
    [RRType.DNAME, "a DNAME"],
  ] as const) {
    if (type === RRType.NS && name === after.apex) continue;
    if (rrsetOfType(node, type) === undefined) continue;
    // One that is there already, from before the fences, may be changed but not made.
    if (rrsetOfType(before.node(name), type) !== undefined) continue;
    const detail = `${text} here must not hide an endpoint: ${node.fenceCount} are at or below`;
    return refusal("fenced-name-is-not-hidden", name, detail);
  }
  return undefined;
}

/**
 * Resolvers that ask label by label (RFC 9156) and meet an alias on the way may take it for the
 * answer to all that is below. Whether an endpoint is an alias is for its own plan to say.
 */
function judgeAliasAbove(
  before: ZoneView,
  after: ZoneView,
  name: Name,
  node: ZoneNode,
): Refusal | undefined {
  if (rrsetOfType(node, RRType.CNAME) === undefined) return undefined;
  if (node.fenceCount === 0 || isFenced(after, name)) return undefined;
  if (rrsetOfType(before.node(name), RRType.CNAME) !== undefined) return undefined;
  const detail = `a CNAME here must not stand above an endpoint: ${node.fenceCount} are below`;
  return refusal("fenced-name-is-not-hidden", name, detail);
}

function hasDname(node: ZoneNode | undefined): boolean {
  return rrsetOfType(node, RRType.DNAME) !== undefined;
}

/**
 * Judges whether fenced aliases that lead over changed names still answer what they did. Deleting
 * the target of a CNAME empties the alias as surely as deleting the alias.
 */
export function judgeAliases(
  transition: Transition,
  changed: readonly Name[],
): Refusal | undefined {
  const { before, after } = transition;
  if (!hasAliases(before)) return undefined;
  for (const endpoint of affectedAliases(transition, changed)) {
    // One that changes itself is judged with its own fence.
    if (!isFenced(before, endpoint) || changed.includes(endpoint)) continue;
    const isEmptied = ADDRESS_TYPES.some((type) => {
      if (answersHere(transition, before, endpoint, type) !== "yes") return false;
      return answersHere(transition, after, endpoint, type) !== "yes";
    });
    if (!isEmptied && !losesOutside(transition, endpoint)) continue;
    const detail = `endpoint ${endpoint} answers through it: it would be left empty`;
    return refusal("alias-target-answers", changed.join(" "), detail);
  }
  return undefined;
}

/** Most zones have none: nothing more is asked of them. */
function hasAliases(view: ZoneView): boolean {
  for (const _ of view.aliasTargets()) return true;
  return false;
}

/** Owners of aliases whose answer may have changed: found from their targets, upwards. */
function affectedAliases({ before, after }: Transition, changed: readonly Name[]): Set<Name> {
  const owners = new Set<Name>();
  // A cut, a wildcard, or a new name in a wildcard's place changes what other names answer too.
  const roots = changed.flatMap((name) => rootsOfChange(before, after, name));
  const targets = [...changed, ...redirectedTargets(before), ...targetsBelow(before, roots)];
  for (let target = targets.pop(); target !== undefined; target = targets.pop()) {
    for (const owner of before.aliasesTo(target)) {
      if (owners.has(owner) || aliasTarget(before.node(owner)) !== target) continue;
      owners.add(owner);
      targets.push(owner);
      // What a wildcard's alias leads to, the names it stands for lead to.
      const parent = owner.startsWith("*.") ? parentOf(owner) : undefined;
      if (parent !== undefined) targets.push(...targetsBelow(before, [parent]));
    }
  }
  return owners;
}

function targetsBelow(view: ZoneView, roots: readonly Name[]): readonly Name[] {
  if (roots.length === 0) return [];
  return [...view.aliasTargets()].filter((target) => {
    return roots.some((root) => isAtOrBelow(target, root));
  });
}

/** Targets below a DNAME: what they answer may change with any name, of which no index is kept. */
function redirectedTargets(view: ZoneView): readonly Name[] {
  if ((view.node(view.apex)?.cutCount ?? 0) === 0) return [];
  return [...view.aliasTargets()].filter((target) => {
    return isAtOrBelow(target, view.apex) && findCut(view, target)?.kind === "redirection";
  });
}

/** Names at or below which other answers may change with `name`. */
function rootsOfChange(before: ZoneView, after: ZoneView, name: Name): readonly Name[] {
  const roots: Name[] = [];
  const parent = name.startsWith("*.") ? parentOf(name) : undefined;
  if (parent !== undefined) roots.push(parent);
  const [old, next] = [before.node(name), after.node(name)];
  const isCutChanged = [RRType.NS, RRType.DNAME].some((type) => {
    return (rrsetOfType(old, type) === undefined) !== (rrsetOfType(next, type) === undefined);
  });
  if (isCutChanged) roots.push(name);
  // Empty non-terminals made on the way take names from a wildcard, too (RFC 4592 section 2.2.2).
  if (old === undefined && next !== undefined) {
    const encloser = closestEncloser(before, name);
    if (before.node(wildcardBelow(encloser)) !== undefined) roots.push(encloser);
  }
  return roots;
}
