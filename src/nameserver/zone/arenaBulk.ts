import { assert } from "../../base/index.ts";
import { isAtOrBelow, type Name, type RRset, RRType } from "../../dns/index.ts";
import { NameKey } from "../../packet/index.ts";
import type { Weights } from "../../plan/index.ts";
import type { Arena } from "./arena.ts";
import { decodeNode } from "./arenaDecode.ts";
import { nodeSize, writeNode } from "./arenaEncode.ts";
import { type FilledZone, type FoundZone, showZones } from "./arenaFill.ts";
import {
  NODE_APEX,
  NODE_CHILD_COUNT,
  NODE_CNAME,
  NODE_CUT_COUNT,
  NODE_FENCE_COUNT,
  NODE_SIZE,
  NODE_WILDCARD_CHILD,
  NODE_ZONE_FLAGS,
  nodeFlags,
  rrsetCount,
  rrsetOf,
  word,
} from "./arenaLayout.ts";
import { inCanonicalOrder } from "./orderChange.ts";
import { memoryFull, type ZoneData } from "./zoneData.ts";
import { inOrder } from "./zoneDraft.ts";
import { EMPTY_NODE, ownCounts, type ZoneNode } from "./zoneNode.ts";
import { weightsNode } from "./zoneView.ts";
import { contentFlags, endpointOfWeights } from "./zoneWriter.ts";

const ASTERISK = 0x2a;

/** A zone that is being filled. */
interface ZoneBeingFilled {
  readonly apex: Name;
  readonly apexOctets: number;
  readonly number: number;
  nodeCount: number;
  nameCount: number;
  wildcardCount: number;
}

/**
 * Fills an arena that nobody reads yet with whole zones: the same as by drafts, without a version
 * for each of them, so that a name costs some microseconds. {@link finish} shows them all.
 */
export class ArenaBulk {
  readonly #arena: Arena;
  readonly #key = new NameKey();
  readonly #parent = new NameKey();
  readonly #zones: ZoneBeingFilled[] = [];

  /** `arena` holds no zone. */
  constructor(arena: Arena) {
    assert(arena.zoneCount === 0, "an arena is filled before anything is in it");
    this.#arena = arena;
  }

  /**
   * Adds a zone. RRsets of one name that come in a row cost less; of each type at most one.
   *
   * @throws NameserverError `memory-full`
   */
  add(apex: Name, rrsets: Iterable<RRset>): void {
    const zone = this.#begin(apex);
    let together: RRset[] = [];
    for (const rrset of rrsets) {
      const [first] = together;
      if (first !== undefined && first.name !== rrset.name) {
        this.#put(zone, first.name, together);
        together = [];
      }
      together.push(rrset);
    }
    const [first] = together;
    if (first !== undefined) this.#put(zone, first.name, together);
  }

  /**
   * Makes a version of all that was added; nothing may be added afterwards.
   *
   * @throws NameserverError `memory-full`
   */
  finish(): Map<Name, ZoneData> {
    const found = this.#zones.map((): FoundZone => {
      return { apexNode: 0, nodeCount: 0, slots: [], aliases: [] };
    });
    for (const [index, zone] of found.entries()) zone.apexNode = this.#apexNode(index);
    const { words, table } = this.#arena;
    const isSigned = found.map(({ apexNode }) => rrsetOf(words, apexNode, RRType.DNSKEY) !== 0);
    for (let slot = 0; slot <= table.mask; slot += 1) {
      const node = table.nodeIn(slot);
      if (node === 0) continue;
      const number = this.#arena.zoneNumber(node);
      if ((nodeFlags(words, node) & NODE_CNAME) !== 0) found[number]?.aliases.push(node);
      if (isSigned[number] !== true || rrsetCount(words, node) === 0) continue;
      found[number]?.slots.push(slot);
    }
    const zones = this.#zones.map((zone): FilledZone => {
      return { ...zone, isSigned: isSigned[zone.number] === true };
    });
    const ordered = found.map((zone, index): FoundZone => {
      const { apexOctets } = this.#zones[index] ?? { apexOctets: 1 };
      return { ...zone, slots: inCanonicalOrder(this.#arena, zone.slots, apexOctets) };
    });
    return showZones(this.#arena, zones, ordered);
  }

  #begin(apex: Name): ZoneBeingFilled {
    const fits = this.#key.set(apex);
    assert(fits, `${apex} is no longer than names are`);
    const number = this.#zones.length;
    const counts = { nodeCount: 0, nameCount: 0, wildcardCount: 0 };
    const zone = { apex, apexOctets: this.#key.octets, number, ...counts };
    this.#zones.push(zone);
    const content = { zone: number, flags: NODE_APEX, node: EMPTY_NODE, weights: undefined };
    this.#insert(zone, this.#key, this.#write(this.#key, content));
    return zone;
  }

  #apexNode(zone: number): number {
    this.#key.set(this.#zones[zone]?.apex ?? ("" as Name));
    return this.#node(this.#key, zone);
  }

  /** Adds RRsets to what a name owns. */
  #put(zone: ZoneBeingFilled, name: Name, more: readonly RRset[]): void {
    assert(isAtOrBelow(name, zone.apex), `${name} is in zone ${zone.apex}`);
    const fits = this.#key.set(name);
    assert(fits, `${name} is no longer than names are`);
    const old = this.#node(this.#key, zone.number);
    const held = old === 0 ? EMPTY_NODE : decodeNode(this.#arena, old, name);
    const rrsets = inOrder([...held.rrsets, ...more]);
    const before = ownCounts(name, zone.apex, held.rrsets);
    const after = ownCounts(name, zone.apex, rrsets);
    const fences = after.fenceCount - before.fenceCount;
    const cuts = after.cutCount - before.cutCount;
    const { childCount, fenceCount, cutCount } = held;
    // Not made by makeNode(), which reads fences: the arena does not hold what they say.
    const counts = { childCount, fenceCount: fenceCount + fences, cutCount: cutCount + cuts };
    this.#replace(zone, name, old, { rrsets, ...counts });
    if (held.rrsets.length === 0) zone.nameCount += 1;
    this.#pass(zone, old === 0, fences, cuts);
    const endpoint = endpointOfWeights(name);
    if (endpoint !== undefined && isAtOrBelow(endpoint, zone.apex)) this.#choose(zone, endpoint);
  }

  /** Puts a node in place of the name's old one (0: none); its key is at hand. */
  #replace(zone: ZoneBeingFilled, name: Name, old: number, node: ZoneNode): void {
    const { words, space, table } = this.#arena;
    const kept = old === 0 ? 0 : nodeFlags(words, old) & (NODE_WILDCARD_CHILD | NODE_APEX);
    const flags = kept | contentFlags(node.rrsets, name === zone.apex);
    const weights = this.#weightsOf(zone, name, node);
    const written = this.#write(this.#key, { zone: zone.number, flags, node, weights });
    if (old === 0) {
      this.#insert(zone, this.#key, written);
      return;
    }
    table.replace(table.slotOf(old), written);
    space.free(old, word(words, old + NODE_SIZE));
  }

  /** Writes an endpoint's node again, now that its weights are there. */
  #choose(zone: ZoneBeingFilled, endpoint: Name): void {
    const old = this.#key.set(endpoint) ? this.#node(this.#key, zone.number) : 0;
    if (old !== 0) this.#replace(zone, endpoint, old, decodeNode(this.#arena, old, endpoint));
  }

  #weightsOf({ apex, number }: ZoneBeingFilled, name: Name, node: ZoneNode): Weights | undefined {
    const isChosen = ({ type, rdata }: RRset) =>
      rdata.length > 1 && (type === RRType.A || type === RRType.AAAA);
    if (!node.rrsets.some(isChosen)) return undefined;
    const lookUp = (asked: Name): ZoneNode | undefined => {
      const found = this.#parent.set(asked) ? this.#node(this.#parent, number) : 0;
      return found === 0 ? undefined : decodeNode(this.#arena, found, asked);
    };
    const view = { apex, node: lookUp, aliasesTo: () => [], aliasTargets: () => [] };
    return weightsNode(view, name)?.weights;
  }

  /** Adds to the counts of the ancestors of the name at hand; makes empty non-terminals. */
  #pass(zone: ZoneBeingFilled, isNew: boolean, fences: number, cuts: number): void {
    const { words } = this.#arena;
    const parent = this.#parent;
    let children = isNew ? 1 : 0;
    parent.copy(this.#key);
    while (parent.octets > zone.apexOctets && (children !== 0 || fences !== 0 || cuts !== 0)) {
      const hasWildcard = isWildcard(parent);
      parent.dropLabel();
      let node = this.#node(parent, zone.number);
      const isMissing = node === 0;
      if (isMissing) {
        const content = { zone: zone.number, flags: 0, node: EMPTY_NODE, weights: undefined };
        node = this.#write(parent, content);
        this.#insert(zone, parent, node);
      }
      words[node + NODE_CHILD_COUNT] = word(words, node + NODE_CHILD_COUNT) + children;
      words[node + NODE_FENCE_COUNT] = word(words, node + NODE_FENCE_COUNT) + fences;
      words[node + NODE_CUT_COUNT] = word(words, node + NODE_CUT_COUNT) + cuts;
      if (hasWildcard) {
        words[node + NODE_ZONE_FLAGS] =
          word(words, node + NODE_ZONE_FLAGS) | (NODE_WILDCARD_CHILD << 16);
      }
      children = isMissing ? 1 : 0;
    }
  }

  #node(key: NameKey, zone: number): number {
    const { table } = this.#arena;
    const slot = table.find(key, zone);
    return slot < 0 ? 0 : table.nodeIn(slot);
  }

  #write(key: NameKey, content: Parameters<typeof nodeSize>[1]): number {
    const { words, octets, space } = this.#arena;
    const block = space.allocate(nodeSize(key, content));
    if (block === 0) throw memoryFull(this.#arena);
    writeNode(words, octets, block, key, content);
    return block;
  }

  #insert(zone: ZoneBeingFilled, key: NameKey, node: number): void {
    const arena = this.#arena;
    if (arena.table.isFull) {
      const { table } = arena;
      const grown = arena.newTable((table.mask + 1) * 2);
      if (grown === undefined) throw memoryFull(arena);
      grown.takeAll(table, undefined);
      arena.table = grown;
      arena.space.recycle(table.ref, table.size);
    }
    arena.table.insert(node);
    zone.nodeCount += 1;
    if (isWildcard(key)) zone.wildcardCount += 1;
  }
}

/** Whether a name's first label is `*`. */
function isWildcard({ bytes }: NameKey): boolean {
  return bytes[0] === 1 && bytes[1] === ASTERISK;
}
