import { assert } from "../../base/index.ts";
import {
  isAtOrBelow,
  type Name,
  parentOf,
  type RRset,
  RRType,
  rdataNames,
} from "../../dns/index.ts";
import {
  EMPTY_NODE,
  makeNode,
  ownCounts,
  rrsetOfType,
  sameRRsets,
  type ZoneNode,
} from "./zoneNode.ts";
import type { ZoneView } from "./zoneView.ts";

/** One name's new content; no RRsets: it owns nothing any more. */
export interface NameChange {
  readonly name: Name;
  /** In order of type code. */
  readonly rrsets: readonly RRset[];
  /** What it owned until then; absent where that is not known. */
  readonly before?: readonly RRset[];
}

/** In order of type, and of the type covered: signatures come as one RRset for each of these. */
export function inOrder(rrsets: readonly RRset[]): readonly RRset[] {
  // Most come in order: no copy is needed then.
  const isSorted = rrsets.every((rrset, index) => {
    const before = rrsets[index - 1];
    return before === undefined || compareTypes(before, rrset) <= 0;
  });
  return isSorted ? rrsets : rrsets.toSorted(compareTypes);
}

function compareTypes(left: RRset, right: RRset): number {
  return left.type - right.type || coveredBy(left) - coveredBy(right);
}

/** The type that signatures cover (RFC 4034 section 3.1.1); 0: an RRset of no signatures. */
export function coveredBy({ type, rdata }: RRset): number {
  const [first] = rdata;
  if (type !== RRType.RRSIG || first === undefined) return 0;
  return ((first[0] ?? 0) << 8) | (first[1] ?? 0);
}

/** The target of a node's CNAME; undefined where it has none. */
export function aliasTarget(node: ZoneNode | undefined): Name | undefined {
  const cname = rrsetOfType(node, RRType.CNAME);
  const [rdata] = cname?.rdata ?? [];
  return rdata === undefined ? undefined : rdataNames(RRType.CNAME, rdata)[0];
}

/**
 * A zone with changes laid over it. The view below stays as it is; the cost follows the changes.
 * Drafts stack: one for an UPDATE over one for its group over the zone that is served.
 */
export class ZoneDraft implements ZoneView {
  readonly #base: ZoneView;
  // Undefined: the name does not exist any more.
  readonly #nodes = new Map<Name, ZoneNode | undefined>();
  readonly #written = new Set<Name>();
  // Names written with a CNAME, if only for a while.
  #aliasOwners: Set<Name> | undefined;

  constructor(base: ZoneView) {
    this.#base = base;
  }

  get apex(): Name {
    return this.#base.apex;
  }

  node(name: Name): ZoneNode | undefined {
    const node = this.#nodes.get(name);
    if (node !== undefined || this.#nodes.has(name)) return node;
    return this.#base.node(name);
  }

  *aliasesTo(target: Name): Iterable<Name> {
    yield* this.#base.aliasesTo(target);
    for (const name of this.#aliasOwners ?? []) {
      if (aliasTarget(this.#nodes.get(name)) === target) yield name;
    }
  }

  *aliasTargets(): Iterable<Name> {
    yield* this.#base.aliasTargets();
    for (const name of this.#aliasOwners ?? []) {
      const target = aliasTarget(this.#nodes.get(name));
      if (target !== undefined) yield target;
    }
  }

  /** Puts RRsets in place of all that `name` owned; they need not be in order. */
  set(name: Name, rrsets: readonly RRset[]): void {
    assert(isAtOrBelow(name, this.apex), `${name} is in zone ${this.apex}`);
    const old = this.node(name);
    if (old === undefined && rrsets.length === 0) return;
    const sorted = inOrder(rrsets);
    const before = ownCounts(name, this.apex, old?.rrsets ?? []);
    const after = ownCounts(name, this.apex, sorted);
    const fences = after.fenceCount - before.fenceCount;
    const cuts = after.cutCount - before.cutCount;
    const { childCount, fenceCount, cutCount } = old ?? EMPTY_NODE;
    const counts = { childCount, fenceCount: fenceCount + fences, cutCount: cutCount + cuts };
    this.#written.add(name);
    if (sorted.some(({ type }) => type === RRType.CNAME)) this.#noteAliasOwner(name);
    const exists = this.#put(name, makeNode(name, sorted, counts));
    this.#pass(name, Number(exists) - Number(old !== undefined), fences, cuts);
  }

  /** Whether any name's RRsets are not what they were below this draft. */
  get isChanged(): boolean {
    for (const name of this.#written) if (this.#differs(name)) return true;
    return false;
  }

  /** Names whose RRsets are not what they were below this draft, in the order first written. */
  changedNames(): readonly Name[] {
    const names: Name[] = [];
    for (const name of this.#written) if (this.#differs(name)) names.push(name);
    return names;
  }

  /** {@link changedNames}, with what they own now and owned before. */
  changes(): readonly NameChange[] {
    return this.changedNames().map((name) => {
      const rrsets = this.node(name)?.rrsets ?? [];
      return { name, rrsets, before: this.#base.node(name)?.rrsets ?? [] };
    });
  }

  /** Takes over a draft that was laid over this one. */
  merge(draft: ZoneDraft): void {
    assert(draft.#base === this, "a draft is merged into the one it was laid over");
    for (const [name, node] of draft.#nodes) this.#nodes.set(name, node);
    for (const name of draft.#written) this.#written.add(name);
    for (const name of draft.#aliasOwners ?? []) this.#noteAliasOwner(name);
  }

  /** Every node that differs from those below, ENT and counts included; undefined: gone. */
  nodes(): Iterable<readonly [Name, ZoneNode | undefined]> {
    return this.#nodes;
  }

  #noteAliasOwner(name: Name): void {
    this.#aliasOwners ??= new Set();
    this.#aliasOwners.add(name);
  }

  #differs(name: Name): boolean {
    const { rrsets } = this.node(name) ?? EMPTY_NODE;
    return !sameRRsets(rrsets, (this.#base.node(name) ?? EMPTY_NODE).rrsets);
  }

  /** Says whether the name exists afterwards. The apex always does. */
  #put(name: Name, node: ZoneNode): boolean {
    const exists = node.rrsets.length > 0 || node.childCount > 0 || name === this.apex;
    this.#nodes.set(name, exists ? node : undefined);
    return exists;
  }

  /** Adds to the counts of the ancestors; makes and drops empty non-terminals on the way. */
  #pass(name: Name, children: number, fences: number, cuts: number): void {
    let at = name;
    while (at !== this.apex && (children !== 0 || fences !== 0 || cuts !== 0)) {
      const parent = parentOf(at);
      assert(parent !== undefined, `${at} is below the apex`);
      const old = this.node(parent);
      const node = old ?? EMPTY_NODE;
      const exists = this.#put(parent, {
        ...node,
        childCount: node.childCount + children,
        fenceCount: node.fenceCount + fences,
        cutCount: node.cutCount + cuts,
      });
      children = Number(exists) - Number(old !== undefined);
      at = parent;
    }
  }
}
