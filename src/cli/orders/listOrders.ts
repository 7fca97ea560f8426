import type { OrderView } from "../../api/index.ts";
import { CONFIG, type CommandSpec, JSON_OUTPUT, STATE } from "../commandSpec.ts";
import { ExitCode } from "../exitCode.ts";
import { printJson, printLines } from "../output/print.ts";
import { withApi } from "../region.ts";

type Kind = OrderView["kind"];

/** A command that lists orders of one kind. */
interface OrderList<Of extends Kind> {
  readonly kind: Of;
  readonly path: string;
  readonly summary: string;
  /** What its example says beside the command. */
  readonly example: string;
  /** What is said where there are none. */
  readonly none: string;
  /** The list for people. */
  lines(orders: readonly Extract<OrderView, { kind: Of }>[], nowMs: number): string[];
}

/** The command that lists orders of one kind. */
export function listOrders<Of extends Kind>(list: OrderList<Of>): CommandSpec {
  const { kind, path, summary, example, none } = list;
  return {
    ...{ path, summary, options: [JSON_OUTPUT, STATE, CONFIG] },
    examples: [{ line: path, text: example }],
    run: (given) =>
      withApi(given, async (api) => {
        const { io, options } = given;
        const { orders } = await api.orders(kind);
        const lines = list.lines(ordersOf(orders, kind), io.clock.wallMs());
        if (options.has("json")) printJson(io, { orders });
        else printLines(io, lines.length === 0 ? [none] : lines);
        return ExitCode.OK;
      }),
  };
}

/** The orders of one kind among others. */
export function ordersOf<Of extends Kind>(
  orders: readonly OrderView[],
  kind: Of,
): Extract<OrderView, { kind: Of }>[] {
  return orders.filter((order): order is Extract<OrderView, { kind: Of }> => order.kind === kind);
}
