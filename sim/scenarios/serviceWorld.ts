import { SILENT_LOG } from "../../src/base/index.ts";
import { RRType } from "../../src/dns/index.ts";
import { Enactor } from "../../src/enact/index.ts";
import { fenceName, type Order, Planner, type Policy } from "../../src/plan/index.ts";
import { MemoryZoneStore, type MemoryZoneStoreOptions } from "../../src/provider/index.ts";
import { MemoryStore } from "../../src/store/index.ts";
import { SeededChance } from "../seededChance.ts";
import { SimClock } from "../simClock.ts";
import { SimDisk } from "../simDisk.ts";
import { ENDPOINTS, REGION, ZONE } from "../small/names.ts";
import { policyOf } from "../small/policies.ts";

const ENACTOR = "enactor-az1";
/** Long enough for everything here to come to rest: polls, audits and back-off included. */
const REST_MS = 60_000;

/** The shipped services of a region, one of each, under a simulated clock. */
export class ServiceWorld {
  readonly clock = new SimClock();
  readonly store = new MemoryStore({ region: REGION, clock: this.clock });
  readonly zone: MemoryZoneStore;
  disk = new SimDisk();
  #planner: Planner | undefined;
  #enactor: Enactor | undefined;

  constructor(options: MemoryZoneStoreOptions = {}) {
    this.zone = new MemoryZoneStore({ id: "memory", ...options });
  }

  /** Two endpoints, planned and in place; nothing else has happened. */
  async begin(): Promise<void> {
    await this.wish(0);
    this.#planner = Planner.start({
      region: REGION,
      planStore: this.store,
      journal: this.store,
      clock: this.clock,
      log: SILENT_LOG,
      actor: "planner",
    });
    await this.startEnactor();
    await this.rest();
  }

  async startEnactor(planStore = this.store): Promise<void> {
    this.#enactor = await Enactor.start({
      id: ENACTOR,
      enactorIds: [ENACTOR],
      planStore,
      journal: this.store,
      zoneStores: new Map([["memory", this.zone]]),
      zones: [{ name: ZONE, storeIds: ["memory"] }],
      disk: this.disk,
      clock: this.clock,
      chance: new SeededChance(1),
      log: SILENT_LOG,
    });
  }

  /** Ends the enactor; its disk has all that it was given time to write. */
  async killEnactor(): Promise<void> {
    await this.clock.advance(1_000);
    const next = this.disk.crash("nothing", new SeededChance(1));
    await this.#enactor?.close();
    this.#enactor = undefined;
    this.disk = next;
  }

  async wish(number: number): Promise<Policy> {
    const policy = policyOf(String(number), ENDPOINTS.length);
    await this.store.putPolicy(policy, "operator:ann");
    return policy;
  }

  async order(order: Order): Promise<void> {
    await this.store.putOrders([order]);
  }

  async rest(forMs = REST_MS): Promise<void> {
    for (let passedMs = 0; passedMs < forMs; passedMs += 1_000) await this.clock.advance(1_000);
  }

  /** Endpoints that are not as the newest plan says, in plain words. */
  async unfinished(): Promise<readonly string[]> {
    const plan = await this.store.read();
    return ENDPOINTS.filter((endpoint) => {
      const entry = plan?.entries.get(endpoint);
      const fence = this.zone.records.rrset(fenceName(endpoint), RRType.TXT);
      const text = new TextDecoder().decode(fence?.rdata[0] ?? new Uint8Array());
      if (entry?.kind !== "serving") return true;
      const isNewest = text.includes(` generation=${entry.generation} `);
      return !isNewest || this.zone.records.rrset(endpoint, RRType.A) === undefined;
    });
  }

  async end(): Promise<void> {
    await this.#planner?.close();
    await this.#enactor?.close();
    await this.store.close();
  }
}
