// A plan store for the planner's tests: as much of the port as the planner uses, in memory.
import { healthKey, type Inventory, type TargetHealth } from "./inventory.ts";
import { applyDelta, emptyPlan } from "./line.ts";
import type { Plan, PlanDelta } from "./plan.ts";
import type {
  AppendOutcome,
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
  away = false;
  /** Takes the next plan, and loses the answer. */
  losesNextAnswer = false;
  refusal: string | undefined;
  appends = 0;
  /** Runs right before the next append is looked at: another planner's chance. */
  beforeAppend: (() => void) | undefined;
  #revision: PolicyRevision | undefined;
  #forces: readonly Force[] = [];
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

  setHealth(...health: readonly TargetHealth[]): void {
    const all = new Map(this.#inventory.health);
    for (const one of health) all.set(healthKey(one.targetId, one.checkId), one);
    this.#inventory = { health: all };
    this.tell({ topic: "health" });
  }

  take(delta: PlanDelta): void {
    this.plans.push(applyDelta(this.newest, delta));
    this.deltas.push(delta);
    this.tell({ topic: "plan", generation: delta.generation });
  }

  #head(): PlanHead {
    const { region, generation, digest } = this.newest;
    return { region, generation, digest, floorGeneration: this.floorGeneration };
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
      watch: (listener) => {
        this.#listeners.add(listener);
        return () => this.#listeners.delete(listener);
      },
      summaries: unused,
      history: unused,
      raiseFloor: unused,
      putPolicy: unused,
      putForce: unused,
      release: unused,
      report: unused,
    };
  }

  #append(delta: PlanDelta): AppendOutcome {
    this.#here();
    this.appends += 1;
    const before = this.beforeAppend;
    this.beforeAppend = undefined;
    before?.();
    if (this.refusal !== undefined) return { kind: "refused", problem: this.refusal };
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
