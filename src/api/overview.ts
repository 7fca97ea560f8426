import type { Clock } from "../base/index.ts";
import type { Name } from "../dns/index.ts";
import type { EndpointPolicy, Order, PlanEntry } from "../plan/index.ts";
import { type Modes, modesOf } from "./decisions.ts";
import { OVERVIEW_MS_MIN } from "./limits.ts";
import type { RegionSnapshot, RegionState } from "./regionState.ts";
import type { Mode } from "./schemas/endpoints.ts";

/** One endpoint with everything that is known of it without asking DNS. */
export interface EndpointFacts {
  readonly name: Name;
  readonly zone: Name;
  readonly mode: Mode;
  readonly policy?: EndpointPolicy;
  readonly entry?: PlanEntry;
  /** What people asked for about it; usually nothing. */
  readonly orders: readonly Order[];
}

const NO_ORDERS: readonly Order[] = [];

/** Every endpoint of configuration and plan at one moment, in order of name. */
export interface Overview {
  readonly snapshot: RegionSnapshot;
  readonly rows: readonly EndpointFacts[];
  readonly byName: ReadonlyMap<Name, EndpointFacts>;
  readonly atMs: number;
}

/** Works out an overview of a snapshot. */
function makeOverview(snapshot: RegionSnapshot, nowMs: number): Overview {
  const modes = modesOf(snapshot);
  const policies = new Map<Name, EndpointPolicy>();
  for (const policy of snapshot.policy?.policy.endpoints ?? []) policies.set(policy.name, policy);
  const ordered = byEndpoint(snapshot.orders);
  const byName = new Map<Name, EndpointFacts>();
  for (const [name, policy] of policies) {
    const entry = snapshot.plan.entries.get(name);
    const mode = modeOf(name, entry, modes);
    const known = entry === undefined ? {} : { entry };
    const orders = ordered.get(name) ?? NO_ORDERS;
    byName.set(name, { name, zone: policy.zone, mode, policy, ...known, orders });
  }
  for (const [name, entry] of snapshot.plan.entries) {
    if (policies.has(name)) continue;
    const mode = heldMode(entry) ?? "orphaned";
    const orders = ordered.get(name) ?? NO_ORDERS;
    byName.set(name, { name, zone: entry.zone, mode, entry, orders });
  }
  // An override may be about a name that no plan has yet.
  for (const [name, orders] of ordered) {
    const [first] = orders;
    if (first === undefined || byName.has(name)) continue;
    byName.set(name, { name, zone: first.zone, mode: "not-planned", orders });
  }
  const names = [...byName.keys()].sort();
  const rows = names.flatMap((name) => byName.get(name) ?? []);
  return { snapshot, rows, byName, atMs: nowMs };
}

function byEndpoint(orders: readonly Order[]): ReadonlyMap<Name, readonly Order[]> {
  const ordered = new Map<Name, Order[]>();
  for (const order of orders) {
    const others = ordered.get(order.endpoint);
    if (others === undefined) ordered.set(order.endpoint, [order]);
    else others.push(order);
  }
  return ordered;
}

function modeOf(name: Name, entry: PlanEntry | undefined, modes: Modes): Mode {
  if (entry === undefined) return "not-planned";
  return heldMode(entry) ?? modes.get(name) ?? "healthy";
}

// What a person decided: targets and their health have no part in it.
function heldMode(entry: PlanEntry): Mode | undefined {
  if (entry.kind === "tombstone") return "retired";
  if (entry.override !== undefined) return "overridden";
  return entry.beneath === undefined ? undefined : "rolled-back";
}

/** Keeps the newest overview, and works out a new one only when something moved. */
export class OverviewCache {
  readonly #state: RegionState;
  readonly #clock: Clock;
  #making: Promise<Overview> | undefined;
  #made: { readonly overview: Overview; readonly moves: number; readonly atMs: number } | undefined;

  constructor(state: RegionState, clock: Clock) {
    this.#state = state;
    this.#clock = clock;
  }

  /** An overview that is at most a second old, or older where nothing moved since. */
  current(): Promise<Overview> {
    const made = this.#made;
    const now = this.#clock.monotonicMs();
    const young = made !== undefined && now - made.atMs < OVERVIEW_MS_MIN;
    if (made !== undefined && (young || made.moves === this.#state.moves)) {
      return Promise.resolve(made.overview);
    }
    this.#making ??= this.#make().finally(() => {
      this.#making = undefined;
    });
    return this.#making;
  }

  /** Makes the next reader see what was just changed. */
  forget(): void {
    this.#made = undefined;
  }

  async #make(): Promise<Overview> {
    const moves = this.#state.moves;
    const atMs = this.#clock.monotonicMs();
    const overview = makeOverview(await this.#state.snapshot(), this.#clock.wallMs());
    this.#made = { overview, moves, atMs };
    return overview;
  }
}
