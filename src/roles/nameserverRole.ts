import { Nameserver } from "../nameserver/index.ts";
import {
  DiskFolder,
  NodeDnssecCrypto,
  openLargePages,
  TcpListener,
  UdpDialer,
  UdpListener,
} from "../net/index.ts";
import { nameserverSettings } from "./nameserverSettings.ts";
import type { RoleParts, RunningRole } from "./role.ts";
import { openUdpThreads } from "./udpThreads.ts";

/** The nameserver: answers from what it held before it talks to anyone. */
export async function startNameserver(parts: RoleParts): Promise<RunningRole> {
  const { layout, settings, clock, chance, log } = parts;
  const { listen, udpThreads, nsid } = settings.dns;
  const threads = await openUdpThreads(udpThreads, log, listen.length);
  const disk = await DiskFolder.open(layout.nameserverFolder);
  const nameserver = await Nameserver.start({
    ...nameserverSettings(settings, layout, log),
    ...(nsid === undefined ? {} : { nsid }),
    listen,
    disk,
    clock,
    chance,
    log,
    threads,
    datagrams: new UdpListener(),
    streams: new TcpListener(),
    dialer: new UdpDialer(),
    dnssecCrypto: new NodeDnssecCrypto(),
    largePages: await openLargePages(),
  });
  return {
    state: () => {
      const report = nameserver.report();
      const settled = report.zones.every((zone) => zone.isSeeded || !zone.isInConfiguration);
      return { ready: true, settled, report };
    },
    reload: (next) => nameserver.reload(nameserverSettings(next, layout, log)),
    close: async () => {
      await nameserver.close();
      await disk.close();
    },
  };
}
