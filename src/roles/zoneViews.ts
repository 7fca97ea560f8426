import { type GateView, type HeldView, within } from "../api/index.ts";
import type { Clock } from "../base/index.ts";
import type { Settings } from "../config/index.ts";
import type { Name } from "../dns/index.ts";
import type { Reading, ZoneStore } from "../plan/index.ts";

/** Below the API's own wait for all of them: one that is stopped does not hide the others. */
const STORE_MS_MAX = 1_500;

/** What the zone stores hold, asked of them anew each time. */
export class ZoneViews {
  readonly #stores: ReadonlyMap<string, ZoneStore>;
  readonly #settings: () => Settings;
  readonly #clock: Clock;

  constructor(stores: ReadonlyMap<string, ZoneStore>, settings: () => Settings, clock: Clock) {
    this.#stores = stores;
    this.#settings = settings;
    this.#clock = clock;
  }

  /** What each store of the endpoint's zone holds of it. */
  held(endpoint: Name, zone: Name): Promise<readonly HeldView[]> {
    const views = this.#storesOf(zone).map(async (store): Promise<readonly HeldView[]> => {
      const asked = store.read(zone, [endpoint]);
      const readings = await within<readonly Reading[]>(
        this.#clock,
        STORE_MS_MAX,
        asked,
        (problem) => [{ kind: "unreadable", endpoint, problem }],
      );
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
