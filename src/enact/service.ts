import { type Chance, type Clock, type Disk, errorText, type Log } from "../base/index.ts";
import type { Name } from "../dns/index.ts";
import type { Journal } from "../journal/index.ts";
import type {
  PlanEntry,
  PlanStore,
  Position,
  ServingEntry,
  ZonePolicy,
  ZoneStore,
} from "../plan/index.ts";
import { EnactError } from "./enactError.ts";
import { EnactorState } from "./enactorState.ts";
import { Lane, type LaneHost } from "./lane.ts";
import { Outbox } from "./outbox.ts";
import { PlanFollower, type PlanNews } from "./planFollower.ts";
import { rankOf } from "./rank.ts";
import { type EnactorReport, reportLane } from "./report.ts";
import type { Wholeness } from "./seeder.ts";

/** What an enactor is made of. */
export interface EnactorOptions {
  /** Human-readable and stable, such as `enactor-az1`; one of `enactorIds`. */
  readonly id: string;
  /** All enactors of the region: only to share the work, never for safety. */
  readonly enactorIds: readonly string[];
  readonly planStore: PlanStore;
  readonly journal: Journal;
  /** By id; closed by whoever made them. */
  readonly zoneStores: ReadonlyMap<string, ZoneStore>;
  readonly zones: readonly ZonePolicy[];
  /** This enactor's own folder. */
  readonly disk: Disk;
  readonly clock: Clock;
  readonly chance: Chance;
  readonly log: Log;
}

/**
 * Puts plans into DNS, and decides nothing. Several run at once, each on its own: what makes a
 * write safe is checked by the zone store in the same step as the write.
 */
export class Enactor {
  readonly #options: EnactorOptions;
  readonly #state: EnactorState;
  readonly #outbox: Outbox;
  readonly #follower: PlanFollower;
  readonly #lanes = new Map<string, Lane>();
  #zones: readonly ZonePolicy[];
  /** Zones held plans that neither the plan store nor this enactor knew when it was heard of. */
  #isNewcomer: boolean | undefined;
  /** Then others may tell the plan store after this one met it; else a floor is an ordinary one. */
  readonly #hadNoMemory: boolean;

  private constructor(options: EnactorOptions, state: EnactorState) {
    const { id, clock, chance, log, journal, planStore } = options;
    this.#options = options;
    this.#state = state;
    this.#zones = options.zones;
    this.#hadNoMemory = state.highest === undefined;
    this.#outbox = new Outbox(journal, id, clock, chance.fork("outbox"), log);
    const host = {
      cursor: () => state.cursor,
      highest: () => state.highest,
      epochsAhead: () => state.epochsAhead(),
      aheadOfLine: () => state.aheadOfLine,
      aheadOfTombstones: () => state.aheadOfTombstones,
      unknownToLine: () => state.unknownToLine,
      lost: () => this.#lost(),
      onNews: (news: PlanNews) => this.#onNews(news),
    };
    this.#follower = new PlanFollower(planStore, host, clock, chance.fork("follow"), log);
    for (const [storeId, store] of options.zoneStores) {
      const lane = new Lane(store, this.#hostOf(storeId), clock, chance.fork(storeId), log);
      this.#lanes.set(storeId, lane);
    }
  }

  /**
   * Loads what an earlier run left, and works from it at once; the plan store is followed as soon
   * as it answers.
   *
   * @throws EnactError `not-an-enactor`; RecordLogError `log-too-new`; or the disk's own error.
   */
  static async start(options: EnactorOptions): Promise<Enactor> {
    const { id, enactorIds, disk, clock, chance, log } = options;
    if (!enactorIds.includes(id)) {
      throw new EnactError(
        { code: "not-an-enactor", id },
        `Cannot start enactor ${id} as it must be one of the region's: ${enactorIds.join(", ")}`,
      );
    }
    const state = await EnactorState.open(disk, clock, chance.fork("state"), log);
    const enactor = new Enactor(options, state);
    enactor.#begin();
    return enactor;
  }

  /** Takes other zones of the same stores; an endpoint once held in a store is never let go. */
  reload(zones: readonly ZonePolicy[]): void {
    this.#zones = zones;
    for (const [storeId, lane] of this.#lanes) {
      lane.setZones(this.#zonesOf(storeId));
      const known = lane.progress;
      const entries = this.#entriesOf(storeId, [...this.#state.entries.values()]);
      lane.offer(entries.filter((entry) => !known.has(entry.endpoint)));
    }
  }

  report(): EnactorReport {
    const nowMs = this.#options.clock.monotonicMs();
    const lanes = [...this.#lanes].map(([storeId, lane]) =>
      reportLane(storeId, lane, this.#zonesOf(storeId), nowMs),
    );
    const stores = lanes.map((lane) => lane.store);
    const troubles = lanes.flatMap((lane) => lane.troubles);
    const quarantined = troubles.filter(({ standing }) => standing === "quarantined");
    const overrides = lanes.flatMap((lane) => lane.overrides);
    return {
      id: this.#options.id,
      generation: this.#state.cursor.generation,
      planStoreReachable: this.#follower.isReachable,
      confirmed: stores.reduce((sum, store) => sum + store.confirmed, 0),
      pending: stores.reduce((sum, store) => sum + store.pending, 0),
      lagMs: Math.max(0, ...lanes.map((lane) => lane.lagMs)),
      quarantined,
      troubles,
      overrides,
      stores,
      eventsWaiting: this.#outbox.waiting,
    };
  }

  /** Stops; writes under way may still arrive, as they may when a process is killed. */
  async close(): Promise<void> {
    this.#follower.close();
    for (const lane of this.#lanes.values()) lane.close();
    this.#outbox.close();
    await this.#state.close();
  }

  #begin(): void {
    for (const [storeId, lane] of this.#lanes) {
      lane.setZones(this.#zonesOf(storeId));
      lane.restore(this.#entriesOf(storeId, [...this.#state.entries.values()]));
    }
    this.#follower.start();
  }

  #onNews(news: PlanNews): void {
    this.#outbox.retry(); // the journal lives where the plans do
    if (this.#isNewcomer === undefined || this.#hadNoMemory) {
      this.#isNewcomer ||= news.head.floorGeneration > (this.#state.highest?.generation ?? 0);
    }
    const { generation, digest } = this.#state.cursor;
    const fresh = this.#state.follow(news);
    const isMoved = generation !== news.head.generation || digest !== news.head.digest;
    if (news.isWholeLine && isMoved) this.#lookAtUnknown();
    if (fresh.length === 0) return;
    for (const [storeId, lane] of this.#lanes) lane.offer(this.#entriesOf(storeId, fresh));
  }

  #zonesOf(storeId: string): readonly Name[] {
    const zones = this.#zones.filter((zone) => zone.storeIds.includes(storeId));
    return zones.map((zone) => zone.name);
  }

  /** A zone that left the configuration goes on answering: it is seen to where it was held. */
  #entriesOf(storeId: string, entries: readonly PlanEntry[]): readonly PlanEntry[] {
    const zones = new Set(this.#zonesOf(storeId));
    return entries.filter(
      ({ zone, endpoint }) => zones.has(zone) || this.#state.mark(storeId, endpoint) !== undefined,
    );
  }

  #hostOf(storeId: string): LaneHost {
    const { id, enactorIds } = this.#options;
    const state = this.#state;
    return {
      actor: id,
      rankOf: (endpoint) => rankOf(endpoint, id, enactorIds),
      newestGeneration: () => Math.max(state.cursor.generation, state.highest?.generation ?? 0),
      mark: (endpoint) => state.mark(storeId, endpoint),
      see: (endpoint, fence, pinned) => {
        const known = Math.max(state.cursor.generation, state.highest?.generation ?? 0);
        const planned = state.entries.get(endpoint)?.epoch ?? 0;
        state.see(storeId, endpoint, fence, pinned);
        if (fence.generation > known || fence.epoch > planned) this.#askForNews();
      },
      gates: {
        last: (zone) => state.gate(storeId, zone),
        isOld: (zone, gate) => state.isOldGate(storeId, zone, gate),
        remember: (zone, gate) => state.seeGate(storeId, zone, gate),
      },
      askPlanStore: () => this.#follower.ask(),
      isNewest: (entry) => state.isOnLine(entry),
      onSuperseded: (entry, seen) => void this.#climbAbove(storeId, entry, seen),
      isWhole: (zone) => this.#isWhole(zone),
      knowsPlan: () => state.entries.size > 0,
      tell: (event) => this.#outbox.put(event),
    };
  }

  /**
   * A zone is ahead of the entry. Where the plan store, asked now, still has it as the newest (it
   * was lost, and its new line has come as far as the zone's generation without this endpoint),
   * no plan would ever be above the zone: the next one must be.
   */
  async #climbAbove(storeId: string, entry: PlanEntry, seen: Position): Promise<void> {
    if (!this.#follower.isReachable || !(await this.#follower.refresh())) return;
    if (entry.kind === "tombstone") return; // no plan makes one anew for its position alone
    if (seen.epoch !== entry.epoch || !this.#state.isOnLine(entry)) return;
    await this.#follower.climbAbove(seen, `${storeId} ${entry.endpoint}`);
  }

  /** Others may have gone on by a line that this enactor never heard of, and that is lost too. */
  #lookAtUnknown(): void {
    const endpoints = this.#state.unknownToLine.map(({ endpoint }) => endpoint);
    for (const lane of this.#lanes.values()) lane.lookAnew(endpoints);
  }

  /**
   * Entries that the line does not have, and that were read in zones since that is known: as they
   * are, or in an epoch that a person raised.
   */
  #lost(): readonly ServingEntry[] {
    const lanes = [...this.#lanes];
    return this.#state.unknownToLine.flatMap((entry) => {
      if (entry.kind === "tombstone") return [];
      const { endpoint, digest } = entry;
      const marks = lanes.flatMap(([storeId]) => this.#state.mark(storeId, endpoint) ?? []);
      const isHeld = marks.every(({ fence }) => {
        return fence.digest === digest && fence.mark?.kind !== "tombstone";
      });
      const kinds = lanes.flatMap(([, lane]) => lane.standing(endpoint) ?? []);
      const isRaised = marks.some(({ epoch }) => epoch > entry.epoch);
      const inPlace = kinds.filter((kind) => {
        return kind === "confirmed" || (isRaised && kind === "superseded");
      });
      const isRead = kinds.every((kind) => inPlace.includes(kind) || kind === "unreadable");
      return isHeld && isRead && inPlace.length > 0 ? [entry] : [];
    });
  }

  /** A store that does not answer is asked again by the follower, at its own pace. */
  #askForNews(): void {
    if (this.#follower.isReachable) void this.#follower.refresh();
  }

  /** Everything that the policy wants in the zone is planned, and the newest plan is known here. */
  async #isWhole(zone: Name): Promise<Wholeness> {
    if (!(await this.#follower.ask())) return "unavailable";
    try {
      const held = await this.#options.planStore.policy();
      const wanted = held?.policy.endpoints.filter((endpoint) => endpoint.zone === zone) ?? [];
      const isPlanned = wanted.every((endpoint) => this.#state.entries.has(endpoint.name));
      const isKnown = held !== undefined || this.#state.cursor.generation >= 1;
      if (!isKnown || !isPlanned) return "not-yet";
      return this.#isNewcomer === true ? "perhaps" : "whole";
    } catch (error) {
      this.#options.log.warn("policy not readable", { problem: errorText(error) });
      return "unavailable";
    }
  }
}
