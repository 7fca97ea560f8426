// The two designs of history in the worlds of the simulator: the same schedules, the same faults.
import { sleep } from "../../src/base/index.ts";
import { type Name, RRType } from "../../src/dns/index.ts";
import type { Position } from "../../src/plan/index.ts";
import type { Design, DesignRun, DesignWorld, Host, Port, ZoneReader } from "../design.ts";
import type { PolicyAct } from "../schedule/act.ts";
import { type HistoryRules, type HostedDns, runHistoryEnactor } from "./historyEnactor.ts";
import { activeGeneration, type EndpointPlan, type PlanFile, treeName } from "./planTree.ts";

/** How long a process waits for an answer. */
const PATIENCE_MS = 5_000;
/** In the short worlds of the simulator everything happens within seconds. */
const SHORT_PACE: HistoryPace = { planningMs: 1_000, pollMs: 500, workMs: 400 };
/** In long ones it takes its time. Not published; it makes as many plans as ours has to. */
export const LONG_PACE: HistoryPace = { planningMs: 20_000, pollMs: 3_000, workMs: 1_500 };
/** Twice what may be on its way when all is well; at the long pace, 200 s. Not published. */
export const SIGNIFICANTLY_OLDER = 10;
/** So many plans may still be on their way when all is well: a new one comes all the time. */
const ON_THE_WAY_MAX = 5;
const TTL_SECONDS = 5;
/** What is said of a name that is empty, and stays so. */
export const NO_RECORDS = "has no records";

/** How fast a region of history lives. */
export interface HistoryPace {
  /** A new plan comes so often, whether or not anything changed. */
  readonly planningMs: number;
  /** How often an enactor looks for a new plan, at least; at most twice that. */
  readonly pollMs: number;
  /** How long an enactor's work at one endpoint takes, about. */
  readonly workMs: number;
}

/** What may be otherwise in a design of history. */
export interface HistoryOptions {
  readonly pace?: HistoryPace;
  /** See {@link HistoryRules}; {@link SIGNIFICANTLY_OLDER} if it is not given. */
  readonly significantlyOlder?: number;
  /** Called for each plan that is stored: for those who watch. */
  readonly onPlan?: (plan: PlanFile) => void;
}

/** The design that failed on 20 October 2025, at the pace of short worlds. */
export const DESIGN_2025: Design = design2025({});
/** Its published fix, at the pace of short worlds. */
export const PUBLISHED_FIX: Design = publishedFix({});

/** The design that failed on 20 October 2025. */
export function design2025(options: HistoryOptions): Design {
  return historyDesign("2025", false, options);
}

/** Its fix as published with a model: applying and cleaning up are one step. */
export function publishedFix(options: HistoryOptions): Design {
  return historyDesign("published-fix", true, options);
}

/** Plan files in object storage: durable by themselves, whatever becomes of a process. */
interface PlanStorage {
  newest(): PlanFile | undefined;
  put(plan: PlanFile): void;
}

function historyDesign(name: string, isCleanUpAtomic: boolean, options: HistoryOptions): Design {
  const { significantlyOlder = SIGNIFICANTLY_OLDER } = options;
  const rules = { isCleanUpAtomic, significantlyOlder };
  return { name, server: "plain", start: (world) => new HistoryRun(world, rules, options) };
}

class HistoryRun implements DesignRun {
  readonly #world: DesignWorld;
  readonly #wishes = new Map<Name, Omit<EndpointPlan, "members">>();
  readonly #storage: Port<PlanStorage>;
  readonly #pace: HistoryPace;
  readonly #onPlan: HistoryOptions["onPlan"];
  #newest: PlanFile | undefined;

  constructor(
    world: DesignWorld,
    rules: HistoryRules,
    { pace = SHORT_PACE, onPlan }: HistoryOptions,
  ) {
    this.#world = world;
    this.#pace = pace;
    this.#onPlan = onPlan;
    this.#restore();
    this.#storage = world.port<PlanStorage>("store");
    world.spawn({ id: "store", role: "store", boot: (host) => this.#store(host) });
    world.spawn({ id: "planner", role: "planner", boot: (host) => void this.#plan(host) });
    for (let place = 1; place <= world.scene.enactors; place += 1) {
      const id = `enactor-az${place}`;
      world.spawn({ id, role: "enactor", boot: (host) => this.#enact(host, rules) });
    }
  }

  /** Nothing that an operator of today may ask for was known. */
  operate(): "unknown-here" {
    return "unknown-here";
  }

  /** Takes a configuration. That a name or a type goes was not asked of it: it never goes here. */
  configure({ change }: PolicyAct): void {
    switch (change.kind) {
      case "ttl":
        this.#wish(change.endpoint, { ttlSeconds: change.ttlSeconds });
        return;
      case "types":
        if (change.types.includes("AAAA")) this.#wish(change.endpoint, { types: change.types });
        return;
      case "restored":
        this.#restore();
        return;
      default:
        return;
    }
  }

  positionOf(zone: ZoneReader, endpoint: Name): Position | undefined {
    const generation = activeGeneration(zone.rrset(endpoint, RRType.CNAME));
    return generation === undefined ? undefined : { epoch: 0, generation };
  }

  /** It knows no pause. */
  resume(): void {}

  /** Nobody has anything to do: what its enactors do not repair stays as it is. */
  tidyUp(): readonly [] {
    return [];
  }

  unfinished(zone: ZoneReader): string | undefined {
    const newest = this.#newest?.generation ?? 0;
    const held = [...(this.#newest?.endpoints.keys() ?? [])].map((endpoint) => {
      return { endpoint, active: activeGeneration(zone.rrset(endpoint, RRType.CNAME)) ?? 0 };
    });
    const empty = held.find(({ endpoint, active }) => {
      return zone.rrsetsAt(treeName(endpoint, active)).length === 0;
    });
    if (empty !== undefined) {
      return `${empty.endpoint} points at plan ${empty.active}, which ${NO_RECORDS}`;
    }
    const behind = held.find(({ active }) => active < newest - ON_THE_WAY_MAX);
    if (behind === undefined) return undefined;
    return `${behind.endpoint} is at plan ${behind.active}, the newest is ${newest}`;
  }

  #restore(): void {
    for (const { name, types } of this.#world.scene.endpoints) {
      this.#wishes.set(name, { types, ttlSeconds: TTL_SECONDS });
    }
  }

  #wish(endpoint: Name, change: Partial<Omit<EndpointPlan, "members">>): void {
    const held = this.#wishes.get(endpoint);
    if (held !== undefined) this.#wishes.set(endpoint, { ...held, ...change });
  }

  #store(host: Host): void {
    host.serve(this.#storage, {
      newest: () => this.#newest,
      put: (plan) => {
        if (plan.generation <= (this.#newest?.generation ?? 0)) return;
        this.#newest = plan;
        this.#onPlan?.(plan);
      },
    });
  }

  async #plan(host: Host): Promise<never> {
    const options = { patienceMs: PATIENCE_MS, what: "plan", transport: "stream" } as const;
    for (;;) {
      const held = await host.ask(this.#storage, (storage) => storage.newest(), options);
      if (held.kind === "answered") {
        const plan = this.#nextPlan(held.reply);
        await host.ask(this.#storage, (storage) => storage.put(plan), options);
      }
      await sleep(host.clock, this.#pace.planningMs);
    }
  }

  /** Of all targets that are up; of all of them where none is. */
  #nextPlan(held: PlanFile | undefined): PlanFile {
    const { targets } = this.#world.scene;
    const up = targets.filter(({ id }) => this.#world.isUp(id));
    const members = (up.length > 0 ? up : targets).map(({ ipv4, ipv6 }) => ({ ipv4, ipv6 }));
    const wishes = [...this.#wishes].map(([name, wish]) => [name, { ...wish, members }] as const);
    return { generation: (held?.generation ?? 0) + 1, endpoints: new Map(wishes) };
  }

  #enact(host: Host, rules: HistoryRules): void {
    const ask = { patienceMs: PATIENCE_MS, transport: "stream" } as const;
    const { dns, scene } = this.#world;
    const hosted: HostedDns = {
      read: async (names) => {
        const said = await host.ask(dns, (server) => server.read(names), { ...ask, what: "read" });
        return said.kind === "answered" ? said.reply : undefined;
      },
      update: async (batch) => {
        const by = {
          id: host.id,
          life: host.life,
          kind: "automation",
          wallMs: host.clock.wallMs(),
        } as const;
        const options = { ...ask, what: "update" };
        const said = await host.ask(dns, (server) => server.update(batch, by), options);
        return said.kind === "answered" ? said.reply.rcode : undefined;
      },
    };
    const plans = {
      newest: async () => {
        const options = { ...ask, what: "plan" };
        const said = await host.ask(this.#storage, (storage) => storage.newest(), options);
        return said.kind === "answered" ? said.reply : undefined;
      },
    };
    const tell = (line: () => string) => this.#world.tell(host.id, line);
    const { id, clock, chance } = host;
    const parts = {
      id,
      zone: scene.zone,
      dns: hosted,
      plans,
      clock,
      chance,
      rules,
      tell,
      ...this.#pace,
    };
    void runHistoryEnactor(parts);
  }
}
