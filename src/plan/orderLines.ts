import type { Name } from "../dns/index.ts";
import type { Order, Retirement, Revival } from "./order.ts";
import { type EndpointOrders, orderBook } from "./orderBook.ts";
import { byText, durationText, momentText, pinText } from "./orderText.ts";
import type { PlanEntry } from "./plan.ts";
import { indexPolicy } from "./plannerIndex.ts";
import { rule } from "./plannerRuling.ts";
import type { Policy } from "./policy.ts";

/** What lines about orders are made from; see `ExplainInputs`. */
interface LineInputs {
  readonly policy: Policy;
  readonly orders?: readonly Order[];
  readonly wallMs?: number;
}

const NO_ORDERS: EndpointOrders = {};

/** What people asked for about one endpoint: who, why, until when, and what is in the way. */
export function orderLines(
  name: Name,
  { policy, orders, wallMs }: LineInputs,
  held: PlanEntry | undefined,
): readonly string[] {
  if (orders === undefined) return [];
  const asked = orderBook(orders).byEndpoint.get(name) ?? NO_ORDERS;
  const { override, rollback, retirement, revival } = asked;
  const pinnedBy = held?.kind === "serving" ? held.override?.id : undefined;
  const lines: string[] = [];
  if (override !== undefined) {
    const pin = pinText(override);
    const left = leftText(override.untilMs, wallMs);
    lines.push(pinnedBy === override.id ? `${pin}${left}` : `${pin}${left}: not in the plan`);
  }
  if (rollback !== undefined) lines.push(`${pinText(rollback)}; held until it is released`);
  if (retirement !== undefined) lines.push(retirementLine(retirement, held, wallMs));
  if (revival !== undefined) lines.push(revivalLine(revival));
  const inPolicy = indexPolicy(policy).endpoints.has(name);
  const zones = new Set(policy.zones.map((zone) => zone.name));
  const { problems } = rule(held, asked, {
    inPolicy,
    zones,
    wallMs: wallMs ?? 0,
    watched: new Set(),
  });
  lines.push(...problems.map(({ id, why }) => `${id} waits: ${why}`));
  return lines;
}

function leftText(untilMs: number, wallMs: number | undefined): string {
  if (wallMs === undefined) return "";
  return untilMs > wallMs ? ` (${durationText(untilMs - wallMs)} left)` : " (its time is over)";
}

function retirementLine(
  order: Retirement,
  held: PlanEntry | undefined,
  wallMs: number | undefined,
): string {
  const dueAtMs = order.atMs + order.holdDownMs;
  const by = byText(order);
  if (held?.kind === "tombstone") return `retirement ${order.id} ${by}`;
  if (wallMs === undefined || dueAtMs <= wallMs) {
    return `retiring from ${momentText(dueAtMs)} on (${order.id}) ${by}`;
  }
  const left = durationText(dueAtMs - wallMs);
  return `retiring in ${left}, at ${momentText(dueAtMs)} (${order.id}) ${by}`;
}

function revivalLine(order: Revival): string {
  return `revival of tombstone ${order.tombstoneId} (${order.id}) ${byText(order)}`;
}
