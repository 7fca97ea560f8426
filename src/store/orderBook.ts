import type { Name } from "../dns/index.ts";
import type { Order, OrderKind } from "../plan/index.ts";
import { canonicalJson } from "./canonicalJson.ts";
import { ORDERS_MAX } from "./limits.ts";
import { checkOrder } from "./orderCheck.ts";
import { refused } from "./storeError.ts";

/** The orders that are held; read in the same step as they are changed. */
export interface HeldOrders {
  byId(id: string): Order | undefined;
  of(endpoint: Name, kind: OrderKind): Order | undefined;
  count(): number;
  /** Whether an order of this id was ended before. */
  isEnded(id: string): boolean;
}

/** What new orders change. */
export interface OrdersReview {
  readonly put: readonly Order[];
  /** Orders that make room, by the id of the one that takes their place. */
  readonly replaced: ReadonlyMap<string, Order>;
}

/**
 * Kinds of which a new one takes the place of the old: to end the old one first would show, for a
 * moment, content that nobody asked for. A retirement's wait must not begin anew unnoticed.
 */
const REPLACED_KINDS: ReadonlySet<OrderKind> = new Set<OrderKind>(["override", "rollback"]);

/**
 * Reviews new orders, all or none. What is held already, whole and under its id, changes nothing.
 * Throws StoreError `refused` with what stands against one of them.
 */
export function reviewOrders(orders: readonly Order[], held: HeldOrders): OrdersReview {
  const put: Order[] = [];
  const replaced = new Map<string, Order>();
  const inCall = new Map<string, Order>();
  for (const order of orders) {
    checkOrder(order);
    const same = inCall.get(order.id) ?? held.byId(order.id);
    if (same !== undefined && canonicalJson(same) === canonicalJson(order)) continue;
    if (same !== undefined || held.isEnded(order.id)) {
      throw refusedOrder(order, `an id is never used twice: ${order.id} was`);
    }
    const before = held.of(order.endpoint, order.kind);
    const twin = inCall.get(keyOf(order.endpoint, order.kind));
    const isReplaced = before !== undefined && REPLACED_KINDS.has(before.kind);
    if (twin !== undefined || (before !== undefined && !isReplaced)) {
      const { id = "" } = twin ?? before ?? {};
      throw refusedOrder(order, `a name has at most one of each kind: it has ${id}`);
    }
    if (before !== undefined) replaced.set(order.id, before);
    inCall.set(order.id, order);
    inCall.set(keyOf(order.endpoint, order.kind), order);
    put.push(order);
  }
  for (const order of put) checkRetirement(order, held, inCall);
  const count = held.count() + put.length - replaced.size;
  if (put.length > replaced.size && count > ORDERS_MAX) {
    throw refused(
      `Cannot take orders as at most ${ORDERS_MAX} may be held: they would be ${count}`,
    );
  }
  return { put, replaced };
}

// What a person pinned must not vanish under them: the override is taken back first, in the open.
function checkRetirement(order: Order, held: HeldOrders, inCall: ReadonlyMap<string, Order>): void {
  if (order.kind !== "retirement") return;
  const { endpoint } = order;
  const override = inCall.get(keyOf(endpoint, "override")) ?? held.of(endpoint, "override");
  if (override === undefined) return;
  throw refusedOrder(
    order,
    `no override may be on the name: ${override.id} is. Clear it first, or wait until it ends`,
  );
}

// Not an id: ids hold no space.
function keyOf(endpoint: Name, kind: OrderKind): string {
  return `${kind} ${endpoint}`;
}

function refusedOrder({ kind, id, endpoint }: Order, rule: string): Error {
  return refused(`Cannot take the ${kind} ${id} of ${endpoint} as ${rule}`);
}
