import type { OrderView } from "../schemas/orders.ts";
import type { StatusView } from "../schemas/status.ts";
import { momentText } from "./momentText.ts";

/** Orders of one kind that get a sentence of their own. */
const ORDERS_SHOWN = 5;
/** Names that one sentence lists. */
const NAMES_SHOWN = 3;

/** What a person should know of what people asked for, one sentence each, the worst first. */
export function orderWarnings({
  orders,
  retiredConfigured,
}: Pick<StatusView, "orders" | "retiredConfigured">): string[] {
  const stuck = orders.listed.filter(({ problem }) => problem !== undefined);
  const held = orders.listed.filter(({ kind }) => kind === "override" || kind === "retirement");
  const rolledBack = orders.listed.filter(({ kind }) => kind === "rollback");
  return [
    ...stuck.slice(0, ORDERS_SHOWN).map((order) => {
      return `The ${order.kind} of ${order.endpoint} cannot be carried out: ${order.problem}.`;
    }),
    ...orders.fenceOverrides.slice(0, ORDERS_SHOWN).map(({ endpoint, storeId, id, untilMs }) => {
      const until = momentText(untilMs);
      const who = "who and why are not known here";
      return `${endpoint} is overridden on ${storeId} until ${until}, directly (${id}): ${who}.`;
    }),
    ...held.slice(0, ORDERS_SHOWN).map(heldText),
    ...more(orders.overrides + orders.retirements - ORDERS_SHOWN),
    ...(rolledBack.length === 0
      ? []
      : [`${some(rolledBack, orders.rollbacks)} held at old content, until "rollback release".`]),
    ...(retiredConfigured.length === 0
      ? []
      : [`${retiredText(retiredConfigured)} retired and still configured: "revive", or remove.`]),
  ];
}

function heldText(order: OrderView): string {
  const { endpoint, actor, reason } = order;
  if (order.kind === "override") {
    const waits = order.inPlan ? "" : " (not in the plan yet)";
    const until = momentText(order.untilMs);
    return `${endpoint} is overridden until ${until}${waits}, by ${actor}: ${reason}.`;
  }
  const dueAtMs = order.kind === "retirement" ? order.dueAtMs : order.atMs;
  return `${endpoint} stops answering at ${momentText(dueAtMs)}, retired by ${actor}: ${reason}.`;
}

/** Counts what had no sentence of its own. */
function more(rest: number): string[] {
  if (rest <= 0) return [];
  return [
    `${rest} more endpoints are overridden, or wait to be retired: status --json lists them.`,
  ];
}

function some(orders: readonly OrderView[], total: number): string {
  return namesText(
    orders.map(({ endpoint }) => endpoint),
    total,
  );
}

function retiredText(names: readonly string[]): string {
  return namesText(names, names.length);
}

function namesText(names: readonly string[], total: number): string {
  const shown = names.slice(0, NAMES_SHOWN).join(", ");
  const text = total > NAMES_SHOWN ? `${shown} and ${total - NAMES_SHOWN} more` : shown;
  return `${text} ${total === 1 ? "is" : "are"}`;
}
