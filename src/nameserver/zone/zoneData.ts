import { assert } from "../../base/index.ts";
import { decodeSoa, type Name, RRType } from "../../dns/index.ts";
import { SEED_TEXT, seedName } from "../../plan/index.ts";
import { aliasTarget, type ZoneDraft } from "./zoneDraft.ts";
import { EMPTY_NODE, isText, rrsetOfType, type ZoneNode } from "./zoneNode.ts";
import type { ServedZone } from "./zoneView.ts";

/** A zone as it is served. Changes only by {@link apply}, in one synchronous step. */
export class ZoneData implements ServedZone {
  readonly apex: Name;
  readonly #seedName: Name;
  readonly #nodes = new Map<Name, ZoneNode>();
  // Owners of CNAMEs by target: who else is emptied when a name is.
  readonly #aliases = new Map<Name, Set<Name>>();
  #nameCount = 0;
  #isSeeded = false;

  constructor(apex: Name) {
    this.apex = apex;
    this.#seedName = seedName(apex);
    this.#nodes.set(apex, EMPTY_NODE);
  }

  node(name: Name): ZoneNode | undefined {
    return this.#nodes.get(name);
  }

  aliasesTo(target: Name): Iterable<Name> {
    return this.#aliases.get(target) ?? [];
  }

  aliasTargets(): Iterable<Name> {
    return this.#aliases.keys();
  }

  get isSeeded(): boolean {
    return this.#isSeeded;
  }

  /** Names that own records. */
  get nameCount(): number {
    return this.#nameCount;
  }

  /** Endpoints with a fence. */
  get fenceCount(): number {
    return this.#nodes.get(this.apex)?.fenceCount ?? 0;
  }

  /** The SOA serial; undefined before the zone was set up. */
  get serial(): number | undefined {
    const [rdata] = rrsetOfType(this.#nodes.get(this.apex), RRType.SOA)?.rdata ?? [];
    return rdata === undefined ? undefined : decodeSoa(rdata).serial;
  }

  /** Every name with its node. May be walked while commits go on: each is seen old or new. */
  nodes(): Iterable<readonly [Name, ZoneNode]> {
    return this.#nodes;
  }

  /** Shows a draft that was laid over this zone to every query from now on. */
  apply(draft: ZoneDraft): void {
    assert(draft.apex === this.apex, "a draft is applied to its own zone");
    for (const [name, node] of draft.nodes()) {
      const old = this.#nodes.get(name);
      this.#moveAlias(name, aliasTarget(old), aliasTarget(node));
      this.#nameCount += Number(ownsRecords(node)) - Number(ownsRecords(old));
      if (node === undefined) this.#nodes.delete(name);
      else this.#nodes.set(name, node);
    }
    const seed = rrsetOfType(this.#nodes.get(this.#seedName), RRType.TXT);
    this.#isSeeded = isText(seed, SEED_TEXT);
  }

  #moveAlias(owner: Name, before: Name | undefined, after: Name | undefined): void {
    if (before === after) return;
    if (before !== undefined) {
      const owners = this.#aliases.get(before);
      owners?.delete(owner);
      if (owners?.size === 0) this.#aliases.delete(before);
    }
    if (after !== undefined) {
      const owners = this.#aliases.get(after);
      if (owners === undefined) this.#aliases.set(after, new Set([owner]));
      else owners.add(owner);
    }
  }
}

function ownsRecords(node: ZoneNode | undefined): boolean {
  return node !== undefined && node.rrsets.length > 0;
}
