// The planner's service at work on a made-up region, for its tests.
import assert from "node:assert/strict";
import { SimClock } from "../../sim/simClock.ts";
import { SILENT_LOG } from "../base/index.ts";
import { DYNAMODB, healthOf, idsServed, policyOf, TARGETS } from "./planner.suite.ts";
import type { PlannerEvent } from "./plannerJournal.ts";
import { Planner } from "./plannerService.ts";
import { FakePlanStore } from "./plannerStore.suite.ts";

export const ALL = TARGETS.map((target) => target.id);
export const UP = ALL.map((id) => healthOf(id, "up"));

/** A planner at work on a store, by a clock that stands still until told otherwise. */
export interface PlannerTrial {
  readonly store: FakePlanStore;
  readonly clock: SimClock;
  readonly events: PlannerEvent[];
  readonly planner: Planner;
  kinds(): readonly string[];
  serving(): readonly string[];
}

/** Started on a store that was prepared; nothing has run yet. */
export async function start(
  prepare: (store: FakePlanStore) => void = () => {},
): Promise<PlannerTrial> {
  const store = new FakePlanStore();
  prepare(store);
  const clock = new SimClock();
  const events: PlannerEvent[] = [];
  const journal = {
    record: async (batch: readonly PlannerEvent[]): Promise<void> => void events.push(...batch),
  };
  const planner = Planner.start({
    region: "use1",
    planStore: store.port(),
    journal,
    clock,
    log: SILENT_LOG,
    actor: "planner",
  });
  const kinds = (): readonly string[] => events.map((event) => event.kind);
  const serving = (): readonly string[] => idsServed(store.newest.entries.get(DYNAMODB));
  return { store, clock, events, planner, kinds, serving };
}

/** Started with everything up and the first plan made. */
export async function running(policy = policyOf()): Promise<PlannerTrial> {
  const world = await start((store) => {
    store.setPolicy(policy);
    store.setHealth(...UP);
  });
  await world.clock.advance(1);
  assert.equal(world.store.newest.generation, 1);
  return world;
}
