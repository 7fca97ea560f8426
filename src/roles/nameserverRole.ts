import type { Settings } from "../config/index.ts";
import { Nameserver, type ZoneSetup } from "../nameserver/index.ts";
import { DiskFolder, TcpListener, UdpListener } from "../net/index.ts";
import { readAllKeys } from "../supervise/index.ts";
import type { RoleParts, RunningRole } from "./role.ts";

/** The nameserver: answers from what it held before it talks to anyone. */
export async function startNameserver(parts: RoleParts): Promise<RunningRole> {
  const { layout, settings, clock, chance, log } = parts;
  const disk = await DiskFolder.open(layout.nameserverFolder);
  const nameserver = await Nameserver.start({
    setups: zoneSetups(settings),
    keys: readAllKeys(layout),
    listen: settings.dns.listen,
    disk,
    clock,
    chance,
    log,
    datagrams: new UdpListener(),
    streams: new TcpListener(),
  });
  return {
    state: () => {
      const report = nameserver.report();
      const settled = report.zones.every((zone) => zone.isSeeded || !zone.isInConfiguration);
      return { ready: true, settled, report };
    },
    reload: (next) => nameserver.reload(zoneSetups(next), readAllKeys(layout)),
    close: async () => {
      await nameserver.close();
      await disk.close();
    },
  };
}

/** The zones that live on our own nameserver, as they read at their apex. */
function zoneSetups({ zones, stores }: Settings): readonly ZoneSetup[] {
  const embedded = new Set(stores.filter(({ kind }) => kind === "embedded").map(({ id }) => id));
  const ours = zones.filter((zone) => zone.storeIds.some((id) => embedded.has(id)));
  return ours.map(({ name, hostmaster, nameservers, negativeTtlSeconds, apexTtlSeconds }) => {
    const primary = nameservers[0]?.name ?? name;
    return { name, primary, hostmaster, nameservers, negativeTtlSeconds, apexTtlSeconds };
  });
}
