import { assert } from "../../base/index.ts";
import type { Name } from "../../dns/index.ts";
import { NameKey } from "../../packet/index.ts";
import { NameserverError } from "../nameserverError.ts";
import { Arena } from "./arena.ts";
import { decodeNode, decodeOwner } from "./arenaDecode.ts";
import {
  NODE_CNAME,
  NODE_FENCE_COUNT,
  nodeFlags,
  word,
  ZONE_APEX_NODE,
  ZONE_FLAGS,
  ZONE_NAME_COUNT,
  ZONE_NEGATIVE_OCTETS,
  ZONE_ORDER,
  ZONE_SEEDED,
  ZONE_SERIAL,
} from "./arenaLayout.ts";
import { NodeWalk } from "./nodeWalk.ts";
import { prepareCommit, type ZoneMoves } from "./zoneCommit.ts";
import { aliasTarget, type ZoneDraft } from "./zoneDraft.ts";
import { ZoneNames } from "./zoneNames.ts";
import { EMPTY_NODE, type ZoneNode } from "./zoneNode.ts";
import type { OrderedNames, ServedZone } from "./zoneView.ts";

/** Nodes kept as objects: those of updates that come in a row. */
const NODES_KEPT_MAX = 1024;

const key = new NameKey();

/** A zone as it is served. Changes only by commits, each in one synchronous step. */
export class ZoneData implements ServedZone {
  readonly apex: Name;
  readonly arena: Arena;
  // Owners of CNAMEs by target: who else is emptied when a name is.
  readonly #aliases = new Map<Name, Set<Name>>();
  readonly #kept = new Map<Name, ZoneNode>();
  // One object as long as nothing changes it: whoever compares it by identity may.
  #apexNode: ZoneNode | undefined;
  #number: number;

  /** `number` is the zone's in the arena, where that holds it already. */
  constructor(apex: Name, arena: Arena = new Arena(), number = -1) {
    this.apex = apex;
    this.arena = arena;
    this.#number = number;
  }

  /** The zone's number in the arena; -1 before its first commit. */
  get number(): number {
    return this.#number;
  }

  node(name: Name): ZoneNode | undefined {
    if (name === this.apex) return this.#apex;
    const kept = this.#kept.get(name);
    if (kept !== undefined) return kept;
    const found = this.#find(name);
    if (found === 0) return undefined;
    const node = decodeNode(this.arena, found, name);
    if (this.#kept.size >= NODES_KEPT_MAX) this.#kept.clear();
    this.#kept.set(name, node);
    return node;
  }

  aliasesTo(target: Name): Iterable<Name> {
    return this.#aliases.get(target) ?? [];
  }

  aliasTargets(): Iterable<Name> {
    return this.#aliases.keys();
  }

  get order(): OrderedNames | undefined {
    const order = this.#fact(ZONE_ORDER);
    return order === 0 ? undefined : new ZoneNames(this.arena, this.arena.root, order);
  }

  get isSeeded(): boolean {
    return (this.#fact(ZONE_FLAGS) & ZONE_SEEDED) !== 0;
  }

  /** Names that own records. */
  get nameCount(): number {
    return this.#fact(ZONE_NAME_COUNT);
  }

  /** Endpoints with a fence. */
  get fenceCount(): number {
    const apexNode = this.#fact(ZONE_APEX_NODE);
    return apexNode === 0 ? 0 : word(this.arena.words, apexNode + NODE_FENCE_COUNT);
  }

  /** The SOA serial; undefined before the zone was set up. */
  get serial(): number | undefined {
    if (this.#fact(ZONE_NEGATIVE_OCTETS) === 0) return undefined;
    return this.#fact(ZONE_SERIAL) >>> 0;
  }

  /**
   * Every name with its node, as of now, in no particular order. The version is held until the
   * iteration ends: end it.
   */
  *nodes(): Iterable<readonly [Name, ZoneNode]> {
    if (this.#number < 0) {
      yield [this.apex, EMPTY_NODE];
      return;
    }
    const { arena } = this;
    const { root } = arena;
    const held = arena.settling.hold(arena.version);
    try {
      const walk = new NodeWalk(arena, root, this.#number);
      for (let node = walk.next(); node !== 0; node = walk.next()) {
        const name = decodeOwner(arena, node);
        yield [name, decodeNode(arena, node, name)];
      }
    } finally {
      arena.settling.release(held);
    }
  }

  /**
   * Shows a draft that was laid over this zone to every query from now on. All memory may be used:
   * what was durable must be loaded again.
   *
   * @throws NameserverError `memory-full`: then nothing has changed.
   */
  apply(draft: ZoneDraft): void {
    const prepared = prepareCommit(new Map([[this, draft]]), 0);
    if (prepared === "full") throw memoryFull(this.arena);
    prepared.publish();
  }

  /** The target of a name's CNAME, as it is served; undefined where it has none. */
  aliasOf(name: Name): Name | undefined {
    const found = this.#find(name);
    if (found === 0 || (nodeFlags(this.arena.words, found) & NODE_CNAME) === 0) return undefined;
    return aliasTarget(decodeNode(this.arena, found, name));
  }

  /** Follows a commit that was published. Only for whoever publishes. */
  took({ zone, names, aliases }: ZoneMoves): void {
    assert(this.#number < 0 || this.#number === zone, "a zone keeps its number");
    this.#number = zone;
    for (const name of names) {
      this.#kept.delete(name);
      if (name === this.apex) this.#apexNode = undefined;
    }
    for (const { owner, before, after } of aliases) this.moveAlias(owner, before, after);
  }

  /** Notes that an owner's CNAME has another target now. Only for whoever loads or publishes. */
  moveAlias(owner: Name, before: Name | undefined, after: Name | undefined): void {
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

  get #apex(): ZoneNode {
    if (this.#apexNode === undefined) {
      const found = this.#find(this.apex);
      this.#apexNode = found === 0 ? EMPTY_NODE : decodeNode(this.arena, found, this.apex);
    }
    return this.#apexNode;
  }

  #find(name: Name): number {
    if (this.#number < 0 || !key.set(name)) return 0;
    return this.arena.find(key, this.#number);
  }

  #fact(offset: number): number {
    if (this.#number < 0) return 0;
    return word(this.arena.words, this.arena.zoneRecord(this.#number) + offset);
  }
}

/** The arena has no room for what must be in it. */
export function memoryFull(arena: Arena): NameserverError {
  const octets = arena.memory.byteLength;
  return new NameserverError(
    { code: "memory-full", octets },
    `Cannot hold zones as they must fit ${octets} octets of memory: they do not`,
  );
}
