import type { Order } from "../../plan/index.ts";
import { momentText } from "./momentText.ts";

/** An order in a few words: what, until or from when, by whom and why. */
export function orderText(order: Order): string {
  const { actor, reason } = order;
  const why = `by ${actor}: ${reason}`;
  switch (order.kind) {
    case "override":
      return `until ${momentText(order.untilMs)} ${why}`;
    case "retirement":
      return `retires at ${momentText(order.atMs + order.holdDownMs)} ${why}`;
    case "revival":
      return `to be revived ${why}`;
    case "rollback":
      return `as in plan ${order.toGeneration} ${why}`;
  }
}
