import { fenceFault } from "../../src/cli/direct/epochStep.ts";
import { type Name, type RRset, RRType, typeCode } from "../../src/dns/index.ts";
import { Enactor, type ReadReading } from "../../src/enact/index.ts";
import { Prober } from "../../src/health/index.ts";
import {
  fenceName,
  gateName,
  type PlanEntry,
  Planner,
  type Position,
  parseFence,
  type ServingEntry,
} from "../../src/plan/index.ts";
import { readControlText } from "../../src/provider/controlText.ts";
import { readingOf } from "../../src/provider/readingOf.ts";
import { fenceSeen, gateSeen } from "../checkers/checker.ts";
import type { Design, DesignRun, DesignWorld, Host, ZoneReader } from "../design.ts";
import type { FaultAct, HandAct, OperatorAct, PolicyAct } from "../schedule/act.ts";
import type { ZoneChange } from "../world/dnsServer.ts";
import { Configuration, REGION } from "./configuration.ts";
import { Ledger } from "./ledger.ts";
import { entryKnown, People } from "./people.ts";
import { StoreClient } from "./storeClient.ts";
import { StoreHouse } from "./storeHouse.ts";
import { unfinishedIn } from "./unfinished.ts";
import { unplannedIn } from "./unplanned.ts";
import { ZoneClient } from "./zoneClient.ts";

/** A probe takes so long at least, and up to so much longer. */
const PROBE_MS_MIN = 2;
const PROBE_MS_SPREAD = 20;
/** How long a store that was lost or restored is down. */
const STORE_DOWN_MS = 300;

/** Holdfast: the code that ships, with a world around it. */
export const OURS: Design = {
  name: "ours",
  start: (world) => new OurRun(world),
};

/** Holdfast at work, with what its checkers need. */
export class OurRun implements DesignRun {
  readonly ledger = new Ledger();
  readonly #world: DesignWorld;
  readonly #configuration: Configuration;
  readonly #house: StoreHouse;
  readonly #people: People;
  readonly #enactorIds: readonly string[];
  /** Of each enactor, the one that runs now; undefined before it has begun. */
  readonly enactors = new Map<string, Enactor>();
  #rivals = 0;

  constructor(world: DesignWorld) {
    this.#world = world;
    this.#configuration = new Configuration(world.scene);
    this.#house = new StoreHouse(world, REGION, () => this.#configuration.policy(), {
      accepted: (_head, entries) => {
        this.ledger.accept(entries, world.nowMs);
        world.witness({ kind: "plan", entries });
      },
      began: (entries) => this.ledger.beginWith(entries, world.nowMs),
      recorded: (events) => this.ledger.record(events),
      cleanedUp: (before, after) => world.witness({ kind: "clean-up", before, after }),
    });
    this.#enactorIds = Array.from({ length: world.scene.enactors }, (_, index) => {
      return `enactor-az${index + 1}`;
    });
    world.spawn({ id: "planner", role: "planner", boot: (host) => this.#plan(host) });
    world.spawn({ id: "prober", role: "prober", boot: (host) => this.#probe(host) });
    for (const id of this.#enactorIds) {
      world.spawn({ id, role: "enactor", boot: (host) => void this.#enact(host) });
    }
    this.#people = new People(world, this.#house, this.#configuration, this.ledger);
  }

  configure(act: PolicyAct): void {
    this.#configuration.apply(act);
    this.#house.reload();
  }

  operate(act: OperatorAct): "done" {
    this.#people.operate(act);
    return "done";
  }

  fault(act: FaultAct): void {
    switch (act.kind) {
      case "store-lost":
      case "store-old-copy":
        this.ledger.wasReplaced = true;
        this.#world.restart("store", STORE_DOWN_MS, () => {
          if (act.kind === "store-lost") this.#house.lose();
          else this.#house.restore(this.#world.nowMs - act.agoMs);
        });
        return;
      case "two-planners": {
        this.#rivals += 1;
        const id = `planner-${this.#rivals + 1}`;
        this.#world.spawn({ id, role: "planner", boot: (host) => this.#plan(host) });
        this.#world.later(act.forMs, () => this.#world.end(id));
        return;
      }
      default:
        return;
    }
  }

  see({ after }: ZoneChange): void {
    for (const [endpoint, { fence }] of after.endpoints) {
      const seen = fenceSeen(fence);
      if (seen.kind === "fence") this.ledger.lastFences.set(endpoint, seen.fence);
    }
  }

  positionOf(zone: ZoneReader, endpoint: Name): Position | undefined {
    const found = readControlText(zone.rrset(fenceName(endpoint), RRType.TXT), "one");
    if (found.kind !== "text") return undefined;
    const parsed = parseFence(found.text);
    return parsed.kind === "fence" ? parsed.fence : undefined;
  }

  resume(zone: ZoneReader): void {
    this.operate({ kind: "resume" });
    // A server that is silent yet must begin to speak without this.
    if (!zone.speaks) return;
    for (const { name, isForeign } of this.#world.scene.endpoints) {
      if (isForeign) this.operate({ kind: "adopt", endpoint: name });
    }
  }

  tidyUp(zone: ZoneReader): readonly HandAct[] {
    const { scene } = this.#world;
    const byHand: HandAct[] = [];
    if (gateSeen(zone.rrset(gateName(scene.zone), RRType.TXT)) !== "on") {
      this.operate({ kind: "resume" });
    }
    // Of an empty configuration nobody can say that a zone is whole.
    if (!zone.speaks && this.#configuration.isEmpty) this.#putRight();
    for (const { name } of scene.endpoints) {
      const entry = this.ledger.newest.get(name);
      if (entry === undefined) continue;
      // What lacks a type that is held is refused, where the plan store has forgotten it: people
      // put the configuration right, and let go of a rollback to it.
      if (entry.kind === "serving" && lacksTypes(entry, zone.rrsetsAt(name))) {
        this.#putRight();
        this.operate({ kind: "release", endpoint: name });
      }
      const wish = personalWork(entry, zone);
      if (wish?.kind === "hand") byHand.push(wish);
      else if (wish !== undefined) this.operate(wish);
    }
    return byHand;
  }

  #putRight(): void {
    this.#configuration.putRight();
    this.#house.reload();
  }

  async unfinished(zone: ZoneReader): Promise<string | undefined> {
    const { scene, wallMs } = this.#world;
    const { service } = this.#house.port;
    if (service === undefined) return "the plan store is down";
    const problem = unfinishedIn(zone, scene, this.ledger, wallMs);
    if (problem !== undefined) return problem;
    const orders = await service.store.orders();
    const isUp = (target: string): boolean => this.#world.isUp(target);
    const configuration = this.#configuration;
    return unplannedIn(this.ledger, { scene, configuration, orders, isUp, wallMs });
  }

  #plan(host: Host): void {
    const { id, clock, log } = host;
    const store = new StoreClient(host, this.#house.port);
    Planner.start({ region: REGION, planStore: store, journal: store, clock, log, actor: id });
  }

  #probe(host: Host): void {
    const store = new StoreClient(host, this.#house.port);
    const { clock, chance, log } = host;
    const ways = chance.fork("probes");
    const byAddress = new Map(this.#world.scene.targets.map(({ id, ipv4 }) => [ipv4, id]));
    Prober.start({
      vantage: "prober",
      planStore: store,
      journal: store,
      probe: {
        check: (address) =>
          new Promise((resolve) => {
            const latencyMs = PROBE_MS_MIN + ways.below(PROBE_MS_SPREAD);
            clock.wakeAfter(latencyMs, () => {
              const isUp = this.#world.isUp(byAddress.get(address) ?? "");
              const kind = isUp ? "pass" : "fail";
              resolve({ kind, detail: isUp ? "answers" : "connection refused", latencyMs });
            });
          }),
      },
      clock,
      chance,
      log,
    });
  }

  async #enact(host: Host): Promise<void> {
    const { id, disk, clock, chance, log } = host;
    const { scene } = this.#world;
    const planStore = new StoreClient(host, this.#house.port);
    const zone = new ZoneClient(host, this.#world.dns, scene, "automation");
    const enactor = await Enactor.start({
      id,
      enactorIds: this.#enactorIds,
      planStore,
      journal: planStore,
      zoneStores: new Map([[zone.id, zone]]),
      zones: [{ name: scene.zone, storeIds: [zone.id] }],
      disk,
      clock,
      chance,
      log,
    });
    this.enactors.set(id, enactor);
  }
}

/**
 * What only a person can put right of one endpoint, once everything runs again. What a retired name
 * answers without a fence is nobody's but a hand's to take away.
 */
function personalWork(entry: PlanEntry, zone: ZoneReader): OperatorAct | HandAct | undefined {
  const { endpoint } = entry;
  const reading = readingOf(endpoint, {
    fence: zone.rrset(fenceName(endpoint), RRType.TXT),
    weights: undefined,
    records: zone.rrsetsAt(endpoint),
  });
  if (reading.kind !== "read") return undefined;
  if (reading.fence.kind === "none") {
    if (reading.rrsets.length === 0) return undefined;
    return entry.kind === "tombstone"
      ? { kind: "hand", endpoint, byForce: true, what: "delete-records" }
      : { kind: "adopt", endpoint };
  }
  const fault = fenceFault(reading, entryKnown(entry));
  if (fault === undefined) return undefined;
  // No UPDATE makes a fence that a name does not live up to: what is to be gone is deleted.
  const isDone = entry.kind === "tombstone" && lacksListed(reading);
  return isDone
    ? { kind: "hand", endpoint, byForce: true, what: "delete-everything" }
    : { kind: "epoch-raise", endpoint };
}

function lacksListed({ fence: found, rrsets }: ReadReading): boolean {
  if (found.kind !== "fence") return false;
  return found.fence.types.some((type) => !rrsets.some((rrset) => rrset.type === typeCode(type)));
}

function lacksTypes({ rrsets }: ServingEntry, held: readonly RRset[]): boolean {
  return held.some(({ type }) => !rrsets.some((rrset) => typeCode(rrset.type) === type));
}
