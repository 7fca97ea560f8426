import type { Arena } from "./arena.ts";
import {
  NODE_OWNER,
  NODE_ZONE_FLAGS,
  nodeAt,
  rrsetCount,
  word,
  ZONE_SIGNED,
} from "./arenaLayout.ts";
import { OrderEdit } from "./arenaOrderEdit.ts";
import type { ArenaTransaction } from "./arenaTransaction.ts";
import { canonicalOrder } from "./canonicalSort.ts";
import type { ZoneFacts } from "./zoneRecord.ts";
import type { WrittenNames } from "./zoneWriter.ts";

/**
 * Brings the ordered index of a zone in line with the names that were written, and makes or gives
 * up the index where the zone became signed or unsigned. The answer is its reference, 0 where the
 * zone is unsigned, -1 where the arena is full. To make an index is one step, in which nothing else
 * runs in this thread: some two or three seconds for two million names. Serving threads go on.
 */
export function changeOrder(
  transaction: ArenaTransaction,
  zone: number,
  before: ZoneFacts,
  after: ZoneFacts,
  { appeared, vanished }: WrittenNames,
): number {
  const isSigned = (after.flags & ZONE_SIGNED) !== 0;
  if (!isSigned) {
    if (before.order !== 0) new OrderEdit(transaction, before.order).discard();
    return 0;
  }
  if (before.order === 0) return makeOrder(transaction, zone, after.apexOctets) || -1;
  const hasMoved = transaction.moved !== undefined;
  if (appeared.length === 0 && vanished.length === 0 && !hasMoved) return before.order;
  const { table } = transaction.arena;
  const edit = new OrderEdit(transaction, before.order);
  for (const node of vanished) edit.remove(table.slotOf(node));
  for (const node of appeared) edit.insert(table.slotOf(node));
  return edit.finish() || -1;
}

/** The index of a zone that does not change, for a larger name table; 0: the arena is full. */
export function moveOrder(transaction: ArenaTransaction, order: number): number {
  return new OrderEdit(transaction, order).finish();
}

function makeOrder(transaction: ArenaTransaction, zone: number, apexOctets: number): number {
  const { words, table } = transaction.arena;
  const slots: number[] = [];
  for (let slot = 0; slot <= table.mask; slot += 1) {
    const newest = table.nodeIn(slot);
    if (newest <= 1 || (word(words, newest + NODE_ZONE_FLAGS) & 0xffff) !== zone) continue;
    if (rrsetCount(words, nodeAt(words, newest, transaction.version)) > 0) slots.push(slot);
  }
  const edit = new OrderEdit(transaction, 0);
  edit.append(inCanonicalOrder(transaction.arena, slots, apexOctets));
  return edit.finish();
}

/** Slots of the newest name table, all of one zone, in the canonical order of their names. */
export function inCanonicalOrder(
  { octets, table }: Arena,
  slots: readonly number[],
  apexOctets: number,
): number[] {
  const names = Float64Array.from(slots, (slot) => (table.nodeIn(slot) + NODE_OWNER) * 4);
  return Array.from(canonicalOrder(octets, names, apexOctets), (index) => slots[index] ?? 0);
}
