import type { Name } from "../../dns/index.ts";
import type { Order } from "../../plan/index.ts";

/** The order of a kind that an endpoint has, of which there is at most one. */
export function endpointOrder<Kind extends Order["kind"]>(
  orders: readonly Order[],
  endpoint: Name,
  kind: Kind,
): Extract<Order, { kind: Kind }> | undefined {
  return orders.find((order): order is Extract<Order, { kind: Kind }> => {
    return order.endpoint === endpoint && order.kind === kind;
  });
}
