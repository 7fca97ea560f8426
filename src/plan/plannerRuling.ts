import type { Name } from "../dns/index.ts";
import { isPinned, plannedContent } from "./content.ts";
import type { Override, Retirement, Revival, Rollback } from "./order.ts";
import type { EndpointOrders, OrderProblem } from "./orderBook.ts";
import { isMoment } from "./orderText.ts";
import { checkContent, checkOverride } from "./overrideCheck.ts";
import type { PlanEntry, ServingEntry, TombstoneEntry } from "./plan.ts";

/** What people's orders, and the parent's own mark, make of one endpoint. */
export type Ruling =
  /** It stays as it is, whatever policy and health say. */
  | { readonly kind: "keep" }
  | { readonly kind: "retire"; readonly retirement: Retirement; readonly held: ServingEntry }
  | {
      readonly kind: "pin";
      readonly pin: Override | Rollback;
      readonly held: ServingEntry | undefined;
      readonly revival: Revival | undefined;
    }
  | {
      readonly kind: "plan";
      readonly held: ServingEntry | undefined;
      readonly revival: Revival | undefined;
    };

/** A ruling, and the orders that cannot be carried out by it. */
export interface Ruled {
  readonly ruling: Ruling;
  readonly problems: readonly OrderProblem[];
}

/** What a ruling depends on besides orders and parent. */
export interface RulingFacts {
  readonly inPolicy: boolean;
  /** Zones of the policy. */
  readonly zones: ReadonlySet<Name>;
  readonly wallMs: number;
  /** Ids of retirements whose hold-down was watched to its end. */
  readonly watched: ReadonlySet<string>;
}

type Complain = (order: { readonly id: string; readonly endpoint: Name }, why: string) => void;

/**
 * Who has the say over one endpoint: its tombstone (only a revival changes it), then a retirement
 * that is due, an override, a rollback, and the policy last.
 *
 * @param orders undefined where nothing is known of them: what they may have made then stays.
 */
export function rule(
  held: PlanEntry | undefined,
  orders: EndpointOrders | undefined,
  facts: RulingFacts,
): Ruled {
  const problems: OrderProblem[] = [];
  const complain: Complain = ({ id, endpoint }, why) => void problems.push({ id, endpoint, why });
  if (held?.kind === "tombstone") {
    return { ruling: ruleRetired(held, orders ?? {}, facts, complain), problems };
  }
  if (orders === undefined) {
    const pinned = held !== undefined && isPinned(held);
    const ruling: Ruling = pinned ? { kind: "keep" } : { kind: "plan", held, revival: undefined };
    return { ruling, problems };
  }
  return { ruling: ruleServing(held, orders, facts, complain), problems };
}

function ruleRetired(
  held: TombstoneEntry,
  { override, retirement, revival, rollback }: EndpointOrders,
  { inPolicy }: RulingFacts,
  complain: Complain,
): Ruling {
  if (revival !== undefined) {
    if (revival.tombstoneId !== held.tombstoneId) {
      complain(revival, `the plan's tombstone is ${held.tombstoneId}: revive that one first`);
    } else if (inPolicy) {
      return { kind: "plan", held: undefined, revival };
    } else {
      complain(revival, "the configuration does not have it: nothing says what it should answer");
    }
  }
  if (retirement !== undefined && retirement.id !== held.tombstoneId) {
    complain(retirement, `it is retired already (${held.tombstoneId})`);
  }
  for (const pin of [override, rollback]) {
    if (pin !== undefined) complain(pin, `it is retired (${held.tombstoneId}): revive it first`);
  }
  return { kind: "keep" };
}

function ruleServing(
  held: ServingEntry | undefined,
  orders: EndpointOrders,
  facts: RulingFacts,
  complain: Complain,
): Ruling {
  const { retirement, rollback } = orders;
  const override = overrideInForce(orders.override, held, facts, complain);
  if (retirement !== undefined && !wasRetiredBy(held, retirement)) {
    const waitsFor = retirementWaitsFor(held, orders, facts.wallMs);
    if (waitsFor !== undefined) complain(retirement, waitsFor);
    else if (held !== undefined && isDue(retirement, facts)) {
      return { kind: "retire", retirement, held };
    }
  }
  const revival = revivalToTell(orders.revival, held, facts, complain);
  if (override !== undefined) return { kind: "pin", pin: override, held, revival };
  if (rollback !== undefined) {
    const [problem] = checkContent(rollback, rollback.endpoint);
    if (problem === undefined && zoneIsKnown(rollback, held, facts)) {
      return { kind: "pin", pin: rollback, held, revival };
    }
    complain(rollback, problem ?? zoneProblem(rollback));
  }
  return { kind: "plan", held, revival };
}

function overrideInForce(
  order: Override | undefined,
  held: ServingEntry | undefined,
  facts: RulingFacts,
  complain: Complain,
): Override | undefined {
  if (order === undefined || facts.wallMs >= order.untilMs) return undefined;
  // What was in order when it was pinned stays in order: nothing beneath it moves.
  if (held?.override?.id === order.id) return order;
  const planned = held === undefined ? undefined : plannedContent(held);
  const [problem] = checkOverride(order, planned, order.endpoint);
  if (problem === undefined && isMoment(order.untilMs) && zoneIsKnown(order, held, facts)) {
    return order;
  }
  if (problem !== undefined) complain(order, problem);
  else if (!isMoment(order.untilMs)) complain(order, `its end is no time: ${order.untilMs} ms`);
  else complain(order, zoneProblem(order));
  return undefined;
}

// An enactor cannot write where no zone store is known.
function zoneIsKnown(
  { zone }: Override | Rollback,
  held: ServingEntry | undefined,
  { inPolicy, zones }: RulingFacts,
): boolean {
  return held !== undefined || inPolicy || zones.has(zone);
}

function zoneProblem({ zone }: Override | Rollback): string {
  return `its zone ${zone} is not in the configuration`;
}

/** Why a retirement cannot be carried out whatever its time; undefined where it can. */
export function retirementWaitsFor(
  held: PlanEntry | undefined,
  { override }: EndpointOrders,
  wallMs: number,
): string | undefined {
  if (held === undefined) return "it is in no plan: nothing is known that could be retired";
  const pinned = held.kind === "serving" ? held.override : undefined;
  if (override !== undefined && wallMs < override.untilMs) {
    return `override ${override.id} is on it: clear that first`;
  }
  return pinned === undefined ? undefined : `override ${pinned.id} is on it still`;
}

/**
 * Whether a retirement was carried out, and the name revived since: an order that outlived its
 * deed, as a planner died before it could end it, must not retire the name once more.
 */
export function wasRetiredBy(held: PlanEntry | undefined, { id }: Retirement): boolean {
  if (held?.kind === "tombstone" && held.tombstoneId === id) return true;
  return held?.revives?.includes(id) ?? false;
}

function isDue({ id, atMs, holdDownMs }: Retirement, { watched, wallMs }: RulingFacts): boolean {
  return watched.has(id) && wallMs >= atMs + holdDownMs;
}

// A lost plan store knows no tombstone, but a fence still holds it: its id was read from there.
function revivalToTell(
  revival: Revival | undefined,
  held: ServingEntry | undefined,
  { inPolicy }: RulingFacts,
  complain: Complain,
): Revival | undefined {
  if (revival === undefined || held?.revives?.includes(revival.tombstoneId)) return undefined;
  if (inPolicy) return revival;
  complain(revival, "the configuration does not have it: nothing says what it should answer");
  return undefined;
}
