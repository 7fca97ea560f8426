import type { Name } from "../../dns/index.ts";
import { deltaOctets, type ZoneDelta } from "./zoneDelta.ts";

/** Bounds on what is kept: a secondary that is behind by more gets the whole zone. */
export const HISTORY_LIMITS = {
  /** Of one zone: some hours at ten changes a second. */
  deltasMax: 100_000,
  /** Of one zone, so that a busy one leaves the others theirs. */
  zoneOctetsMax: 16 * 2 ** 20,
  /** Of all zones together. */
  octetsMax: 64 * 2 ** 20,
} as const;

/** The bounds, for tests to make smaller. */
export type HistoryLimits = { readonly [Limit in keyof typeof HISTORY_LIMITS]: number };

/** What a delta costs besides its octets, about: an object and four array heads. */
const DELTA_OVERHEAD_OCTETS = 400;

interface ZoneHistory {
  deltas: ZoneDelta[];
  /** Of `deltas`: those before it are dropped. */
  head: number;
  octets: number;
}

/** The last changes of every zone, for IXFR. */
export class DeltaHistory {
  readonly #limits: HistoryLimits;
  readonly #zones = new Map<Name, ZoneHistory>();
  #octets = 0;

  constructor(limits: HistoryLimits = HISTORY_LIMITS) {
    this.#limits = limits;
  }

  /** Octets kept, of all zones. */
  get octets(): number {
    return this.#octets;
  }

  /** Deltas kept of one zone. */
  count(zone: Name): number {
    const held = this.#zones.get(zone);
    return held === undefined ? 0 : held.deltas.length - held.head;
  }

  /** Notes a change. Where it does not follow the one before it, those before are dropped. */
  note(delta: ZoneDelta): void {
    const { zone } = delta;
    const last = this.#zones.get(zone)?.deltas.at(-1);
    if (last !== undefined && last.toSerial !== delta.fromSerial) this.clear(zone);
    const held = this.#zones.get(zone) ?? { deltas: [], head: 0, octets: 0 };
    this.#zones.set(zone, held);
    held.deltas.push(delta);
    this.#count(held, costOf(delta));
    while (this.#isOver(held)) this.#dropOldest(zone, held);
    this.#dropElsewhere();
  }

  /** Forgets a zone's changes: its versions so far are not what secondaries may hold. */
  clear(zone: Name): void {
    const held = this.#zones.get(zone);
    if (held === undefined) return;
    this.#octets -= held.octets;
    this.#zones.delete(zone);
  }

  /** The changes from a version to the newest, oldest first; undefined where it is not reached. */
  since(zone: Name, serial: number): readonly ZoneDelta[] | undefined {
    const held = this.#zones.get(zone);
    if (held === undefined) return undefined;
    // From the end: whoever asks is nearly always one change behind.
    for (let index = held.deltas.length - 1; index >= held.head; index -= 1) {
      if (held.deltas[index]?.fromSerial === serial) return held.deltas.slice(index);
    }
    return undefined;
  }

  #isOver(held: ZoneHistory): boolean {
    const { deltasMax, zoneOctetsMax } = this.#limits;
    return held.octets > zoneOctetsMax || held.deltas.length - held.head > deltasMax;
  }

  /** Drops from the zone that keeps most, while all together keep too much. */
  #dropElsewhere(): void {
    while (this.#octets > this.#limits.octetsMax) {
      let largest: readonly [Name, ZoneHistory] | undefined;
      for (const entry of this.#zones) {
        if (largest === undefined || entry[1].octets > largest[1].octets) largest = entry;
      }
      if (largest === undefined) return;
      // Half at once, so that looking for it is rare.
      const goal = Math.floor(largest[1].octets / 2);
      while (largest[1].octets > goal) this.#dropOldest(...largest);
    }
  }

  #dropOldest(zone: Name, held: ZoneHistory): void {
    const oldest = held.deltas[held.head];
    if (oldest === undefined) return;
    held.head += 1;
    this.#count(held, -costOf(oldest));
    if (held.head === held.deltas.length) this.#zones.delete(zone);
    if (held.head * 2 < held.deltas.length) return;
    held.deltas = held.deltas.slice(held.head);
    held.head = 0;
  }

  #count(held: ZoneHistory, octets: number): void {
    held.octets += octets;
    this.#octets += octets;
  }
}

function costOf(delta: ZoneDelta): number {
  return deltaOctets(delta) + DELTA_OVERHEAD_OCTETS;
}
