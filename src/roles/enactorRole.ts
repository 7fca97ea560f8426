import { Enactor } from "../enact/index.ts";
import { DiskFolder } from "../net/index.ts";
import { SocketStore } from "../store/index.ts";
import { openZoneStores } from "../supervise/index.ts";
import type { RoleParts, RunningRole } from "./role.ts";

/** An enactor: puts plans into DNS, from its own disk where planner and plan store are gone. */
export async function startEnactor(parts: RoleParts): Promise<RunningRole> {
  const { id, layout, settings, clock, chance, log } = parts;
  const disk = await DiskFolder.open(layout.enactorFolder(id));
  const planStore = new SocketStore(layout.storeSocket, { clock, log });
  const zoneStores = openZoneStores(settings, layout, id, { clock, chance, log });
  const enactor = await Enactor.start({
    id,
    enactorIds: settings.enactorIds,
    planStore,
    journal: planStore,
    zoneStores,
    zones: settings.policy.zones,
    disk,
    clock,
    chance,
    log,
  });
  return {
    state: () => {
      const report = enactor.report();
      const { confirmed, pending, generation, stores } = report;
      const isSeeded = stores.every(({ unseeded }) => unseeded.length === 0);
      return {
        ready: true,
        settled: generation > 0 && pending === 0 && isSeeded,
        progress: { done: confirmed, total: confirmed + pending },
        report,
      };
    },
    reload: async (next) => enactor.reload(next.policy.zones),
    close: async () => {
      await enactor.close();
      for (const store of zoneStores.values()) store.close();
      await planStore.close();
      await disk.close();
    },
  };
}
