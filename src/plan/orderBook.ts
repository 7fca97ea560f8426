import type { Name } from "../dns/index.ts";
import type { Order, Override, Retirement, Revival, Rollback } from "./order.ts";

/** What people asked for about one endpoint: at most one order of each kind. */
export interface EndpointOrders {
  readonly override?: Override;
  readonly retirement?: Retirement;
  readonly revival?: Revival;
  readonly rollback?: Rollback;
}

/** Orders made ready for look-ups. */
export interface OrderBook {
  readonly byEndpoint: ReadonlyMap<Name, EndpointOrders>;
  readonly overrides: readonly Override[];
  readonly retirements: readonly Retirement[];
  readonly revivals: readonly Revival[];
  readonly rollbackCount: number;
}

/** An order that cannot be carried out now, and why in one line; it waits until it can. */
export interface OrderProblem {
  readonly id: string;
  readonly endpoint: Name;
  readonly why: string;
}

// Orders are read as one list and never change: their book is remembered as long as the list is.
const books = new WeakMap<readonly Order[], OrderBook>();

/** The book of a list of orders, made once per list. */
export function orderBook(orders: readonly Order[]): OrderBook {
  const known = books.get(orders);
  if (known !== undefined) return known;
  const byEndpoint = new Map<Name, EndpointOrders>();
  const overrides: Override[] = [];
  const retirements: Retirement[] = [];
  const revivals: Revival[] = [];
  let rollbackCount = 0;
  for (const order of orders) {
    byEndpoint.set(order.endpoint, { ...byEndpoint.get(order.endpoint), [order.kind]: order });
    switch (order.kind) {
      case "override":
        overrides.push(order);
        break;
      case "retirement":
        retirements.push(order);
        break;
      case "revival":
        revivals.push(order);
        break;
      case "rollback":
        rollbackCount += 1;
        break;
    }
  }
  const book = { byEndpoint, overrides, retirements, revivals, rollbackCount };
  books.set(orders, book);
  return book;
}

/** Endpoints that have orders in one list and not the same ones in the other. */
export function endpointsOfMoved(
  before: readonly Order[],
  after: readonly Order[],
): ReadonlySet<Name> {
  if (before === after) return new Set();
  // An order never changes: its id says all of it.
  const old = new Map(before.map((order) => [order.id, order.endpoint]));
  const moved = new Set<Name>();
  for (const order of after) if (!old.delete(order.id)) moved.add(order.endpoint);
  for (const endpoint of old.values()) moved.add(endpoint);
  return moved;
}
