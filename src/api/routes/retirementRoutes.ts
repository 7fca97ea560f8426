import { type Name, parseName } from "../../dns/index.ts";
import { orderId, type Retirement } from "../../plan/index.ts";
import { refusal } from "../apiError.ts";
import type { ApiContext, ApiServer } from "../context.ts";
import { HOLD_DOWN_MS_DEFAULT, HOLD_DOWN_MS_MAX, HOLD_DOWN_MS_MIN } from "../limits.ts";
import { endOrder, placeOrder, wantOrder } from "../orders/placeOrder.ts";
import { endpointOrder } from "../orders/standing.ts";
import type { EndpointFacts } from "../overview.ts";
import { type OrderChanged, RetirementRequest } from "../schemas/orders.ts";
import { momentText } from "../views/momentText.ts";
import { addOrderRoutes } from "./addOrderRoutes.ts";

/** Names that shall stop answering: the only way to it, and it waits. */
export function retirementRoutes(app: ApiServer, context: ApiContext): void {
  addOrderRoutes(app, context, {
    kind: "retirement",
    ask: {
      ...{ summary: "Retire a name, after a wait", operationId: "retireEndpoint" },
      description: "The name stops answering when the wait is over. It can be cancelled before.",
      body: RetirementRequest,
      run: retire,
    },
    end: {
      ...{ summary: "Cancel a retirement that waits", operationId: "cancelRetirement" },
      ...{ reason: "cancelled", run: cancel },
    },
  });
}

// The planner may carry it out at this very moment: the newest plan tells, before and after.
async function cancel(
  context: ApiContext,
  facts: EndpointFacts,
  actor: string,
  reason: string,
): Promise<OrderChanged> {
  const { name } = facts;
  const waiting = endpointOrder(await context.state.orders(), name, "retirement");
  await refuseRetired(context, name, waiting?.id);
  const order = await wantOrder(context, facts, "retirement");
  const message = `${name} goes on answering (${order.id} is cancelled)`;
  const ended = await endOrder(context, order, actor, reason, message);
  await refuseRetired(context, name, order.id);
  return ended;
}

/** Refuses where the newest plan retires a name, by the order given or, without one, by any. */
async function refuseRetired(
  context: ApiContext,
  name: Name,
  orderId: string | undefined,
): Promise<void> {
  const entry = (await context.state.plan()).entries.get(name);
  if (entry?.kind !== "tombstone" || (orderId ?? entry.tombstoneId) !== entry.tombstoneId) return;
  const message = `Cannot cancel the retirement of ${name}: too late, it is retired`;
  const hint = `it answers again after "revive ${name}"`;
  throw refusal(409, "retired", `${message} (${entry.tombstoneId})`, hint);
}

async function retire(
  context: ApiContext,
  { name, zone }: EndpointFacts,
  wish: RetirementRequest,
  actor: string,
): Promise<OrderChanged> {
  const { clock, chance } = context.deps;
  const holdDownMs = wish.holdDownMs ?? HOLD_DOWN_MS_DEFAULT;
  const { reason } = wish;
  checkConfirmed(name, wish, holdDownMs);
  const entry = (await context.state.plan()).entries.get(name);
  if (entry === undefined) {
    throw refusal(409, "not-planned", `Cannot retire ${name}: no plan has it, it answers nothing`);
  }
  if (entry.kind === "tombstone") {
    throw refusal(409, "retired", `Cannot retire ${name}: it is retired (${entry.tombstoneId})`);
  }
  const orders = await context.state.orders();
  const override = endpointOrder(orders, name, "override");
  if (override !== undefined) {
    const message = `Cannot retire ${name}: an override is on it (${override.id})`;
    throw refusal(409, "overridden", message, `end it first: "override clear ${name}"`);
  }
  const waiting = endpointOrder(orders, name, "retirement");
  if (waiting !== undefined) {
    const due = momentText(waiting.atMs + waiting.holdDownMs);
    const message = `Cannot retire ${name} again: it is to be at ${due} (${waiting.id})`;
    throw refusal(409, "retiring", message, `cancel that first: "retire cancel ${name}"`);
  }
  const atMs = clock.wallMs();
  const order: Retirement = {
    kind: "retirement",
    ...{ id: orderId("retirement", name, atMs, chance), endpoint: name, zone, actor, reason, atMs },
    holdDownMs,
  };
  const due = momentText(atMs + holdDownMs);
  return placeOrder(context, order, `${name} stops answering at ${due} (${order.id})`);
}

function checkConfirmed(name: string, wish: RetirementRequest, holdDownMs: number): void {
  if (!isName(wish.confirm, name)) {
    throw refusal(400, "not-confirmed", `Cannot retire ${name}: "confirm" must be its full name`);
  }
  if (holdDownMs > HOLD_DOWN_MS_MAX) {
    const problem = `Cannot wait longer than ${HOLD_DOWN_MS_MAX / 86_400_000} days`;
    throw refusal(400, "out-of-range", `${problem}: it is ${holdDownMs / 1000} s`);
  }
  if (holdDownMs >= HOLD_DOWN_MS_MIN) return;
  if (holdDownMs > 0) {
    const problem = `Cannot wait for less than ${HOLD_DOWN_MS_MIN / 1000} s`;
    const hint = "0 is not waiting at all, and is confirmed twice";
    throw refusal(400, "out-of-range", `${problem}: it is ${holdDownMs / 1000} s`, hint);
  }
  if (isName(wish.confirmAgain ?? "", name)) return;
  const message = `Cannot retire ${name} without a wait: "confirmAgain" must be its full name`;
  throw refusal(400, "not-confirmed", message);
}

function isName(text: string, name: string): boolean {
  const parsed = parseName(text);
  return parsed.kind === "parsed" && parsed.name === name;
}
