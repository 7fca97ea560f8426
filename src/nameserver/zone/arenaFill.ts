import { assert } from "../../base/index.ts";
import { type Name, RRType } from "../../dns/index.ts";
import { NameKey } from "../../packet/index.ts";
import { SEED_TEXT, seedName } from "../../plan/index.ts";
import type { Arena } from "./arena.ts";
import { decodeNode, decodeOwner } from "./arenaDecode.ts";
import {
  NODE_APEX,
  NODE_CNAME,
  NODE_CUT_COUNT,
  NODE_HASH,
  NODE_OWNER,
  NODE_SIZE,
  nodeFlags,
  ownerOctets,
  rrsetCount,
  word,
  ZONE_HAS_CUTS,
  ZONE_HAS_WILDCARDS,
  ZONE_SEEDED,
  ZONE_SIGNED,
} from "./arenaLayout.ts";
import { OrderEdit } from "./arenaOrderEdit.ts";
import { blockWords } from "./arenaSpace.ts";
import { slotsFor } from "./arenaTable.ts";
import { ArenaTransaction } from "./arenaTransaction.ts";
import { memoryFull, ZoneData } from "./zoneData.ts";
import { aliasTarget } from "./zoneDraft.ts";
import { isText, rrsetOfType } from "./zoneNode.ts";
import { writeZone, zoneSize } from "./zoneRecord.ts";

/** A zone whose nodes lie in an arena, but are in no table yet. */
export interface FilledZone {
  readonly apex: Name;
  readonly number: number;
  readonly nameCount: number;
  readonly nodeCount: number;
  readonly wildcardCount: number;
  readonly isSigned: boolean;
}

/** Nodes that were laid down one after another. */
export interface FilledNodes {
  readonly nodeWords: number;
  readonly nodeCount: number;
  readonly zones: readonly FilledZone[];
}

/** What one pass over the nodes found of a zone. */
export interface FoundZone {
  apexNode: number;
  nodeCount: number;
  /** Slots of names that own records, as they came; only of a signed zone. */
  readonly slots: number[];
  readonly aliases: number[];
}

/**
 * Makes zones of nodes that are laid down one after another from word `first` of an arena that
 * holds nothing else. They are taken while others still come from a disk.
 */
export class ArenaFill {
  readonly #arena: Arena;
  readonly #end: number;
  readonly #filled: FilledNodes;
  readonly #zones: readonly FilledZone[];
  readonly #found: readonly FoundZone[];
  #next: number;
  #count = 0;

  /** The names of a signed zone must come in order. Throws NameserverError `memory-full`. */
  constructor(arena: Arena, first: number, filled: FilledNodes) {
    const table = arena.newTable(slotsFor(filled.nodeCount));
    if (table === undefined) throw memoryFull(arena);
    arena.space.recycle(arena.table.ref, arena.table.size);
    arena.table = table;
    this.#arena = arena;
    this.#next = first;
    this.#end = first + filled.nodeWords;
    this.#filled = filled;
    this.#zones = filled.zones.toSorted((left, right) => left.number - right.number);
    this.#found = this.#zones.map((): FoundZone => {
      return { apexNode: 0, nodeCount: 0, slots: [], aliases: [] };
    });
  }

  /** Takes every node that ends before word `end`. False: they are not what is said of them. */
  take(end: number): boolean {
    const { words, table } = this.#arena;
    const { nodeCount } = this.#filled;
    while (this.#next < end) {
      const node = this.#next;
      const size = word(words, node + NODE_SIZE);
      if (size <= NODE_OWNER || node + size > this.#end || this.#count === nodeCount) return false;
      if (node + size > end) return true;
      const number = this.#arena.zoneNumber(node);
      const zone = this.#found[number];
      if (zone === undefined) return false;
      const slot = table.fill(node, word(words, node + NODE_HASH));
      const flags = nodeFlags(words, node);
      zone.nodeCount += 1;
      if ((flags & NODE_APEX) !== 0) zone.apexNode = node;
      if ((flags & NODE_CNAME) !== 0) zone.aliases.push(node);
      const isOrdered = this.#zones[number]?.isSigned === true;
      if (isOrdered && rrsetCount(words, node) > 0) zone.slots.push(slot);
      this.#count += 1;
      this.#next = node + blockWords(size);
    }
    return true;
  }

  /**
   * Makes what else a version needs, once all are taken. Undefined where they are not what is said
   * of them.
   *
   * @throws NameserverError `memory-full`
   */
  finish(): Map<Name, ZoneData> | undefined {
    if (this.#count !== this.#filled.nodeCount) return undefined;
    const isSound = this.#zones.every(({ number, nodeCount }, index) => {
      const of = this.#found[index];
      return number === index && of?.apexNode !== 0 && of?.nodeCount === nodeCount;
    });
    return isSound ? showZones(this.#arena, this.#zones, this.#found) : undefined;
  }
}

/**
 * Makes the first version of an arena whose name table is filled: of zones in order of number,
 * with what was found of each.
 *
 * @throws NameserverError `memory-full`
 */
export function showZones(
  arena: Arena,
  zones: readonly FilledZone[],
  found: readonly FoundZone[],
): Map<Name, ZoneData> {
  const transaction = new ArenaTransaction(arena);
  for (const [index, zone] of zones.entries()) {
    const of = found[index];
    assert(of !== undefined, "every zone was looked for");
    transaction.newZone();
    if (!makeZone(transaction, zone, of)) throw memoryFull(arena);
  }
  if (!transaction.seal()) throw memoryFull(arena);
  transaction.publish();
  return new Map(zones.map((zone, index) => [zone.apex, zoneData(arena, zone, found[index])]));
}

function makeZone(transaction: ArenaTransaction, zone: FilledZone, found: FoundZone): boolean {
  const { arena } = transaction;
  const { words, octets } = arena;
  const { apexNode } = found;
  const apex = decodeNode(arena, apexNode, zone.apex);
  const soa = rrsetOfType(apex, RRType.SOA);
  let order = 0;
  if (zone.isSigned) {
    const edit = new OrderEdit(transaction, 0);
    edit.append(found.slots);
    order = edit.finish();
    if (order === 0) return false;
  }
  const record = transaction.allocate(zoneSize(soa));
  if (record === 0) return false;
  let flags = zone.isSigned ? ZONE_SIGNED : 0;
  if (word(words, apexNode + NODE_CUT_COUNT) > 0) flags |= ZONE_HAS_CUTS;
  if (zone.wildcardCount > 0) flags |= ZONE_HAS_WILDCARDS;
  if (isSeeded(arena, zone)) flags |= ZONE_SEEDED;
  const { nameCount, nodeCount, wildcardCount } = zone;
  const counts = { nameCount, nodeCount, wildcardCount };
  const apexOctets = ownerOctets(words, apexNode);
  writeZone(words, octets, record, { apexNode, apexOctets, flags, order, ...counts }, soa);
  transaction.setZone(zone.number, record);
  return true;
}

function isSeeded(arena: Arena, { apex, number }: FilledZone): boolean {
  const key = new NameKey();
  const name = seedName(apex);
  const slot = key.set(name) ? arena.table.find(key, number) : -1;
  if (slot < 0) return false;
  const node = decodeNode(arena, arena.table.nodeIn(slot), name);
  return isText(rrsetOfType(node, RRType.TXT), SEED_TEXT);
}

function zoneData(arena: Arena, { apex, number }: FilledZone, found?: FoundZone): ZoneData {
  const zone = new ZoneData(apex, arena, number);
  for (const node of found?.aliases ?? []) {
    const owner = decodeOwner(arena, node);
    zone.moveAlias(owner, undefined, aliasTarget(decodeNode(arena, node, owner)));
  }
  return zone;
}
