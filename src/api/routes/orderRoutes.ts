import { z } from "zod";
import { type ApiContext, type ApiServer, answers } from "../context.ts";
import { PAGE_ROWS_MAX } from "../limits.ts";
import { Limit } from "../schemas/fields.ts";
import { OrdersPage } from "../schemas/orders.ts";
import { fenceOverrides, orderView, plannerWord } from "../views/orderView.ts";
import { overrideRoutes } from "./overrideRoutes.ts";
import { retirementRoutes } from "./retirementRoutes.ts";
import { revivalRoutes } from "./revivalRoutes.ts";
import { rollbackRoutes } from "./rollbackRoutes.ts";

const ListQuery = z.object({
  kind: z.enum(["override", "retirement", "revival", "rollback"]).optional(),
  after: z.string().optional().meta({ description: "Id that the page begins after" }),
  limit: Limit,
});

/** What people asked for about endpoints, and how to ask. */
export function orderRoutes(app: ApiServer, context: ApiContext): void {
  app.get(
    "/v1/orders",
    {
      schema: {
        ...{ summary: "What people asked for, in order of id", operationId: "listOrders" },
        tags: ["orders"],
        querystring: ListQuery,
        response: answers(OrdersPage),
      },
    },
    async (request) => {
      const [overview, processes] = await Promise.all([
        context.overviews.current(),
        context.processes(),
      ]);
      return page(overview, processes ?? [], request.query, context.deps.clock.wallMs());
    },
  );
  overrideRoutes(app, context);
  retirementRoutes(app, context);
  revivalRoutes(app, context);
  rollbackRoutes(app, context);
}

function page(
  overview: Parameters<typeof fenceOverrides>[0],
  rows: Parameters<typeof plannerWord>[0],
  { kind, after, limit }: z.output<typeof ListQuery>,
  nowMs: number,
): OrdersPage {
  const { orders, plan } = overview.snapshot;
  const matching = orders.filter((order) => {
    return (kind === undefined || order.kind === kind) && (after === undefined || order.id > after);
  });
  const shown = matching.slice(0, limit);
  const last = shown.at(-1);
  const word = plannerWord(rows);
  const listsOverrides = kind === undefined || kind === "override";
  const seen = listsOverrides ? fenceOverrides(overview, rows, nowMs) : [];
  return {
    orders: shown.map((order) => {
      return orderView(order, plan.entries.get(order.endpoint), word);
    }),
    ...(matching.length > shown.length && last !== undefined ? { next: last.id } : {}),
    fenceOverrides: seen.slice(0, PAGE_ROWS_MAX),
  };
}
