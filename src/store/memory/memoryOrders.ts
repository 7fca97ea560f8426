import type { Name } from "../../dns/index.ts";
import type { Order, OrderKind, Retirement } from "../../plan/index.ts";
import { ENDED_ORDERS_MAX } from "../limits.ts";
import type { HeldOrders, OrdersReview } from "../orderBook.ts";
import { BoundedIds } from "./boundedIds.ts";

/** The orders that people gave, in memory. */
export class MemoryOrders implements HeldOrders {
  readonly #byId = new Map<string, Order>();
  readonly #byEndpoint = new Map<Name, Partial<Record<OrderKind, Order>>>();
  readonly #ended = new BoundedIds(ENDED_ORDERS_MAX);

  /** In order of id. */
  all(): readonly Order[] {
    return [...this.#byId.values()].sort((left, right) => (left.id < right.id ? -1 : 1));
  }

  retirements(): readonly Retirement[] {
    return this.all().filter((order) => order.kind === "retirement");
  }

  byId(id: string): Order | undefined {
    return this.#byId.get(id);
  }

  of(endpoint: Name, kind: OrderKind): Order | undefined {
    return this.#byEndpoint.get(endpoint)?.[kind];
  }

  count(): number {
    return this.#byId.size;
  }

  isEnded(id: string): boolean {
    return this.#ended.has(id);
  }

  put({ put, replaced }: OrdersReview): void {
    for (const { id } of replaced.values()) this.end(id);
    for (const order of put) {
      this.#byId.set(order.id, order);
      const kinds = this.#byEndpoint.get(order.endpoint) ?? {};
      this.#byEndpoint.set(order.endpoint, { ...kinds, [order.kind]: order });
    }
  }

  /** The order that was held; its id is not taken again, whether it was or not. */
  end(id: string): Order | undefined {
    this.#ended.add(id);
    const order = this.#byId.get(id);
    if (order === undefined) return undefined;
    this.#byId.delete(id);
    const { [order.kind]: _, ...others } = this.#byEndpoint.get(order.endpoint) ?? {};
    if (Object.keys(others).length === 0) this.#byEndpoint.delete(order.endpoint);
    else this.#byEndpoint.set(order.endpoint, others);
    return order;
  }
}
