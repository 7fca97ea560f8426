import type { Name } from "../dns/index.ts";
import {
  emptyPlan,
  type Force,
  type Inventory,
  type Order,
  type Plan,
  type PlanEntry,
  type PlanHead,
  type PlanStore,
  type PolicyRevision,
  type StoreHint,
} from "../plan/index.ts";
import { OLD_PLANS_MAX } from "./limits.ts";

/** The region at one moment, as the plan store has it. */
export interface RegionSnapshot {
  readonly head: PlanHead;
  readonly plan: Plan;
  readonly policy: PolicyRevision | undefined;
  readonly forces: readonly Force[];
  /** In order of id. */
  readonly orders: readonly Order[];
  readonly inventory: Inventory;
}

/**
 * What the API knows of the plan store, read again only where something moved: a page of
 * endpoints must not cost a read of every plan entry there is.
 */
export class RegionState {
  readonly #store: PlanStore;
  readonly #unwatch: () => void;
  #moves = 0;
  readonly #oldPlans = new Map<number, Promise<Plan | undefined>>();
  #plan: Plan | undefined;
  #planRead: Promise<Plan> | undefined;
  #policy: Promise<PolicyRevision | undefined> | undefined;
  #orders: Promise<readonly Order[]> | undefined;

  constructor(store: PlanStore) {
    this.#store = store;
    this.#unwatch = store.watch((hint) => this.#onHint(hint));
  }

  /** Rises whenever anything in the store moved: what was worked out before may be old. */
  get moves(): number {
    return this.#moves;
  }

  /** Stops following the store. */
  close(): void {
    this.#unwatch();
  }

  /** Everything that views are made of. */
  async snapshot(): Promise<RegionSnapshot> {
    const [plan, policy, forces, orders, inventory] = await Promise.all([
      this.plan(),
      this.policy(),
      this.#store.forces(),
      this.orders(),
      this.#store.inventory(),
    ]);
    return { head: await this.#store.head(), plan, policy, forces, orders, inventory };
  }

  /** The newest plan; an empty one of generation 0 before the first. Cost follows the change. */
  plan(): Promise<Plan> {
    this.#planRead ??= this.#readPlan().finally(() => {
      this.#planRead = undefined;
    });
    return this.#planRead;
  }

  /** The whole plan at an older generation; undefined where there is none. */
  async planAt(generation: number): Promise<Plan | undefined> {
    const newest = await this.plan();
    if (generation === newest.generation) return newest;
    const known = this.#oldPlans.get(generation);
    if (known !== undefined) return known;
    const read = this.#store.read(generation);
    this.#oldPlans.set(generation, read);
    const forget = (): void => void this.#oldPlans.delete(generation);
    read.then((plan) => plan === undefined && forget(), forget);
    const oldest = this.#oldPlans.keys().next().value;
    if (this.#oldPlans.size > OLD_PLANS_MAX && oldest !== undefined) this.#oldPlans.delete(oldest);
    return read;
  }

  /** The policy as accepted; undefined before the first. */
  policy(): Promise<PolicyRevision | undefined> {
    if (this.#policy === undefined) {
      const read = this.#store.policy();
      this.#policy = read;
      read.then(
        (revision) => {
          if (revision === undefined) this.#policy = undefined;
        },
        () => {
          this.#policy = undefined;
        },
      );
    }
    return this.#policy;
  }

  /** What people asked for, in order of id; there may be as many as endpoints. */
  orders(): Promise<readonly Order[]> {
    if (this.#orders === undefined) {
      const read = this.#store.orders();
      this.#orders = read;
      read.catch(() => {
        this.#orders = undefined;
      });
    }
    return this.#orders;
  }

  /** Makes the next reader see orders that were just changed: a hint may come later. */
  forgetOrders(): void {
    this.#moves += 1;
    this.#orders = undefined;
  }

  async #readPlan(): Promise<Plan> {
    const head = await this.#store.head();
    const held = this.#plan ?? emptyPlan(head.region);
    if (held.generation === head.generation && held.digest === head.digest) return held;
    const changes = await this.#store.changesAfter(held.generation);
    const whole =
      changes.head.generation > held.generation
        ? mergeEntries(held, changes.entries, changes.head)
        : // The store went back: it was restored from a copy. What we hold is of another line.
          ((await this.#store.read()) ?? emptyPlan(head.region));
    this.#plan = whole;
    return whole;
  }

  #onHint(hint: StoreHint): void {
    this.#moves += 1;
    if (hint.topic === "policy" || hint.topic === "connected") this.#policy = undefined;
    if (hint.topic === "orders" || hint.topic === "connected") this.#orders = undefined;
    if (hint.topic === "connected") this.#oldPlans.clear();
  }
}

function mergeEntries(held: Plan, changed: readonly PlanEntry[], head: PlanHead): Plan {
  const entries = new Map<Name, PlanEntry>(held.entries);
  for (const entry of changed) entries.set(entry.endpoint, entry);
  return { region: head.region, generation: head.generation, digest: head.digest, entries };
}
