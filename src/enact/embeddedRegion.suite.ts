// Our own nameserver with enactors around it: real sockets on loopback, real time, disks in memory.
import assert from "node:assert/strict";
import { SimDisk } from "../../sim/simDisk.ts";
import { SILENT_LOG, type SocketAddress } from "../base/index.ts";
import { nameOf, type TsigKey } from "../dns/index.ts";
import { Nameserver } from "../nameserver/index.ts";
import { RealChance, RealClock, TcpDialer, TcpListener, UdpListener } from "../net/index.ts";
import { type PlanEntry, rrsetsOf } from "../plan/index.ts";
import { Rfc2136ZoneStore } from "../provider/index.ts";
import { FakePlanStore } from "./fakePlanStore.suite.ts";
import { ZONE } from "./samples.suite.ts";
import { Enactor } from "./service.ts";
import { IDS } from "./world.suite.ts";

const KEY: TsigKey = {
  name: nameOf("test-key"),
  algorithm: "hmac-sha256",
  secret: new Uint8Array(32).fill(5),
};
export const clock = new RealClock();
const chance = new RealChance();

function startNameserver(disk: SimDisk, listen: SocketAddress): Promise<Nameserver> {
  const primary = nameOf(`ns1.${ZONE}`);
  const setup = {
    name: ZONE,
    primary,
    hostmaster: nameOf(`hostmaster.${ZONE}`),
    nameservers: [{ name: primary, addresses: ["127.0.0.1"] }],
    negativeTtlSeconds: 5,
    apexTtlSeconds: 30,
  };
  return Nameserver.start({
    setups: [setup],
    keys: [KEY],
    listen: [listen],
    disk,
    clock,
    chance,
    log: SILENT_LOG,
    datagrams: new UdpListener(),
    streams: new TcpListener(),
  });
}

/** A nameserver, and what stands around it. */
export class EmbeddedRegion {
  readonly disk = new SimDisk();
  readonly planStore = new FakePlanStore();
  readonly stores: Rfc2136ZoneStore[] = [];
  readonly enactors: Enactor[] = [];
  nameserver: Nameserver | undefined;
  server: SocketAddress = { address: "127.0.0.1", port: 0 };

  async serve(disk = this.disk): Promise<void> {
    this.nameserver = await startNameserver(disk, this.server);
    const [local] = this.nameserver.local;
    assert(local !== undefined);
    this.server = local;
  }

  makeStore(): Rfc2136ZoneStore {
    const dialer = new TcpDialer();
    const ports = { dialer, clock, chance, log: SILENT_LOG };
    const { server } = this;
    const store = new Rfc2136ZoneStore({
      id: "embedded",
      server,
      key: KEY,
      kind: "embedded",
      ...ports,
    });
    this.stores.push(store);
    return store;
  }

  async enact(id: string): Promise<void> {
    const enactor = await Enactor.start({
      id,
      enactorIds: IDS,
      planStore: this.planStore,
      journal: this.planStore,
      zoneStores: new Map([["embedded", this.makeStore()]]),
      zones: [{ name: ZONE, storeIds: ["embedded"] }],
      disk: new SimDisk(),
      clock,
      chance,
      log: SILENT_LOG,
    });
    this.enactors.push(enactor);
  }

  areConfirmed(count: number): boolean {
    return this.enactors.every((enactor) => enactor.report().confirmed === count);
  }

  async close(): Promise<void> {
    for (const enactor of this.enactors) await enactor.close();
    for (const store of this.stores) store.close();
    await this.nameserver?.close();
  }
}

export async function until(
  claim: string,
  holds: () => boolean | Promise<boolean>,
): Promise<number> {
  const fromMs = clock.monotonicMs();
  while (!(await holds())) {
    assert(clock.monotonicMs() - fromMs < 20_000, claim);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return clock.monotonicMs() - fromMs;
}

export async function holdsAll(
  store: Rfc2136ZoneStore,
  entries: readonly PlanEntry[],
): Promise<boolean> {
  const readings = await store.read(
    ZONE,
    entries.map(({ endpoint }) => endpoint),
  );
  return entries.every((entry, index) => {
    const reading = readings[index];
    if (reading?.kind !== "read" || reading.fence.kind !== "fence") return false;
    if (reading.fence.fence.digest !== entry.digest) return false;
    return JSON.stringify(reading.rrsets) === JSON.stringify(rrsetsOf(entry));
  });
}
