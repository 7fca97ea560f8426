// What people order, against our own nameserver with rules of its own.
import assert from "node:assert/strict";
import { test } from "node:test";
import { type RRset, RRType } from "../dns/index.ts";
import { editState } from "../nameserver/index.ts";
import {
  type EndpointWrite,
  type Fence,
  fenceName,
  fenceText,
  type Gate,
  rrsetsOf,
  type ServingEntry,
  weightsOf,
} from "../plan/index.ts";
import type { Rfc2136ZoneStore } from "../provider/index.ts";
import { clock, EmbeddedRegion, holdsAll, until } from "./embeddedRegion.suite.ts";
import { ENDPOINT, entryAt, fenceOf, tombstoneAt, tombstoneFence, ZONE } from "./samples.suite.ts";
import { entriesAt, IDS } from "./world.suite.ts";

const PINNED = entryAt(99);
const BOTH_TYPES = [RRType.A, RRType.AAAA];

async function serving(...entries: readonly ServingEntry[]): Promise<EmbeddedRegion> {
  const region = new EmbeddedRegion();
  await region.serve();
  for (const id of IDS) await region.enact(id);
  region.planStore.plan(1, entries);
  await until("confirmed by all", () => region.areConfirmed(entries.length));
  return region;
}

async function fenceRead(store: Rfc2136ZoneStore): Promise<{ fence: Fence; text: string }> {
  const [reading] = await store.read(ZONE, [ENDPOINT]);
  assert(reading?.kind === "read" && reading.fence.kind === "fence");
  return reading.fence;
}

/** A write of a person's own: no gate, on condition of the fence as it is now. */
async function commit(
  store: Rfc2136ZoneStore,
  changes: Partial<EndpointWrite> & { readonly fence: Fence },
): Promise<string> {
  const { text } = await fenceRead(store);
  const write: EndpointWrite = {
    endpoint: ENDPOINT,
    condition: { fence: text, gate: "unchecked", nameNotInUse: false },
    deleteTypes: BOTH_TYPES,
    rrsets: rrsetsOf(PINNED),
    weights: weightsOf(PINNED.rrsets, PINNED.answers),
    ...changes,
  };
  const [outcome] = await store.commit(ZONE, [write]);
  return outcome?.kind === "refused" ? outcome.problem : (outcome?.kind ?? "");
}

async function pin(store: Rfc2136ZoneStore, untilMs: number): Promise<Fence> {
  const { fence: held } = await fenceRead(store);
  const mark = { kind: "override", id: "o1", untilMs } as const;
  const fence: Fence = { ...held, edition: held.edition + 1, digest: PINNED.digest, mark };
  assert.equal(await commit(store, { fence }), "applied");
  return fence;
}

const wholeSecond = (inMs: number) => Math.ceil((clock.wallMs() + inMs) / 1_000) * 1_000;

async function recordsAre(store: Rfc2136ZoneStore, rrsets: readonly RRset[]): Promise<boolean> {
  const [reading] = await store.read(ZONE, [ENDPOINT]);
  return reading?.kind === "read" && JSON.stringify(reading.rrsets) === JSON.stringify(rrsets);
}

test("a direct override passes the rules, outlives plans, and ends on time", async () => {
  const region = await serving(entryAt(1));
  const store = region.makeStore();
  const untilMs = wholeSecond(1_500);
  await pin(store, untilMs);
  region.planStore.plan(2, [entryAt(2)]);
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, untilMs - clock.wallMs() - 300)));
  if (clock.wallMs() < untilMs) assert(await recordsAre(store, rrsetsOf(PINNED)));
  await until("the plan is back", () => holdsAll(store, [entryAt(2)]));
  assert(clock.wallMs() >= untilMs);
  await region.close();
});

test("an override is taken up by a plan and ended by the next, before its time", async () => {
  const region = await serving(entryAt(1));
  const store = region.makeStore();
  const untilMs = wholeSecond(600_000);
  await pin(store, untilMs);
  const { answers, rrsets } = PINNED;
  const taken = entryAt(2, { answers, rrsets, override: { id: "o1", untilMs } });
  region.planStore.plan(2, [taken]);
  await until("taken up", () => holdsAll(store, [taken]));
  assert.equal((await fenceRead(store)).fence.mark?.kind, "override");
  const cleared = entryAt(3, { ends: ["o1"] });
  region.planStore.plan(3, [cleared]);
  await until("cleared", () => holdsAll(store, [cleared]));
  assert.equal((await fenceRead(store)).fence.mark, undefined);
  await region.close();
});

test("a name is retired, refuses what does not revive it, and is revived", async () => {
  const region = await serving(entryAt(1));
  const store = region.makeStore();
  region.planStore.plan(2, [tombstoneAt(2)]);
  await until("retired", () => recordsAre(store, []));
  const { fence } = await fenceRead(store);
  assert.deepEqual(fence.mark, { kind: "tombstone", id: "t1", atMs: 0 });
  const again = fenceOf(PINNED, { generation: 2, edition: fence.edition + 1 });
  assert.match(await commit(store, { fence: again }), /tombstone must give way to .* > 0\/2 only/);
  region.planStore.plan(3, [entryAt(3)]);
  const revived = entryAt(4, { revives: ["t1"] });
  region.planStore.plan(4, [revived]);
  await until("revived", () => holdsAll(store, [revived]));
  await region.close();
});

test("our nameserver takes no tombstone that holds something, or where no fence is", async () => {
  const region = await serving(entryAt(1));
  const store = region.makeStore();
  const half: Fence = { ...tombstoneFence(2), types: ["A"] };
  const [ipv4] = rrsetsOf(PINNED);
  assert(ipv4 !== undefined);
  // As nsupdate could send it: an EndpointWrite of a tombstone has no records.
  const fence: Fence = { ...half, edition: 90 };
  const refusal = await commit(store, { fence, rrsets: [], weights: undefined, deleteTypes: [28] });
  assert.match(refusal, /a tombstone must hold nothing: it lists A/);
  const [fresh] = entriesAt(1, 1);
  assert(fresh !== undefined);
  const [outcome] = await store.commit(ZONE, [
    {
      endpoint: fresh.endpoint,
      condition: { fence: undefined, gate: "unchecked", nameNotInUse: true },
      deleteTypes: [],
      rrsets: [],
      weights: undefined,
      fence: tombstoneFence(1),
    },
  ]);
  assert.match(outcome?.kind === "refused" ? outcome.problem : "", /first fence must come with/);
  await region.close();
});

test("an override may not take away an address type that the name had", async () => {
  const region = await serving(entryAt(1));
  const store = region.makeStore();
  const { fence: held } = await fenceRead(store);
  const [ipv4] = rrsetsOf(PINNED);
  assert(ipv4 !== undefined);
  const mark = { kind: "override", id: "o1", untilMs: wholeSecond(60_000) } as const;
  const fence: Fence = { ...held, edition: held.edition + 1, types: ["A"], mark };
  assert.match(await commit(store, { fence, rrsets: [ipv4] }), /must go on answering AAAA/);
  await region.close();
});

async function setGate(store: Rfc2136ZoneStore, automation: Gate["automation"]): Promise<void> {
  const found = await store.readGate(ZONE);
  const edition = found.kind === "gate" ? found.gate.edition + 1 : 1;
  const text = found.kind === "gate" ? found.text : undefined;
  assert.equal((await store.writeGate(ZONE, text, { edition, automation })).kind, "applied");
}

test("a gate for repairs is taken and obeyed; on again, what waited is enacted", async () => {
  const region = await serving(entryAt(1));
  const store = region.makeStore();
  await setGate(store, "repairs");
  await until("heard", () => {
    const stores = region.enactors.flatMap((enactor) => enactor.report().stores);
    return stores.every(({ gates }) => gates[ZONE]?.startsWith("repairs only") === true);
  });
  region.planStore.plan(2, [entryAt(2)]);
  await new Promise((resolve) => setTimeout(resolve, 500));
  assert(await holdsAll(store, [entryAt(1)]));
  await setGate(store, "on");
  await until("enacted", () => holdsAll(store, [entryAt(2)]));
  await region.close();
});

test("a person's epoch passes the rules, and plans below it are refused by them", async () => {
  const region = await serving(entryAt(1));
  const store = region.makeStore();
  const { fence: held } = await fenceRead(store);
  const { rrsets, answers, digest } = entryAt(1);
  const fence: Fence = { ...held, epoch: 1, generation: 0, edition: held.edition + 1 };
  const content = { rrsets: rrsetsOf(entryAt(1)), weights: weightsOf(rrsets, answers) };
  assert.equal(await commit(store, { fence, ...content }), "applied");
  assert.equal(fence.digest, digest);
  await until("told", () => region.planStore.epochs.get(ENDPOINT) === 1);
  const late = fenceOf(PINNED, { generation: 77, edition: fence.edition + 1 });
  assert.match(await commit(store, { fence: late }), /must be >= 1\/0: they are 0\/77/);
  const next = entryAt(2, { epoch: 1 });
  region.planStore.plan(2, [next]);
  await until("taken over", () => holdsAll(store, [next]));
  assert(fenceText((await fenceRead(store)).fence).startsWith("holdfast=1 epoch=1 generation=2 "));
  await region.close();
});

test("a retirement goes on where the fence was deleted in the server's own files", async () => {
  const region = await serving(entryAt(1));
  await region.nameserver?.close();
  await editState(region.disk, (editor) => editor.set(ZONE, fenceName(ENDPOINT), []));
  region.planStore.plan(2, [tombstoneAt(2)]);
  await region.serve();
  const store = region.makeStore();
  await until("retired", () => recordsAre(store, []));
  assert.equal((await fenceRead(store)).fence.mark?.kind, "tombstone");
  await region.close();
});
