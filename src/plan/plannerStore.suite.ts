// A plan store for the planner's tests: as much of the port as the planner uses, in memory.
import { healthKey, type Inventory, type TargetHealth } from "./inventory.ts";
import { applyDelta, emptyPlan } from "./line.ts";
import type { Order } from "./order.ts";
import type { Plan, PlanDelta, ServingEntry } from "./plan.ts";
import type {
  AppendOutcome,
  EndedOverrides,
  EpochSeen,
  PlanChanges,
  PlanHead,
  PlanStore,
  PolicyRevision,
  StoreHint,
} from "./planStore.ts";
import type { Policy } from "./policy.ts";
import type { Force } from "./target.ts";

export class FakePlanStore {
  plans: Plan[] = [emptyPlan("use1")];
  deltas: PlanDelta[] = [];
  floorGeneration = 0;
  epochs: readonly EpochSeen[] = [];
  endedOverrides: readonly EndedOverrides[] | undefined;
  remembered: readonly ServingEntry[] | undefined;
  /** Ids of orders that were ended, each with who and why. */
  ended: (readonly [id: string, actor: string, why: string])[] = [];
  /** Forgets the next word that orders are done: the planner died before it came. */
  losesNextEnd = false;
  away = false;
  /** Takes the next plan, and loses the answer. */
  losesNextAnswer = false;
  refusal: string | undefined;
  /** Says of every tombstone that nobody asked for it. */
  refusesTombstones = false;
  headReads = 0;
  appends = 0;
  /** Runs right before the next append is looked at: another planner's chance. */
  beforeAppend: (() => void) | undefined;
  #revision: PolicyRevision | undefined;
  #forces: readonly Force[] = [];
  #orders: readonly Order[] = [];
  #inventory: Inventory = { health: new Map() };
  readonly #listeners = new Set<(hint: StoreHint) => void>();

  get newest(): Plan {
    return this.plans.at(-1) ?? emptyPlan("use1");
  }

  tell(hint: StoreHint): void {
    for (const listener of this.#listeners) listener(hint);
  }

  setPolicy(policy: Policy): void {
    const revision = (this.#revision?.revision ?? 0) + 1;
    this.#revision = { revision, policy, actor: "operator:ann", acceptedAtMs: 0 };
    this.tell({ topic: "policy" });
  }

  setForces(forces: readonly Force[]): void {
    this.#forces = forces;
    this.tell({ topic: "forces" });
  }

  setOrders(...orders: readonly Order[]): void {
    this.setOrdersUnheard(...orders);
    this.tell({ topic: "orders" });
  }

  /** Orders that a planner has no word of yet. */
  setOrdersUnheard(...orders: readonly Order[]): void {
    this.#orders = orders;
  }

  get orders(): readonly Order[] {
    return this.#orders;
  }

  setHealth(...health: readonly TargetHealth[]): void {
    const all = new Map(this.#inventory.health);
    for (const one of health) all.set(healthKey(one.targetId, one.checkId), one);
    this.#inventory = { health: all };
    this.tell({ topic: "health" });
  }

  /** Puts the store back to what it was at a generation. */
  restore(generation: number): void {
    this.plans = this.plans.filter((plan) => plan.generation <= generation);
    this.deltas = this.deltas.filter((delta) => delta.generation <= generation);
  }

  take(delta: PlanDelta): void {
    this.plans.push(applyDelta(this.newest, delta));
    this.deltas.push(delta);
    this.tell({ topic: "plan", generation: delta.generation });
  }

  #head(): PlanHead {
    const { region, generation, digest } = this.newest;
    const { floorGeneration, epochs, endedOverrides, remembered } = this;
    return {
      ...{ region, generation, digest, floorGeneration, epochs },
      ...(endedOverrides && { endedOverrides }),
      ...(remembered && { remembered }),
    };
  }

  #here(): void {
    if (this.away) throw new Error("Cannot reach the store as it must be there: it is away");
  }

  /** The port. What the planner never calls says so. */
  port(): PlanStore {
    const unused = (): never => {
      throw new Error("Cannot answer as the planner must not ask this");
    };
    return {
      head: async () => {
        this.#here();
        this.headReads += 1;
        return this.#head();
      },
      append: async (delta) => this.#append(delta),
      read: async () => {
        this.#here();
        return this.newest.generation === 0 ? undefined : this.newest;
      },
      changesAfter: async (generation): Promise<PlanChanges> => {
        this.#here();
        const entries = [...this.newest.entries.values()].filter(
          (entry) => entry.generation > generation,
        );
        return { head: this.#head(), after: generation, entries };
      },
      policy: async () => {
        this.#here();
        return this.#revision;
      },
      forces: async () => {
        this.#here();
        return this.#forces;
      },
      inventory: async () => {
        this.#here();
        return this.#inventory;
      },
      orders: async () => {
        this.#here();
        return this.#orders;
      },
      endOrders: async (ids, actor, why) => {
        this.#here();
        return this.#endOrders(ids, actor, why);
      },
      watch: (listener) => {
        this.#listeners.add(listener);
        return () => this.#listeners.delete(listener);
      },
      summaries: async (limit, before = Number.POSITIVE_INFINITY) => {
        this.#here();
        const older = this.deltas.filter(({ generation }) => generation < before);
        return older
          .toReversed()
          .slice(0, limit)
          .map(({ changed, ...plan }) => ({ ...plan, changedCount: changed.length }));
      },
      history: unused,
      raiseFloor: unused,
      raiseEpochs: unused,
      remember: unused,
      cleanUp: unused,
      putOrders: unused,
      endOverrides: unused,
      putPolicy: unused,
      putForce: unused,
      release: unused,
      report: unused,
    };
  }

  #endOrders(ids: readonly string[], actor: string, why: string): readonly string[] {
    if (this.losesNextEnd) {
      this.losesNextEnd = false;
      throw new Error("Cannot say what became of the orders: the planner died");
    }
    const there = this.#orders.filter((order) => ids.includes(order.id)).map(({ id }) => id);
    for (const id of there) this.ended.push([id, actor, why]);
    this.setOrders(...this.#orders.filter((order) => !ids.includes(order.id)));
    return there;
  }

  #append(delta: PlanDelta): AppendOutcome {
    this.#here();
    this.appends += 1;
    const before = this.beforeAppend;
    this.beforeAppend = undefined;
    before?.();
    if (this.refusal !== undefined) return { kind: "refused", problem: this.refusal };
    if (this.refusesTombstones && delta.changed.some(({ kind }) => kind === "tombstone")) {
      return { kind: "refused", problem: "nobody asked for it" };
    }
    if (delta.parentDigest !== this.newest.digest) {
      return { kind: "not-a-child", head: this.#head() };
    }
    this.take(delta);
    if (this.losesNextAnswer) {
      this.losesNextAnswer = false;
      throw new Error("Cannot say what became of the plan: the answer was lost");
    }
    return { kind: "accepted", head: this.#head() };
  }
}
