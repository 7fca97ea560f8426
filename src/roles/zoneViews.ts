import type { GateView, HeldView } from "../api/index.ts";
import type { Settings } from "../config/index.ts";
import type { Name } from "../dns/index.ts";
import type { ZoneStore } from "../plan/index.ts";

/** What the zone stores hold, asked of them anew each time. */
export class ZoneViews {
  readonly #stores: ReadonlyMap<string, ZoneStore>;
  readonly #settings: () => Settings;

  constructor(stores: ReadonlyMap<string, ZoneStore>, settings: () => Settings) {
    this.#stores = stores;
    this.#settings = settings;
  }

  /** What each store of the endpoint's zone holds of it. */
  held(endpoint: Name, zone: Name): Promise<readonly HeldView[]> {
    const views = this.#storesOf(zone).map(async (store): Promise<readonly HeldView[]> => {
      const readings = await store.read(zone, [endpoint]);
      return readings.map((reading) => ({ storeId: store.id, reading }));
    });
    return Promise.all(views).then((all) => all.flat());
  }

  /** Switch and seed mark of every zone on each of its stores. */
  gates(): Promise<readonly GateView[]> {
    const views = this.#settings().policy.zones.flatMap(({ name }) =>
      this.#storesOf(name).map((store) => gateView(name, store)),
    );
    return Promise.all(views);
  }

  // A zone that was taken out of the configuration goes on being served by all that had it.
  #storesOf(zone: Name): readonly ZoneStore[] {
    const found = this.#settings().policy.zones.find(({ name }) => name === zone);
    const ids = found?.storeIds ?? [...this.#stores.keys()];
    return ids.flatMap((id) => this.#stores.get(id) ?? []);
  }
}

async function gateView(zone: Name, store: ZoneStore): Promise<GateView> {
  const [gate, seed] = await Promise.all([store.readGate(zone), store.readSeed(zone)]);
  const seeded = store.abilities.needsSeed ? seed : "not-needed";
  return { zone, storeId: store.id, gate, seeded };
}
