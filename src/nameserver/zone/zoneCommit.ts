import { assert } from "../../base/index.ts";
import { type Name, RRType } from "../../dns/index.ts";
import { SEED_TEXT, seedName } from "../../plan/index.ts";
import type { Arena } from "./arena.ts";
import {
  NODE_CUT_COUNT,
  ownerOctets,
  rrsetOf,
  word,
  ZONE_HAS_CUTS,
  ZONE_HAS_WILDCARDS,
  ZONE_HAS_ZONES_BELOW,
  ZONE_SEEDED,
  ZONE_SERVED,
  ZONE_SIGNED,
  ZONE_SIZE,
} from "./arenaLayout.ts";
import { ArenaTransaction } from "./arenaTransaction.ts";
import { changeOrder, moveOrder } from "./orderChange.ts";
import type { ZoneData } from "./zoneData.ts";
import { aliasTarget, type ZoneDraft } from "./zoneDraft.ts";
import { isText, rrsetOfType } from "./zoneNode.ts";
import { readZone, writeFacts, writeZone, type ZoneFacts, zoneSize } from "./zoneRecord.ts";
import { type WrittenNames, ZoneWriter } from "./zoneWriter.ts";

/** A fail-over must fit though names filled the memory: some 64 MiB of the usual arena. */
const KEEP_FREE = 1 / 64;

/** Changes of one or more zones, ready to be shown as one version; nobody sees them yet. */
export interface PreparedCommit {
  /** Shows them all, in one step that cannot fail. */
  publish(): void;
  /** Takes them back, as if they had never been. */
  abandon(): void;
}

/** An owner of a CNAME whose target is another one now, or none. */
interface MovedAlias {
  readonly owner: Name;
  readonly before: Name | undefined;
  readonly after: Name | undefined;
}

/** What a zone's own view of itself needs to know of a commit. */
export interface ZoneMoves {
  readonly zone: number;
  readonly names: readonly Name[];
  readonly aliases: readonly MovedAlias[];
}

/** A zone of a commit whose nodes are written, and nothing else. */
interface WrittenZone {
  readonly zone: ZoneData;
  readonly draft: ZoneDraft;
  readonly number: number;
  readonly names: WrittenNames;
}

/**
 * Lays drafts over the zones below them, as one version of their arena, without showing it. To be
 * published or abandoned before the next one is prepared. Full: nothing has changed. `keepFree` is
 * the part of the memory that new names must leave to changes of those that are there; 0: none.
 */
export function prepareCommit(
  drafts: ReadonlyMap<ZoneData, ZoneDraft>,
  keepFree = KEEP_FREE,
): PreparedCommit | "full" {
  const zones = [...drafts.keys()];
  const [first] = zones;
  if (first === undefined) return { publish: () => {}, abandon: () => {} };
  const { arena } = first;
  assert(
    zones.every((zone) => zone.arena === arena),
    "zones of one commit share an arena",
  );
  const keptWords = arena.words.length * keepFree;
  const made = inTransaction(arena, (transaction) => writeDrafts(transaction, drafts, keptWords));
  if (made === "full") return "full";
  const { transaction, made: moves } = made;
  return {
    publish: () => {
      transaction.publish();
      for (const [zone, moved] of moves) zone.took(moved);
    },
    abandon: () => transaction.abandon(),
  };
}

/**
 * Says which zones of an arena queries are answered from, as one version of its own. `above`: the
 * ones with another of them below.
 *
 * @returns whether there was room: otherwise nothing has changed.
 */
export function publishServed(
  arena: Arena,
  served: ReadonlySet<number>,
  above: ReadonlySet<number>,
): boolean {
  const made = inTransaction(arena, (transaction) => markServed(transaction, served, above));
  if (made === "full") return false;
  made.transaction.publish();
  return true;
}

/**
 * Makes a version up to where only publishing is left. Where it does not fit, it is tried once
 * more with all memory that readers have let go of meanwhile.
 */
function inTransaction<Made>(
  arena: Arena,
  make: (transaction: ArenaTransaction) => Made | "full",
): { readonly transaction: ArenaTransaction; readonly made: Made } | "full" {
  arena.settling.settle();
  for (;;) {
    const transaction = new ArenaTransaction(arena);
    const made = make(transaction);
    if (made !== "full" && transaction.seal()) return { transaction, made };
    transaction.abandon();
    if (!arena.settling.settleAll()) return "full";
  }
}

function writeDrafts(
  transaction: ArenaTransaction,
  drafts: ReadonlyMap<ZoneData, ZoneDraft>,
  keptWords: number,
): ReadonlyMap<ZoneData, ZoneMoves> | "full" {
  const written: WrittenZone[] = [];
  for (const [zone, draft] of drafts) {
    assert(draft.apex === zone.apex, "a draft is laid over its own zone");
    const number = zone.number < 0 ? transaction.newZone() : zone.number;
    const names = number < 0 ? undefined : new ZoneWriter(transaction, number, draft).write(draft);
    if (names === undefined) return "full";
    if (names.names.length > 0) written.push({ zone, draft, number, names });
  }
  // Only now: any name of any zone may have moved the slots that the orders of all are made of.
  const moves = new Map<ZoneData, ZoneMoves>();
  for (const each of written) {
    if (!finishZone(transaction, each)) return "full";
    const { zone, draft, number, names } = each;
    const aliases = movedAliases(zone, draft, names.names);
    moves.set(zone, { zone: number, names: names.names, aliases });
  }
  if (!moveOrders(transaction, moves)) return "full";
  const isGrowing = written.some(({ names }) => names.nodeCount > 0);
  return isGrowing && transaction.arena.space.freeWords < keptWords ? "full" : moves;
}

function markServed(
  transaction: ArenaTransaction,
  served: ReadonlySet<number>,
  above: ReadonlySet<number>,
): "marked" | "full" {
  const { arena } = transaction;
  for (let zone = 0; zone < arena.zoneCount; zone += 1) {
    const record = arena.zoneRecord(zone);
    const facts = readZone(arena.words, record);
    const kept = facts.flags & ~(ZONE_SERVED | ZONE_HAS_ZONES_BELOW);
    const flags =
      kept | (served.has(zone) ? ZONE_SERVED : 0) | (above.has(zone) ? ZONE_HAS_ZONES_BELOW : 0);
    if (flags === facts.flags) continue;
    if (!copyZone(transaction, zone, { ...facts, flags })) return "full";
  }
  return "marked";
}

/** Writes the order and the record of a zone whose nodes are written. Says whether they fitted. */
function finishZone(
  transaction: ArenaTransaction,
  { zone, draft, number, names }: WrittenZone,
): boolean {
  const { arena } = transaction;
  const record = zone.number < 0 ? 0 : arena.zoneRecord(number);
  const before = readZone(arena.words, record);
  const facts = factsAfter(arena, before, names, draft);
  const order = changeOrder(transaction, number, before, facts, names);
  return order >= 0 && rewriteZone(transaction, number, record, { ...facts, order }, draft);
}

function factsAfter(
  arena: Arena,
  before: ZoneFacts,
  names: WrittenNames,
  draft: ZoneDraft,
): ZoneFacts {
  const { words } = arena;
  const apexNode = names.apexNode === 0 ? before.apexNode : names.apexNode;
  assert(apexNode !== 0, `zone ${draft.apex} has its apex`);
  const wildcardCount = before.wildcardCount + names.wildcardCount;
  let flags = before.flags & (ZONE_SERVED | ZONE_HAS_ZONES_BELOW);
  if (isText(rrsetOfType(draft.node(seedName(draft.apex)), RRType.TXT), SEED_TEXT)) {
    flags |= ZONE_SEEDED;
  }
  if (rrsetOf(words, apexNode, RRType.DNSKEY) !== 0) flags |= ZONE_SIGNED;
  if (word(words, apexNode + NODE_CUT_COUNT) > 0) flags |= ZONE_HAS_CUTS;
  if (wildcardCount > 0) flags |= ZONE_HAS_WILDCARDS;
  return {
    apexNode,
    apexOctets: ownerOctets(words, apexNode),
    flags,
    order: before.order,
    nameCount: before.nameCount + names.appeared.length - names.vanished.length,
    nodeCount: before.nodeCount + names.nodeCount,
    wildcardCount,
  };
}

function rewriteZone(
  transaction: ArenaTransaction,
  number: number,
  old: number,
  facts: ZoneFacts,
  draft: ZoneDraft,
): boolean {
  const { words, octets } = transaction.arena;
  const soa = rrsetOfType(draft.node(draft.apex), RRType.SOA);
  const record = transaction.allocate(zoneSize(soa));
  if (record === 0) return false;
  writeZone(words, octets, record, facts, soa);
  transaction.setZone(number, record);
  if (old !== 0) transaction.retire(old, word(words, old + ZONE_SIZE));
  return true;
}

/** A ZONE record with other facts, its negative answers as they were. Says whether it fitted. */
function copyZone(transaction: ArenaTransaction, number: number, facts: ZoneFacts): boolean {
  const { arena } = transaction;
  const old = arena.zoneRecord(number);
  const size = word(arena.words, old + ZONE_SIZE);
  const record = transaction.allocate(size);
  if (record === 0) return false;
  arena.words.copyWithin(record, old, old + size);
  writeFacts(arena.words, record, facts);
  transaction.setZone(number, record);
  transaction.retire(old, size);
  return true;
}

/** A larger name table has other slots: indexes of zones that do not change need them, too. */
function moveOrders(
  transaction: ArenaTransaction,
  moves: ReadonlyMap<ZoneData, ZoneMoves>,
): boolean {
  if (transaction.moved === undefined) return true;
  const { arena } = transaction;
  const changed = new Set([...moves.values()].map(({ zone }) => zone));
  for (let zone = 0; zone < arena.zoneCount; zone += 1) {
    const record = arena.zoneRecord(zone);
    if (record === 0 || changed.has(zone)) continue;
    const facts = readZone(arena.words, record);
    if (facts.order === 0) continue;
    const order = moveOrder(transaction, facts.order);
    if (order === 0 || !copyZone(transaction, zone, { ...facts, order })) return false;
  }
  return true;
}

function movedAliases(
  zone: ZoneData,
  draft: ZoneDraft,
  names: readonly Name[],
): readonly MovedAlias[] {
  const aliases: MovedAlias[] = [];
  for (const owner of names) {
    const before = zone.aliasOf(owner);
    const after = aliasTarget(draft.node(owner));
    if (before !== after) aliases.push({ owner, before, after });
  }
  return aliases;
}
