import assert from "node:assert/strict";
import type { Name } from "../dns/index.ts";
import { chainEvent, type Journal, type JournalEvent, type NewEvent } from "../journal/index.ts";
import type {
  EndpointPolicy,
  EpochSeen,
  PlanChanges,
  PlanEntry,
  PlanHead,
  PlanStore,
  PlanSummary,
  PolicyRevision,
  Position,
  ServingEntry,
  StoreHint,
} from "../plan/index.ts";

interface HeldPlan {
  readonly generation: number;
  readonly digest: string;
  readonly changed: readonly PlanEntry[];
}

/** The parts of a plan store and journal that an enactor uses, in memory, with a switch. */
export class FakePlanStore implements PlanStore, Journal {
  /** Nothing answers. */
  isDown = false;
  /** Nothing answers, and nothing says so either. */
  hangs = false;
  floorGeneration = 0;
  /** By endpoint, as reported. */
  readonly epochs = new Map<Name, number>();
  /** By endpoint, as reported. */
  readonly remembered = new Map<Name, ServingEntry>();
  readonly events: JournalEvent[] = [];
  policyEndpoints: readonly Pick<EndpointPolicy, "name" | "zone">[] | undefined;
  calls = 0;
  #plans: HeldPlan[] = [];
  readonly #listeners = new Set<(hint: StoreHint) => void>();

  /** Adds a plan; its digest follows from `line` and generation, so lines can be told apart. */
  plan(generation: number, changed: readonly PlanEntry[], line = "main"): void {
    this.#plans.push({ generation, digest: `${line}-${generation}`, changed });
    this.hint({ topic: "plan", generation });
  }

  hint(hint: StoreHint): void {
    if (this.isDown || this.hangs) return;
    for (const listener of this.#listeners) listener(hint);
  }

  /** The store as an old copy of itself. */
  restoreTo(generation: number): void {
    this.#plans = this.#plans.filter((plan) => plan.generation <= generation);
    this.floorGeneration = 0;
    this.hint({ topic: "connected" });
  }

  subjects(kind: NewEvent["kind"]): readonly string[] {
    return this.events.filter((event) => event.kind === kind).map((event) => event.subject);
  }

  async head(): Promise<PlanHead> {
    await this.#answer();
    return this.#head();
  }

  #head(): PlanHead {
    const newest = this.#plans.at(-1);
    const { generation, digest } = newest ?? { generation: 0, digest: "" };
    const epochs = [...this.epochs].map(([endpoint, epoch]) => ({ endpoint, epoch }));
    return { region: "test", generation, digest, floorGeneration: this.floorGeneration, epochs };
  }

  async changesAfter(after: number): Promise<PlanChanges> {
    await this.#answer();
    const head = this.#head();
    const newest = new Map<Name, PlanEntry>();
    for (const plan of this.#plans) {
      if (plan.generation <= after) continue;
      for (const entry of plan.changed) newest.set(entry.endpoint, entry);
    }
    return { head, after, entries: [...newest.values()] };
  }

  async summaries(limit: number, before?: number): Promise<readonly PlanSummary[]> {
    await this.#answer();
    const older = this.#plans.filter(({ generation }) => generation < (before ?? Infinity));
    return older
      .toReversed()
      .slice(0, limit)
      .map(({ generation, digest, changed }) => ({
        region: "test",
        generation,
        digest,
        parentGeneration: generation - 1,
        parentDigest: "",
        actor: "planner",
        cause: "a test",
        madeAtMs: 0,
        changedCount: changed.length,
      }));
  }

  async raiseFloor(seen: Position): Promise<void> {
    await this.#answer();
    this.floorGeneration = Math.max(this.floorGeneration, seen.generation);
  }

  async raiseEpochs(seen: readonly EpochSeen[]): Promise<void> {
    await this.#answer();
    for (const { endpoint, epoch } of seen) {
      this.epochs.set(endpoint, Math.max(epoch, this.epochs.get(endpoint) ?? 0));
    }
  }

  async remember(entries: readonly ServingEntry[]): Promise<void> {
    await this.#answer();
    for (const entry of entries) this.remembered.set(entry.endpoint, entry);
  }

  async policy(): Promise<PolicyRevision | undefined> {
    await this.#answer();
    if (this.policyEndpoints === undefined) return undefined;
    const endpoints = this.policyEndpoints.map(
      ({ name, zone }): EndpointPolicy => ({
        name,
        zone,
        poolIds: [],
        types: ["A"],
        ttlSeconds: 5,
        answers: "all",
        floor: 1,
        velocity: { fractionMax: 1, windowMs: 1 },
      }),
    );
    const policy = { region: "test", zones: [], targets: [], checks: [], pools: [], endpoints };
    return { revision: 1, policy, actor: "operator:ann", acceptedAtMs: 0 };
  }

  watch(listener: (hint: StoreHint) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async record(events: readonly NewEvent[]): Promise<void> {
    await this.#answer();
    for (const event of events) this.events.push(chainEvent(event, this.events.at(-1)));
  }

  async #answer(): Promise<void> {
    this.calls += 1;
    if (this.hangs) await new Promise(() => {});
    if (this.isDown) throw new Error("the plan store is down");
  }

  append = unused;
  read = unused;
  history = unused;
  putPolicy = unused;
  forces = unused;
  putForce = unused;
  release = unused;
  cleanUp = unused;
  orders = unused;
  putOrders = unused;
  endOrders = unused;
  endOverrides = unused;
  report = unused;
  inventory = unused;
  eventsAfter = unused;
  newestEvents = unused;
  watchJournal(): () => void {
    return () => {};
  }
}

async function unused(): Promise<never> {
  return assert.fail("an enactor does not use this");
}
