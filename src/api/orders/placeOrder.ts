import type { Order } from "../../plan/index.ts";
import { refusal } from "../apiError.ts";
import type { ApiContext } from "../context.ts";
import type { EndpointFacts } from "../overview.ts";
import type { OrderChanged } from "../schemas/orders.ts";
import { orderView } from "../views/orderView.ts";
import { obstacles } from "./obstacles.ts";
import { endpointOrder } from "./standing.ts";

/** Puts one order into the plan store, and says what stands in its way. */
export async function placeOrder(
  context: ApiContext,
  order: Order,
  message: string,
  notes: readonly string[] = [],
): Promise<OrderChanged> {
  await context.deps.store.putOrders([order]);
  forget(context);
  const warnings = await obstacles(context, [{ name: order.endpoint, zone: order.zone }]);
  const entry = (await context.state.plan()).entries.get(order.endpoint);
  return {
    changed: true,
    message,
    order: orderView(order, entry),
    warnings: [...notes, ...warnings],
  };
}

/** Ends an endpoint's order of one kind; `changed` is false where it was gone meanwhile. */
export async function endOrder(
  context: ApiContext,
  order: Order,
  actor: string,
  why: string,
  message: string,
): Promise<OrderChanged> {
  const ended = await context.deps.store.endOrders([order.id], actor, why);
  forget(context);
  if (ended.length === 0) {
    const entry = (await context.state.plan()).entries.get(order.endpoint);
    const isRetired = entry?.kind === "tombstone";
    const now = isRetired ? `, and ${order.endpoint} is retired (${entry.tombstoneId})` : "";
    return { changed: false, message: `${order.id} is over already${now}`, warnings: [] };
  }
  const warnings = await obstacles(context, [{ name: order.endpoint, zone: order.zone }]);
  return { changed: true, message, warnings };
}

/** The order of a kind that an endpoint has. Throws a refusal where there is none. */
export async function wantOrder<Kind extends Order["kind"]>(
  context: ApiContext,
  { name }: EndpointFacts,
  kind: Kind,
  hint?: string,
): Promise<Extract<Order, { kind: Kind }>> {
  const order = endpointOrder(await context.state.orders(), name, kind);
  if (order !== undefined) return order;
  throw refusal(404, "no-such-order", `Cannot end the ${kind} of ${name}: there is none`, hint);
}

/** What is read next must have what was just changed. */
export function forget({ state, overviews }: Pick<ApiContext, "state" | "overviews">): void {
  state.forgetOrders();
  overviews.forget();
}
