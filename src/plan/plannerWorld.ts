import type { Name } from "../dns/index.ts";
import { healthKey, type Inventory } from "./inventory.ts";
import { applyDelta, emptyPlan } from "./line.ts";
import type { Order } from "./order.ts";
import { endpointsOfMoved } from "./orderBook.ts";
import type { Plan, PlanDelta, ServingEntry } from "./plan.ts";
import { lacksEnds, mayBeRaised } from "./plannerEntries.ts";
import { endpointsOfTargets, indexPolicy } from "./plannerIndex.ts";
import type {
  EndedOverrides,
  EpochSeen,
  PlanChanges,
  PlanHead,
  PlanStore,
  PolicyRevision,
  StoreHint,
} from "./planStore.ts";
import type { Force } from "./target.ts";

/** Endpoints that something touched. */
export type Touched = ReadonlySet<Name> | "all";

/** What reading the store brought. */
export interface Refreshed {
  readonly touched: Touched;
  /** What touched them, in a few words for people. */
  readonly triggers: readonly string[];
  /** Endpoints about which people asked for something, or took it back. */
  readonly ordered: ReadonlySet<Name>;
  /** The plans are not the line that was read before: the store was lost or restored. */
  readonly otherLine: boolean;
}

/** What was read of the line of plans: what changed after ours, or a whole plan. */
interface Line {
  readonly head: PlanHead;
  readonly changes?: PlanChanges;
  readonly plan?: Plan;
}

const NONE: ReadonlySet<Name> = new Set();

/** What the planner last read of the store, and which endpoints each reading touches. */
export class PlannerWorld {
  readonly #store: PlanStore;
  #plan: Plan;
  #floorGeneration = 0;
  #epochs: readonly EpochSeen[] = [];
  #endedOverrides: readonly EndedOverrides[] = [];
  #remembered: readonly ServingEntry[] = [];
  #orders: readonly Order[] = [];
  #revision: PolicyRevision | undefined;
  #forces: readonly Force[] = [];
  #inventory: Inventory = { health: new Map() };

  constructor(region: string, store: PlanStore) {
    this.#store = store;
    this.#plan = emptyPlan(region);
  }

  get plan(): Plan {
    return this.#plan;
  }

  get floorGeneration(): number {
    return this.#floorGeneration;
  }

  /** Zones hold generations above the newest plan's: all must be planned anew, at once. */
  get restamps(): boolean {
    return this.#floorGeneration > this.#plan.generation;
  }

  get epochs(): readonly EpochSeen[] {
    return this.#epochs;
  }

  get endedOverrides(): readonly EndedOverrides[] {
    return this.#endedOverrides;
  }

  /** Of names that are in neither plan nor policy. */
  get remembered(): readonly ServingEntry[] {
    return this.#remembered;
  }

  get orders(): readonly Order[] {
    return this.#orders;
  }

  get revision(): PolicyRevision | undefined {
    return this.#revision;
  }

  get forces(): readonly Force[] {
    return this.#forces;
  }

  get inventory(): Inventory {
    return this.#inventory;
  }

  /** Whether every target of every pool was probed at least once, or is forced. */
  get everythingKnown(): boolean {
    const policy = this.#revision?.policy;
    if (policy === undefined) return false;
    const forced = new Set(this.#forces.map((force) => force.targetId));
    return policy.pools.every((pool) =>
      pool.targetIds.every((targetId) => {
        const health = this.#inventory.health.get(healthKey(targetId, pool.checkId));
        return forced.has(targetId) || (health !== undefined && health.state !== "unknown");
      }),
    );
  }

  /** Reads what the topics may have moved. Rejects where the store does: nothing moved then. */
  async refresh(topics: ReadonlySet<StoreHint["topic"]>): Promise<Refreshed> {
    const moved = (topic: StoreHint["topic"]): boolean => {
      return topics.has("connected") || topics.has(topic);
    };
    // Orders are read after the plans that another planner may have made of them, never before: a
    // plan that pins what no order asks for then means that a person took it back.
    const line = moved("plan") ? await this.#readLine() : undefined;
    const lineMoved = line?.changes !== undefined || line?.plan !== undefined;
    const [revision, forces, inventory, orders] = await Promise.all([
      moved("policy") ? this.#store.policy() : this.#revision,
      moved("forces") ? this.#store.forces() : this.#forces,
      moved("health") ? this.#store.inventory() : this.#inventory,
      moved("orders") || lineMoved ? this.#store.orders() : this.#orders,
    ]);
    // All is taken in at once: a store that goes away halfway must not hide what had moved.
    const triggers: string[] = [];
    let touched: Touched = NONE;
    const note = (reading: Touched, trigger: string): void => {
      if (reading !== "all" && reading.size === 0) return;
      touched = mergeTouched(touched, reading);
      triggers.push(trigger);
    };
    note(this.#takePolicy(revision), `policy revision ${revision?.revision} by ${revision?.actor}`);
    note(this.#takeForces(forces), "an operator's decision");
    note(this.#takeInventory(inventory), "health");
    const otherLine = line?.plan !== undefined;
    if (line !== undefined) note(this.#takeLine(line), "the plan line");
    const ordered = endpointsOfMoved(this.#orders, orders);
    this.#orders = orders;
    return { touched, triggers, ordered, otherLine };
  }

  /** Moves on to a plan that the store accepted from us. */
  accept(delta: PlanDelta): void {
    this.#plan = applyDelta(this.#plan, delta);
  }

  /** Forgets orders that were just ended: word of it comes later. */
  dropOrders(ids: ReadonlySet<string>): void {
    this.#orders = this.#orders.filter((order) => !ids.has(order.id));
  }

  async #readLine(): Promise<Line> {
    const head = await this.#store.head();
    const { generation, digest } = this.#plan;
    if (head.generation === generation && head.digest === digest) return { head };
    if (generation > 0 && head.generation > generation) {
      const changes = await this.#store.changesAfter(generation);
      // An old copy may have gone on past our generation: only where the plan that we hold is in
      // the line, which is asked after the changes were read, do they follow it.
      const [ours] = await this.#store.summaries(1, generation + 1);
      if (ours?.generation === generation && ours.digest === digest) return { head, changes };
    }
    // The first reading, or another line of plans than ours: the store was lost or restored.
    return { head, plan: (await this.#store.read()) ?? emptyPlan(this.#plan.region) };
  }

  #takeLine({ head, changes, plan }: Line): Touched {
    this.#floorGeneration = head.floorGeneration;
    this.#epochs = head.epochs;
    this.#endedOverrides = head.endedOverrides ?? [];
    this.#remembered = head.remembered ?? [];
    if (plan !== undefined) {
      this.#plan = plan;
      return "all";
    }
    if (changes !== undefined) this.#plan = planAfter(this.#plan, changes);
    if (this.restamps) return "all";
    const raised = head.epochs.filter(({ endpoint, epoch }) => {
      const held = this.#plan.entries.get(endpoint);
      return held !== undefined && held.epoch < epoch && mayBeRaised(held, head.floorGeneration);
    });
    const ended = this.#endedOverrides.filter(({ endpoint, ids }) => {
      const held = this.#plan.entries.get(endpoint);
      return held !== undefined && mayBeRaised(held, head.floorGeneration) && lacksEnds(held, ids);
    });
    const lost = this.#remembered.filter(({ endpoint }) => !this.#isKnown(endpoint));
    const all = [...(changes?.entries ?? []), ...raised, ...ended, ...lost];
    return new Set(all.map(({ endpoint }) => endpoint));
  }

  #isKnown(endpoint: Name): boolean {
    const policy = this.#revision?.policy;
    const isWanted = policy !== undefined && indexPolicy(policy).endpoints.has(endpoint);
    return isWanted || this.#plan.entries.has(endpoint);
  }

  #takePolicy(revision: PolicyRevision | undefined): Touched {
    const held = this.#revision;
    // A lost store counts revisions from 1 again: the number alone does not tell.
    const isSame =
      revision?.revision === held?.revision && revision?.acceptedAtMs === held?.acceptedAtMs;
    if (isSame) return NONE;
    this.#revision = revision;
    return "all";
  }

  #takeForces(forces: readonly Force[]): Touched {
    const before = new Map(this.#forces.map((force) => [force.targetId, force.state]));
    const after = new Map(forces.map((force) => [force.targetId, force.state]));
    this.#forces = forces;
    return this.#endpointsOf(movedKeys(before, after));
  }

  #takeInventory(inventory: Inventory): Touched {
    const before = this.#inventory.health;
    const after = inventory.health;
    this.#inventory = inventory;
    const targetIds = new Set<string>();
    for (const [key, health] of after) {
      if (before.get(key)?.state !== health.state) targetIds.add(health.targetId);
    }
    for (const [key, health] of before) if (!after.has(key)) targetIds.add(health.targetId);
    return this.#endpointsOf(targetIds);
  }

  #endpointsOf(targetIds: Iterable<string>): Touched {
    const policy = this.#revision?.policy;
    return policy === undefined ? NONE : endpointsOfTargets(indexPolicy(policy), targetIds);
  }
}

/** Both together. */
export function mergeTouched(left: Touched, right: Touched): Touched {
  if (left === "all" || right === "all") return "all";
  return left.size === 0 ? right : new Set([...left, ...right]);
}

function planAfter(plan: Plan, changes: PlanChanges): Plan {
  const entries = new Map(plan.entries);
  for (const entry of changes.entries) entries.set(entry.endpoint, entry);
  const { generation, digest } = changes.head;
  return { region: plan.region, generation, digest, entries };
}

function movedKeys<Value>(
  before: ReadonlyMap<string, Value>,
  after: ReadonlyMap<string, Value>,
): readonly string[] {
  const keys = new Set([...before.keys(), ...after.keys()]);
  return [...keys].filter((key) => before.get(key) !== after.get(key));
}
