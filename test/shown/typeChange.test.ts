// Changes of types, retirement, revival and overrides on four nameservers, while a client asks all
// the time: never an empty answer before the name is retired, and nothing that RFC 2136 section
// 3.4.2.2 would ignore in silence is lost.
import assert from "node:assert/strict";
import { test } from "node:test";
import { SimDisk } from "../../sim/simDisk.ts";
import { SILENT_LOG } from "../../src/base/index.ts";
import { RRType } from "../../src/dns/index.ts";
import { FakePlanStore } from "../../src/enact/fakePlanStore.suite.ts";
import { Enactor } from "../../src/enact/index.ts";
import { ENDPOINT, entryAt, planned, tombstoneAt } from "../../src/enact/samples.suite.ts";
import { RealChance, RealClock, TcpDialer } from "../../src/net/index.ts";
import {
  entryDigest,
  type Fence,
  type NonEmpty,
  type PlanEntry,
  type PlannedRRset,
  type Reading,
  rrsetsOf,
  type ServingEntry,
  weightsOf,
} from "../../src/plan/index.ts";
import { Rfc2136ZoneStore } from "../../src/provider/index.ts";
import { needs } from "../peers.ts";
import { until } from "../processes/instance.ts";
import { AnswerWatcher } from "./answerWatcher.ts";
import {
  KEY,
  UPDATABLE,
  type UpdatableKind,
  type UpdatableServer,
  ZONE,
} from "./updatableServers.ts";

const IDS = ["enactor-az1", "enactor-az2"];
const HOUR_MS = 3_600_000;
const clock = new RealClock();
const chance = new RealChance();

const IPV4: NonEmpty<PlannedRRset> = [planned("A", "192.0.2.1", "192.0.2.2")];
const ALIAS: NonEmpty<PlannedRRset> = [planned("CNAME", "lb.example.net.")];
const BOTH: NonEmpty<PlannedRRset> = [...IPV4, planned("AAAA", "2001:db8::1")];
const PINNED: NonEmpty<PlannedRRset> = [
  planned("A", "203.0.113.1"),
  planned("AAAA", "2001:db8::bad"),
];

/** A nameserver, two enactors, one endpoint. */
class Region {
  readonly planStore = new FakePlanStore();
  readonly stores: Rfc2136ZoneStore[] = [];
  readonly enactors: Enactor[] = [];
  readonly #watchers: AnswerWatcher[] = [];
  readonly server: UpdatableServer;
  readonly #kind: UpdatableKind;
  #generation = 0;

  constructor(kind: UpdatableKind, server: UpdatableServer) {
    this.#kind = kind;
    this.server = server;
  }

  makeStore(): Rfc2136ZoneStore {
    const store = new Rfc2136ZoneStore({
      id: "zones",
      server: this.server.place,
      key: KEY,
      kind: this.#kind.kind,
      dialer: new TcpDialer(),
      clock,
      chance,
      log: SILENT_LOG,
    });
    this.stores.push(store);
    return store;
  }

  async start(): Promise<void> {
    const probe = this.makeStore();
    await until("answers", async () => (await probe.readGate(ZONE)).kind === "none");
    for (const id of IDS) {
      const enactor = await Enactor.start({
        id,
        enactorIds: IDS,
        planStore: this.planStore,
        journal: this.planStore,
        zoneStores: new Map([["zones", this.makeStore()]]),
        zones: [{ name: ZONE, storeIds: ["zones"] }],
        disk: new SimDisk(),
        clock,
        chance,
        log: SILENT_LOG,
      });
      this.enactors.push(enactor);
    }
  }

  get #store(): Rfc2136ZoneStore {
    return this.stores[0] ?? assert.fail();
  }

  async reading(): Promise<Extract<Reading, { readonly kind: "read" }>> {
    for (;;) {
      const [reading] = await this.#store.read(ZONE, [ENDPOINT]);
      if (reading?.kind === "read") return reading;
    }
  }

  async fence(): Promise<Fence> {
    const { fence } = await this.reading();
    assert(fence.kind === "fence");
    return fence.fence;
  }

  entry(rrsets: NonEmpty<PlannedRRset>, changes: Partial<ServingEntry> = {}): ServingEntry {
    this.#generation += 1;
    return entryAt(this.#generation, { rrsets, ...changes });
  }

  tombstone(): PlanEntry {
    this.#generation += 1;
    return tombstoneAt(this.#generation);
  }

  /** Plans an entry, and waits until the zone holds it and nothing else. */
  async enact(what: string, entry: PlanEntry): Promise<void> {
    this.planStore.plan(entry.generation, [entry]);
    await until(what, () => this.holds(entry));
  }

  async holds(entry: PlanEntry): Promise<boolean> {
    const { fence, rrsets } = await this.reading();
    if (fence.kind !== "fence" || fence.fence.generation !== entry.generation) return false;
    if (fence.fence.digest !== entry.digest) return false;
    return JSON.stringify(rrsets) === JSON.stringify(rrsetsOf(entry));
  }

  /** A person's own write: no gate, what is held by the fence deleted or left (`deletes`). */
  async writeByHand(
    rrsets: NonEmpty<PlannedRRset>,
    place: Partial<Fence>,
    deletes: readonly number[],
  ): Promise<string> {
    const held = await this.fence();
    const { fence: found } = await this.reading();
    const content = { endpoint: ENDPOINT, answers: "all", rrsets } as const;
    const types = rrsets.map(({ type }) => type);
    const digest = entryDigest(content);
    const { epoch, generation, edition } = held;
    const fence: Fence = { epoch, generation, edition: edition + 1, types, digest, ...place };
    const text = found.kind === "fence" ? found.text : undefined;
    const entry = entryAt(generation, { rrsets });
    const [outcome] = await this.#store.commit(ZONE, [
      {
        endpoint: ENDPOINT,
        condition: { fence: text, gate: "unchecked", nameNotInUse: false },
        deleteTypes: deletes,
        rrsets: rrsetsOf(entry),
        weights: weightsOf(rrsets, "all"),
        fence,
      },
    ]);
    return outcome?.kind ?? "";
  }

  /** A client that asks for these types until it is stopped, or the region is. */
  watch(types: readonly number[]): AnswerWatcher {
    const watcher = new AnswerWatcher(this.server.place, ENDPOINT);
    watcher.types = types;
    this.#watchers.push(watcher);
    return watcher;
  }

  /** Our nameserver says nothing before all is in place; others have no such mark. */
  async speaks(): Promise<void> {
    if (this.#kind.kind === "plain") return;
    await until("is seeded", async () => (await this.#store.readSeed(ZONE)) === "seeded");
  }

  async close(): Promise<void> {
    for (const watcher of this.#watchers) await watcher.stop();
    for (const enactor of this.enactors) await enactor.close();
    for (const store of this.stores) store.close();
    await this.server.close();
  }
}

const ADDRESSES = [RRType.A, RRType.AAAA];

/** What a careless client does: a CNAME added beside addresses, which RFC 2136 ignores. */
async function changeCarelessly(region: Region, kind: UpdatableKind): Promise<void> {
  const alias = region.entry(ALIAS);
  const outcome = await region.writeByHand(ALIAS, { generation: alias.generation }, []);
  assert.equal(outcome, kind.ignoresAliases ? "applied" : "refused");
  const { rrsets } = await region.reading();
  assert.deepEqual(
    rrsets.map(({ type }) => type),
    [RRType.A],
    "the CNAME is not there, whatever the server said",
  );
  await region.enact("repairs what was lost", alias);
}

/** Written at the server itself, seen by all, then cut short: the plan is back when it ends. */
async function overrideByHand(region: Region, planned: ServingEntry): Promise<void> {
  const pin = async (inMs: number): Promise<number> => {
    const untilMs = Math.ceil((clock.wallMs() + inMs) / 1_000) * 1_000;
    const mark = { kind: "override", id: "o-test", untilMs } as const;
    assert.equal(await region.writeByHand(PINNED, { mark }, ADDRESSES), "applied");
    return untilMs;
  };
  await pin(HOUR_MS);
  await until("sees the override", async () => {
    return region.enactors.every((enactor) => enactor.report().overrides.length === 1);
  });
  assert.equal((await region.fence()).mark?.kind, "override", "all saw it, and none touched it");
  const untilMs = await pin(0);
  await until("is back when the override ends", () => region.holds(planned));
  assert(clock.wallMs() >= untilMs, "not before");
}

async function changeTypes(region: Region, kind: UpdatableKind): Promise<void> {
  await region.enact("is created", region.entry(IPV4));
  await region.speaks();
  const watcher = region.watch([RRType.A]);
  await region.enact("is an alias", region.entry(ALIAS));
  await region.enact("has addresses again", region.entry(IPV4));
  await changeCarelessly(region, kind);
  await region.enact("has addresses again", region.entry(IPV4));
  const both = region.entry(BOTH);
  await region.enact("has IPv6 addresses, too", both);
  watcher.types = ADDRESSES;
  await overrideByHand(region, both);
  const override = { id: "o-plan", untilMs: Math.ceil(clock.wallMs() / 1_000) * 1_000 + HOUR_MS };
  await region.enact("is overridden by an alias", region.entry(ALIAS, { override }));
  await region.enact("is cleared", region.entry(BOTH, { ends: ["o-plan"] }));
  const { answers, empty } = await watcher.stop();
  assert.deepEqual(empty, [], `${kind.name} answered ${answers} times before it was retired`);
  assert(answers > 20, `the client was answered ${answers} times`);
}

async function retireAndRevive(region: Region): Promise<void> {
  const tombstone = region.tombstone();
  await region.enact("is retired", tombstone);
  assert.deepEqual((await region.reading()).weights, undefined);
  const idle = region.watch([RRType.A]);
  await new Promise((resolve) => setTimeout(resolve, 100));
  const { answers, empty } = await idle.stop();
  assert.equal(answers, 0, "a retired name answers nothing");
  assert.match(empty[0] ?? "", /^A: NOERROR/, "NODATA: its fence is below it");
  region.planStore.plan(tombstone.generation + 1, [region.entry(BOTH)]);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  assert((await region.holds(tombstone)) === true, "an old configuration brings nothing back");
  const revived = region.entry(BOTH, { revives: ["t1"] });
  await region.enact("is revived", revived);
  const watcher = region.watch(ADDRESSES);
  await until("is asked", async () => watcher.answers > 20);
  assert.deepEqual((await watcher.stop()).empty, []);
}

for (const kind of UPDATABLE) {
  test(
    `${kind.name} is never empty through changes of types and overrides, but when retired`,
    needs(...kind.programs),
    async () => {
      const region = new Region(kind, await kind.start());
      try {
        await region.start();
        await changeTypes(region, kind);
        await retireAndRevive(region);
      } finally {
        await region.close();
      }
    },
  );
}
