// Enactors against our own nameserver: real sockets on loopback, real time, disks in memory.
import assert from "node:assert/strict";
import { test } from "node:test";
import { SimDisk } from "../../sim/simDisk.ts";
import { SILENT_LOG, type SocketAddress } from "../base/index.ts";
import { nameOf, RRType, type TsigKey } from "../dns/index.ts";
import { editState, Nameserver } from "../nameserver/index.ts";
import { RealChance, RealClock, TcpDialer, TcpListener, UdpListener } from "../net/index.ts";
import { type PlanEntry, rrsetsOf, type ServingEntry } from "../plan/index.ts";
import { Rfc2136ZoneStore } from "../provider/index.ts";
import { FakePlanStore } from "./fakePlanStore.suite.ts";
import { entryAt, ZONE } from "./samples.suite.ts";
import { Enactor } from "./service.ts";
import { entriesAt, IDS } from "./world.suite.ts";

const KEY: TsigKey = {
  name: nameOf("test-key"),
  algorithm: "hmac-sha256",
  secret: new Uint8Array(32).fill(5),
};
const clock = new RealClock();
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
class Region {
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

async function until(claim: string, holds: () => boolean | Promise<boolean>): Promise<number> {
  const fromMs = clock.monotonicMs();
  while (!(await holds())) {
    assert(clock.monotonicMs() - fromMs < 20_000, claim);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  return clock.monotonicMs() - fromMs;
}

async function holdsAll(store: Rfc2136ZoneStore, entries: readonly PlanEntry[]): Promise<boolean> {
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

test("three enactors fill an empty nameserver, seed it, and obey its gate", async () => {
  const region = new Region();
  await region.serve();
  for (const id of IDS) await region.enact(id);
  const first = entriesAt(1, 60);
  region.planStore.plan(1, first);
  await until("confirmed by all", () => region.areConfirmed(60));
  const store = region.makeStore();
  await until("seeded", async () => (await store.readSeed(ZONE)) === "seeded");
  assert(await holdsAll(store, first));
  const second = entriesAt(2, 60);
  region.planStore.plan(2, second);
  await until("generation 2", () => holdsAll(store, second));
  assert.equal((await store.writeGate(ZONE, undefined, PAUSED)).kind, "applied");
  const third: ServingEntry[] = [entryAt(3, { endpoint: second[0]?.endpoint ?? ZONE })];
  region.planStore.plan(3, third);
  await new Promise((resolve) => setTimeout(resolve, 300));
  assert(await holdsAll(store, second), "nothing is written behind a paused gate");
  const gate = await store.readGate(ZONE);
  assert(gate.kind === "gate");
  assert.equal((await store.writeGate(ZONE, gate.text, RESUMED)).kind, "applied");
  await until("generation 3", () => holdsAll(store, third));
  await region.close();
});

const PAUSED = { edition: 1, automation: "paused" } as const;
const RESUMED = { edition: 2, automation: "on" } as const;

test("records removed while the nameserver was down are repaired soon", async () => {
  const region = new Region();
  await region.serve();
  for (const id of IDS) await region.enact(id);
  const entries = entriesAt(1, 300);
  region.planStore.plan(1, entries);
  await until("confirmed by all", () => region.areConfirmed(300));
  await region.nameserver?.close();
  const spoilt = entries.slice(0, 100);
  const edited = await editState(region.disk, (editor) => {
    for (const { endpoint } of spoilt) editor.set(ZONE, endpoint, []);
  });
  assert.equal(edited, 100);
  await region.serve();
  const store = region.makeStore();
  const tookMs = await until("repaired", () => holdsAll(store, entries));
  assert(tookMs < 5_000, `${tookMs} ms`);
  await until("told", () => region.planStore.subjects("drift-found").length >= 100);
  await region.close();
});

test("a nameserver that lost its disk is silent until everything is in place again", async () => {
  const region = new Region();
  await region.serve();
  for (const id of IDS) await region.enact(id);
  const entries = entriesAt(1, 200);
  region.planStore.plan(1, entries);
  await until("confirmed by all", () => region.areConfirmed(200));
  await region.nameserver?.close();
  await region.serve(new SimDisk());
  const store = region.makeStore();
  await until("seeded", async () => (await store.readSeed(ZONE)) === "seeded");
  assert(await holdsAll(store, entries), "all was in place when it spoke again");
  await region.close();
});

test("the nameserver's own rules refuse a write that would empty a type, and say why", async () => {
  const region = new Region();
  await region.serve();
  await region.enact("enactor-az1");
  const [entry] = entriesAt(1, 1);
  assert(entry !== undefined);
  region.planStore.plan(1, [entry]);
  await until("confirmed", () => region.areConfirmed(1));
  const [, ipv6] = entry.rrsets;
  assert(ipv6 !== undefined);
  region.planStore.plan(2, [entryAt(2, { endpoint: entry.endpoint, rrsets: [ipv6] })]);
  const refused = () => region.planStore.subjects("write-refused").length === 1;
  await until("refused", refused);
  const [reading] = await region.makeStore().read(ZONE, [entry.endpoint]);
  assert(reading?.kind === "read");
  assert(reading.rrsets.some(({ type }) => type === RRType.A));
  const [trouble] = region.enactors[0]?.report().troubles ?? [];
  assert.match(trouble?.why ?? "", /^REFUSED: .+/);
  await region.close();
});
