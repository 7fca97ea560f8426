import type { Clock } from "../../src/base/index.ts";
import type { NewEvent } from "../../src/journal/index.ts";
import type { PlanEntry, PlanHead, Policy, StoreHint } from "../../src/plan/index.ts";
import { MemoryStore } from "../../src/store/memory/memoryStore.ts";
import { PlanCleaner, type PlanKeep } from "../../src/store/planCleaner.ts";
import type { DesignWorld, Host, OpenPort, StoreFacts } from "../design.ts";

/** A hint that was not heard by then never will be. */
const HINT_LOST_MS = 4_000;
/** Next to nothing, so that clean-up finds something to do. */
const KEEP: PlanKeep = { plansMin: 2, plansMax: 4, ageMs: 1_000 };

/** Whoever asked to hear of what moves. */
export interface Subscriber {
  readonly process: string;
  hear(hint: StoreHint): void;
  /** A hint got lost: hints come over a stream, and that is broken then. */
  lost(): void;
}

/** What the owner of the plan store offers to other processes. */
export interface StoreService {
  readonly store: MemoryStore;
  /** Hints go to this life of the subscriber, one message each. */
  subscribe(subscriber: Subscriber): void;
}

/** Calls that change what the store holds, its journal aside. */
type ChangingCalls = Pick<
  MemoryStore,
  | "append"
  | "cleanUp"
  | "raiseFloor"
  | "raiseEpochs"
  | "remember"
  | "putPolicy"
  | "putForce"
  | "release"
  | "putOrders"
  | "endOrders"
  | "endOverrides"
  | "report"
  | "takeIn"
  | "orders"
  | "head"
>;

/** A call that changed the store, to be done again where the store is made anew. */
interface LoggedCall {
  readonly atMs: number;
  readonly wallMs: number;
  readonly call: (store: ChangingCalls) => Promise<unknown>;
}

/** What the house tells of its store. Called in the step in which it happens. */
export interface StoreWitness {
  accepted(head: PlanHead, entries: readonly PlanEntry[]): void;
  /** The store is what its disk says: after a start, a loss, a copy put in its place. */
  began(entries: readonly PlanEntry[]): void;
  recorded(events: readonly NewEvent[]): void;
  cleanedUp(before: StoreFacts, after: StoreFacts): void;
}

/**
 * The process that owns the plan store. The store itself forgets when its process ends, so what
 * changed it is kept beside and done again: that is its disk, of which there may be old copies.
 */
export class StoreHouse {
  readonly port: OpenPort<StoreService>;
  readonly #world: DesignWorld;
  readonly #region: string;
  readonly #configuration: () => Policy;
  readonly #witness: StoreWitness;
  #log: LoggedCall[] = [];
  /** What the clock says while calls are done again. */
  #replayWallMs: number | undefined;

  constructor(
    world: DesignWorld,
    region: string,
    configuration: () => Policy,
    witness: StoreWitness,
  ) {
    this.#world = world;
    this.#region = region;
    this.#configuration = configuration;
    this.#witness = witness;
    this.port = world.port("store");
    world.spawn({ id: "store", role: "store", boot: (host) => void this.#boot(host) });
  }

  /** Everything in it is gone. The process is to be restarted after it. */
  lose(): void {
    this.#log = [];
  }

  /** It is as it was then. The process is to be restarted after it. */
  restore(asOfMs: number): void {
    this.#log = this.#log.filter(({ atMs }) => atMs <= asOfMs);
    // A store that was restored from a backup knows it by its file, and says so itself.
    const wallMs = this.#world.wallMs;
    this.#log.push({ atMs: this.#world.nowMs, wallMs, call: noticeCopy });
  }

  /** Takes the configuration up, as a reload does; a store that is down does so when it starts. */
  reload(): void {
    const { service } = this.port;
    if (service !== undefined) void this.#putPolicy(service.store).catch(() => {});
  }

  #putPolicy(store: MemoryStore): Promise<unknown> {
    return store.putPolicy(this.#configuration(), "configuration");
  }

  async #boot(host: Host): Promise<void> {
    const clock = this.#clockOf(host.clock);
    const bare = new MemoryStore({ region: this.#region, clock });
    for (const { wallMs, call } of this.#log) {
      this.#replayWallMs = wallMs;
      await call(bare).catch(() => {});
    }
    this.#replayWallMs = undefined;
    const { entries } = await bare.changesAfter(0);
    this.#witness.began(entries);
    const store = this.#watched(bare, host);
    void this.#putPolicy(store).catch(() => {});
    PlanCleaner.start({ store, clock: host.clock, log: host.log, keep: KEEP });
    host.serve(this.port, {
      store,
      subscribe: (subscriber) => {
        store.watch((hint) => this.#tell(host, subscriber, hint));
      },
    });
  }

  #tell(host: Host, { process, hear, lost }: Subscriber, hint: StoreHint): void {
    let isHeard = false;
    const arrive = (): void => {
      isHeard = true;
      hear(hint);
    };
    host.send(process, arrive, "hint");
    this.#world.later(HINT_LOST_MS, () => {
      if (!isHeard) lost();
    });
  }

  #clockOf(clock: Clock): Clock {
    return {
      monotonicMs: () => clock.monotonicMs(),
      wallMs: () => this.#replayWallMs ?? clock.wallMs(),
      wakeAfter: (afterMs, task) => clock.wakeAfter(afterMs, task),
    };
  }

  /** The store, with every call that changes it taken down, and the checkers told. */
  #watched(store: MemoryStore, host: Host): MemoryStore {
    const own = callsOf(store);
    const logged = <Result>(call: (on: ChangingCalls) => Promise<Result>): Promise<Result> => {
      this.#log.push({ atMs: this.#world.nowMs, wallMs: host.clock.wallMs(), call });
      return call(own);
    };
    const changing: ChangingCalls = {
      append: async (delta) => {
        const outcome = await logged((on) => on.append(delta));
        if (outcome.kind === "accepted") this.#witness.accepted(outcome.head, delta.changed);
        return outcome;
      },
      cleanUp: async (retention) => {
        const before = await factsOf(store);
        const outcome = await logged((on) => on.cleanUp(retention));
        this.#witness.cleanedUp(before, await factsOf(store));
        return outcome;
      },
      raiseFloor: (seen) => logged((on) => on.raiseFloor(seen)),
      raiseEpochs: (seen) => logged((on) => on.raiseEpochs(seen)),
      remember: (entries) => logged((on) => on.remember(entries)),
      putPolicy: (policy, actor) => logged((on) => on.putPolicy(policy, actor)),
      putForce: (force) => logged((on) => on.putForce(force)),
      release: (target, actor) => logged((on) => on.release(target, actor)),
      putOrders: (orders) => logged((on) => on.putOrders(orders)),
      endOrders: (ids, actor, why) => logged((on) => on.endOrders(ids, actor, why)),
      endOverrides: (endpoint, ids, actor, why) =>
        logged((on) => on.endOverrides(endpoint, ids, actor, why)),
      report: (report) => logged((on) => on.report(report)),
      takeIn: (intake) => logged((on) => on.takeIn(intake)),
      orders: () => own.orders(),
      head: () => own.head(),
    };
    const record = store.record.bind(store);
    return Object.assign(store, changing, {
      record: (events: readonly NewEvent[]) => {
        this.#witness.recorded(events);
        return record(events);
      },
    });
  }
}

/**
 * Retirements that wait in it may have been taken back, or done and revived, since; and of its
 * tombstones nobody knows either whether they hold still.
 */
async function noticeCopy(on: ChangingCalls): Promise<void> {
  const { generation } = await on.head();
  await on.raiseFloor({ epoch: 0, generation });
  const waiting = (await on.orders()).filter(({ kind }) => kind === "retirement");
  const ids = waiting.map(({ id }) => id);
  if (ids.length > 0) await on.endOrders(ids, "plan-store", "the store is an old copy");
}

function callsOf(store: MemoryStore): ChangingCalls {
  return {
    append: store.append.bind(store),
    cleanUp: store.cleanUp.bind(store),
    raiseFloor: store.raiseFloor.bind(store),
    raiseEpochs: store.raiseEpochs.bind(store),
    remember: store.remember.bind(store),
    putPolicy: store.putPolicy.bind(store),
    putForce: store.putForce.bind(store),
    release: store.release.bind(store),
    putOrders: store.putOrders.bind(store),
    endOrders: store.endOrders.bind(store),
    endOverrides: store.endOverrides.bind(store),
    report: store.report.bind(store),
    takeIn: store.takeIn.bind(store),
    orders: store.orders.bind(store),
    head: store.head.bind(store),
  };
}

async function factsOf(store: MemoryStore): Promise<StoreFacts> {
  const { head, entries } = await store.changesAfter(0);
  const newest = entries.map(({ endpoint, generation, digest }) => {
    return [endpoint, `${generation} ${digest}`] as const;
  });
  const { generation, digest } = head;
  return { generation, digest, newest: new Map(newest) };
}
