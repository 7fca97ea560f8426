import { type Looked, lookedAt } from "../../api/index.ts";
import { isAtOrBelow, type Name } from "../../dns/index.ts";
import type { Reading } from "../../plan/index.ts";
import { type OperatorStores, openOperatorStores } from "../gates/operatorStores.ts";
import type { CliIo } from "../io.ts";
import type { Region } from "../region.ts";

/** Asks all zone stores of names in our own zones; nothing else needs to run. */
export class DirectLook {
  readonly #region: Region;
  readonly #stores: OperatorStores;

  constructor(region: Region, io: CliIo) {
    this.#region = region;
    this.#stores = openOperatorStores(region, io);
  }

  async at(name: Name): Promise<Looked> {
    const [zone] = this.#region.settings.zones
      .filter((one) => isAtOrBelow(name, one.name))
      .sort((left, right) => right.name.length - left.name.length);
    if (zone === undefined) return { kind: "unknown" };
    const asked = zone.storeIds.map(async (storeId): Promise<Reading> => {
      const opened = this.#stores.byId.get(storeId);
      const store = opened?.kind === "open" ? opened.store : undefined;
      const [reading] = (await store?.read(zone.name, [name])) ?? [];
      return reading ?? { kind: "unreadable", endpoint: name, problem: "it gave no answer" };
    });
    return lookedAt(await Promise.all(asked));
  }

  close(): void {
    this.#stores.close();
  }
}
