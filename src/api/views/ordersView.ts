import type { OrderKind } from "../../plan/index.ts";
import type { ProcessRow } from "../../supervise/index.ts";
import { STATUS_NAMES_MAX } from "../limits.ts";
import type { Overview } from "../overview.ts";
import type { OrdersView } from "../schemas/status.ts";
import { fenceOverrides, orderView, plannerWord } from "./orderView.ts";

/** What people asked for and is not over, for a status: counts are complete, lists are not. */
export function ordersView(
  overview: Overview,
  rows: readonly ProcessRow[],
  nowMs: number,
): OrdersView {
  const { orders } = overview.snapshot;
  const word = plannerWord(rows);
  const seen = fenceOverrides(overview, rows, nowMs);
  const count = (kind: OrderKind): number => {
    return orders.reduce((sum, order) => sum + (order.kind === kind ? 1 : 0), 0);
  };
  return {
    overrides: count("override") + new Set(seen.map(({ endpoint }) => endpoint)).size,
    retirements: count("retirement"),
    revivals: count("revival"),
    rollbacks: count("rollback"),
    listed: orders.slice(0, STATUS_NAMES_MAX).map((order) => {
      const entry = overview.snapshot.plan.entries.get(order.endpoint);
      return orderView(order, entry, word);
    }),
    fenceOverrides: seen.slice(0, STATUS_NAMES_MAX),
  };
}
