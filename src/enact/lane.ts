import { assert, assertNever, type Chance, type Clock, type Log } from "../base/index.ts";
import type { Name } from "../dns/index.ts";
import type { NewEvent } from "../journal/index.ts";
import {
  comparePositions,
  type Fence,
  type PlanEntry,
  type PlannedContent,
  type Position,
  type Reading,
  UNFENCED_MAX,
  type ZoneStore,
} from "../plan/index.ts";
import { Alarm } from "./alarm.ts";
import { Auditor } from "./auditor.ts";
import { type GateMemory, GateWatch } from "./gateWatch.ts";
import { eventOf, gatePutBackEvent, type Happening, seededEvent } from "./happening.ts";
import type { HighWaterMark } from "./highWaterMark.ts";
import type { Progress, ProgressEffect, ProgressEvent, Standing, StepFacts } from "./progress.ts";
import { PREFERENCE_DELAY_MS } from "./rank.ts";
import { Seeder, type Wholeness } from "./seeder.ts";
import { ZoneStandings } from "./standings.ts";
import { newProgress, stepProgress } from "./stepProgress.ts";
import { Traffic } from "./traffic.ts";
import type { Urgency } from "./workQueue.ts";

/** What happens in the course of things: told to the journal, not to the log. */
const QUIET: ReadonlySet<Happening["kind"]> = new Set(["enacted", "superseded", "outcome-unknown"]);

/** What a lane needs of the enactor it belongs to. */
export interface LaneHost {
  readonly actor: string;
  rankOf(endpoint: Name): number;
  /** Highest generation of any plan or plausible fence known. */
  newestGeneration(): number;
  mark(endpoint: Name): HighWaterMark | undefined;
  /** A plausible fence was seen or written, perhaps with all that its override pins. */
  see(endpoint: Name, fence: Fence, pinned?: PlannedContent): void;
  /** The gates last seen in this store. */
  readonly gates: GateMemory;
  /** Asks the plan store what is new and offers it; false where nobody answered. */
  askPlanStore(): Promise<boolean>;
  /** Whether the plan store, as it last answered, has this entry as its endpoint's newest. */
  isNewest(entry: PlanEntry): boolean;
  /** A zone knows more than the entry, which was the newest known here. */
  onSuperseded(entry: PlanEntry, seen: Position): void;
  /** Whether the plan known here is all that the zone should hold. */
  isWhole(zone: Name): Promise<Wholeness>;
  knowsPlan(): boolean;
  tell(event: NewEvent): void;
}

/** Enacts entries in one zone store: performs what {@link stepProgress} decides. */
export class Lane {
  readonly gates: GateWatch;
  readonly #store: ZoneStore;
  readonly #host: LaneHost;
  readonly #clock: Clock;
  readonly #chance: Chance;
  readonly #log: Log;
  readonly #progress = new Map<Name, Progress>();
  readonly #standings = new ZoneStandings();
  readonly #traffic: Traffic;
  readonly #alarm: Alarm<Name>;
  readonly #held = new Map<Name, Set<Name>>();
  // Endpoints whose reading under way is too old to go by.
  readonly #readAgain = new Set<Name>();
  readonly #auditor: Auditor;
  readonly #seeder: Seeder | undefined;
  #zones: readonly Name[] = [];
  #lastReadWorked = false;
  #isClosed = false;

  constructor(store: ZoneStore, host: LaneHost, clock: Clock, chance: Chance, log: Log) {
    this.#store = store;
    this.#host = host;
    this.#clock = clock;
    this.#chance = chance;
    this.#log = log;
    this.gates = new GateWatch(store, clock, log, host.gates, {
      onOpen: (zone) => this.#lookAtHeld(zone),
      onPutBack: (zone, gate) => {
        host.tell(gatePutBackEvent(zone, gate, store.id, host.actor, clock.wallMs()));
      },
    });
    this.#alarm = new Alarm(clock, (endpoint) => this.#step(endpoint, { kind: "due" }, "urgent"));
    this.#traffic = new Traffic(store, {
      onReading: (reading) => this.#onReading(reading),
      onOutcome: (endpoint, outcome) => {
        this.#step(endpoint, { kind: "written", outcome }, "urgent");
      },
    });
    const hasRoom = () => this.#traffic.hasRoom;
    this.#auditor = new Auditor(clock, (endpoint) => this.#audit(endpoint), hasRoom);
    this.#seeder = store.abilities.needsSeed
      ? new Seeder(store, clock, log, {
          missing: (zone) => this.#standings.missing(zone, clock.monotonicMs()),
          unfenced: (zone) => this.#unfenced(zone),
          lookAgain: (endpoints) => {
            for (const endpoint of endpoints) this.#step(endpoint, { kind: "look" }, "urgent");
          },
          isOpen: (zone) => this.gates.state(zone).kind !== "closed",
          isWhole: (zone) => host.isWhole(zone),
          knowsPlan: () => host.knowsPlan(),
          seeded: (zone) => {
            const setAside = this.#standings.setAside(zone);
            const event = seededEvent(zone, store.id, host.actor, clock.wallMs(), setAside);
            if (setAside > 0) log.warn(event.text, { zone, store: store.id });
            host.tell(event);
          },
        })
      : undefined;
    store.onReconnect(() => this.#onReconnect());
  }

  /** Everything known of the endpoints of this store. */
  get progress(): ReadonlyMap<Name, Progress> {
    return this.#progress;
  }

  /** The override that an endpoint's fence was last seen with; undefined where it had none. */
  overrideSeen(endpoint: Name): { readonly id: string; readonly untilMs: number } | undefined {
    const mark = this.#host.mark(endpoint)?.fence.mark;
    return mark?.kind === "override" ? mark : undefined;
  }

  /** How the endpoint stands; undefined where it is not held here. */
  standing(endpoint: Name): Standing["kind"] | undefined {
    return this.#progress.get(endpoint)?.standing.kind;
  }

  /** Zones that do not speak yet, or are not known to. */
  get unseeded(): readonly Name[] {
    return this.#seeder?.unseeded ?? [];
  }

  /** Whether the last reading was answered. */
  get isReachable(): boolean {
    return this.#lastReadWorked;
  }

  setZones(zones: readonly Name[]): void {
    this.#zones = zones;
    this.gates.setZones(zones);
    this.#seeder?.recheck(zones);
  }

  /** Takes new entries, each its endpoint's newest. */
  offer(entries: readonly PlanEntry[]): void {
    this.#admit(entries);
    for (const entry of entries) {
      this.#step(entry.endpoint, { kind: "offered", entry }, "urgent");
    }
  }

  /** Takes the entries of an earlier run: most are in place, so they are looked at, not offered. */
  restore(entries: readonly PlanEntry[]): void {
    this.#admit(entries);
    this.#lookAtAll();
  }

  /** Forgets how these stand, until they are read: what is read already says nothing of now. */
  lookAnew(endpoints: readonly Name[]): void {
    for (const endpoint of endpoints) {
      const progress = this.#progress.get(endpoint);
      if (progress === undefined) continue;
      if (progress.phase.kind === "reading") this.#readAgain.add(endpoint);
      this.#set(endpoint, { ...progress, standing: { kind: "unseen" } });
      this.#step(endpoint, { kind: "look" }, "background");
    }
  }

  close(): void {
    this.#isClosed = true;
    this.gates.close();
    this.#auditor.close();
    this.#seeder?.close();
    this.#traffic.close();
    this.#alarm.close();
  }

  #admit(entries: readonly PlanEntry[]): void {
    const known = this.#progress.size;
    for (const entry of entries) {
      if (this.#progress.has(entry.endpoint)) continue;
      this.#set(entry.endpoint, newProgress(entry, this.#host.rankOf(entry.endpoint)));
    }
    if (this.#progress.size > known) this.#auditor.setEndpoints([...this.#progress.keys()]);
  }

  // What was confirmed before contact was lost says nothing of what is there now.
  #onReconnect(): void {
    if (this.#isClosed) return;
    this.#log.info("contact with zone store", { store: this.#store.id });
    this.#traffic.renewContact();
    this.gates.readAll();
    this.#seeder?.recheck(this.#zones);
    // Nor do failures without contact say that it should be waited for long now.
    for (const [endpoint, progress] of this.#progress) {
      this.#set(endpoint, { ...progress, standing: { kind: "unseen" }, attempts: 0 });
    }
    this.#lookAtAll();
  }

  /** The whole store at full speed, this enactor's own share first. */
  #lookAtAll(): void {
    for (const [endpoint, { rank }] of this.#progress) {
      this.#step(endpoint, { kind: "look" }, rank === 0 ? "urgent" : "background");
    }
  }

  /** The newest retirements first: those are what an old disk does not know. */
  #unfenced(zone: Name): readonly Name[] {
    return [...this.#progress.values()]
      .filter(({ entry, standing }) => {
        return entry.zone === zone && standing.kind === "retired" && standing.isUnfenced;
      })
      .sort((left, right) => comparePositions(right.entry, left.entry))
      .slice(0, UNFENCED_MAX)
      .map(({ entry }) => entry.endpoint);
  }

  #lookAtHeld(zone: Name): void {
    const endpoints = this.#held.get(zone) ?? [];
    this.#held.delete(zone);
    for (const endpoint of endpoints) {
      const rank = this.#progress.get(endpoint)?.rank ?? 0;
      if (rank === 0) this.#step(endpoint, { kind: "look" }, "urgent");
      else this.#alarm.set(endpoint, rank * PREFERENCE_DELAY_MS);
    }
  }

  #audit(endpoint: Name): void {
    const phase = this.#progress.get(endpoint)?.phase.kind;
    if (phase === "idle" || phase === "held") this.#step(endpoint, { kind: "look" }, "background");
  }

  #onReading(reading: Reading): void {
    this.#lastReadWorked = reading.kind === "read";
    const isOld = this.#readAgain.delete(reading.endpoint);
    this.#step(reading.endpoint, { kind: "read", reading }, "urgent");
    if (isOld) this.lookAnew([reading.endpoint]);
  }

  #step(endpoint: Name, event: ProgressEvent, urgency: Urgency): void {
    const held = this.#progress.get(endpoint);
    assert(held !== undefined, `${endpoint} is known before anything happens to it`);
    const { progress, effects } = stepProgress(held, event, this.#factsOf(held.entry));
    this.#set(endpoint, progress);
    for (const effect of effects) this.#perform(progress.entry, effect, urgency);
  }

  #set(endpoint: Name, progress: Progress): void {
    const before = this.#progress.get(endpoint)?.standing;
    this.#progress.set(endpoint, progress);
    const nowMs = this.#clock.monotonicMs();
    const { standing, entry } = progress;
    this.#standings.moved(entry.zone, before, standing, nowMs);
  }

  #factsOf({ endpoint, zone }: PlanEntry): StepFacts {
    return {
      wallMs: this.#clock.wallMs(),
      monotonicMs: this.#clock.monotonicMs(),
      newestGeneration: this.#host.newestGeneration(),
      ownsWholeName: this.#store.abilities.needsSeed,
      newest: "unasked",
      mark: this.#host.mark(endpoint),
      gate: this.gates.state(zone),
    };
  }

  #perform(entry: PlanEntry, effect: ProgressEffect, urgency: Urgency): void {
    const { endpoint, zone } = entry;
    switch (effect.kind) {
      case "read":
        this.#alarm.clear(endpoint);
        this.#traffic.read(zone, endpoint, urgency);
        return;
      case "write":
        this.#alarm.clear(endpoint);
        this.#traffic.write(zone, effect.write);
        return;
      case "wait": {
        const { afterMs, jitterMs } = effect.wait;
        const drawn = jitterMs > 0 ? this.#chance.below(Math.ceil(jitterMs) + 1) : 0;
        this.#alarm.set(endpoint, afterMs + drawn);
        return;
      }
      case "hold": {
        const held = this.#held.get(zone) ?? new Set<Name>();
        this.#held.set(zone, held.add(endpoint));
        return;
      }
      case "read-gate":
        this.gates.read(zone);
        return;
      case "ask-newest":
        void this.#askNewest(endpoint);
        return;
      case "seen":
        this.#host.see(endpoint, effect.fence, effect.pinned);
        return;
      case "superseded":
        this.#host.onSuperseded(entry, effect.seen);
        return;
      case "tell":
        this.#tell(entry, effect.happening);
        return;
      default:
        assertNever(effect);
    }
  }

  async #askNewest(endpoint: Name): Promise<void> {
    const answered = await this.#host.askPlanStore();
    const entry = this.#progress.get(endpoint)?.entry;
    if (this.#isClosed || entry === undefined) return;
    const isNewest = answered && this.#host.isNewest(entry);
    const answer = isNewest ? "confirmed" : "unavailable";
    this.#step(endpoint, { kind: "newest", answer }, "urgent");
  }

  #tell(entry: PlanEntry, happening: Happening): void {
    const place = { atMs: this.#clock.wallMs(), actor: this.#host.actor, storeId: this.#store.id };
    const event = eventOf(happening, { ...place, entry });
    this.#host.tell(event);
    if (QUIET.has(happening.kind)) return;
    const facts = { endpoint: entry.endpoint, store: this.#store.id };
    if (happening.kind === "quarantined") this.#log.error(event.text, facts);
    else this.#log.warn(event.text, facts);
  }
}
