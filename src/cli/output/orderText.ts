import type { FenceOverrideView, OrderView } from "../../api/index.ts";
import { leftText, momentText } from "./time.ts";

type Of<Kind extends OrderView["kind"]> = Extract<OrderView, { kind: Kind }>;

/** Overrides for people, three lines each: those ordered, and those that only DNS knows of. */
export function overrideLines(
  orders: readonly Of<"override">[],
  seen: readonly FenceOverrideView[],
  nowMs: number,
): string[] {
  return [
    ...orders.flatMap((order) => [
      `${order.endpoint}  until ${untilText(order.untilMs, nowMs)}, ${stateText(order)}`,
      ...order.rrsets.map(({ type, records }) => `    ${type} ${shownRecords(records)}`),
      `    ${order.direct ? "directly " : ""}by ${order.actor}: ${order.reason} (${order.id})`,
    ]),
    ...seen.flatMap(({ endpoint, storeId, untilMs, id }) => [
      `${endpoint}  until ${untilText(untilMs, nowMs)}, on ${storeId} only`,
      `    directly, and it is not known here by whom and why (${id})`,
    ]),
  ];
}

/** Retirements that wait, for people. */
export function retirementLines(orders: readonly Of<"retirement">[], nowMs: number): string[] {
  return orders.flatMap((order) => [
    `${order.endpoint}  stops answering at ${untilText(order.dueAtMs, nowMs)}`,
    ...(order.problem === undefined ? [] : [`    waits: ${order.problem}`]),
    `    by ${order.actor}: ${order.reason} (${order.id})`,
  ]);
}

/** Rollbacks that are held, for people. */
export function rollbackLines(orders: readonly Of<"rollback">[]): string[] {
  return orders.flatMap((order) => [
    `${order.endpoint}  as in plan ${order.toGeneration}, ${stateText(order)}`,
    `    since ${momentText(order.atMs)} by ${order.actor}: ${order.reason} (${order.id})`,
  ]);
}

/** Records of one type that are listed by themselves. */
const RECORDS_SHOWN = 4;

function shownRecords(records: readonly { readonly rdata: string }[]): string {
  const shown = records.slice(0, RECORDS_SHOWN).map(({ rdata }) => rdata);
  const more = records.length - shown.length;
  return `${shown.join(" ")}${more > 0 ? ` and ${more} more` : ""}`;
}

function stateText({ inPlan, problem }: OrderView): string {
  if (problem !== undefined) return problem;
  return inPlan ? "in the plan" : "waits";
}

/** An order in one line: what, until or from when, by whom and why. */
export function orderLine(order: OrderView, nowMs: number): string {
  const waits = order.inPlan ? "" : ` (${stateText(order)})`;
  return `${whatText(order, nowMs)} by ${order.actor}: ${order.reason}${waits}`;
}

function whatText(order: OrderView, nowMs: number): string {
  switch (order.kind) {
    case "override":
      return `override until ${untilText(order.untilMs, nowMs)}${order.direct ? ", direct" : ""}`;
    case "retirement":
      return `retirement at ${untilText(order.dueAtMs, nowMs)}`;
    case "revival":
      return `revival from ${order.tombstoneId}`;
    case "rollback":
      return `rollback to plan ${order.toGeneration}`;
  }
}

/** A moment, and how far it is. */
export function untilText(ms: number, nowMs: number): string {
  const left = ms - nowMs;
  return left > 0 ? `${momentText(ms)} (${leftText(left)} left)` : `${momentText(ms)} (over)`;
}
