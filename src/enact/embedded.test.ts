// Enactors against our own nameserver.
import assert from "node:assert/strict";
import { test } from "node:test";
import { SimDisk } from "../../sim/simDisk.ts";
import { RRType } from "../dns/index.ts";
import { editState } from "../nameserver/index.ts";
import type { ServingEntry } from "../plan/index.ts";
import { EmbeddedRegion, holdsAll, until } from "./embeddedRegion.suite.ts";
import { entryAt, planned, ZONE } from "./samples.suite.ts";
import { entriesAt, IDS } from "./world.suite.ts";

test("three enactors fill an empty nameserver, seed it, and obey its gate", async () => {
  const region = new EmbeddedRegion();
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
  const region = new EmbeddedRegion();
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
  const region = new EmbeddedRegion();
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
  const region = new EmbeddedRegion();
  await region.serve();
  await region.enact("enactor-az1");
  const [entry] = entriesAt(1, 1);
  assert(entry !== undefined);
  region.planStore.plan(1, [entry]);
  await until("confirmed", () => region.areConfirmed(1));
  const nowhere = planned("CNAME", `nowhere.${ZONE}`);
  region.planStore.plan(2, [entryAt(2, { endpoint: entry.endpoint, rrsets: [nowhere] })]);
  const refused = () => region.planStore.subjects("write-refused").length === 1;
  await until("refused", refused);
  const [reading] = await region.makeStore().read(ZONE, [entry.endpoint]);
  assert(reading?.kind === "read");
  assert(reading.rrsets.some(({ type }) => type === RRType.A));
  const [trouble] = region.enactors[0]?.report().troubles ?? [];
  assert.match(trouble?.why ?? "", /^REFUSED: .+/);
  await region.close();
});
