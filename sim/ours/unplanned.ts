import type { Order, PlanEntry } from "../../src/plan/index.ts";
import type { Scene } from "../schedule/act.ts";
import type { Configuration } from "./configuration.ts";
import type { Ledger } from "./ledger.ts";
import { lacksType } from "./unfinished.ts";

/** An order that is due, or an override that is over, is seen to by then. */
const SLACK_MS = 5_000;
/** Hold-downs up to so long end before a world does. */
const HOLD_DOWN_MS_MAX = 5_000;

/** What people and load balancers want, at one moment. */
export interface Wishes {
  readonly scene: Scene;
  readonly configuration: Configuration;
  /** As the plan store holds them. */
  readonly orders: readonly Order[];
  readonly isUp: (targetId: string) => boolean;
  readonly wallMs: number;
}

/** What of the newest plan is not as the configuration, the checks and the orders want it. */
export function unplannedIn(ledger: Ledger, wishes: Wishes): string | undefined {
  for (const { name } of wishes.scene.endpoints) {
    const entry = ledger.newest.get(name);
    const orders = wishes.orders.filter(({ endpoint }) => endpoint === name);
    const problem =
      entry === undefined
        ? wishes.configuration.endpoint(name) && "no plan knows it"
        : (unmetOrder(entry, orders, wishes) ?? unmetPolicy(entry, orders, wishes));
    if (problem !== undefined) return `${name}: ${problem}`;
  }
  return undefined;
}

/** An order that the plan does not follow, though it is time. */
function unmetOrder(
  entry: PlanEntry,
  orders: readonly Order[],
  { configuration, wallMs }: Wishes,
): string | undefined {
  const override = orders.find((order) => order.kind === "override");
  if (override !== undefined && override.untilMs + SLACK_MS < wallMs) {
    return `override ${override.id} is over, and asked for still`;
  }
  const isServed = entry.kind === "serving";
  const pinned = override?.rrsets.map(({ type }) => type) ?? [];
  const mayPlan = override !== undefined && isServed && !lacksType(pinned, entry);
  if (mayPlan && entry.override?.id !== override.id) {
    return `override ${override.id} is asked for, and not planned`;
  }
  for (const order of orders) {
    if (order.kind === "retirement" && isServed && override === undefined) {
      const { atMs, holdDownMs } = order;
      const isSoon = holdDownMs <= HOLD_DOWN_MS_MAX;
      if (isSoon && atMs + holdDownMs + SLACK_MS < wallMs)
        return `${order.id} is due, and not done`;
    }
    if (order.kind === "revival" && !isServed && configuration.endpoint(entry.endpoint)) {
      if (entry.tombstoneId === order.tombstoneId) return `${order.id} is asked for, and not done`;
    }
  }
  return undefined;
}

/** Where nobody pinned anything: TTL, types, answers, and the targets that pass their checks. */
function unmetPolicy(
  entry: PlanEntry,
  orders: readonly Order[],
  wishes: Wishes,
): string | undefined {
  const wanted = wishes.configuration.endpointPolicy(entry.endpoint);
  if (entry.kind === "tombstone" || wanted === undefined) return undefined;
  // A store that was lost knows of an override's content, and not of what was planned beneath.
  if (entry.beneath !== undefined || entry.override !== undefined) return undefined;
  if (orders.some(({ kind }) => kind === "rollback")) return undefined;
  if (entry.answers !== wanted.answers) return `it is to give ${wanted.answers} answers`;
  for (const type of wanted.types) {
    const held = entry.rrsets.find((rrset) => rrset.type === type);
    if (held === undefined) return `it is to have ${type}`;
    if (held.ttlSeconds !== wanted.ttlSeconds) return `its TTL is to be ${wanted.ttlSeconds} s`;
    const addresses = held.records.map(({ rdata }) => rdata).sort();
    const targets = wantedAddresses(type, wishes);
    if (addresses.join() !== targets.join()) {
      return `it is to have ${type} ${targets.join(" ")}, planned is ${addresses.join(" ")}`;
    }
  }
  return undefined;
}

/** Of all that pass, or of all where none does. */
function wantedAddresses(type: "A" | "AAAA", { scene, isUp }: Wishes): readonly string[] {
  const up = scene.targets.filter(({ id }) => isUp(id));
  const served = up.length > 0 ? up : scene.targets;
  return served.map(({ ipv4, ipv6 }) => (type === "A" ? ipv4 : ipv6)).sort();
}
