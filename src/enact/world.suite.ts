import assert from "node:assert/strict";
import { SeededChance } from "../../sim/seededChance.ts";
import { SimClock } from "../../sim/simClock.ts";
import { SimDisk } from "../../sim/simDisk.ts";
import { SILENT_LOG } from "../base/index.ts";
import { type Name, RRType } from "../dns/index.ts";
import { type Fence, fenceName, parseFence, rrsetsOf, type ServingEntry } from "../plan/index.ts";
import { readControlText } from "../provider/controlText.ts";
import { MemoryZoneStore, type MemoryZoneStoreOptions } from "../provider/index.ts";
import { FakePlanStore } from "./fakePlanStore.suite.ts";
import { rankOf } from "./rank.ts";
import { entryAt, ZONE } from "./samples.suite.ts";
import { Enactor } from "./service.ts";

export const IDS = ["enactor-az1", "enactor-az2", "enactor-az3"];

/** What is unusual about a world. */
export interface WorldOptions extends Omit<MemoryZoneStoreOptions, "faults"> {
  readonly seed?: number;
  /** A network that delays and loses. */
  readonly network?: { readonly delayMsMax: number; readonly lossPerMille: number };
}

/** Some enactors, a plan store and a zone store, under one simulated clock. */
export class World {
  readonly clock = new SimClock();
  readonly planStore = new FakePlanStore();
  readonly store: MemoryZoneStore;
  readonly disks = new Map(IDS.map((id) => [id, new SimDisk()]));
  readonly enactors = new Map<string, Enactor>();
  readonly #seed: number;

  constructor(options: WorldOptions = {}) {
    const { network, seed = 1, ...rest } = options;
    const chance = new SeededChance(seed).fork("network");
    const faults =
      network === undefined ? {} : { faults: { clock: this.clock, chance, ...network } };
    this.store = new MemoryZoneStore({ id: "memory", ...rest, ...faults });
    this.#seed = seed;
  }

  async start(id = "enactor-az1", ids: readonly string[] = [id]): Promise<Enactor> {
    const disk = this.disks.get(id) ?? new SimDisk();
    this.disks.set(id, disk);
    const enactor = await Enactor.start({
      id,
      enactorIds: ids,
      planStore: this.planStore,
      journal: this.planStore,
      zoneStores: new Map([[this.store.id, this.store]]),
      zones: [{ name: ZONE, storeIds: [this.store.id] }],
      disk,
      clock: this.clock,
      chance: new SeededChance(this.#seed).fork(id),
      log: SILENT_LOG,
    });
    this.enactors.set(id, enactor);
    return enactor;
  }

  async startAll(): Promise<void> {
    for (const id of IDS) await this.start(id, IDS);
  }

  /** Ends an enactor without a word, its unsaved state lost, as SIGKILL and a power cut do. */
  async kill(id: string): Promise<void> {
    const disk = this.disks.get(id);
    assert(disk !== undefined);
    this.disks.set(id, disk.crash("nothing", new SeededChance(this.#seed)));
    await this.enactors.get(id)?.close();
    this.enactors.delete(id);
  }

  async closeAll(): Promise<void> {
    for (const enactor of this.enactors.values()) await enactor.close();
  }

  /** Lets time pass until something holds; fails where it does not by then. */
  async until(claim: string, holds: () => boolean, withinMs = 5_000): Promise<number> {
    const fromMs = this.clock.monotonicMs();
    while (!holds()) {
      const passedMs = this.clock.monotonicMs() - fromMs;
      assert(passedMs < withinMs, `${claim} within ${withinMs} ms`);
      await this.clock.advance(5);
    }
    return this.clock.monotonicMs() - fromMs;
  }

  fence(endpoint: Name): Fence | undefined {
    const rrset = this.store.records.rrset(fenceName(endpoint), RRType.TXT);
    const found = readControlText(rrset, "one");
    if (found.kind !== "text") return undefined;
    const parsed = parseFence(found.text);
    return parsed.kind === "fence" ? parsed.fence : undefined;
  }

  /** Whether the zone holds exactly this entry. */
  holds(entry: ServingEntry): boolean {
    const fence = this.fence(entry.endpoint);
    if (fence?.generation !== entry.generation || fence.digest !== entry.digest) return false;
    const held = this.store.records.rrsetsAt(entry.endpoint);
    return JSON.stringify(held) === JSON.stringify(rrsetsOf(entry));
  }
}

/** Entries of many endpoints at one generation. */
export function entriesAt(generation: number, count: number): readonly ServingEntry[] {
  return Array.from({ length: count }, (_, index) => {
    const endpoint = `e${index}.${ZONE}` as Name;
    return entryAt(generation, { endpoint });
  });
}

/** An endpoint that this enactor has this rank for. */
export function endpointOfRank(rank: number, id: string): Name {
  for (let index = 0; index < 1_000; index += 1) {
    const endpoint = `r${index}.${ZONE}` as Name;
    if (rankOf(endpoint, id, IDS) === rank) return endpoint;
  }
  return assert.fail(`no endpoint of rank ${rank}`);
}
