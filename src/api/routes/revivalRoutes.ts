import { orderId, type Revival } from "../../plan/index.ts";
import { refusal } from "../apiError.ts";
import type { ApiContext, ApiServer } from "../context.ts";
import { readFences } from "../orders/fenceWord.ts";
import { endOrder, placeOrder, wantOrder } from "../orders/placeOrder.ts";
import type { EndpointFacts } from "../overview.ts";
import { type OrderChanged, RevivalRequest } from "../schemas/orders.ts";
import { addOrderRoutes } from "./addOrderRoutes.ts";

/** Retired names that shall answer again. */
export function revivalRoutes(app: ApiServer, context: ApiContext): void {
  addOrderRoutes(app, context, {
    kind: "revival",
    ask: {
      ...{ summary: "Bring a retired name back", operationId: "reviveEndpoint" },
      description: "It answers again with the next plan, where the configuration has it.",
      body: RevivalRequest,
      run: revive,
    },
    end: {
      ...{ summary: "Cancel a revival that waits", operationId: "cancelRevival" },
      ...{ reason: "cancelled", run: cancel },
    },
  });
}

async function cancel(
  context: ApiContext,
  facts: EndpointFacts,
  actor: string,
  reason: string,
): Promise<OrderChanged> {
  const order = await wantOrder(context, facts, "revival");
  const message = `${facts.name} stays retired (${order.id} is cancelled)`;
  return endOrder(context, order, actor, reason, message);
}

async function revive(
  context: ApiContext,
  facts: EndpointFacts,
  wish: RevivalRequest,
  actor: string,
): Promise<OrderChanged> {
  const { clock, chance } = context.deps;
  const { name, zone } = facts;
  const { id: tombstoneId, warnings } = await tombstoneOf(context, facts, wish.tombstoneId);
  const atMs = clock.wallMs();
  const { reason } = wish;
  const order: Revival = {
    kind: "revival",
    ...{ id: orderId("revival", name, atMs, chance), endpoint: name, zone, actor, reason, atMs },
    tombstoneId,
  };
  const missing = `${name} is not in the configuration: it stays retired until it is there.`;
  const notes = [...(facts.policy === undefined ? [missing] : []), ...warnings];
  return placeOrder(context, order, `${name} is brought back from ${tombstoneId}`, notes);
}

/** The tombstone that is meant, and what the person should know of that. */
interface Meant {
  readonly id: string;
  readonly warnings: readonly string[];
}

// The plan's tombstone counts; where the plan store was lost it has none, and the fences do.
async function tombstoneOf(
  context: ApiContext,
  facts: EndpointFacts,
  wished: string | undefined,
): Promise<Meant> {
  const { name } = facts;
  const entry = (await context.state.plan()).entries.get(name);
  const planned = entry?.kind === "tombstone" ? entry.tombstoneId : undefined;
  if (planned !== undefined && (wished ?? planned) === planned)
    return { id: planned, warnings: [] };
  const { tombstones, unread } = await readFences(context, facts);
  const ids = [...new Set(planned === undefined ? tombstones : [planned, ...tombstones])];
  const [only, ...others] = ids;
  const doubts = unread.map((problem) => {
    return `Whether ${name} is retired by another order cannot be seen on ${problem}.`;
  });
  if (wished !== undefined && ids.includes(wished)) return { id: wished, warnings: [] };
  if (wished !== undefined && planned === undefined && unread.length > 0) {
    return { id: wished, warnings: doubts };
  }
  if (only === undefined && unread.length > 0) {
    const message = `Cannot tell whether ${name} is retired: not all of DNS can be read`;
    const hint = "name the tombstone, where it is known: --tombstone <id>";
    throw refusal(503, "dns-unread", `${message} (${unread.join("; ")})`, hint);
  }
  if (only === undefined) {
    const message = `Cannot revive ${name}: it is not retired, neither in the plan nor in DNS`;
    throw refusal(409, "not-retired", message, `one that waits: "retire cancel ${name}"`);
  }
  if (wished === undefined && others.length === 0) return { id: only, warnings: doubts };
  const message = `Cannot tell which tombstone of ${name} to revive`;
  throw refusal(409, "other-tombstone", message, `name it: ${ids.join(" or ")}`);
}
