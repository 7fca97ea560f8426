import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededChance } from "../../sim/seededChance.ts";
import type { Name } from "../dns/index.ts";
import { comparePositions, type Fence } from "../plan/index.ts";
import { entriesAt, IDS, World } from "./world.suite.ts";

const ENDPOINTS = 6;
const GENERATIONS = 50;

interface Faults {
  readonly checksConditions: boolean;
  /** Enactors are killed and restarted, and hands delete things. */
  readonly rough: boolean;
}

/** What must never be seen; a text says what was. */
interface Outcome {
  readonly broken: readonly string[];
  readonly converged: boolean;
}

/** Watches every change of the zone, whoever makes it, for what must never happen. */
function watch(world: World, broken: string[], last: Map<Name, Fence>): void {
  world.store.onApplied = ({ endpoint, fence }) => {
    const before = last.get(endpoint);
    if (before !== undefined && comparePositions(fence, before) < 0) {
      broken.push(`${endpoint} went from ${before.generation} back to ${fence.generation}`);
    }
    last.set(endpoint, fence);
    const held = world.store.records.rrsetsAt(endpoint);
    if (!held.some(({ type }) => type === 1) || !held.some(({ type }) => type === 28)) {
      broken.push(`${endpoint} was left empty at generation ${fence.generation}`);
    }
  };
}

async function spoil(world: World, chance: SeededChance): Promise<void> {
  const [endpoint] = entriesAt(1, ENDPOINTS)
    .slice(chance.below(ENDPOINTS))
    .map((entry) => entry.endpoint);
  assert(endpoint !== undefined);
  const what = chance.below(6);
  if (what === 0) world.store.deleteRecords(endpoint);
  // The fence alone is never deleted here: the generation that it held could not be told any more.
  if (what === 1) world.store.reconnect();
  if (what === 2) {
    const id = IDS[chance.below(IDS.length)] ?? "";
    if (world.enactors.has(id)) await world.kill(id);
    await world.clock.advance(chance.below(4_000));
    await world.start(id, IDS);
  }
}

async function race(seed: number, faults: Faults): Promise<Outcome> {
  const chance = new SeededChance(seed);
  const { checksConditions, rough } = faults;
  const network = { delayMsMax: 300, lossPerMille: 150 };
  const world = new World({ seed, network, checksConditions });
  const broken: string[] = [];
  watch(world, broken, new Map());
  await world.startAll();
  for (let generation = 1; generation <= GENERATIONS; generation += 1) {
    const changed = entriesAt(generation, ENDPOINTS).filter(() => chance.below(3) > 0);
    if (changed.length > 0) world.planStore.plan(generation, changed);
    await world.clock.advance(chance.below(600));
    if (rough) await spoil(world, chance);
  }
  const newest = entriesAt(GENERATIONS + 1, ENDPOINTS);
  world.planStore.plan(GENERATIONS + 1, newest);
  for (let second = 0; second < 60 && !newest.every((e) => world.holds(e)); second += 1) {
    await world.clock.advance(1_000);
  }
  await world.clock.advance(10_000); // whatever was still on its way has arrived
  const converged = newest.every((entry) => world.holds(entry));
  await world.closeAll();
  return { broken, converged };
}

for (const seed of [1, 2, 3, 4]) {
  test(`racing enactors lower nothing, empty nothing and converge, seed ${seed}`, async () => {
    const outcome = await race(seed, { checksConditions: true, rough: false });
    assert.deepEqual(outcome, { broken: [], converged: true });
  });

  test(`so they do while killed, restarted and interfered with by hand, seed ${seed}`, async () => {
    const outcome = await race(seed, { checksConditions: true, rough: true });
    assert.deepEqual(outcome, { broken: [], converged: true });
  });
}

test("without the condition on the write the same race goes backwards", async () => {
  const outcome = await race(1, { checksConditions: false, rough: false });
  assert(
    outcome.broken.some((claim) => claim.includes("back to")),
    "the proof that this test can fail",
  );
});
