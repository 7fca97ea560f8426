import { isBelow, type Name, parentOf } from "../../dns/index.ts";
import type { Arena } from "./arena.ts";
import { publishServed } from "./zoneCommit.ts";
import { memoryFull, type ZoneData } from "./zoneData.ts";
import type { ZonesView } from "./zoneView.ts";

/** The zones held, and which of them are served. */
export class ZoneTable implements ZonesView {
  readonly #held: Map<Name, ZoneData>;
  #configured: ReadonlySet<Name>;
  #served: ReadonlyMap<Name, ZoneData> = new Map();
  // Of a configuration that is being taken in.
  #announced: readonly Name[] = [];

  constructor(held: Map<Name, ZoneData>) {
    this.#held = held;
    this.#configured = new Set();
  }

  /** Everything on disk, served or not. */
  get held(): ReadonlyMap<Name, ZoneData> {
    return this.#held;
  }

  /** What is answered for: zones of the configuration, and others that hold endpoints. */
  get served(): ReadonlyMap<Name, ZoneData> {
    return this.#served;
  }

  isConfigured(apex: Name): boolean {
    return this.#configured.has(apex);
  }

  /** The zone with this apex, as it is held. */
  get(apex: Name): ZoneData | undefined {
    return this.#held.get(apex);
  }

  /** Adds a zone, empty so far. Served only after {@link serve}. */
  add(zone: ZoneData): void {
    this.#held.set(zone.apex, zone);
  }

  /** Says that these will be served: names below them are theirs already. Until {@link serve}. */
  announce(configured: readonly Name[]): void {
    this.#announced = configured;
  }

  /**
   * Serves these zones from now on, as far as they are held; and with them every zone that holds
   * endpoints: a name does not go dark because a line of the configuration did. To be called
   * between commits: other threads see it as a version of its own.
   *
   * @throws NameserverError `memory-full`
   */
  serve(configured: readonly Name[]): void {
    this.#announced = [];
    this.#configured = new Set(configured);
    this.#served = new Map(
      [...this.#held].filter(([apex, zone]) => {
        if (zone.serial === undefined) return false; // the disk did not take its first commit
        return this.#configured.has(apex) || zone.fenceCount > 0;
      }),
    );
    this.#publish();
  }

  zoneFor(name: Name): ZoneData | undefined {
    for (let at: Name | undefined = name; at !== undefined; at = parentOf(at)) {
      const zone = this.#served.get(at);
      if (zone !== undefined) return zone;
    }
    return undefined;
  }

  /** Apexes below this one served now or soon: what they cover, the zone above does not answer. */
  below(apex: Name): readonly Name[] {
    return [...this.#served.keys(), ...this.#announced].filter((other) => isBelow(other, apex));
  }

  /** Tells readers in other threads what is served. */
  #publish(): void {
    const arenas = new Set<Arena>([...this.#held.values()].map(({ arena }) => arena));
    for (const arena of arenas) {
      const served = [...this.#served.values()].filter((zone) => zone.arena === arena);
      const above = served.filter(({ apex }) => {
        return served.some((other) => isBelow(other.apex, apex));
      });
      const numbers = (zones: readonly ZoneData[]) => new Set(zones.map(({ number }) => number));
      if (!publishServed(arena, numbers(served), numbers(above))) throw memoryFull(arena);
    }
  }
}
