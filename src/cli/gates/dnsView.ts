import { type ZoneView, zoneView } from "../../api/index.ts";
import type { Name } from "../../dns/index.ts";
import type { ZoneStore } from "../../plan/index.ts";
import type { CliIo } from "../io.ts";
import type { Region } from "../region.ts";
import { openOperatorStores } from "./operatorStores.ts";

/** What DNS itself says of every zone: gates and seed marks, with nothing else running. */
export async function dnsView(region: Region, io: CliIo): Promise<readonly ZoneView[]> {
  const stores = openOperatorStores(region, io);
  try {
    const asked = region.settings.zones.flatMap((zone) =>
      zone.storeIds.map(async (storeId): Promise<ZoneView> => {
        const opened = stores.byId.get(storeId);
        if (opened?.kind === "open") return readZone(zone.name, opened.store);
        const problem = opened?.problem ?? "it is not in the configuration";
        return { zone: zone.name, storeId, gate: "unreadable", seeded: "unknown", problem };
      }),
    );
    return await Promise.all(asked);
  } finally {
    stores.close();
  }
}

async function readZone(zone: Name, store: ZoneStore): Promise<ZoneView> {
  const { needsSeed } = store.abilities;
  const gate = await store.readGate(zone);
  const seeded = needsSeed ? await store.readSeed(zone) : "not-needed";
  return zoneView({ zone, storeId: store.id, gate, seeded });
}
