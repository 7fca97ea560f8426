import type { Name } from "../dns/index.ts";
import { HoldDownWatch } from "./holdDownWatch.ts";
import type { Order, Override, Retirement } from "./order.ts";
import { type EndpointOrders, type OrderProblem, orderBook } from "./orderBook.ts";
import type { Plan } from "./plan.ts";
import { retirementWaitsFor, wasRetiredBy } from "./plannerRuling.ts";
import type { Touched } from "./plannerWorld.ts";

/** Orders listed in a report; more are counted. */
const ORDERS_REPORTED_MAX = 20;

/** A retirement that waits. */
export interface WaitingRetirement {
  readonly id: string;
  readonly endpoint: Name;
  /** Wall clock when the planner will retire it, going by both its clocks now. */
  readonly dueAtMs: number;
  /** What else it waits for, in one line. */
  readonly waitsFor?: string;
}

/** How orders stand. */
export interface OrdersReport {
  /** Overrides whose time is not over. */
  readonly overrides: number;
  readonly rollbacks: number;
  readonly retirementsWaiting: number;
  /** The first few that are due. */
  readonly retirements: readonly WaitingRetirement[];
  readonly orderProblemCount: number;
  /** The first few orders that cannot be carried out now, and why. */
  readonly orderProblems: readonly OrderProblem[];
}

/** Orders that need nothing more, and why in one line. */
export interface DoneOrders {
  readonly ids: readonly string[];
  readonly why: string;
}

/** A planner's two clocks at one moment. */
export interface Moments {
  readonly nowMs: number;
  readonly wallMs: number;
}

const NO_ORDERS: EndpointOrders = {};

/** How people's orders stand beside the plan: what is due, over, done, or cannot be done. */
export class PlannerOrders {
  readonly #watch = new HoldDownWatch();
  readonly #problems = new Map<string, OrderProblem>();
  #orders: readonly Order[] = [];

  /** Takes in the orders as just read. */
  take(orders: readonly Order[], moments: Moments): void {
    if (orders === this.#orders) return;
    this.#orders = orders;
    this.#watch.see(orderBook(orders).retirements, moments);
    const ids = new Set(orders.map((order) => order.id));
    for (const id of this.#problems.keys()) if (!ids.has(id)) this.#problems.delete(id);
  }

  /** The plans that were read are another line's: orders in that store may be old ones. */
  startWatchOver(moments: Moments): void {
    this.#watch.startOver();
    this.#watch.see(orderBook(this.#orders).retirements, moments);
  }

  has(endpoint: Name): boolean {
    return orderBook(this.#orders).byEndpoint.has(endpoint);
  }

  /** Endpoints that are still pinned by an override whose time is over. */
  expired(plan: Plan, wallMs: number): readonly Name[] {
    return this.#overrides
      .filter((order) => wallMs >= order.untilMs && isPinnedBy(plan, order))
      .map((order) => order.endpoint);
  }

  /** Retirements whose time has come, and that nothing else holds up. */
  due(plan: Plan, moments: Moments): readonly Retirement[] {
    const { retirements, byEndpoint } = orderBook(this.#orders);
    return retirements.filter((order) => {
      const held = plan.entries.get(order.endpoint);
      if (held?.kind !== "serving" || wasRetiredBy(held, order)) return false;
      if (this.#watch.leftMs(order, moments) > 0) return false;
      const orders = byEndpoint.get(order.endpoint) ?? NO_ORDERS;
      return retirementWaitsFor(held, orders, moments.wallMs) === undefined;
    });
  }

  /**
   * Orders that need nothing more, going by the stored plan alone: whoever stored it may have died
   * before it could say so.
   */
  done(plan: Plan, wallMs: number): readonly DoneOrders[] {
    const { overrides, retirements, revivals, byEndpoint } = orderBook(this.#orders);
    const over = overrides.filter((order) => wallMs >= order.untilMs && !isPinnedBy(plan, order));
    const retired = retirements.filter((order) => {
      return wasRetiredBy(plan.entries.get(order.endpoint), order);
    });
    const revived = revivals.filter(({ endpoint, tombstoneId }) => {
      const held = plan.entries.get(endpoint);
      return held?.kind === "serving" && held.revives?.includes(tombstoneId) === true;
    });
    // What held the name's old content goes with it: revived, it is planned afresh.
    const rollbacks = retired.flatMap(({ endpoint }) => {
      const isTombstone = plan.entries.get(endpoint)?.kind === "tombstone";
      return isTombstone ? (byEndpoint.get(endpoint)?.rollback ?? []) : [];
    });
    const done = [
      { why: "its time is over", ids: over.map(({ id }) => id) },
      { why: "the name is retired", ids: [...retired, ...rollbacks].map(({ id }) => id) },
      { why: "the name is planned again", ids: revived.map(({ id }) => id) },
    ];
    return done.filter(({ ids }) => ids.length > 0);
  }

  /** How long until time alone makes something of an order; undefined where it will not. */
  leftMs(moments: Moments): number | undefined {
    let least: number | undefined;
    const note = (leftMs: number): void => {
      // What is over already waits for something else than time.
      if (leftMs > 0) least = Math.min(least ?? leftMs, leftMs);
    };
    for (const order of this.#overrides) note(order.untilMs - moments.wallMs);
    for (const order of orderBook(this.#orders).retirements) {
      note(this.#watch.leftMs(order, moments));
    }
    return least;
  }

  /** Takes in what stands in the way of orders, of all endpoints just looked at. */
  takeProblems(looked: Touched, problems: readonly OrderProblem[]): void {
    for (const [id, { endpoint }] of this.#problems) {
      if (looked === "all" || looked.has(endpoint)) this.#problems.delete(id);
    }
    for (const problem of problems) this.#problems.set(problem.id, problem);
  }

  report(plan: Plan, moments: Moments): OrdersReport {
    const { retirements, rollbackCount, overrides } = orderBook(this.#orders);
    const waiting = retirements.map((order) => this.#waiting(order, plan, moments));
    waiting.sort((left, right) => left.dueAtMs - right.dueAtMs);
    return {
      overrides: overrides.filter((order) => moments.wallMs < order.untilMs).length,
      rollbacks: rollbackCount,
      retirementsWaiting: waiting.length,
      retirements: waiting.slice(0, ORDERS_REPORTED_MAX),
      orderProblemCount: this.#problems.size,
      orderProblems: [...this.#problems.values()].slice(0, ORDERS_REPORTED_MAX),
    };
  }

  get #overrides(): readonly Override[] {
    return orderBook(this.#orders).overrides;
  }

  #waiting(order: Retirement, plan: Plan, moments: Moments): WaitingRetirement {
    const { wallMs } = moments;
    const { id, endpoint } = order;
    const orders = orderBook(this.#orders).byEndpoint.get(endpoint) ?? NO_ORDERS;
    const waitsFor = retirementWaitsFor(plan.entries.get(endpoint), orders, wallMs);
    const dueAtMs = wallMs + Math.max(0, this.#watch.leftMs(order, moments));
    return { id, endpoint, dueAtMs, ...(waitsFor === undefined ? {} : { waitsFor }) };
  }
}

function isPinnedBy(plan: Plan, { endpoint, id }: Override): boolean {
  const held = plan.entries.get(endpoint);
  return held?.kind === "serving" && held.override?.id === id;
}
